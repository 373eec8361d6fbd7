import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from '@altlayer/protocol'
import type { Logger } from 'pino'
import { encodeFunctionData, type PublicClient } from 'viem'
import { isResolvable, resolvableClaims } from '../game/resolution.ts'
import { nextActions } from '../game/strategy.ts'
import type { Action, Claim } from '../game/types.ts'
import { DELAYED_WETH_ABI, GAME_ABI, VM_ABI } from '../l1/abi.ts'
import { createGameReader, type GameListing, type GameView } from '../l1/games.ts'
import { CallRefusedError, type Sender } from '../l1/sender.ts'
import { type PlayerTruth, perform } from './perform.ts'

export interface PlayerOptions {
  readonly client: PublicClient
  readonly factory: Address
  readonly gameType: number
  readonly sender: Sender
  /** What is true in a game. */
  readonly truthOf: (game: GameView) => PlayerTruth
  /** Wei that this account has at stake at most in games that are open; a move beyond it is not made. */
  readonly maxBonds: bigint
  /** Games looked at are at most this old, seconds. */
  readonly window: bigint
  /** Games thought about at a time. */
  readonly concurrency: number
  /** Milliseconds between looks at L1. */
  readonly pollInterval: number
  readonly logger: Logger
  readonly onEvent?: (event: PlayerEvent) => void
}

/** What the player did or found, for metrics and people. */
export type PlayerEvent =
  | { readonly kind: 'games'; readonly open: number; readonly bonds: bigint }
  | { readonly kind: 'action'; readonly game: Address; readonly action: Action['kind'] }
  | { readonly kind: 'bond-limit'; readonly game: Address }
  | { readonly kind: 'resolved-claims'; readonly game: Address; readonly claims: number }
  | { readonly kind: 'resolved'; readonly game: Address; readonly status: GameView['status'] }
  | { readonly kind: 'credit'; readonly game: Address; readonly amount: bigint }
  | { readonly kind: 'failure'; readonly game: Address; readonly reason: string }

/** Plays all games of a type until it is closed. What it knows it reads from L1. */
export interface Player {
  close(): Promise<void>
}

/** Gas of `resolveClaim`: of itself, and of each claim that counters the one. */
const RESOLVE_GAS = 250_000n
const RESOLVE_GAS_OF_CHILD = 12_000n
/** Children that one transaction looks at. */
const CHILDREN_AT_A_TIME = 512

