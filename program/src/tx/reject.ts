// Why the transaction at hand cannot be executed: a status and the two amounts behind it.

import { wordCopy, wordSet } from '../num/word'

/** Words. */
export const rejectHave: usize = memory.data(32, 8)
export const rejectWant: usize = memory.data(32, 8)

/** Notes two u64 amounts; returns `status`. */
export function reject(status: i32, have: u64, want: u64): i32 {
  wordSet(rejectHave, have)
  wordSet(rejectWant, want)
  return status
}

/** Notes two words; returns `status`. */
export function rejectWords(status: i32, have: usize, want: usize): i32 {
  wordCopy(rejectHave, have)
  wordCopy(rejectWant, want)
  return status
}
