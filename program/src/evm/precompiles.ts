// Precompiled contracts: which are active, their gas, the identity; all others are answered by the host, as
// preimages of type 6 (OP Stack fault proof spec, "Type 6: precompile").

import { STATUS_MISSING_PREIMAGE } from '../../shared/status'
import {
  FORK_FJORD,
  FORK_GRANITE,
  FORK_ISTHMUS,
  HINT_PRECOMPILE,
  KEY_PRECOMPILE,
  MODE_OP,
  SPEC_CANCUN,
  SPEC_PRAGUE,
} from '../../shared/abi'
import { HALT_HOST, HALT_OUT_OF_GAS, HALT_PRECOMPILE, HALT_SUCCESS } from '../../shared/halt'
import { hint, preimage, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { RETURN_DATA, RETURN_DATA_SIZE } from '../layout'
import { wordEqual, wordFromAddress } from '../num/word'
import { envFork, envMode, envSpec } from './env'
import { memoryRoom, memoryTop, setReturnDataLength } from './memory'
import { precompileGas } from './precompile-gas'

const IDENTITY: i32 = 4
const BN254_PAIRING: i32 = 8
const BLS_G1_MSM: i32 = 0x0c
const BLS_G2_MSM: i32 = 0x0e
const BLS_PAIRING: i32 = 0x0f
const P256_VERIFY: i32 = 0x100

// Longest inputs in OP mode: what a dispute on L1 can still prove (Granite and Isthmus specs).
const BN254_PAIRING_LIMIT: usize = 112_687
const BLS_G1_MSM_LIMIT: usize = 513_760
const BLS_G2_MSM_LIMIT: usize = 488_448
const BLS_PAIRING_LIMIT: usize = 235_008

/** Gas left after the last `runPrecompile`. */
export let precompileGasLeft: i64 = 0

/** Number of the active precompile at an address (a word), 0 when there is none. */
// @ts-ignore: decorator
@inline
export function precompileAt(address: usize): i32 {
  return movedCount == 0 ? standardPrecompileAt(address) : movedPrecompileAt(address)
}

// @ts-ignore: decorator
@inline
function standardPrecompileAt(address: usize): i32 {
  if ((load<u64>(address, 8) | <u64>load<u32>(address, 16)) != 0) return 0
  const low = load<u64>(address)
  return low <= 0x100 ? activePrecompile(<i32>low) : 0
}

function activePrecompile(number: i32): i32 {
  if (number <= 0x09) return number
  if (number == 0x0a) return envSpec >= SPEC_CANCUN ? number : 0
  if (number <= 0x11) return envSpec >= SPEC_PRAGUE ? number : 0
  if (number == P256_VERIFY && envMode == MODE_OP && envFork >= FORK_FJORD) return number
  return 0
}

// Precompiles that a state override has put at another address: u32 number, then the address as a word 8 bytes on.
const MOVED_SIZE: usize = 40
const MOVED_MAX: i32 = 32
const moved: usize = memory.data(1280, 8)
let movedCount: i32 = 0

/** Puts the precompile at the address `from` to `to` (20 bytes each); false when none is there. */
export function movePrecompile(from: usize, to: usize): bool {
  if (!removePrecompile(from)) return false
  const entry = moved + <usize>(movedCount - 1) * MOVED_SIZE
  wordFromAddress(entry + 8, to)
  return true
}

/** Takes the precompile at an address (20 bytes) away, so that the account's code runs; false when none is there. */
export function removePrecompile(address: usize): bool {
  const entry = moved + <usize>movedCount * MOVED_SIZE
  if (movedCount == MOVED_MAX) return false
  wordFromAddress(entry + 8, address)
  const number = standardPrecompileAt(entry + 8)
  if (number == 0) return false
  store<u32>(entry, number)
  // No address: those have 20 bytes.
  memory.fill(entry + 8, 0xff, 32)
  movedCount++
  return true
}

/** Every precompile is where it belongs again. */
export function restorePrecompiles(): void {
  movedCount = 0
}

function movedPrecompileAt(address: usize): i32 {
  let number = standardPrecompileAt(address)
  for (let i = 0; i < movedCount; i++) {
    const entry = moved + <usize>i * MOVED_SIZE
    if (wordEqual(entry + 8, address)) return load<u32>(entry)
    if (load<i32>(entry) == number) number = 0
  }
  return number
}

export function isPrecompile(address: usize): bool {
  return precompileAt(address) != 0
}

function isTooLong(number: i32, length: usize): bool {
  if (envMode != MODE_OP) return false
  switch (number) {
    case BN254_PAIRING:
      return envFork >= FORK_GRANITE && length > BN254_PAIRING_LIMIT
    case BLS_G1_MSM:
      return envFork >= FORK_ISTHMUS && length > BLS_G1_MSM_LIMIT
    case BLS_G2_MSM:
      return envFork >= FORK_ISTHMUS && length > BLS_G2_MSM_LIMIT
    case BLS_PAIRING:
      return envFork >= FORK_ISTHMUS && length > BLS_PAIRING_LIMIT
    default:
      return false
  }
}

/**
 * Runs a precompile; its output is the return data. Returns HALT_SUCCESS, HALT_OUT_OF_GAS, HALT_PRECOMPILE
 * (input refused) or HALT_HOST, and sets `precompileGasLeft`, 0 unless it succeeded.
 */
export function runPrecompile(number: i32, input: usize, length: usize, gas: i64): i32 {
  precompileGasLeft = 0
  setReturnDataLength(0)
  const cost = precompileGas(number, input, length)
  if (cost > <u64>gas) return HALT_OUT_OF_GAS
  if (isTooLong(number, length)) return HALT_PRECOMPILE
  if (number == IDENTITY) {
    if (length > RETURN_DATA_SIZE) return HALT_OUT_OF_GAS
    memory.copy(RETURN_DATA, input, length)
    setReturnDataLength(length)
  } else {
    const halt = askHost(number, cost, input, length)
    if (halt != HALT_SUCCESS) return halt
  }
  precompileGasLeft = gas - <i64>cost
  return HALT_SUCCESS
}

// Request as it goes to the host: u8 hint kind, 20 bytes address, u64 gas big-endian, input.
const REQUEST_GAS: usize = 21
const REQUEST_INPUT: usize = 29
const key: usize = memory.data(32, 8)

/** The request and the answer pass through the memory above the running frame's. */
function askHost(number: i32, cost: u64, input: usize, length: usize): i32 {
  const request = memoryTop()
  const room = memoryRoom()
  const size = REQUEST_INPUT + length
  // No block's gas lets memory grow that far.
  if (size > room) return HALT_OUT_OF_GAS
  memory.copy(request + REQUEST_INPUT, input, length)
  memory.fill(request, 0, REQUEST_INPUT)
  store<u8>(request, <u8>HINT_PRECOMPILE)
  store<u16>(request, bswap(<u16>number), 19)
  store<u64>(request, bswap(cost), REQUEST_GAS)
  // A node answers at once and has no use for the key, which for a long input costs more than the precompile.
  if (hint(request, size) == 0) keccak256(request + 1, size - 1, key)
  store<u8>(key, <u8>KEY_PRECOMPILE)

  const answer = request
  const answered = preimage(key, answer, room)
  if (answered < 1) {
    setHostError(STATUS_MISSING_PREIMAGE, key)
    return HALT_HOST
  }
  const output = <usize>answered - 1
  if (<usize>answered > room || output > RETURN_DATA_SIZE) return HALT_OUT_OF_GAS
  if (load<u8>(answer) == 0) return HALT_PRECOMPILE
  memory.copy(RETURN_DATA, answer + 1, output)
  setReturnDataLength(output)
  return HALT_SUCCESS
}
