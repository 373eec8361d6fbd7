// LOG0 to LOG4.

import { addLog } from '../state/logs'
import { envTrace } from './env'
import { FRAME_ACCOUNT, FRAME_DEPTH } from './frame'
import { GAS_LOG, GAS_LOG_BYTE } from './gas'
import { expandRange, memoryBase } from './memory'
import { traceLog } from './trace'

/** Words: offset, length, topics. Returns what is left of `gas`, negative when it did not suffice. */
export function opLog(frame: usize, sp: usize, topics: u32, gas: i64): i64 {
  gas = expandRange(sp, sp + 32, gas)
  if (gas < 0) return gas
  const length = load<u64>(sp, 32)
  gas -= GAS_LOG * <i64>(topics + 1) + GAS_LOG_BYTE * <i64>length
  if (gas < 0) return gas
  const data = length == 0 ? memoryBase : memoryBase + <usize>load<u64>(sp)
  const log = addLog(load<u32>(frame, FRAME_ACCOUNT), sp + 64, topics, data, <usize>length)
  if (log == 0) return -1
  if (envTrace != 0) traceLog(load<u32>(frame, FRAME_DEPTH), log)
  return gas
}
