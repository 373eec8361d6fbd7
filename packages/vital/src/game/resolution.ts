import { challengerDuration } from './strategy.ts'
import type { Claim, Game } from './types.ts'

/**
 * Claims that can be settled now, in an order in which each can: the newest first, since what counters a claim
 * is newer than it. Anybody may settle them.
 * @param now Unix seconds.
 */
export function resolvableClaims(game: Game, now: bigint): readonly Claim[] {
  if (game.status !== 'in-progress') return []
  const open = new Array<number>(game.claims.length).fill(0)
  for (const { parentIndex, resolved } of game.claims) {
    if (parentIndex !== undefined && !resolved) open[parentIndex] = (open[parentIndex] ?? 0) + 1
  }
  const found: Claim[] = []
  for (const claim of game.claims.toReversed()) {
    if (claim.resolved || open[claim.index] !== 0) continue
    if (challengerDuration(game, claim, now) !== undefined) continue
    found.push(claim)
    if (claim.parentIndex !== undefined)
      open[claim.parentIndex] = (open[claim.parentIndex] ?? 0) - 1
  }
  return found
}

/** Whether the game itself can be ended, once `settled` are settled too. */
export function isResolvable(game: Game, settled: readonly Claim[]): boolean {
  const root = game.claims[0]
  if (game.status !== 'in-progress' || root === undefined) return false
  return root.resolved || settled.includes(root)
}
