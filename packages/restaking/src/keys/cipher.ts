import {
  createCipheriv,
  createDecipheriv,
  pbkdf2,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import {
  describe,
  type JsonObject,
  MalformedInputError,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'

// What both kinds of keystore share: a key derived from the password, AES-128-CTR under its first half,
// and a checksum keyed by its second.

/** The password is not the one that the keystore was made with, or the keystore is damaged. */
export class WrongPasswordError extends Error {
  override readonly name = 'WrongPasswordError'
  constructor() {
    super('wrong password, or a damaged keystore: its checksum does not match')
  }
}

/** Parameters of the derivation. */
export type Kdf = Scrypt | Pbkdf2

interface Scrypt {
  readonly function: 'scrypt'
  readonly n: number
  readonly r: number
  readonly p: number
  readonly salt: Uint8Array
}

interface Pbkdf2 {
  readonly function: 'pbkdf2'
  readonly c: number
  readonly salt: Uint8Array
}

/** A password that a person can bear to wait for, on the order of a second. */
const STANDARD_N = 262_144
/** Bounds on what a file can make us compute: 1 GiB, some ten seconds. */
const MAX_N = 2 ** 20
const MAX_R = 64
const MAX_P = 64
const MAX_WORK = 2 ** 23
const MAX_C = 10_000_000
const MAX_SALT = 256

/** @param n scrypt's cost: a power of two. */
export function newKdf(n: number = STANDARD_N): Kdf {
  return { function: 'scrypt', n, r: 8, p: 1, salt: randomBytes(32) }
}

/** 32 bytes. */
export async function deriveKey(password: Uint8Array, kdf: Kdf): Promise<Uint8Array> {
  if (kdf.function === 'pbkdf2') return promisify(pbkdf2)(password, kdf.salt, kdf.c, 32, 'sha256')
  const { n: N, r, p, salt } = kdf
  const maxmem = 128 * r * (N + p) + 2 ** 20
  return new Promise((resolve, reject) =>
    scrypt(password, salt, 32, { N, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  )
}

/** Parses derivation parameters as both formats write them. Throws MalformedInputError. */
export function parseKdf(name: unknown, value: unknown, path: string): Kdf {
  const params = parseObject(value, path)
  if (Number(parseInteger(params.dklen, `${path}.dklen`, 64n)) !== 32)
    throw new MalformedInputError(`${path}.dklen`, '32', describe(params.dklen))
  const salt = parseHexBytes(params.salt, `${path}.salt`, 1, MAX_SALT)
  if (name === 'pbkdf2') {
    if (params.prf !== 'hmac-sha256')
      throw new MalformedInputError(`${path}.prf`, 'hmac-sha256', describe(params.prf))
    return { function: 'pbkdf2', c: positive(params.c, `${path}.c`, MAX_C), salt }
  }
  if (name !== 'scrypt') throw new MalformedInputError(path, 'scrypt or pbkdf2', describe(name))
  const n = positive(params.n, `${path}.n`, MAX_N)
  const r = positive(params.r, `${path}.r`, MAX_R)
  const p = positive(params.p, `${path}.p`, MAX_P)
  if (n < 2 || !Number.isInteger(Math.log2(n)))
    throw new MalformedInputError(`${path}.n`, 'a power of two', describe(params.n))
  // RFC 7914, section 2. OpenSSL refuses it as want of memory.
  if (n >= 2 ** (16 * r))
    throw new MalformedInputError(`${path}.n`, 'below 2^(16 r)', describe(params.n))
  if (n * r * p > MAX_WORK)
    throw new MalformedInputError(path, `n * r * p of at most ${MAX_WORK}`, String(n * r * p))
  return { function: 'scrypt', n, r, p, salt }
}

/** The parameters as both formats write them. */
export function kdfParams(kdf: Kdf): JsonObject {
  const salt = Buffer.from(kdf.salt).toString('hex')
  return kdf.function === 'scrypt'
    ? { dklen: 32, n: kdf.n, r: kdf.r, p: kdf.p, salt }
    : { dklen: 32, c: kdf.c, prf: 'hmac-sha256', salt }
}

/** AES-128-CTR under the first half of a derived key. */
export function encrypt(derived: Uint8Array, iv: Uint8Array, secret: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv)
  return Buffer.concat([cipher.update(secret), cipher.final()])
}

/**
 * @param checksum Of the derived key's second half and the ciphertext.
 * Throws WrongPasswordError.
 */
export function decrypt(
  derived: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  expected: Uint8Array,
  checksum: (keyed: Uint8Array) => Uint8Array,
): Uint8Array {
  const found = checksum(Buffer.concat([derived.subarray(16, 32), ciphertext]))
  if (!timingSafeEqual(found, expected)) throw new WrongPasswordError()
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), iv)
  return Uint8Array.from(Buffer.concat([decipher.update(ciphertext), decipher.final()]))
}

/** Bytes as hex without 0x, as both formats write them. Never quotes what it refuses. */
export function parseHexBytes(value: unknown, path: string, min: number, max = min): Uint8Array {
  const digits = typeof value === 'string' ? value.replace(/^0x/, '') : ''
  const size = digits.length / 2
  if (!/^([0-9a-fA-F]{2})*$/.test(digits) || size < min || size > max)
    throw new MalformedInputError(
      path,
      min === max ? `${min} bytes in hex` : `${min} to ${max} bytes in hex`,
      typeof value === 'string' ? `${value.length} characters` : describe(value),
    )
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

function positive(value: unknown, path: string, max: number): number {
  const number = Number(parseInteger(value, path, BigInt(max)))
  if (number < 1) throw new MalformedInputError(path, 'at least 1', describe(value))
  return number
}
