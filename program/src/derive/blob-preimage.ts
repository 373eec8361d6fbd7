// Blobs as preimages of type 5. The only place that knows how a blob is asked for: a fault proof asks for its field
// elements one by one.

import { KEY_BLOB } from '../../shared/abi'
import { STATUS_BAD_PREIMAGE, STATUS_MISSING_PREIMAGE } from '../../shared/status'
import { hostError, preimage, setHostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { BLOB_SIZE } from './blob'

const key: usize = memory.data(32, 8)

/**
 * Reads the BLOB_SIZE bytes of the blob with the 32-byte versioned hash to `dst`. The key is keccak256 of that hash,
 * its first byte the type; the host has verified the blob against the hash. False with `hostError` set.
 */
export function readBlob(versionedHash: usize, dst: usize): bool {
  if (hostError != 0) return false
  keccak256(versionedHash, 32, key)
  store<u8>(key, <u8>KEY_BLOB)
  const length = preimage(key, dst, BLOB_SIZE)
  if (length < 0) setHostError(STATUS_MISSING_PREIMAGE, key)
  else if (<usize>length != BLOB_SIZE) setHostError(STATUS_BAD_PREIMAGE, key)
  return hostError == 0
}
