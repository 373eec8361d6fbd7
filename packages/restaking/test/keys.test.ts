import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bytesToHex, hexToBytes, keccak256, MalformedInputError } from '@altlayer/protocol'
import { bn254 } from '@noble/curves/bn254.js'
import {
  bn254PublicKey,
  ecdsaAddress,
  hashToG1,
  InvalidSecretError,
  newSecret,
  openBn254Key,
  openEcdsaKey,
  openEip2335,
  publicKeyOf,
  sealBn254Key,
  sealEcdsaKey,
  signatureDomain,
  signHash,
  WrongPasswordError,
} from '../src/index.ts'

/** scrypt's cost in tests, low; the vectors have the standard one. */
const CHEAP = 4_096

// --- BN254 ---

const VECTORS = readFileSync(
  fileURLToPath(new URL('../../../contracts/test/restaking/Bn254Vectors.sol', import.meta.url)),
  'utf8',
)
const words = (after: string, count: number): bigint[] =>
  [...VECTORS.slice(VECTORS.indexOf(after)).matchAll(/0x[0-9a-f]{64}/g)]
    .slice(0, count)
    .map(([word]) => BigInt(word))

test('hash to G1, keys and signature are those of the contracts’ vectors', () => {
  const [contract] = words('CONTRACT =', 1)
  const [secret] = words('SECRET =', 1)
  const domain = signatureDomain(
    'test vectors',
    31337n,
    `0x${(contract as bigint).toString(16).padStart(40, '0')}`,
  )
  assert.equal(BigInt(bytesToHex(domain)), words('DOMAIN =', 1)[0])
  const points = words('function hashes()', 32)
  for (let i = 0; i < 16; i++) {
    const { x, y } = hashToG1(domain, keccak256(Buffer.from(`message ${i}`)))
    assert.deepEqual([x, y], points.slice(2 * i, 2 * i + 2))
  }
  const bytes = hexToBytes(`0x${(secret as bigint).toString(16).padStart(64, '0')}`)
  const { g1, g2 } = publicKeyOf(bytes)
  assert.deepEqual([g1.x, g1.y], words('function keyG1()', 2))
  assert.deepEqual([g2.xImaginary, g2.xReal, g2.yImaginary, g2.yReal], words('function keyG2()', 4))
  const signature = signHash(bytes, { x: points[0] as bigint, y: points[1] as bigint })
  assert.deepEqual([signature.x, signature.y], words('function signature()', 2))
})

test('a secret outside the group is refused', () => {
  const order = bn254.fields.Fr.ORDER
  for (const secret of [0n, order, 2n ** 256n - 1n]) {
    const bytes = hexToBytes(`0x${secret.toString(16).padStart(64, '0')}`)
    assert.throws(() => publicKeyOf(bytes), InvalidSecretError)
  }
  assert.throws(() => publicKeyOf(new Uint8Array(31).fill(1)), InvalidSecretError)
})

// --- public vectors of the formats ---

const EIP_2335 = {
  secret: '0x000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
  // Mathematical Fraktur, which NFKD turns into plain letters.
  password: '𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑',
  salt: 'd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
  iv: '264daa3f303d7259501c93d997d84fe6',
}
const eip2335 = (kdf: object, checksum: string, message: string) => ({
  crypto: {
    kdf,
    checksum: { function: 'sha256', params: {}, message: checksum },
    cipher: { function: 'aes-128-ctr', params: { iv: EIP_2335.iv }, message },
  },
  pubkey: '',
  path: '',
  uuid: '1d85ae20-35c5-4611-98e8-aa14a633906f',
  version: 4,
})

test('EIP-2335 keystores of the specification open', async () => {
  const { salt } = EIP_2335
  const scrypt = eip2335(
    { function: 'scrypt', params: { dklen: 32, n: 262144, p: 1, r: 8, salt }, message: '' },
    'd2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484',
    '06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f',
  )
  const pbkdf2 = eip2335(
    {
      function: 'pbkdf2',
      params: { dklen: 32, c: 262144, prf: 'hmac-sha256', salt },
      message: '',
    },
    '8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1',
    'cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad',
  )
  for (const keystore of [scrypt, pbkdf2])
    assert.equal(bytesToHex(await openEip2335(keystore, EIP_2335.password)), EIP_2335.secret)
  // The specification's spelling of the same password, with a control code.
  assert.equal(bytesToHex(await openEip2335(pbkdf2, 'test\u007fpassword🔑')), EIP_2335.secret)
  await assert.rejects(openEip2335(pbkdf2, 'testpassword'), WrongPasswordError)
})

test('the version 3 keystore of the specification opens', async () => {
  const secret = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
  const pbkdf2 = {
    version: 3,
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
      ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
      kdf: 'pbkdf2',
      kdfparams: {
        c: 262144,
        dklen: 32,
        prf: 'hmac-sha256',
        salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
      },
      mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
    },
  }
  assert.equal(bytesToHex(await openEcdsaKey(pbkdf2, 'testpassword')), secret)
})

