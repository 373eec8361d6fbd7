// Logs of the open transaction, kept in the block arena, newest first.

import { arenaAllocUninitialized } from '../arena'
import { hostError } from '../host'
import { wordToBytes } from '../num/word'
import { ACCOUNT_ADDRESS } from './records'
import { ADD_LOG, journalAdd, lastLog, logCount, setLastLog } from './journal'

/** u32: the log before, 0 at the first. */
export const LOG_PREVIOUS: usize = 0
/** u32: 0..4. */
export const LOG_TOPIC_COUNT: usize = 4
/** u32. */
export const LOG_DATA_LENGTH: usize = 8
/** 20 bytes. */
export const LOG_ADDRESS: usize = 12
/** Topics, 32 big-endian bytes each; then the data. */
export const LOG_TOPICS: usize = 32

/**
 * Appends a log of `account`: topics are `topicCount` words from `topics` upwards, data is copied.
 * Returns the record, or 0 with `hostError` set when the arena is full.
 */
export function addLog(account: usize, topics: usize, topicCount: u32, data: usize, length: usize): usize {
  const topicsEnd = LOG_TOPICS + (<usize>topicCount << 5)
  const log = arenaAllocUninitialized(topicsEnd + length)
  if (hostError != 0) return 0
  store<u32>(log, <u32>lastLog, LOG_PREVIOUS)
  store<u32>(log, topicCount, LOG_TOPIC_COUNT)
  store<u32>(log, <u32>length, LOG_DATA_LENGTH)
  memory.copy(log + LOG_ADDRESS, account + ACCOUNT_ADDRESS, 20)
  for (let i: u32 = 0; i < topicCount; i++) {
    const offset = <usize>i << 5
    wordToBytes(log + LOG_TOPICS + offset, topics + offset)
  }
  memory.copy(log + topicsEnd, data, length)
  journalAdd(ADD_LOG, lastLog, logCount)
  setLastLog(log, logCount + 1)
  return log
}
