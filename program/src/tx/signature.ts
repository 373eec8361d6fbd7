// Signatures: their ranges, and the sender behind them.

import { wordIsZero, wordLess, wordToBytes } from '../num/word'
import { ecrecover } from '../evm/ecrecover'
import { txR, txS, txYParity } from './decode'
import { signingHash } from './hash'

// The order of secp256k1, and the largest s (EIP-2: half of it), as words.
const ORDER: usize = memory.data<u64>([
  0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff,
])
const HALF_ORDER: usize = memory.data<u64>([
  0xdfe92f46681b20a0, 0x5d576e7357a4501d, 0xffffffffffffffff, 0x7fffffffffffffff,
])

const hash: usize = memory.data(32, 8)
const rBytes: usize = memory.data(32, 8)
const sBytes: usize = memory.data(32, 8)

/** 0 < r < n, 0 < s <= n / 2 (words) and yParity 0 or 1. */
export function signatureInRange(yParity: u64, r: usize, s: usize): bool {
  return yParity <= 1 && !wordIsZero(r) && wordLess(r, ORDER) && !wordIsZero(s) && !wordLess(HALF_ORDER, s)
}

/** Address whose key made the signature (r and s are words) of a 32-byte hash; false when there is none. */
export function recoverSigner(digest: usize, yParity: u64, r: usize, s: usize, out: usize): bool {
  if (!signatureInRange(yParity, r, s)) return false
  wordToBytes(rBytes, r)
  wordToBytes(sBytes, s)
  return ecrecover(digest, <i32>yParity, rBytes, sBytes, out)
}

/** Sender of the decoded transaction, to 20 bytes at `out`; false when the signature is not valid. */
export function recoverSender(out: usize): bool {
  signingHash(hash)
  return recoverSigner(hash, txYParity, txR, txS, out)
}
