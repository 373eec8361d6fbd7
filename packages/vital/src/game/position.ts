/**
 * A place in a game's tree as a generalized index: the root is 1, the children of n are 2n and 2n + 1. It
 * commits to a trace up to the rightmost leaf below it (OP Stack specs, fault dispute game, "Position").
 */
export type Position = bigint

export const ROOT_POSITION: Position = 1n

export function depthOf(position: Position): number {
  return position.toString(2).length - 1
}

export function indexAtDepth(position: Position): bigint {
  return position - (1n << BigInt(depthOf(position)))
}

/** An attack goes to the first half of what the claim commits to, a defense to the first half of what follows. */
export function moveFrom(position: Position, isAttack: boolean): Position {
  return (isAttack ? position : position | 1n) << 1n
}

/** Index, in a trace of 2^maxDepth, of what the position commits to. */
export function traceIndex(position: Position, maxDepth: number): bigint {
  const below = BigInt(maxDepth - depthOf(position))
  return indexAtDepth(((position + 1n) << below) - 1n)
}

/** The highest position that commits to the same: up for as long as it is a right child. */
export function traceAncestor(position: Position): Position {
  let at = position
  while (at > 1n && (at & 1n) === 1n) at >>= 1n
  return at
}
