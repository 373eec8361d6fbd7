import { randomBytes, randomUUID } from 'node:crypto'
import {
  type Address,
  bytesToHex,
  describe,
  type JsonObject,
  keccak256,
  MalformedInputError,
  parseAddress,
  parseObject,
} from '@altlayer/protocol'
import { privateKeyToAddress } from 'viem/accounts'
import {
  decrypt,
  deriveKey,
  encrypt,
  kdfParams,
  newKdf,
  parseHexBytes,
  parseKdf,
} from './cipher.ts'

// Ethereum's JSON keystore, version 3 ("Web3 Secret Storage").

/** @param n scrypt's cost; default 2^18. */
export async function sealEcdsaKey(
  secret: Uint8Array,
  password: string,
  n?: number,
): Promise<JsonObject> {
  const kdf = newKdf(n)
  const iv = randomBytes(16)
  const derived = await deriveKey(Buffer.from(password), kdf)
  const ciphertext = encrypt(derived, iv, secret)
  return {
    version: 3,
    id: randomUUID(),
    address: privateKeyToAddress(bytesToHex(secret)).slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: Buffer.from(ciphertext).toString('hex'),
      kdf: kdf.function,
      kdfparams: kdfParams(kdf),
      mac: Buffer.from(keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext]))).toString(
        'hex',
      ),
    },
  }
}

/** Throws MalformedInputError, WrongPasswordError. */
export async function openEcdsaKey(value: unknown, password: string): Promise<Uint8Array> {
  const keystore = parseObject(value, 'keystore')
  if (keystore.version !== 3)
    throw new MalformedInputError('keystore.version', '3', describe(keystore.version))
  const crypto = parseObject(keystore.crypto ?? keystore.Crypto, 'keystore.crypto')
  if (crypto.cipher !== 'aes-128-ctr')
    throw new MalformedInputError('keystore.crypto.cipher', 'aes-128-ctr', describe(crypto.cipher))
  const { iv } = parseObject(crypto.cipherparams, 'keystore.crypto.cipherparams')
  const ivBytes = parseHexBytes(iv, 'keystore.crypto.cipherparams.iv', 16)
  const ciphertext = parseHexBytes(crypto.ciphertext, 'keystore.crypto.ciphertext', 32)
  const mac = parseHexBytes(crypto.mac, 'keystore.crypto.mac', 32)
  const kdf = parseKdf(crypto.kdf, crypto.kdfparams, 'keystore.crypto.kdfparams')
  const derived = await deriveKey(Buffer.from(password), kdf)
  const secret = decrypt(derived, ivBytes, ciphertext, mac, keccak256)
  const claimed = ecdsaAddress(keystore)
  const address = privateKeyToAddress(bytesToHex(secret)).toLowerCase()
  if (claimed !== undefined && claimed !== address)
    throw new MalformedInputError('keystore.address', `${address}, the key's own`, claimed)
  return secret
}

/** The account that the file says it holds; the format lets it keep silent. Throws MalformedInputError. */
export function ecdsaAddress(value: unknown): Address | undefined {
  const { address } = parseObject(value, 'keystore')
  if (address === undefined) return undefined
  const text = typeof address === 'string' ? `0x${address.replace(/^0x/, '')}` : address
  return parseAddress(text, 'keystore.address')
}
