import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes, decodeRlp, encodeRlp, encodeRlpList, listItems } from '@altlayer/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { bytes, globalValue, testModule } from '../../../../program/test/support/module.ts'

interface Exports {
  readonly INPUT: WebAssembly.Global
  readonly txType: WebAssembly.Global
  readonly txBlobCount: WebAssembly.Global
  decodeTransaction(ptr: number, end: number): number
  decodeL1Transaction(ptr: number, end: number): number
}

const { exports: program, memory } = await testModule<Exports>('transaction')
const input = globalValue(program.INPUT)

function decodes(decode: 'decodeTransaction' | 'decodeL1Transaction', encoded: Uint8Array) {
  memory.set(encoded, input)
  return program[decode](input, input + encoded.length) === 1
}

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const TYPE = Uint8Array.of(3)
const point = `0x${'c0'.repeat(48)}` as const
const sent = bytes(
  await account.signTransaction({
    type: 'eip4844',
    chainId: 900,
    nonce: 3,
    to: account.address,
    gas: 21_000n,
    maxFeePerGas: 2n,
    maxPriorityFeePerGas: 1n,
    maxFeePerBlobGas: 1n,
    blobVersionedHashes: [`0x01${'22'.repeat(31)}`],
    sidecars: [{ blob: `0x${'05'.repeat(131_072)}`, commitment: point, proof: point }],
  }),
)
const [body, ...sidecar] = listItems(decodeRlp(sent.subarray(1))).map(({ encoding }) => encoding)
assert.ok(body !== undefined && sidecar.length === 3)
const alone = concatBytes(TYPE, body)
const sidecarOf = (...items: readonly Uint8Array[]) => concatBytes(TYPE, encodeRlpList(items))

test('an L1 block may hold a blob transaction with its sidecar, as Anvil has it', () => {
  assert.ok(decodes('decodeL1Transaction', sent))
  assert.equal(program.txType.value, 3)
  assert.equal(program.txBlobCount.value, 1)
  assert.ok(decodes('decodeL1Transaction', alone))
  // EIP-7594 puts a version before the blobs.
  assert.ok(decodes('decodeL1Transaction', sidecarOf(body, Uint8Array.of(1), ...sidecar)))
})

test('an L2 block may not', () => {
  assert.ok(!decodes('decodeTransaction', sent))
  assert.ok(decodes('decodeTransaction', alone))
})

test('what is beside the form is no transaction', () => {
  const empty = encodeRlp([])
  for (const bad of [
    TYPE,
    Uint8Array.of(),
    concatBytes(TYPE, empty),
    sidecarOf(empty, ...sidecar),
    sidecarOf(sidecarOf(body).subarray(1), ...sidecar),
    concatBytes(sent, Uint8Array.of(0)),
    sent.subarray(0, -1),
    Uint8Array.from(sent).fill(2, 0, 1),
    sidecarOf(concatBytes(body, Uint8Array.of(0)).subarray(1), ...sidecar),
  ])
    assert.ok(!decodes('decodeL1Transaction', bad))
})
