import { type Address, type Hash, lowerCaseAddress } from '@altlayer/protocol'
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
  /** Games looked at are at most this old, seconds of L1: bonds in older ones stay there. */
  readonly window: bigint
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

/** The own game that was proposed last. */
interface LastProposal {
  /** Unix seconds. */
  readonly createdAt: bigint
  /** L2 block. */
  readonly number: bigint
}

/** Games whose creator is asked for at a time. */
const PAGE = 100

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
  const { proposalInterval } = options
  let { window } = options
  // The last proposal must be among the games that are listed.
  if (window < proposalInterval) window = proposalInterval
  const reader = createGameReader({ ...options, window, account: sender.address })
  const keeper = createKeeper({ client, sender, logger, onEvent })
  /** Games of others that were open. */
  const foreign = new Set<Address>()
  let last: LastProposal | undefined
  /** Index in the factory's list from which on games were not looked at for `last`. */
  let unknownFrom = 0
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

  /** Looks for it from the newest game back: one that is over is in no snapshot. */
  async function findLast(): Promise<void> {
    const unknown = reader.listings().filter(({ index }) => index >= unknownFrom)
    for (let end = unknown.length; end > 0; end -= PAGE) {
      const page = unknown.slice(Math.max(0, end - PAGE), end)
      const creators = await Promise.all(
        page.map(({ address }) =>
          client.readContract({ address, abi: GAME_ABI, functionName: 'gameCreator' }),
        ),
      )
      const own = page[creators.findLastIndex((each) => each.toLowerCase() === sender.address)]
      if (own === undefined) continue
      const { address, createdAt } = own
      const read = { address, abi: GAME_ABI, functionName: 'l2BlockNumber' } as const
      last = { createdAt, number: await client.readContract(read) }
      break
    }
    unknownFrom = (reader.listings().at(-1)?.index ?? -1) + 1
  }

  async function propose(now: bigint): Promise<void> {
    if ((last?.createdAt ?? 0n) + proposalInterval > now) return
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
    return lowerCaseAddress(game)
  }

  async function look(): Promise<void> {
    const { block, games, reorganised } = await reader.snapshot(
      ({ address }) => !foreign.has(address),
    )
    if (reorganised) {
      foreign.clear()
      last = undefined
      unknownFrom = 0
    }
    await findLast()
    const own = games.filter(({ creator }) => creator === sender.address)
    for (const game of games) if (game.creator !== sender.address) foreign.add(game.address)
    const done = await Promise.allSettled([
      report(own),
      propose(block.timestamp),
      ...own.map((game) =>
        game.status === 'in-progress'
          ? keeper.settle(game, block.timestamp)
          : keeper.collect(game, block.timestamp),
      ),
    ])
    // A rollup that does not answer keeps no game from its end, nor one game another.
    for (const each of done) if (each.status === 'rejected') throw each.reason
  }

  async function report(own: readonly GameView[]): Promise<void> {
    const balance = await client.getBalance({ address: sender.address })
    const open = own.filter(({ status }) => status === 'in-progress').length
    const locked = own.reduce((sum, { claims }) => sum + (claims[0]?.bond ?? 0n), 0n)
    onEvent({ kind: 'games', open, locked, newest: last?.number, balance })
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
