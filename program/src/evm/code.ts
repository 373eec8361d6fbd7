// Code cache: code by its hash, and records decoded from it (decode.ts). It survives blocks. Code and records
// have a part each; a part that is full is emptied as a whole and its generation changes: whoever keeps a
// pointer into it compares generations. Records are several times as large as their code and are made only
// where the code runs, so that many large contracts called in turn cost no more than what they execute.

import { STATUS_BAD_PREIMAGE, STATUS_CODE_TOO_LARGE, STATUS_MISSING_PREIMAGE } from '../../shared/status'
import { KEY_KECCAK256 } from '../../shared/abi'
import { hintCode } from '../hints'
import { hostError, placeHostError, preimage, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { CODE_CACHE, CODE_CACHE_SIZE } from '../layout'
import { wordCopy, wordEqual } from '../num/word'
import { EMPTY_CODE_HASH } from '../state/accounts'
import { newCode, newCodeBytes, newCodeLength } from '../state/code'
import { ACCOUNT_ADDRESS, ACCOUNT_CODE, ACCOUNT_CODE_GENERATION, ACCOUNT_CODE_HASH } from '../state/records'
import { mostRecordsSize, openPages, recordsSize, writeTraced } from './decode'
import { envSpec } from './env'
import { mapInstructions, mapSize } from './map'

// Entry.
/** 32 bytes. */
const CODE_HASH: usize = 0
/** u32: bytes of code. */
export const CODE_LENGTH: usize = 32
/** u32: the code. */
export const CODE_BYTES: usize = 36
/** u32: instruction map (map.ts). */
export const CODE_MAP: usize = 40
/** u32: number of instructions; of meaning once the map is written, which the next one says. */
export const CODE_INSTRUCTIONS: usize = 44
const CODE_MAPPED: usize = 48
/** u32: first record, of meaning in the generation beside it. */
export const CODE_RECORDS: usize = 52
const CODE_RECORDS_GENERATION: usize = 56
/** u32: first record of the traced form, likewise. */
export const CODE_TRACED: usize = 60
const CODE_TRACED_GENERATION: usize = 64
const CODE_ENTRY_SIZE: usize = 72

/** Least budget: the largest init code decoded, and a few deployed codes. */
const MIN_BUDGET: usize = 4 << 20

let budget: usize = CODE_CACHE_SIZE
let tableMask: u32 = 0
let next: usize = 0
let end: usize = 0
let recordStart: usize = 0
let recordNext: usize = 0
let recordEnd: usize = 0
let spec: i32 = -1
let count: u32 = 0

/** Changes when the code is emptied; never 0. The cache has no room until the first time. */
export let codeGeneration: u32 = 1
/** Changes when the records are emptied, which they are with the code; never 0. */
export let recordGeneration: u32 = 1

const typedKey: usize = memory.data(32, 8)
const digest: usize = memory.data(32, 8)
/** Entry of no code. */
const EMPTY_ENTRY: usize = memory.data(72, 8)

/** Empties the cache and gives it `size` bytes, its table included (clamped to 4 MiB .. CODE_CACHE_SIZE). */
export function codeCacheInit(size: usize): void {
  budget = min(max(size, MIN_BUDGET), CODE_CACHE_SIZE)
  codeCacheClear()
}

/** Empties the cache. */
export function codeCacheClear(): void {
  let buckets: u32 = 1024
  while ((<usize>buckets << 10) < budget) buckets <<= 1
  tableMask = buckets - 1
  memory.fill(CODE_CACHE, 0, <usize>buckets << 2)
  next = CODE_CACHE + (<usize>buckets << 2)
  // Emptied code has to come from the host again, records only from the code.
  end = CODE_CACHE + (((budget >> 3) * 5) & ~15)
  recordStart = end
  recordEnd = CODE_CACHE + budget
  spec = envSpec
  count = 0
  wordCopy(EMPTY_ENTRY + CODE_HASH, EMPTY_CODE_HASH)
  store<u32>(EMPTY_ENTRY, <u32>EMPTY_ENTRY, CODE_BYTES)
  codeGeneration++
  clearRecords()
}

/** Empties the part of the records. */
export function clearRecords(): void {
  recordNext = recordStart
  recordGeneration++
}

/** Room among the records: 8-byte aligned, not zeroed. The caller has asked `recordRoom`. */
export function recordAlloc(size: usize): usize {
  const ptr = recordNext
  recordNext += (size + 7) & ~7
  return ptr
}

export function recordRoom(): usize {
  return recordEnd - recordNext
}

function codeRoom(): usize {
  // Half full the table counts as full.
  return count > tableMask >> 1 ? 0 : end - next
}

/** Valid instructions depend on the rules: records made by others are of no use. */
export function codeCacheCheckRules(): void {
  if (spec == envSpec) return
  spec = envSpec
  clearRecords()
}

// @ts-ignore: decorator
@inline
function bucketOf(hash: usize): u32 {
  return load<u32>(hash) & tableMask
}

/** Entry of the code with this hash; 0 with `hostError` set when it cannot be had. */
export function codeByHash(hash: usize): usize {
  if (wordEqual(hash, EMPTY_CODE_HASH)) return EMPTY_ENTRY
  let bucket = bucketOf(hash)
  for (;;) {
    const entry = <usize>load<u32>(CODE_CACHE + (<usize>bucket << 2))
    if (entry == 0) break
    if (wordEqual(entry + CODE_HASH, hash)) return entry
    bucket = (bucket + 1) & tableMask
  }
  return loadCode(hash)
}

/** Entry of an account's code; 0 with `hostError` set when it cannot be had. */
// @ts-ignore: decorator
@inline
export function codeOf(account: usize): usize {
  if (load<u32>(account, ACCOUNT_CODE_GENERATION) == codeGeneration) return load<u32>(account, ACCOUNT_CODE)
  return loadCodeOf(account)
}

function loadCodeOf(account: usize): usize {
  const sound = hostError == 0
  const entry = codeByHash(account + ACCOUNT_CODE_HASH)
  if (entry == 0 && sound) placeHostError(account + ACCOUNT_ADDRESS, 0)
  if (entry != 0) {
    store<u32>(account, <u32>entry, ACCOUNT_CODE)
    store<u32>(account, codeGeneration, ACCOUNT_CODE_GENERATION)
  }
  return entry
}

function loadCode(hash: usize): usize {
  if (hostError != 0) return 0
  const record = newCode(hash)
  let length: usize
  if (record != 0) {
    length = newCodeLength(record)
    if (entrySize(length) > codeRoom()) codeCacheClear()
    if (entrySize(length) > codeRoom()) return tooLarge(hash)
    memory.copy(next + CODE_ENTRY_SIZE, newCodeBytes(record), length)
  } else {
    wordCopy(typedKey, hash)
    store<u8>(typedKey, <u8>KEY_KECCAK256)
    hintCode(hash)
    let found = fetch()
    if (found >= 0 && entrySize(<usize>found) > codeRoom()) {
      codeCacheClear()
      found = fetch()
      if (found >= 0 && entrySize(<usize>found) > codeRoom()) return tooLarge(hash)
    }
    if (found < 0) {
      setHostError(STATUS_MISSING_PREIMAGE, hash)
      return 0
    }
    length = <usize>found
    keccak256(next + CODE_ENTRY_SIZE, length, digest)
    if (!wordEqual(digest, hash)) {
      setHostError(STATUS_BAD_PREIMAGE, hash)
      return 0
    }
  }
  return addEntry(hash, length)
}

function fetch(): i32 {
  const room = codeRoom()
  return preimage(typedKey, next + CODE_ENTRY_SIZE, room > CODE_ENTRY_SIZE ? room - CODE_ENTRY_SIZE : 0)
}

function tooLarge(hash: usize): usize {
  setHostError(STATUS_CODE_TOO_LARGE, hash)
  return 0
}

/** The entry, its code, its map. */
function entrySize(length: usize): usize {
  return CODE_ENTRY_SIZE + ((length + 7) & ~7) + mapSize(length)
}

/** The entry whose code has been put where it belongs. */
function addEntry(hash: usize, length: usize): usize {
  const entry = next
  next += entrySize(length)
  memory.fill(entry, 0, CODE_ENTRY_SIZE)
  wordCopy(entry + CODE_HASH, hash)
  store<u32>(entry, <u32>length, CODE_LENGTH)
  store<u32>(entry, <u32>(entry + CODE_ENTRY_SIZE), CODE_BYTES)
  store<u32>(entry, <u32>(next - mapSize(length)), CODE_MAP)
  let bucket = bucketOf(hash)
  while (load<u32>(CODE_CACHE + (<usize>bucket << 2)) != 0) bucket = (bucket + 1) & tableMask
  store<u32>(CODE_CACHE + (<usize>bucket << 2), <u32>entry)
  count++
  return entry
}

/**
 * The entry of the code with this hash with its records, to be decoded as they are reached; in traced form if
 * `traced`. 0 with `hostError` set when it cannot be had. May empty the records.
 */
export function decodedByHash(hash: usize, traced: bool): usize {
  return withRecords(codeByHash(hash), traced)
}

/** As `decodedByHash` for an account's code. */
export function decodedOf(account: usize, traced: bool): usize {
  return withRecords(codeOf(account), traced)
}

// @ts-ignore: decorator
@inline
function withRecords(entry: usize, traced: bool): usize {
  if (entry == 0 || entry == EMPTY_ENTRY) return entry
  const generation = traced ? load<u32>(entry, CODE_TRACED_GENERATION) : load<u32>(entry, CODE_RECORDS_GENERATION)
  return generation == recordGeneration ? entry : openRecords(entry, traced)
}

/** Gives an entry room for its records. Traced ones are written at once. */
function openRecords(entry: usize, traced: bool): usize {
  if (load<u32>(entry, CODE_MAPPED) == 0) {
    store<u32>(entry, mapInstructions(entry), CODE_INSTRUCTIONS)
    store<u32>(entry, 1, CODE_MAPPED)
  }
  const size = recordsSize(entry, traced)
  if (size > recordRoom()) clearRecords()
  if (size > recordRoom()) return tooLarge(entry + CODE_HASH)
  return placeRecords(entry, traced)
}

function placeRecords(entry: usize, traced: bool): usize {
  if (traced) {
    store<u32>(entry, <u32>writeTraced(entry), CODE_TRACED)
    store<u32>(entry, recordGeneration, CODE_TRACED_GENERATION)
  } else {
    store<u32>(entry, <u32>openPages(entry), CODE_RECORDS)
    store<u32>(entry, recordGeneration, CODE_RECORDS_GENERATION)
  }
  return entry
}

/** An entry among the records for init code, which stays where it is. 0 with `hostError` set. */
export function decodedInitCode(code: usize, length: usize, traced: bool): usize {
  // The number of instructions is at most that of bytes.
  const size = CODE_ENTRY_SIZE + mapSize(length) + mostRecordsSize(length, traced)
  if (size > recordRoom()) clearRecords()
  if (size > recordRoom()) return tooLarge(0)
  const entry = recordAlloc(CODE_ENTRY_SIZE)
  memory.fill(entry, 0, CODE_ENTRY_SIZE)
  store<u32>(entry, <u32>length, CODE_LENGTH)
  store<u32>(entry, <u32>code, CODE_BYTES)
  store<u32>(entry, <u32>recordAlloc(mapSize(length)), CODE_MAP)
  store<u32>(entry, mapInstructions(entry), CODE_INSTRUCTIONS)
  return placeRecords(entry, traced)
}

/** First record of an entry, in traced form if `traced`; 0 until it is decoded so. */
// @ts-ignore: decorator
@inline
export function recordsOf(entry: usize, traced: bool): usize {
  return traced ? load<u32>(entry, CODE_TRACED) : load<u32>(entry, CODE_RECORDS)
}

// @ts-ignore: decorator
@inline
export function codeLength(entry: usize): usize {
  return load<u32>(entry, CODE_LENGTH)
}

// @ts-ignore: decorator
@inline
export function codeBytes(entry: usize): usize {
  return load<u32>(entry, CODE_BYTES)
}
