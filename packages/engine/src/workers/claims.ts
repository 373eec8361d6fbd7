/**
 * Who does which item of a list that several threads have: one of them takes from the front, the others
 * from the back, until all are taken. Nobody waits for a thread that the system does not run.
 */
export type Claims = Int32Array<SharedArrayBuffer>

/** Items claimed at the front and at the back together, perhaps more than there are. */
const CLAIMED = 0
/** Items claimed at each end. */
const FRONT = 1
const BACK = 2

export function createClaims(): Claims {
  return new Int32Array(new SharedArrayBuffer(12))
}

/** Index of the next item of `count` at the front; undefined when all are claimed. */
export function claimFirst(claims: Claims, count: number): number | undefined {
  if (Atomics.add(claims, CLAIMED, 1) >= count) return undefined
  return Atomics.add(claims, FRONT, 1)
}

/** Index of the next item of `count` at the back; undefined when all are claimed. */
export function claimLast(claims: Claims, count: number): number | undefined {
  if (Atomics.add(claims, CLAIMED, 1) >= count) return undefined
  return count - 1 - Atomics.add(claims, BACK, 1)
}

/** The items that were claimed at the back. */
export function claimedLast<T>(claims: Claims, items: readonly T[]): readonly T[] {
  return items.slice(items.length - Atomics.load(claims, BACK))
}
