import {
  type Address,
  bigintToBytes,
  bytesToHex,
  concatBytes,
  type Hash,
  keccak256,
} from '@altlayer/protocol'
import secp256k1 from 'secp256k1'

/** Bytes of a block signature: r, s, y parity. */
export const SIGNATURE_SIZE = 65

/** Names what is signed; all zero is "a gossiped block" (OP Stack specs, "Block signatures"). */
const BLOCK_DOMAIN = new Uint8Array(32)

/** What the sequencer signs of a block, given keccak256 of its encoded payload. */
export function blockSigningHash(chainId: bigint, payloadHash: Uint8Array): Uint8Array {
  return keccak256(concatBytes(BLOCK_DOMAIN, bigintToBytes(chainId, 32), payloadHash))
}

/** Signs `hash` with a 32-byte private key: 65 bytes, y parity 0 or 1. */
export function signHash(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { signature, recid } = secp256k1.ecdsaSign(hash, privateKey)
  return concatBytes(signature, Uint8Array.of(recid))
}

/** The address that made a 65-byte signature of `hash`; undefined where no key could have. */
export function recoverSigner(hash: Uint8Array, signature: Uint8Array): Address | undefined {
  const parity = signature[SIGNATURE_SIZE - 1]
  if (signature.length !== SIGNATURE_SIZE || (parity !== 0 && parity !== 1)) return undefined
  try {
    return addressOf(
      secp256k1.ecdsaRecover(
        signature.subarray(0, SIGNATURE_SIZE - 1),
        parity,
        hash,
        false,
        new Uint8Array(65),
      ),
    )
  } catch {
    // The addon's only way to say that there is no such key: its arguments were checked above.
    return undefined
  }
}

/** The address of a 32-byte private key. */
export function addressOfKey(privateKey: Uint8Array): Address {
  return addressOf(secp256k1.publicKeyCreate(privateKey, false))
}

function addressOf(publicKey: Uint8Array): Address {
  return bytesToHex(keccak256(publicKey.subarray(1)).subarray(12))
}

/** Whether 32 bytes are a private key of secp256k1. */
export function isPrivateKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && secp256k1.privateKeyVerify(bytes)
}

/** keccak256 of an encoded payload, as the signature and the memory of seen blocks name it. */
export function payloadHash(encoded: Uint8Array): Hash {
  return bytesToHex(keccak256(encoded))
}
