import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeErrorResult } from 'viem'
import { decodeRevertReason, hexToBytes } from '../src/index.ts'

const errors = [
  { type: 'error', name: 'Error', inputs: [{ name: 'message', type: 'string' }] },
  { type: 'error', name: 'Panic', inputs: [{ name: 'code', type: 'uint256' }] },
] as const

test('Error(string) gives back any string', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (message) => {
      const data = encodeErrorResult({ abi: errors, errorName: 'Error', args: [message] })
      assert.equal(decodeRevertReason(hexToBytes(data)), message)
    }),
  )
})

test('Panic(uint256) gives the code its meaning', () => {
  const panic = (code: bigint) =>
    decodeRevertReason(
      hexToBytes(encodeErrorResult({ abi: errors, errorName: 'Panic', args: [code] })),
    )
  assert.equal(panic(1n), 'assert(false)')
  assert.equal(panic(0x11n), 'arithmetic underflow or overflow')
  assert.equal(panic(0x99n), 'unknown panic code: 0x99')
})

test('data of another form has no reason, and nothing throws', () => {
  assert.equal(decodeRevertReason(new Uint8Array()), undefined)
  assert.equal(decodeRevertReason(hexToBytes('0x08c379a0')), undefined)
  assert.equal(decodeRevertReason(hexToBytes(`0x08c379a0${'ff'.repeat(64)}`)), undefined)
  const selector = fc.constantFrom('0x08c379a0', '0x4e487b71', '0x12345678')
  fc.assert(
    fc.property(selector, fc.uint8Array({ maxLength: 160 }), (start, rest) => {
      decodeRevertReason(new Uint8Array([...hexToBytes(start), ...rest]))
    }),
  )
})
