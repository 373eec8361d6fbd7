// Gas a transaction pays before it runs (Yellow Paper 6.2; EIP-2028, 2930, 3860, 7702), and the least it
// pays in all (EIP-7623).

import { SPEC_PRAGUE, SPEC_SHANGHAI } from '../../shared/abi'
import { txAccessListAddresses, txAccessListSlots, txAuthorizationCount, txData, txDataLen, txTo } from './decode'

const TRANSACTION_GAS: u64 = 21_000
const CREATE_GAS: u64 = 32_000
const ZERO_BYTE_GAS: u64 = 4
const NONZERO_BYTE_GAS: u64 = 16
const INIT_CODE_WORD_GAS: u64 = 2
const ACCESS_LIST_ADDRESS_GAS: u64 = 2_400
const ACCESS_LIST_SLOT_GAS: u64 = 1_900
const AUTHORIZATION_GAS: u64 = 25_000
const FLOOR_TOKEN_GAS: u64 = 10

/** Of the last `computeIntrinsicGas`. Cannot overflow: every term is bounded by the input's size. */
export let intrinsicGas: u64 = 0
/** 0 before Prague. */
export let floorDataGas: u64 = 0

/** Computes both for the decoded transaction. */
export function computeIntrinsicGas(spec: i32): void {
  const nonzero = <u64>countNonzero(txData, txDataLen)
  const zero = <u64>txDataLen - nonzero
  let gas = TRANSACTION_GAS + zero * ZERO_BYTE_GAS + nonzero * NONZERO_BYTE_GAS
  if (txTo == 0) {
    gas += CREATE_GAS
    if (spec >= SPEC_SHANGHAI) gas += ((<u64>txDataLen + 31) >> 5) * INIT_CODE_WORD_GAS
  }
  gas += txAccessListAddresses * ACCESS_LIST_ADDRESS_GAS + txAccessListSlots * ACCESS_LIST_SLOT_GAS
  gas += txAuthorizationCount * AUTHORIZATION_GAS
  intrinsicGas = gas
  floorDataGas = spec >= SPEC_PRAGUE ? TRANSACTION_GAS + (zero + nonzero * 4) * FLOOR_TOKEN_GAS : 0
}

/** Number of bytes that are not zero in [ptr, ptr + len). */
export function countNonzero(ptr: usize, len: usize): usize {
  let count: usize = 0
  const end = ptr + len
  // Eight at a time: fold each byte's bits into its lowest one, then count those.
  for (; ptr + 8 <= end; ptr += 8) {
    let x = load<u64>(ptr)
    x |= x >> 4
    x |= x >> 2
    x |= x >> 1
    count += <usize>popcnt(x & 0x0101010101010101)
  }
  for (; ptr < end; ptr++) count += <usize>(load<u8>(ptr) != 0)
  return count
}
