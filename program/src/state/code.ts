// Code deployed in the open block. Its bytes stay in the block arena until the block closes; the code
// cache (evm/code.ts) may drop its copy at any time.

import { arenaAllocUninitialized } from '../arena'
import { hostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { wordCopy } from '../num/word'
import { EMPTY_CODE_HASH, setCodeHash } from './accounts'
import { tableAdd, tableFind, tableInit } from './table'

/** 32 bytes; the code follows it directly, as `output` takes them. */
const NEW_CODE_HASH: usize = 16
const NEW_CODE_LENGTH: usize = 0
const NEW_CODE_BYTES: usize = 48

const BUCKETS: u32 = 256

const table: usize = memory.data(16, 8)
const hash: usize = memory.data(32, 8)

export function newCodeOpen(): void {
  tableInit(table, BUCKETS)
}

/** Deploys `length` bytes of code at an account, journaled; no bytes remove its code. */
export function setCode(account: usize, code: usize, length: usize): void {
  if (length == 0) {
    setCodeHash(account, EMPTY_CODE_HASH)
    return
  }
  keccak256(code, length, hash)
  if (newCode(hash) == 0) {
    const record = arenaAllocUninitialized(NEW_CODE_BYTES + length)
    if (hostError != 0) return
    store<u32>(record, <u32>length, NEW_CODE_LENGTH)
    wordCopy(record + NEW_CODE_HASH, hash)
    memory.copy(record + NEW_CODE_BYTES, code, length)
    tableAdd(table, record, NEW_CODE_HASH, -1)
  }
  setCodeHash(account, hash)
}

/** The record of code deployed in this block with this hash, or 0. */
export function newCode(hash: usize): usize {
  return tableFind(table, 0, hash, NEW_CODE_HASH, -1)
}

// @ts-ignore: decorator
@inline
export function newCodeLength(record: usize): usize {
  return load<u32>(record, NEW_CODE_LENGTH)
}

// @ts-ignore: decorator
@inline
export function newCodeBytes(record: usize): usize {
  return record + NEW_CODE_BYTES
}

/** 32-byte hash, followed by the code. */
// @ts-ignore: decorator
@inline
export function newCodeHash(record: usize): usize {
  return record + NEW_CODE_HASH
}
