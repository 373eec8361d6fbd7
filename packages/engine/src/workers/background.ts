import { setPriority } from 'node:os'

/** A quarter of a processor that others want as well. */
const NICENESS = 12

/**
 * Lets the threads that serve and build go before the calling one where processors are short: what it does
 * can wait. Only Linux has priorities of single threads; elsewhere nothing changes.
 */
export function workInBackground(): void {
  if (process.platform === 'linux') setPriority(NICENESS)
}
