import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, test } from 'node:test'
import { type BlobKzg, KzgError, loadBlobKzg } from '../../src/kzg/index.ts'
import { initPrecompiles, precompile } from '../../src/precompiles/index.ts'

// A proof of one element is judged by the point evaluation precompile, which L1 has.

let kzg: BlobKzg

before(async () => {
  await initPrecompiles()
  kzg = await loadBlobKzg()
})

const word = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')

function evaluates(commitment: Uint8Array, z: bigint, y: bigint, proof: Uint8Array): boolean {
  const versionedHash = createHash('sha256').update(commitment).digest()
  versionedHash[0] = 1
  const input = Buffer.concat([versionedHash, word(z), word(y), commitment, proof])
  return precompile(0x0a, input) !== undefined
}

test('every element of a blob can be shown, and no other value of it', () => {
  const blob = new Uint8Array(131_072)
  for (let i = 0; i < blob.length; i++) blob[i] = i % 32 === 0 ? i % 100 : (i * i + (i >> 7)) & 0xff
  const commitment = kzg.commit(blob)
  for (const index of [0, 1, 2, 1000, 4095]) {
    const { z, y, proof } = kzg.proveElement(blob, index)
    const element = Buffer.from(blob.subarray(32 * index, 32 * index + 32)).toString('hex')
    assert.equal(y, BigInt(`0x${element}`))
    assert.equal(evaluates(commitment, z, y, proof), true)
    assert.equal(evaluates(commitment, z, y + 1n, proof), false)
    assert.equal(evaluates(commitment, z + 1n, y, proof), false)
  }
})

test('what is no blob, or no element of one, is refused', () => {
  const blob = new Uint8Array(131_072)
  for (const index of [-1, 4096, 0.5]) assert.throws(() => kzg.proveElement(blob, index), KzgError)
  assert.throws(() => kzg.proveElement(blob.subarray(1), 0), KzgError)
  assert.throws(() => kzg.proveElement(blob.fill(0xff), 0), KzgError)
})
