import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  bytesToHex,
  describe,
  type Hex,
  type JsonObject,
  MalformedInputError,
  parseObject,
} from '@altlayer/protocol'
import { encodeG1, publicKeyOf } from './bn254.ts'
import {
  decrypt,
  deriveKey,
  encrypt,
  kdfParams,
  newKdf,
  parseHexBytes,
  parseKdf,
} from './cipher.ts'

// EIP-2335. `pubkey` is the key in G1, x and y; `path` is empty, for the key comes from no seed.

/** @param n scrypt's cost; default 2^18. Throws InvalidSecretError. */
export async function sealBn254Key(
  secret: Uint8Array,
  password: string,
  n?: number,
): Promise<JsonObject> {
  const pubkey = Buffer.from(encodeG1(publicKeyOf(secret).g1)).toString('hex')
  const kdf = newKdf(n)
  const iv = randomBytes(16)
  const derived = await deriveKey(passwordBytes(password), kdf)
  const ciphertext = encrypt(derived, iv, secret)
  return {
    crypto: {
      kdf: { function: kdf.function, params: kdfParams(kdf), message: '' },
      checksum: {
        function: 'sha256',
        params: {},
        message: Buffer.from(
          sha256(Buffer.concat([derived.subarray(16, 32), ciphertext])),
        ).toString('hex'),
      },
      cipher: {
        function: 'aes-128-ctr',
        params: { iv: iv.toString('hex') },
        message: Buffer.from(ciphertext).toString('hex'),
      },
    },
    description: 'BN254 key of an AltLayer operator',
    pubkey,
    path: '',
    uuid: randomUUID(),
    version: 4,
  }
}

/** Throws MalformedInputError, WrongPasswordError, InvalidSecretError. */
export async function openBn254Key(value: unknown, password: string): Promise<Uint8Array> {
  const pubkey = bn254PublicKey(value)
  const secret = await openEip2335(value, password)
  const own = encodeG1(publicKeyOf(secret).g1)
  if (bytesToHex(own) !== pubkey)
    throw new MalformedInputError('keystore.pubkey', `${bytesToHex(own)}, the key's own`, pubkey)
  return secret
}

/** The secret of an EIP-2335 keystore of any curve. Throws MalformedInputError, WrongPasswordError. */
export async function openEip2335(value: unknown, password: string): Promise<Uint8Array> {
  const keystore = parseObject(value, 'keystore')
  if (keystore.version !== 4)
    throw new MalformedInputError('keystore.version', '4', describe(keystore.version))
  const crypto = parseObject(keystore.crypto, 'keystore.crypto')
  const kdf = module(crypto, 'kdf')
  const checksum = module(crypto, 'checksum', 'sha256')
  const cipher = module(crypto, 'cipher', 'aes-128-ctr')
  const { iv } = parseObject(cipher.params, 'keystore.crypto.cipher.params')
  const ivBytes = parseHexBytes(iv, 'keystore.crypto.cipher.params.iv', 16)
  const ciphertext = parseHexBytes(cipher.message, 'keystore.crypto.cipher.message', 32)
  const expected = parseHexBytes(checksum.message, 'keystore.crypto.checksum.message', 32)
  const derivation = parseKdf(kdf.function, kdf.params, 'keystore.crypto.kdf.params')
  const derived = await deriveKey(passwordBytes(password), derivation)
  return decrypt(derived, ivBytes, ciphertext, expected, sha256)
}

/** The key in G1 that the file says it holds. Throws MalformedInputError. */
export function bn254PublicKey(value: unknown): Hex {
  return bytesToHex(parseHexBytes(parseObject(value, 'keystore').pubkey, 'keystore.pubkey', 64))
}

function module(crypto: JsonObject, name: string, only?: string): JsonObject {
  const found = parseObject(crypto[name], `keystore.crypto.${name}`)
  if (only !== undefined && found.function !== only)
    throw new MalformedInputError(
      `keystore.crypto.${name}.function`,
      only,
      describe(found.function),
    )
  return found
}

/** EIP-2335: NFKD, without the control codes C0, C1 and Delete. */
function passwordBytes(password: string): Uint8Array {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return Buffer.from(password.normalize('NFKD').replace(/[\u0000-\u001f\u007f-\u009f]/g, ''))
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}
