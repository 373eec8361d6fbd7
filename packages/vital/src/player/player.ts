import type { Address } from '@altlayer/protocol'
import type { Logger } from 'pino'
import type { PublicClient } from 'viem'
import { nextActions } from '../game/strategy.ts'
import type { Action, GameStatus } from '../game/types.ts'
import { GAME_ABI } from '../l1/abi.ts'
import { createGameReader, type GameListing, type GameView } from '../l1/games.ts'
import { CallRefusedError, type Sender } from '../l1/sender.ts'
import { poll } from '../poll.ts'
import { createKeeper, type KeeperEvent } from './keeper.ts'
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
  /** Only these games; default: all. */
  readonly games?: readonly Address[]
  /** Games looked at are at most this old, seconds. */
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
      /** Games looked at. */
      readonly byStatus: Readonly<Record<GameStatus, number>>
      /** Wei that this account has in claims that are not settled. */
      readonly bonds: bigint
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
  const reader = createGameReader(options)
  /** Games that a decision is being carried out in. */
  const busy = new Map<Address, Promise<void>>()
  /** Games that nothing is left to do in, for this account. */
  const finished = new Set<Address>()
  /** Games in which the limit of bonds was told of. */
  const limited = new Set<Address>()
  const keeper = createKeeper({ client, sender, logger, onEvent })
  /** Bonds of moves under way, until the L1 block that they are in is looked at; undefined while in none. */
  const underway = new Set<{ readonly bond: bigint; block: bigint | undefined }>()
  /** Wei at stake as of the last look. */
  let staked = 0n

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
      createdAt + options.window > now &&
      !finished.has(address) &&
      (options.games?.includes(address) ?? true)
    const { block, games, reorganised } = await reader.snapshot(wanted)
    // What finished them may be gone.
    if (reorganised) finished.clear()
    staked = atStake(games)
    for (const move of underway)
      if (move.block !== undefined && (reorganised || move.block <= block.number))
        underway.delete(move)
    const count = (wanted: GameStatus) => games.filter(({ status }) => status === wanted).length
    const byStatus = {
      'in-progress': count('in-progress'),
      'challenger-wins': count('challenger-wins'),
      'defender-wins': count('defender-wins'),
    }
    onEvent({ kind: 'games', byStatus, bonds: staked })
    for (const game of games) {
      if (busy.has(game.address) || busy.size >= options.concurrency) continue
      const work = attend(game, block.timestamp)
        .catch((error: Error) => {
          if (stop.signal.aborted) return
          onEvent({ kind: 'failure', game: game.address, reason: error.message })
          logger.warn({ game: game.address, err: error }, 'game not attended; trying again')
        })
        .finally(() => busy.delete(game.address))
      busy.set(game.address, work)
    }
  }

  function bondsLeft(): bigint {
    return [...underway].reduce((left, { bond }) => left - bond, options.maxBonds - staked)
  }

  async function attend(game: GameView, now: bigint): Promise<void> {
    if (game.status !== 'in-progress') {
      if (await keeper.collect(game, now)) finished.add(game.address)
      return
    }
    const truth = options.truthOf(game)
    const actions = await nextActions(game, truth, now)
    await Promise.all(actions.map((action) => act(game, truth, action)))
    if (actions.length > 0) return
    const concerned = game.claims.some(({ claimant }) => claimant === sender.address)
    await keeper.settle(game, concerned ? now : now - (options.settleAfter ?? 0n))
  }

  async function act(game: GameView, truth: PlayerTruth, action: Action): Promise<void> {
    const { oracle } = await keeper.contracts(game.address)
    const move = { bond: 0n, block: undefined as bigint | undefined }
    if (action.kind === 'move') {
      move.bond = await client.readContract({
        address: game.address,
        abi: GAME_ABI,
        functionName: 'getRequiredBond',
        args: [action.position],
      })
      if (move.bond > bondsLeft()) return limit(game, move.bond)
    }
    underway.add(move)
    try {
      const { blockNumber } = await perform({ client, sender, game, oracle, truth, action })
      move.block = blockNumber
    } catch (error) {
      underway.delete(move)
      // Somebody else was first, or L1 is not where it was: the next look decides anew.
      if (!(error instanceof CallRefusedError)) throw error
      logger.debug({ game: game.address, reason: error.message }, 'a move was refused')
      return
    }
    onEvent({ kind: 'action', game: game.address, action: action.kind })
    logger.info({ game: game.address, ...describe(action) }, 'moved')
  }

  function limit(game: GameView, bond: bigint): void {
    onEvent({ kind: 'bond-limit', game: game.address })
    if (limited.has(game.address)) return
    limited.add(game.address)
    logger.error(
      { game: game.address, bond: String(bond), left: String(bondsLeft()) },
      'a move is due but its bond is above what may be at stake: raise the limit',
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
