import type { Address } from '@altlayer/protocol'
import type { Logger } from 'pino'
import { formatEther, type PublicClient } from 'viem'
import type { Position } from '../game/position.ts'
import { nextActions } from '../game/strategy.ts'
import type { Action, GameStatus } from '../game/types.ts'
import { GAME_ABI } from '../l1/abi.ts'
import { createGameReader, type GameView } from '../l1/games.ts'
import { CallRefusedError, type Sender } from '../l1/sender.ts'
import { poll } from '../poll.ts'
import { createBudget, type Shortage } from './budget.ts'
import { createKeeper, type KeeperEvent } from './keeper.ts'
import { type PlayerTruth, perform } from './perform.ts'
import { RollupBehindError } from './truth.ts'

export interface PlayerOptions {
  readonly client: PublicClient
  readonly factory: Address
  readonly gameType: number
  readonly sender: Sender
  /** What is true in a game. */
  readonly truthOf: (game: GameView) => PlayerTruth
  /**
   * Wei that this account has at stake at most in games that are open; a move beyond it is not made, and a part of it is
   * kept for false root claims.
   */
  readonly maxBonds: bigint
  /** Only these games; default: all. */
  readonly games?: readonly Address[]
  /** Games looked at are at most this old, seconds of L1. */
  readonly window: bigint
  /** Games thought about at a time. */
  readonly concurrency: number
  /**
   * Seconds for which games in which the account has no claim are left for others to settle, who have; default: none.
   * Two that settle one game pay for it twice.
   */
  readonly settleAfter?: bigint
  /** Milliseconds between looks at L1. */
  readonly pollInterval: number
  readonly logger: Logger
  readonly onEvent?: (event: PlayerEvent) => void
}

/** What the player did or found, for metrics and people. */
export type PlayerEvent =
  | KeeperEvent
  | {
      readonly kind: 'games'
      /** Games that something is left to do in. */
      readonly byStatus: Readonly<Record<GameStatus, number>>
      /** Wei that this account has in claims that are not settled. */
      readonly bonds: bigint
      /** Wei that it has besides. */
      readonly balance: bigint
    }
  | { readonly kind: 'action'; readonly game: Address; readonly action: Action['kind'] }
  | { readonly kind: 'bond-limit'; readonly game: Address }
  | { readonly kind: 'failure'; readonly game: Address; readonly reason: string }

/** Plays all games of a type until it is closed. What it knows it reads from L1. */
export interface Player {
  close(): Promise<void>
}

