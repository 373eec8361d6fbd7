// ECALL: docs/riscv.md, "ECALL". What needs the host (a preimage that is not here yet, bytes to hand out) is
// left to it by a status; everything that changes the state is done here.

import { PREIMAGE_KEY, REGISTERS } from './layout'
import { pageBytes, writeGuest } from './pages'

export const ECALL_DONE: i32 = 0
/** `ecallExitCode` says with which code. */
export const ECALL_EXIT: i32 = 1
/** Not executed: the host has to give the preimage of the key first. */
export const ECALL_PREIMAGE: i32 = 2
/** Executed; `outputFd`, `outputAddress`, `outputLength` say what was written. */
export const ECALL_OUTPUT: i32 = 3
/** Not executed: there is no more memory. */
export const ECALL_NO_MEMORY: i32 = 4

export const EXIT_OUT_OF_RANGE: i32 = 227
const EXIT_BAD_ECALL: i32 = 228

const READ: i64 = 63
const WRITE: i64 = 64
const EXIT: i64 = 93
const EXIT_GROUP: i64 = 94
const BAD_DESCRIPTOR: i64 = -9

const LEAF_SIZE: u64 = 32
const LENGTH_SIZE: u64 = 8

export let ecallExitCode: i32 = 0
export let outputFd: i32 = 0
export let outputAddress: u64 = 0
export let outputLength: u64 = 0

export let preimageOffset: u64 = 0
/** The preimage of the key with its length in front, as the host gave it; 0 until it did. */
let preimage: usize = 0
let preimageSize: u64 = 0

/** Takes `size` bytes at `at` as the key's preimage, 8 bytes of length included. */
export function setPreimage(at: usize, size: u64): void {
  preimage = at
  preimageSize = size
}

export function setPreimageOffset(offset: u64): void {
  preimageOffset = offset
}

// @ts-ignore: decorator
@inline
function argument(index: usize): i64 {
  return load<i64>(REGISTERS + ((10 + index) << 3))
}

// @ts-ignore: decorator
@inline
function result(value: i64): void {
  store<i64>(REGISTERS + (10 << 3), value)
}

export function ecall(): i32 {
  const number = load<i64>(REGISTERS + (17 << 3))
  if (number == READ) return read()
  if (number == WRITE) return write()
  if (number == EXIT || number == EXIT_GROUP) return exit(<i32>argument(0) & 0xff)
  return exit(EXIT_BAD_ECALL)
}

function exit(code: i32): i32 {
  ecallExitCode = code
  return ECALL_EXIT
}

function read(): i32 {
  const fd = argument(0)
  if (fd == 5) return readPreimage(<u64>argument(1), <u64>argument(2))
  result(fd == 0 ? 0 : fd == 3 ? argument(2) : BAD_DESCRIPTOR)
  return ECALL_DONE
}

function write(): i32 {
  const fd = argument(0)
  if (fd == 6) return writeKey(<u64>argument(1), <u64>argument(2))
  if (fd != 1 && fd != 2 && fd != 4) {
    result(BAD_DESCRIPTOR)
    return ECALL_DONE
  }
  outputFd = <i32>fd
  outputAddress = <u64>argument(1)
  outputLength = <u64>argument(2)
  result(argument(2))
  return ECALL_OUTPUT
}

function readPreimage(address: u64, length: u64): i32 {
  if (length == 0) {
    result(0)
    return ECALL_DONE
  }
  if (address >> 32 != 0) return exit(EXIT_OUT_OF_RANGE)
  if (preimage == 0) return ECALL_PREIMAGE
  const room = LEAF_SIZE - (address & (LEAF_SIZE - 1))
  const count = min(min(length, room), preimageSize - preimageOffset)
  if (count != 0 && !writeGuest(<u32>address, preimage + <usize>preimageOffset, <usize>count)) return ECALL_NO_MEMORY
  preimageOffset += count
  result(<i64>count)
  return ECALL_DONE
}

function writeKey(address: u64, length: u64): i32 {
  if (length == 0) {
    result(0)
    return ECALL_DONE
  }
  if (address >> 32 != 0) return exit(EXIT_OUT_OF_RANGE)
  const room = LEAF_SIZE - (address & (LEAF_SIZE - 1))
  const count = <usize>min(length, room)
  memory.copy(PREIMAGE_KEY, PREIMAGE_KEY + count, 32 - count)
  memory.copy(PREIMAGE_KEY + 32 - count, pageBytes(<usize>(address >> 12)) + (<usize>address & 4095), count)
  preimageOffset = 0
  preimage = 0
  result(<i64>count)
  return ECALL_DONE
}

/** The offset cannot be beyond the preimage that the host gives: false then. */
export function preimageFits(): bool {
  return preimageOffset <= preimageSize && preimageSize >= LENGTH_SIZE
}
