// Signature recovery for transactions and authorizations, through the precompile oracle.

import { HALT_SUCCESS } from '../../shared/halt'
import { RETURN_DATA } from '../layout'
import { returnDataLength } from './memory'
import { runPrecompile } from './precompiles'

const ECRECOVER: i32 = 1
const GAS: i64 = 3000

const input: usize = memory.data(128, 8)

/**
 * Address that signed a 32-byte hash, to 20 bytes at `out`. `r` and `s` are 32 big-endian bytes in range.
 * False when no key recovers, or with `hostError` set. Overwrites the return data.
 */
export function ecrecover(hash: usize, yParity: i32, r: usize, s: usize, out: usize): bool {
  memory.copy(input, hash, 32)
  memory.fill(input + 32, 0, 32)
  store<u8>(input, <u8>(27 + yParity), 63)
  memory.copy(input + 64, r, 32)
  memory.copy(input + 96, s, 32)
  if (runPrecompile(ECRECOVER, input, 128, GAS) != HALT_SUCCESS || returnDataLength != 32) return false
  memory.copy(out, RETURN_DATA + 12, 20)
  return true
}
