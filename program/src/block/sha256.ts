// SHA-256, through the precompile oracle.

import { HALT_SUCCESS } from '../../shared/halt'
import { returnDataLength } from '../evm/memory'
import { runPrecompile } from '../evm/precompiles'
import { setHostError } from '../host'
import { STATUS_MISSING_PREIMAGE } from '../../shared/status'
import { RETURN_DATA } from '../layout'

const SHA256: i32 = 2

/** SHA-256 of [ptr, ptr + len), to 32 bytes at `out`. Overwrites the return data; may set `hostError`. */
export function sha256(ptr: usize, len: usize, out: usize): void {
  const halt = runPrecompile(SHA256, ptr, len, i64.MAX_VALUE)
  if (halt != HALT_SUCCESS || returnDataLength != 32) {
    setHostError(STATUS_MISSING_PREIMAGE, 0)
    return
  }
  memory.copy(out, RETURN_DATA, 32)
}
