import type { Address, Hash } from '@altlayer/protocol'
import type { Logger } from 'pino'
import {
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  type PublicClient,
  zeroAddress,
} from 'viem'
import { ANCHOR_STATE_REGISTRY_ABI, FACTORY_ABI, GAME_ABI } from './l1/abi.ts'
import { createGameReader, type GameView } from './l1/games.ts'
import { CallRefusedError, type Sender } from './l1/sender.ts'
import { createKeeper, type KeeperEvent } from './player/keeper.ts'
import { poll } from './poll.ts'

/** An output root to propose. */
export interface Proposal {
  /** L2 block. */
  readonly number: bigint
  readonly outputRoot: Hash
}

export interface ProposerOptions {
  readonly client: PublicClient
  readonly factory: Address
  readonly gameType: number
  readonly sender: Sender
  /** The newest output root that may be proposed now, undefined for none. Its rejections are logged and tried again. */
  readonly newest: () => Promise<Proposal | undefined>
  /** Seconds from one proposal to the next. */
  readonly proposalInterval: bigint
  /** Milliseconds between looks. */
  readonly pollInterval: number
  readonly logger: Logger
  readonly onEvent?: (event: ProposerEvent) => void
}

/** What the proposer did, for metrics and people. */
export type ProposerEvent =
  | KeeperEvent
  | { readonly kind: 'proposed'; readonly game: Address; readonly number: bigint }
  | {
      readonly kind: 'games'
      /** Own games that are not resolved. */
      readonly open: number
      /** Wei in own games that was not taken back. */
      readonly locked: bigint
      /** L2 block of the newest own game, undefined for none. */
      readonly newest: bigint | undefined
      /** Wei that the account has. */
      readonly balance: bigint
    }
  /** L1 would not take a proposal. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** A look failed: L1 or the rollup's node does not answer. */
  | { readonly kind: 'failure'; readonly reason: string }

/** Proposes output roots to L1 until it is closed, ends its games and takes its bonds back. */
export interface Proposer {
  close(): Promise<void>
}

/**
 * Nothing is kept: when the last proposal was made, and which games are its own, stands on L1. A game that is
 * attacked is for a player to defend.
 */
export function startProposer(options: ProposerOptions): Proposer {
  const { client, factory, gameType, sender, logger, onEvent = () => undefined } = options
  const stop = new AbortController()
  const reader = createGameReader(options)
  const keeper = createKeeper({ client, sender, logger, onEvent })
  const finished = new Set<Address>()
  /** Own games in which nothing is left to take. */
  const collected = new Set<Address>()
  let registry: Address | undefined

  /** The block that a proposal must be newer than. */
  async function anchor(): Promise<bigint> {
    if (registry === undefined) {
      const args = [gameType] as const
      const impl = await client.readContract({
        address: factory,
        abi: FACTORY_ABI,
        functionName: 'gameImpls',
        args,
      })
      registry = await client.readContract({
        address: impl,
        abi: GAME_ABI,
        functionName: 'anchorStateRegistry',
      })
    }
    const [, number] = await client.readContract({
      address: registry,
      abi: ANCHOR_STATE_REGISTRY_ABI,
      functionName: 'anchors',
      args: [gameType],
    })
    return number
  }

  async function propose(own: readonly GameView[], now: bigint): Promise<void> {
    const last = own.at(-1)?.createdAt ?? 0n
    if (last + options.proposalInterval > now) return
    const proposal = await options.newest()
    if (proposal === undefined || proposal.number <= (await anchor())) return
    const extraData = encodeAbiParameters([{ type: 'uint256' }], [proposal.number])
    const args = [gameType, proposal.outputRoot, extraData] as const
    if ((await gameOf(args)) !== zeroAddress) return
    const bond = await client.readContract({
      address: factory,
      abi: FACTORY_ABI,
      functionName: 'initBonds',
      args: [gameType],
    })
    const data = encodeFunctionData({ abi: FACTORY_ABI, functionName: 'create', args })
    try {
      await sender.send({ to: factory, data, value: bond })
    } catch (error) {
      if (!(error instanceof CallRefusedError)) throw error
      onEvent({ kind: 'refused', reason: error.message })
      logger.warn({ reason: error.message }, 'a proposal was refused')
      return
    }
    const game = await gameOf(args)
    onEvent({ kind: 'proposed', game, number: proposal.number })
    logger.info(
      { game, number: Number(proposal.number), outputRoot: proposal.outputRoot },
      'output root proposed',
    )
  }

  async function gameOf(args: readonly [number, Hash, Hex]): Promise<Address> {
    const read = { address: factory, abi: FACTORY_ABI, functionName: 'games', args } as const
    const [game] = await client.readContract(read)
    return game.toLowerCase() as Address
  }

  async function look(): Promise<void> {
    const { block, games, reorganised } = await reader.snapshot(
      ({ address }) => !finished.has(address),
    )
    // What finished them may be gone.
    if (reorganised) for (const done of [finished, collected]) done.clear()
    const own = games.filter(({ creator }) => creator === sender.address)
    for (const game of games) if (game.creator !== sender.address) finished.add(game.address)
    const done = await Promise.allSettled([
      report(own),
      propose(own, block.timestamp),
      ...own.map((game) => tend(game, own, block.timestamp)),
    ])
    // A rollup that does not answer keeps no game from its end, nor one game another.
    for (const each of done) if (each.status === 'rejected') throw each.reason
  }

  async function report(own: readonly GameView[]): Promise<void> {
    const balance = await client.getBalance({ address: sender.address })
    const open = own.filter(({ status }) => status === 'in-progress').length
    const locked = own
      .filter(({ address }) => !collected.has(address))
      .reduce((sum, { claims }) => sum + (claims[0]?.bond ?? 0n), 0n)
    onEvent({ kind: 'games', open, locked, newest: own.at(-1)?.l2BlockNumber, balance })
  }

  async function tend(game: GameView, own: readonly GameView[], now: bigint): Promise<void> {
    if (game.status === 'in-progress') await keeper.settle(game, now)
    else if (await keeper.collect(game, now)) {
      collected.add(game.address)
      forget(game, own)
    }
  }

  /** The newest own game stays: it says when the last proposal was made. */
  function forget(game: GameView, own: readonly GameView[]): void {
    if (own.some(({ createdAt }) => createdAt > game.createdAt)) finished.add(game.address)
  }

  const running = poll(look, {
    onFailure: (error) => onEvent({ kind: 'failure', reason: error.message }),
    interval: options.pollInterval,
    signal: stop.signal,
    logger,
    messages: {
      failure: 'no output root can be proposed; trying again',
      recovery: 'proposing again',
    },
  })
  return {
    async close() {
      stop.abort()
      sender.close()
      await running
    },
  }
}