// --- round trips and hostile files ---

test('what is sealed opens with its password only, and shows nothing of the secret', async () => {
  const secret = newSecret()
  for (const [seal, open] of [
    [sealEcdsaKey, openEcdsaKey],
    [sealBn254Key, openBn254Key],
  ] as const) {
    const keystore = await seal(secret, 'päss wörd', CHEAP)
    const text = JSON.stringify(keystore)
    assert.ok(!text.includes(Buffer.from(secret).toString('hex')))
    assert.deepEqual(await open(JSON.parse(text), 'päss wörd'), secret)
    await assert.rejects(open(keystore, 'pass word'), WrongPasswordError)
  }
})

// biome-ignore lint/suspicious/noExplicitAny: damaged at will
type Damage = (keystore: any) => void
const set =
  (path: string, value: unknown): Damage =>
  (keystore) => {
    const members = path.split('.')
    const last = members.pop() as string
    let at = keystore
    for (const member of members) at = at[member]
    at[last] = value
  }

const HOSTILE_V3: readonly Damage[] = [
  set('version', 4),
  set('crypto', null),
  set('crypto.cipher', 'aes-256-gcm'),
  set('crypto.ciphertext', 'zz'.repeat(32)),
  set('crypto.ciphertext', '00'.repeat(33)),
  set('crypto.cipherparams.iv', '00'),
  set('crypto.mac', ''),
  set('crypto.kdf', 'argon2'),
  set('crypto.kdfparams.n', 2 ** 30),
  set('crypto.kdfparams.n', 4097),
  // The specification's own scrypt example is such a one: RFC 7914 rules it out.
  (keystore) => Object.assign(keystore.crypto.kdfparams, { n: 262_144, r: 1, p: 8 }),
  set('crypto.kdfparams.n', 0),
  set('crypto.kdfparams.r', 1e9),
  set('crypto.kdfparams.p', 65),
  set('crypto.kdfparams.dklen', 16),
  set('crypto.kdfparams.salt', ''),
  set('crypto.kdfparams.salt', '00'.repeat(1_000)),
  set('address', `${'11'.repeat(20)}`),
]
const HOSTILE_2335: readonly Damage[] = [
  set('version', 3),
  set('crypto.kdf', 7),
  set('crypto.kdf.function', 'none'),
  set('crypto.kdf.params.n', 2 ** 31),
  set('crypto.kdf.params.dklen', 31),
  set('crypto.checksum.function', 'crc32'),
  set('crypto.checksum.message', 'ab'),
  set('crypto.cipher.function', 'xor'),
  set('crypto.cipher.params', []),
  set('crypto.cipher.message', '00'.repeat(64)),
  set('pubkey', '00'.repeat(64)),
  set('pubkey', 'ab'),
]

test('damaged and hostile keystores are refused by name, without much work', async () => {
  const secret = newSecret()
  const v3 = await sealEcdsaKey(secret, 'password', CHEAP)
  const eip = await sealBn254Key(secret, 'password', CHEAP)
  const cases = [
    ...HOSTILE_V3.map((damage) => [v3, damage, openEcdsaKey] as const),
    ...HOSTILE_2335.map((damage) => [eip, damage, openBn254Key] as const),
  ]
  for (const [keystore, damage, open] of cases) {
    const damaged = structuredClone(keystore)
    damage(damaged)
    await assert.rejects(open(damaged, 'password'), (error: Error) => {
      assert.ok(error instanceof MalformedInputError, `${damage}: ${error}`)
      assert.ok(!error.message.includes(Buffer.from(secret).toString('hex')))
      return true
    })
  }
  for (const nothing of [null, 7, 'text', [], {}]) {
    await assert.rejects(openEcdsaKey(nothing, 'password'), MalformedInputError)
    await assert.rejects(openBn254Key(nothing, 'password'), MalformedInputError)
  }
})

test('a changed bit of the ciphertext is a wrong password', async () => {
  const keystore = await sealBn254Key(newSecret(), 'password', CHEAP)
  const damaged = structuredClone(keystore) as { crypto: { cipher: { message: string } } }
  const { message } = damaged.crypto.cipher
  damaged.crypto.cipher.message = (message.startsWith('0') ? '1' : '0') + message.slice(1)
  await assert.rejects(openBn254Key(damaged, 'password'), WrongPasswordError)
})

test('a list needs no password', async () => {
  const secret = newSecret()
  const { g1 } = publicKeyOf(secret)
  const key = bn254PublicKey(await sealBn254Key(secret, 'password', CHEAP))
  assert.equal(BigInt(key), (g1.x << 256n) | g1.y)
  assert.match(
    String(ecdsaAddress(await sealEcdsaKey(secret, 'password', CHEAP))),
    /^0x[0-9a-f]{40}$/,
  )
})