export function startPlayer(options: PlayerOptions): Player {
  const { client, sender, logger, onEvent = () => undefined } = options
  const stop = new AbortController()
  const reader = createGameReader({ ...options, account: sender.address })
  /** Games that a decision is being carried out in. */
  const busy = new Map<Address, Promise<void>>()
  /** Games in which the limit of bonds was told of. */
  const limited = new Set<Address>()
  /** Why games were not attended when they were last looked at. */
  const unattended = new Map<Address, string>()
  const keeper = createKeeper({ client, sender, logger, onEvent })
  const budget = createBudget(options.maxBonds)

  /** Wei that this account has in claims that are not settled. */
  function atStake(games: readonly GameView[]): bigint {
    return games
      .filter(({ status }) => status === 'in-progress')
      .flatMap(({ claims }) => claims)
      .filter(({ claimant, resolved }) => claimant === sender.address && !resolved)
      .reduce((sum, { bond }) => sum + bond, 0n)
  }

  async function look(): Promise<void> {
    const { block, games, reorganised } = await reader.snapshot(
      ({ address }) => options.games?.includes(address) ?? true,
    )
    const staked = atStake(games)
    const balance = await client.getBalance({
      address: sender.address,
      blockNumber: block.number,
    })
    budget.update({ block: block.number, reorganised, staked, balance })
    const count = (wanted: GameStatus) => games.filter(({ status }) => status === wanted).length
    const byStatus = {
      'in-progress': count('in-progress'),
      'challenger-wins': count('challenger-wins'),
      'defender-wins': count('defender-wins'),
    }
    onEvent({ kind: 'games', byStatus, bonds: staked, balance })
    for (const game of games) {
      if (busy.has(game.address) || busy.size >= options.concurrency) continue
      const work = attend(game, block.timestamp)
        .then(() => void unattended.delete(game.address))
        .catch((error: Error) => tellFailure(game, error))
        .finally(() => busy.delete(game.address))
      busy.set(game.address, work)
    }
  }

  async function attend(game: GameView, now: bigint): Promise<void> {
    if (game.status !== 'in-progress') return keeper.collect(game, now)
    const truth = options.truthOf(game)
    const actions = await nextActions(game, truth, now)
    await Promise.all(actions.map((action) => act(game, truth, action)))
    if (actions.length > 0) return
    const concerned = game.claims.some(({ claimant }) => claimant === sender.address)
    await keeper.settle(game, concerned ? now : now - (options.settleAfter ?? 0n))
  }

  /** Each look counts, a reason is told once: the next look is some seconds away. */
  function tellFailure({ address: game }: GameView, error: Error): void {
    if (stop.signal.aborted) return
    onEvent({ kind: 'failure', game, reason: error.message })
    if (unattended.get(game) === error.message) return
    unattended.set(game, error.message)
    if (error instanceof RollupBehindError) logger.info({ game, reason: error.message }, 'waiting')
    else logger.warn({ game, err: error }, 'game not attended; trying again')
  }

  async function act(game: GameView, truth: PlayerTruth, action: Action): Promise<void> {
    const { oracle } = await keeper.contracts(game.address)
    const taken = action.kind === 'move' ? await takeBond(game, truth, action.position) : undefined
    if (taken !== undefined && taken.kind !== 'taken') return tellShortage(game, taken)
    try {
      const { blockNumber } = await perform({ client, sender, game, oracle, truth, action })
      taken?.included(blockNumber)
    } catch (error) {
      taken?.giveBack()
      // Somebody else was first, or L1 is not where it was: the next look decides anew.
      if (!(error instanceof CallRefusedError)) throw error
      logger.debug({ game: game.address, reason: error.message }, 'a move was refused')
      return
    }
    limited.delete(game.address)
    onEvent({ kind: 'action', game: game.address, action: action.kind })
    logger.info({ game: game.address, ...describe(action) }, 'moved')
  }

  async function takeBond(game: GameView, truth: PlayerTruth, position: Position) {
    const isTrue = game.claims[0]?.value === (await truth.output(game.l2BlockNumber))
    const bond = await client.readContract({
      address: game.address,
      abi: GAME_ABI,
      functionName: 'getRequiredBond',
      args: [position],
    })
    const taken = budget.take(bond, isTrue ? 'true-root' : 'false-root')
    return taken.kind === 'taken' ? taken : { ...taken, bond }
  }

  function tellShortage(game: GameView, shortage: Shortage & { readonly bond: bigint }): void {
    const { kind, bond, left } = shortage
    onEvent({ kind: 'bond-limit', game: game.address })
    if (limited.has(game.address)) return
    limited.add(game.address)
    logger.error(
      { game: game.address, bond: formatEther(bond), left: formatEther(left) },
      kind === 'limit'
        ? 'a move is due but its bond is above what may be at stake: raise the limit'
        : `a move is due but the account cannot pay its bond: fund ${sender.address}`,
    )
  }

  const running = poll(look, {
    interval: options.pollInterval,
    signal: stop.signal,
    logger,
    messages: {
      failure: 'games cannot be read from L1; trying again',
      recovery: 'L1 answers again',
    },
  })
  return {
    async close() {
      stop.abort()
      sender.close()
      await running
      await Promise.all(busy.values())
    },
  }
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
