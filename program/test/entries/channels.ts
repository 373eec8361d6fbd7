// Entry of the channel tests: a frame's encoding at `inputAt`.
import {
  bankAdd,
  bankRead,
  bankReset,
  bankStreamLength,
  bankStreamOpened,
} from '../../src/derive/channel-bank'
import {
  assembledLength,
  assembledOpened,
  assemblerAdd,
  assemblerReset,
} from '../../src/derive/channel-assembler'
import { frameNext } from '../../src/derive/frames'
import { clearHostError, hostError } from '../../src/host'
import { CHANNEL_INPUT, INPUT } from '../../src/layout'

export { bankChannels, bankSize } from '../../src/derive/channel-bank'

export function inputAt(): usize {
  return INPUT
}
export function streamAt(): usize {
  return CHANNEL_INPUT
}
export function reset(): void {
  clearHostError()
  bankReset()
  assemblerReset()
}
export function error(): i32 {
  return hostError
}
export function add(len: usize, number: u64, timeout: u64, maxSize: u64): void {
  if (frameNext(INPUT, INPUT + len) != 0) bankAdd(number, timeout, maxSize)
}
/** Length of the stream, or -1. */
export function read(number: u64, timeout: u64, canyon: bool): i32 {
  return bankRead(number, timeout, canyon) ? <i32>bankStreamLength : -1
}
export function readOpened(): u64 {
  return bankStreamOpened
}
/** Length of the stream, or -1. */
export function assemble(len: usize, number: u64, timeout: u64, maxSize: u64): i32 {
  if (frameNext(INPUT, INPUT + len) == 0) return -1
  return assemblerAdd(number, timeout, maxSize) ? <i32>assembledLength : -1
}
export function assembleOpened(): u64 {
  return assembledOpened
}
