import { type Hash, keccak256Hex } from '@altlayer/protocol'
import { VerificationProblem } from './verdict.ts'

/** Bounds of what is held for one block. */
export interface PreimageLimits {
  /** Default 1 000 000. */
  readonly items: number
  /** Bytes of all preimages. Default 128 MiB. */
  readonly bytes: number
}

export const DEFAULT_PREIMAGE_LIMITS: PreimageLimits = { items: 1_000_000, bytes: 128 << 20 }

/** Trie nodes, codes and headers of one block, by keccak256. */
export interface Preimages {
  /**
   * Keeps `data` under its own hash and returns that. Throws VerificationProblem `LIMIT`.
   */
  add(data: Uint8Array): Hash
  has(hash: Hash): boolean
  /** By a typed preimage key, whose first byte is not the hash's. */
  get(key: Uint8Array): Uint8Array | undefined
  readonly items: number
  readonly bytes: number
  /** How many of them were asked for. */
  readonly used: number
}

// By the hash but its first byte, which a typed key does not have. The program hashes what it is given: a
// collision in 31 bytes would be an error, not a false match.
export function createPreimages(limits: PreimageLimits = DEFAULT_PREIMAGE_LIMITS): Preimages {
  const known = new Map<string, Uint8Array>()
  const used = new Set<string>()
  let bytes = 0
  return {
    add(data) {
      const hash = keccak256Hex(data)
      const key = hash.slice(4)
      if (known.has(key)) return hash
      if (known.size >= limits.items || bytes + data.length > limits.bytes)
        throw new VerificationProblem({
          code: 'LIMIT',
          message: `the witness has more than ${limits.items} items or ${limits.bytes} bytes`,
        })
      known.set(key, data)
      bytes += data.length
      return hash
    },
    has: (hash) => known.has(hash.slice(4)),
    get(typedKey) {
      const key = Buffer.from(
        typedKey.buffer,
        typedKey.byteOffset + 1,
        typedKey.length - 1,
      ).toString('hex')
      const data = known.get(key)
      if (data !== undefined) used.add(key)
      return data
    },
    get items() {
      return known.size
    },
    get bytes() {
      return bytes
    },
    get used() {
      return used.size
    },
  }
}
