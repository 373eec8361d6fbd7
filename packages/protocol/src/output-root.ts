import { MalformedInputError } from './errors.ts'
import { bytesToHex, concatBytes, hexToBytes } from './hex.ts'
import { keccak256Hex } from './keccak.ts'
import type { Hash } from './types.ts'

/** What an output root of version 0 commits to (OP Stack specs, "L2 Output Root Proposals"). */
export interface OutputRootFields {
  readonly stateRoot: Hash
  /** Storage root of L2ToL1MessagePasser: the header's withdrawals root since Isthmus. */
  readonly messagePasserStorageRoot: Hash
  readonly blockHash: Hash
}

/** The 128 bytes whose keccak256 is the output root: version (zero) and the three fields. */
export function encodeOutputRoot(fields: OutputRootFields): Uint8Array {
  return concatBytes(
    new Uint8Array(32),
    hexToBytes(fields.stateRoot, 'output.stateRoot', 32),
    hexToBytes(fields.messagePasserStorageRoot, 'output.messagePasserStorageRoot', 32),
    hexToBytes(fields.blockHash, 'output.blockHash', 32),
  )
}

/** The inverse of `encodeOutputRoot`. Throws MalformedInputError. */
export function decodeOutputRoot(bytes: Uint8Array): OutputRootFields {
  if (bytes.length !== 128) throw new MalformedInputError('output', '128 bytes', `${bytes.length}`)
  if (bytes.subarray(0, 32).some((byte) => byte !== 0))
    throw new MalformedInputError('output.version', 'version 0', bytesToHex(bytes.subarray(0, 32)))
  return {
    stateRoot: bytesToHex(bytes.subarray(32, 64)),
    messagePasserStorageRoot: bytesToHex(bytes.subarray(64, 96)),
    blockHash: bytesToHex(bytes.subarray(96)),
  }
}

/** The output root of version 0. */
export function outputRoot(fields: OutputRootFields): Hash {
  return keccak256Hex(encodeOutputRoot(fields))
}