export function startPlayer(options: PlayerOptions): Player {
  const { client, sender, logger, onEvent = () => undefined } = options
  const stop = new AbortController()
  const reader = createGameReader(options)
  /** Games that a decision is being carried out in. */
  const busy = new Map<Address, Promise<void>>()
  /** Games that nothing is left to do in, for this account. */
  const finished = new Set<Address>()
  const contracts = new Map<Address, Promise<Contracts>>()

  const contractsOf = (game: Address): Promise<Contracts> => {
    const reading = contracts.get(game) ?? readContracts(client, game)
    contracts.set(game, reading)
    reading.catch(() => contracts.delete(game))
    return reading
  }

  /** Wei that this account has in claims that are not settled. */
  function atStake(games: readonly GameView[]): bigint {
    return games
      .filter(({ status }) => status === 'in-progress')
      .flatMap(({ claims }) => claims)
      .filter(({ claimant, resolved }) => claimant === sender.address && !resolved)
      .reduce((sum, { bond }) => sum + bond, 0n)
  }

  async function look(): Promise<void> {
    const now = BigInt(Math.floor(Date.now() / 1000))
    const wanted = ({ address, createdAt }: GameListing) =>
      createdAt + options.window > now && !finished.has(address)
    const { block, games } = await reader.snapshot(wanted)
    const budget = { left: options.maxBonds - atStake(games) }
    const open = games.filter(({ status }) => status === 'in-progress')
    onEvent({ kind: 'games', open: open.length, bonds: options.maxBonds - budget.left })
    for (const game of games) {
      if (busy.has(game.address) || busy.size >= options.concurrency) continue
      const work = attend(game, block.timestamp, budget)
        .catch((error: Error) => {
          if (stop.signal.aborted) return
          onEvent({ kind: 'failure', game: game.address, reason: error.message })
          logger.warn({ game: game.address, err: error }, 'game not attended; trying again')
        })
        .finally(() => busy.delete(game.address))
      busy.set(game.address, work)
    }
  }

  async function attend(game: GameView, now: bigint, budget: { left: bigint }): Promise<void> {
    if (game.status !== 'in-progress') return collect(game, now)
    const truth = options.truthOf(game)
    const actions = await nextActions(game, truth, now)
    await Promise.all(actions.map((action) => act(game, truth, action, budget)))
    if (actions.length === 0) await settle(game, now)
  }

  async function act(
    game: GameView,
    truth: PlayerTruth,
    action: Action,
    budget: { left: bigint },
  ): Promise<void> {
    if (action.kind === 'move') {
      const bond = await client.readContract({
        address: game.address,
        abi: GAME_ABI,
        functionName: 'getRequiredBond',
        args: [action.position],
      })
      if (bond > budget.left) {
        onEvent({ kind: 'bond-limit', game: game.address })
        logger.error(
          { game: game.address, bond: String(bond), left: String(budget.left) },
          'a move is due but its bond is above what may be at stake: raise the limit',
        )
        return
      }
      budget.left -= bond
    }
    const { oracle } = await contractsOf(game.address)
    try {
      await perform({ client, sender, game, contracts: { oracle }, truth, action })
    } catch (error) {
      // Somebody else was first, or L1 is not where it was: the next look decides anew.
      if (!(error instanceof CallRefusedError)) throw error
      logger.debug({ game: game.address, reason: error.message }, 'a move was refused')
      return
    }
    onEvent({ kind: 'action', game: game.address, action: action.kind })
    logger.info({ game: game.address, ...describe(action) }, 'moved')
  }

  /** Settles what nobody can counter any more; all in one go, in the order in which each becomes possible. */
  async function settle(game: GameView, now: bigint): Promise<void> {
    const claims = resolvableClaims(game, now)
    const calls = claims.flatMap((claim) => resolveCalls(game, claim))
    const refused = await sendAll(calls)
    if (claims.length > 0) {
      onEvent({ kind: 'resolved-claims', game: game.address, claims: claims.length - refused })
      logger.info({ game: game.address, claims: claims.length }, 'claims settled')
    }
    if (!isResolvable(game, claims)) return
    const data = encodeFunctionData({ abi: GAME_ABI, functionName: 'resolve' })
    if ((await sendAll([{ to: game.address, data }])) > 0) return
    const status = await client.readContract({
      address: game.address,
      abi: GAME_ABI,
      functionName: 'status',
    })
    const result = status === 1 ? 'challenger-wins' : 'defender-wins'
    onEvent({ kind: 'resolved', game: game.address, status: result })
    logger.info({ game: game.address, result }, 'game resolved')
  }

  /** Sends them in order; how many were refused. */
  async function sendAll(calls: readonly Parameters<Sender['send']>[0][]): Promise<number> {
    const results = await Promise.allSettled(calls.map((call) => sender.send(call)))
    let refused = 0
    for (const result of results) {
      if (result.status === 'fulfilled') continue
      if (!(result.reason instanceof CallRefusedError)) throw result.reason
      refused++
    }
    return refused
  }

  /** Takes what this account won, once DelayedWETH lets it go. */
  async function collect(game: GameView, now: bigint): Promise<void> {
    const { weth, delay } = await contractsOf(game.address)
    const read = { address: game.address, abi: GAME_ABI } as const
    const credit = await client.readContract({
      ...read,
      functionName: 'credit',
      args: [sender.address],
    })
    if (credit === 0n) {
      finished.add(game.address)
      return
    }
    const [, unlocked] = await client.readContract({
      address: weth,
      abi: DELAYED_WETH_ABI,
      functionName: 'withdrawals',
      args: [game.address, sender.address],
    })
    if (unlocked + delay >= now) return
    const args = [sender.address] as const
    const data = encodeFunctionData({ abi: GAME_ABI, functionName: 'claimCredit', args })
    if ((await sendAll([{ to: game.address, data }])) > 0) return
    onEvent({ kind: 'credit', game: game.address, amount: credit })
    logger.info({ game: game.address, wei: String(credit) }, 'bonds taken back')
  }

  async function run(): Promise<void> {
    let failed = false
    while (!stop.signal.aborted) {
      try {
        await look()
        if (failed) logger.info('L1 answers again')
        failed = false
      } catch (error) {
        if (!failed) logger.warn({ err: error }, 'games cannot be read from L1; trying again')
        failed = true
      }
      await sleep(options.pollInterval, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  }

  const running = run()
  return {
    async close() {
      stop.abort()
      sender.close()
      await running
      await Promise.all(busy.values())
    },
  }
}

interface Contracts {
  readonly oracle: Address
  readonly weth: Address
  /** Seconds. */
  readonly delay: bigint
}

async function readContracts(client: PublicClient, game: Address): Promise<Contracts> {
  const read = { address: game, abi: GAME_ABI } as const
  const [vm, weth] = await Promise.all([
    client.readContract({ ...read, functionName: 'vm' }),
    client.readContract({ ...read, functionName: 'weth' }),
  ])
  const [oracle, delay] = await Promise.all([
    client.readContract({ address: vm, abi: VM_ABI, functionName: 'oracle' }),
    client.readContract({ address: weth, abi: DELAYED_WETH_ABI, functionName: 'delay' }),
  ])
  return { oracle, weth, delay }
}

function resolveCalls(game: GameView, claim: Claim) {
  const children = game.claims.filter(({ parentIndex }) => parentIndex === claim.index).length
  const times = Math.max(1, Math.ceil(children / CHILDREN_AT_A_TIME))
  const limit = times === 1 ? 0n : BigInt(CHILDREN_AT_A_TIME)
  const each = BigInt(Math.min(children, CHILDREN_AT_A_TIME))
  const data = encodeFunctionData({
    abi: GAME_ABI,
    functionName: 'resolveClaim',
    args: [BigInt(claim.index), limit],
  })
  const call = { to: game.address, data, gas: RESOLVE_GAS + each * RESOLVE_GAS_OF_CHILD }
  return Array.from({ length: times }, () => call)
}

function describe(action: Action): object {
  if (action.kind === 'move') {
    const { parentIndex, isAttack, value } = action
    return { action: isAttack ? 'attack' : 'defend', claim: parentIndex, value }
  }
  if (action.kind === 'step')
    return { action: 'step', claim: action.claimIndex, isAttack: action.isAttack }
  return { action: 'challengeRootL2Block' }
}
