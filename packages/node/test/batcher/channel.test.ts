import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateSync } from 'node:zlib'
import { concatBytes, encodeRlp, itemAt } from '@altlayer/protocol'
import fc from 'fast-check'
import { globalValue, hex, testModule } from '../../../../program/test/support/module.ts'
import {
  type Batch,
  type Compression,
  encodeBatch,
  encodeChannel,
  type SingularBatch,
} from '../../src/batcher/channel.ts'

interface Exports {
  channelAt(): number
  openChannel(length: number, maxBytes: number, brotli: boolean): number
  nextBatch(): number
  decodeSingular(at: number, length: number): number
  readonly readerBatchType: WebAssembly.Global
  readonly readerBatch: WebAssembly.Global
  readonly readerBatchLength: WebAssembly.Global
  readonly batchParentHash: WebAssembly.Global
  readonly batchEpochNumber: WebAssembly.Global<bigint>
  readonly batchEpochHash: WebAssembly.Global
  readonly batchTimestamp: WebAssembly.Global<bigint>
  readonly batchTransactions: WebAssembly.Global
  readonly batchTransactionsEnd: WebAssembly.Global
  readonly batchTransactionCount: WebAssembly.Global
}

const MAX_BYTES = 100_000_000
const { exports: wasm, memory: heap } = await testModule<Exports>('batches')

/** The batches the program reads in a channel; undefined when it refuses the compression. */
function readChannel(stream: Uint8Array, { maxBytes = MAX_BYTES, fjord = true } = {}) {
  heap.set(stream, wasm.channelAt() >>> 0)
  if (wasm.openChannel(stream.length, maxBytes, fjord) === 0) return undefined
  const batches: Uint8Array[] = []
  while (wasm.nextBatch() !== 0) {
    const at = globalValue(wasm.readerBatch) - 1
    batches.push(heap.slice(at, at + 1 + globalValue(wasm.readerBatchLength)))
  }
  return batches
}

function decodeSingular(encoding: Uint8Array): SingularBatch | undefined {
  const input = wasm.channelAt() >>> 0
  heap.set(encoding, input)
  if (wasm.decodeSingular(input, encoding.length) === 0) return undefined
  const slice = (at: number, length: number) => heap.slice(at, at + length)
  const start = globalValue(wasm.batchTransactions)
  const list = slice(start, globalValue(wasm.batchTransactionsEnd) - start)
  const transactions: Uint8Array[] = []
  for (let offset = 0; offset < list.length; ) {
    const item = itemAt(list, offset)
    transactions.push(Uint8Array.from(item.payload))
    offset += item.encoding.length
  }
  assert.equal(transactions.length, wasm.batchTransactionCount.value)
  return {
    parentHash: slice(globalValue(wasm.batchParentHash), 32),
    epochNumber: BigInt.asUintN(64, wasm.batchEpochNumber.value),
    epochHash: slice(globalValue(wasm.batchEpochHash), 32),
    timestamp: BigInt.asUintN(64, wasm.batchTimestamp.value),
    transactions,
  }
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const singular = fc
  .record({
    parentHash: bytes(32),
    epochNumber: uint64,
    epochHash: bytes(32),
    timestamp: uint64,
    transactions: fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }),
  })
  .map((batch) => ({ ...batch }))
const channel = fc.array(
  singular.map((batch): Batch => ({ type: 'singular', batch })),
  { maxLength: 6 },
)
const compression = fc.constantFrom<Compression>('zlib', 'brotli')

test('a singular batch decodes to what was encoded', () => {
  fc.assert(
    fc.property(singular, (batch) => {
      const encoding = encodeBatch({ type: 'singular', batch }).slice(1)
      assert.deepEqual(decodeSingular(encoding), batch)
      assert.equal(decodeSingular(encoding.subarray(0, -1)), undefined)
      // What is behind the list is ignored, as op-node does.
      assert.deepEqual(decodeSingular(concatBytes(encoding, Uint8Array.of(0))), batch)
    }),
  )
})

test('a channel gives its batches in order', () => {
  fc.assert(
    fc.property(channel, compression, (batches, compression) => {
      const read = readChannel(encodeChannel(batches, compression))
      assert.deepEqual(read?.map(hex), batches.map(encodeBatch).map(hex))
    }),
  )
})

test('what a cut or damaged channel gives is a beginning of its batches', () => {
  fc.assert(
    fc.property(channel, compression, fc.nat(), (batches, compression, cut) => {
      const stream = encodeChannel(batches, compression)
      const read = readChannel(stream.subarray(0, 1 + (cut % stream.length)))
      const all = batches.map(encodeBatch).map(hex)
      assert.deepEqual(read?.map(hex), all.slice(0, read?.length))
    }),
  )
})

test('batches before a malformed item count, those behind it do not', () => {
  const good = encodeRlp(Uint8Array.of(0, 0xc0))
  const batches = concatBytes(good, good, Uint8Array.of(0xc1, 0x80), good)
  for (const stream of [
    deflateSync(batches),
    concatBytes(Uint8Array.of(1), brotliCompressSync(batches)),
  ])
    assert.equal(readChannel(stream)?.length, 2)
})

test('brotli waits for Fjord, other compressions are unknown', () => {
  const stream = encodeChannel([], 'brotli')
  assert.equal(readChannel(stream, { fjord: false }), undefined)
  assert.deepEqual(readChannel(stream), [])
  for (const first of [0, 2, 3, 0x77])
    assert.equal(readChannel(Uint8Array.of(first, 1, 2, 3)), undefined)
  assert.equal(readChannel(new Uint8Array(0)), undefined)
})

test('a decompression bomb gives the batches within the limit', () => {
  const batch = encodeRlp(new Uint8Array(1_000_000))
  const bomb = concatBytes(...Array.from({ length: 60 }, () => batch))
  assert.equal(readChannel(deflateSync(bomb), { maxBytes: 10_000_000 })?.length, 9)
})
