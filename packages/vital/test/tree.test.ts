import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEmptyMachine } from '../src/index.ts'
import { createReferenceMemory, ZERO_ROOTS } from './reference/memory.ts'
import { rootOf } from './reference/step.ts'

const host = { preimage: () => undefined }

/** Few places, so that writes meet in leaves, pages and regions; the ends of memory among them. */
const place = fc.oneof(
  fc.nat(4200),
  fc.integer({ min: 0x3ffff0, max: 0x400010 }),
  fc.integer({ min: 2 ** 31 - 40, max: 2 ** 31 + 40 }),
  fc.integer({ min: 2 ** 32 - 70, max: 2 ** 32 - 9 }),
)
const write = fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 8 }))

test('the root of empty memory is Z_27', () => {
  assert.deepEqual(createEmptyMachine(host).state().memoryRoot, ZERO_ROOTS[27])
})

test('the tree follows writes, and is what a computation from nothing gives', () => {
  fc.assert(
    fc.property(fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 4 }), (rounds) => {
      const machine = createEmptyMachine(host)
      const reference = createReferenceMemory()
      for (const round of rounds) {
        for (const [at, bytes] of round) {
          machine.write(at, bytes)
          for (const [i, byte] of bytes.entries()) reference.setByte(BigInt(at + i), byte)
        }
        assert.deepEqual(machine.state().memoryRoot, reference.root())
      }
      const fresh = createEmptyMachine(host)
      for (const [at] of rounds.flat()) fresh.write(at, machine.read(at, 8))
      assert.deepEqual(fresh.state().memoryRoot, machine.state().memoryRoot)
    }),
    { numRuns: 25 },
  )
})

test('a leaf proof leads from the leaf to the root', () => {
  const machine = createEmptyMachine(host)
  const reference = createReferenceMemory()
  for (let i = 0; i < 40; i++) {
    const at = (i * 0x6789abc7) % 2 ** 32
    machine.write(at, Uint8Array.of(i + 1))
    reference.setByte(BigInt(at), i + 1)
  }
  const { memoryRoot } = machine.state()
  for (const at of [0, 31, 32, 0x6789abc7, 0x80000000, 2 ** 32 - 1, (5 * 0x6789abc7) % 2 ** 32]) {
    const proof = machine.proof(at)
    assert.deepEqual(proof, reference.proof(BigInt(at)))
    assert.deepEqual(rootOf(proof.subarray(0, 32), proof.subarray(32), BigInt(at)), memoryRoot)
  }
})
