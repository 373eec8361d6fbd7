import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimatedDaSize, fastLzLength } from '@altlayer/protocol'
import fc from 'fast-check'
import { globalValue, testModule } from '../../../../program/test/support/module.ts'

interface Exports {
  readonly INPUT: WebAssembly.Global
  fastLzLength(ptr: number, len: number): number
}

const { exports: program, memory } = await testModule<Exports>('fees')
const input = globalValue(program.INPUT)

/** Data with repetitions near and far. */
const data = fc
  .array(
    fc.record({
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      times: fc.oneof(fc.nat(3), fc.nat(400)),
    }),
    { maxLength: 12 },
  )
  .map((parts) =>
    Buffer.concat(parts.flatMap(({ bytes, times }) => Array.from({ length: times }, () => bytes))),
  )

test('the estimate of a size on L1 is from the length that the program charges for', () => {
  fc.assert(
    fc.property(data, (bytes) => {
      memory.set(bytes, input)
      assert.equal(fastLzLength(bytes), program.fastLzLength(input, bytes.length))
    }),
    { numRuns: 300 },
  )
})

test('a transaction counts as 100 bytes or more', () => {
  assert.equal(estimatedDaSize(new Uint8Array(0)), 100)
  assert.equal(estimatedDaSize(new Uint8Array(50_000)), 444)
  const random = Uint8Array.from({ length: 1_000 }, (_, i) => (i * i * 7919) >> 5)
  assert.equal(
    estimatedDaSize(random),
    Math.floor((fastLzLength(random) * 836_500 - 42_585_600) / 1e6),
  )
})
