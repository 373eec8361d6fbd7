// The emulator: what its host (src/emulator.ts) calls. Addresses it returns are places in this memory.

import {
  outputAddress as ecallOutputAddress,
  outputFd as ecallOutputFd,
  outputLength as ecallOutputLength,
  preimageOffset as ecallPreimageOffset,
  preimageFits,
  setPreimage,
  setPreimageOffset,
} from './ecall'
import { take } from './heap'
import { DIRTY_CHECKPOINT_LIST, PREIMAGE_KEY, PROOF, REGISTERS } from './layout'
import { clearDirtyCheckpoint, dirtyCheckpoint, dirtyPage, pageBytes, pageReplaced, pagesInit } from './pages'
import { exitCode, exited, pc, runInit, setState, step } from './run'
import { leafProof, treeInit, treeRoot, updateTree } from './tree'

export { run } from './run'

pagesInit()
runInit()
treeInit()

// --- state ---

export function registers(): usize {
  return REGISTERS
}

export function preimageKey(): usize {
  return PREIMAGE_KEY
}

export function getPc(): u64 {
  return pc
}

export function getStep(): u64 {
  return step
}

export function getExited(): bool {
  return exited
}

export function getExitCode(): i32 {
  return exitCode
}

export function getPreimageOffset(): u64 {
  return ecallPreimageOffset
}

/** Everything but registers, key and memory, which are written in place. The preimage is asked for anew. */
export function setMachine(
  newPc: u64,
  newStep: u64,
  hasExited: bool,
  code: i32,
  offset: u64,
): void {
  setState(newPc, newStep, hasExited, code)
  setPreimageOffset(offset)
  setPreimage(0, 0)
}

// --- what a run asks of its host ---

let preimageBuffer: usize = 0
let preimageCapacity: u64 = 0

/** Where to put a preimage of `size` bytes, those of its length included; 0 when there is no more memory. */
export function preimageSpace(size: u32): usize {
  if (size > preimageCapacity) {
    const capacity = max<u64>((<u64>1) << (64 - clz(<u64>size)), 1 << 16)
    preimageBuffer = take(<usize>capacity)
    preimageCapacity = preimageBuffer == 0 ? 0 : capacity
  }
  return preimageBuffer
}

/** The preimage is in its space. False when the offset is beyond it: no run of the machine comes there. */
export function preimageReady(size: u32): bool {
  setPreimage(preimageBuffer, size)
  return preimageFits()
}

export function outputFd(): i32 {
  return ecallOutputFd
}

export function outputAddress(): u64 {
  return ecallOutputAddress
}

export function outputLength(): u64 {
  return ecallOutputLength
}

// --- memory ---

/** Where the page is, for reading. */
export function readPage(page: usize): usize {
  return pageBytes(page)
}

/** Where the page is, for the host to write, which says `pageWritten` when it did; 0 when there is no more memory. */
export function writePage(page: usize): usize {
  return dirtyPage(page)
}

export function pageWritten(page: usize): void {
  pageReplaced(page)
}

/** Pages written since the last `clearWritten`: how many, and where their numbers are (u32). */
export function writtenCount(): u32 {
  return dirtyCheckpoint
}

export function writtenList(): usize {
  return DIRTY_CHECKPOINT_LIST
}

export function clearWritten(): void {
  clearDirtyCheckpoint()
}

// --- tree ---

/** Where the root is, after bringing it up to date; 0 when there is no more memory. */
export function memoryRoot(): usize {
  return updateTree() ? treeRoot() : 0
}

/** Where the proof of the leaf at guest address `at` is, 896 bytes; after `memoryRoot`. */
export function proof(at: u32): usize {
  leafProof(at)
  return PROOF
}
