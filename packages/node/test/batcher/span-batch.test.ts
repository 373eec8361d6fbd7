import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { constants, inflateSync } from 'node:zlib'
import {
  bytesToHex,
  concatBytes,
  decodeRlp,
  decodeTransaction,
  encodeRlp,
  encodeTransaction,
  hexToBytes,
  itemAt,
  listItems,
  type RlpValue,
  rlpBytes,
} from '@altlayer/protocol'
import fc from 'fast-check'
import { serializeTransaction, type TransactionSerializable } from 'viem'
import { globalValue, testModule } from '../../../../program/test/support/module.ts'
import { encodeFrames } from '../../src/batcher/frame.ts'
import { encodeSpanBatch, type SpanBatch } from '../../src/batcher/span-batch.ts'

const CHAIN_ID = 10
// Of program/src/derive/span-batch.ts.
const OK = 0
const MALFORMED = 1
const BAD_TRANSACTION = 2
interface Exports {
  inputAt(): number
  decode(length: number, chainId: bigint): number
  readonly spanRelativeTime: WebAssembly.Global<bigint>
  readonly spanOrigin: WebAssembly.Global<bigint>
  readonly spanParentCheck: WebAssembly.Global
  readonly spanOriginCheck: WebAssembly.Global
  readonly spanBlocks: WebAssembly.Global
  spanTxCount(block: number): number
  spanFirstTx(block: number): number
  spanOriginChanged(block: number): number
  spanTx(index: number): number
  spanTxLength(index: number): number
  framesCount(data: number, length: number): number
  frameNext(at: number, end: number): number
  readonly frameData: WebAssembly.Global
  readonly frameLength: WebAssembly.Global
}

const { exports: wasm, memory: heap } = await testModule<Exports>('batches')

function decodeSpanBatch(bytes: Uint8Array, chainId = CHAIN_ID): SpanBatch | undefined {
  heap.set(bytes, wasm.inputAt())
  if (wasm.decode(bytes.length, BigInt(chainId)) !== OK) return undefined
  const slice = (at: number, length: number) => heap.slice(at >>> 0, (at >>> 0) + length)
  const blocks = Array.from({ length: wasm.spanBlocks.value }, (_, block) => ({
    originChanged: wasm.spanOriginChanged(block) !== 0,
    transactions: Array.from({ length: wasm.spanTxCount(block) }, (_, i) => {
      const index = wasm.spanFirstTx(block) + i
      return slice(wasm.spanTx(index), wasm.spanTxLength(index))
    }),
  }))
  return {
    relativeTime: BigInt.asUintN(64, wasm.spanRelativeTime.value),
    originNumber: BigInt.asUintN(64, wasm.spanOrigin.value),
    parentCheck: slice(globalValue(wasm.spanParentCheck), 20),
    originCheck: slice(globalValue(wasm.spanOriginCheck), 20),
    blocks,
  }
}

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const hex = (length: number) => bytes(length).map((value) => bytesToHex(value))
const address = hex(20)
const accessList = fc.array(
  fc.record({ address, storageKeys: fc.array(hex(32), { maxLength: 3 }) }),
  { maxLength: 3 },
)
const signature = fc.record({
  r: fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
  s: fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
  yParity: fc.constantFrom(0, 1),
})
const common = {
  nonce: fc.nat(1 << 30),
  gas: uint64,
  to: fc.option(address, { nil: undefined }),
  value: uint256,
  data: fc.uint8Array({ maxLength: 100 }).map((value) => bytesToHex(value)),
}
const prices = fc.record({ maxFeePerGas: uint256, tip: uint256 }).map(({ maxFeePerGas, tip }) => ({
  maxFeePerGas,
  maxPriorityFeePerGas: tip % (maxFeePerGas + 1n),
}))
const authorization = fc
  .record({ address, nonce: fc.nat(1000), chainId: fc.constantFrom(0, CHAIN_ID), sig: signature })
  .map(({ address, nonce, chainId, sig }) => ({
    address,
    nonce,
    chainId,
    r: word(sig.r),
    s: word(sig.s),
    yParity: sig.yParity,
  }))

function word(value: bigint): `0x${string}` {
  return `0x${value.toString(16).padStart(64, '0')}`
}

const transaction = fc
  .tuple(
    fc.oneof(
      fc.record({ ...common, gasPrice: uint256, replay: fc.boolean() }).map((fields) => ({
        ...fields,
        type: 'legacy' as const,
      })),
      fc.record({ ...common, gasPrice: uint256, accessList }).map((fields) => ({
        ...fields,
        type: 'eip2930' as const,
      })),
      fc.record({ ...common, prices, accessList }).map(({ prices, ...fields }) => ({
        ...fields,
        ...prices,
        type: 'eip1559' as const,
      })),
      fc
        .record({
          ...common,
          to: address,
          prices,
          accessList,
          authorizationList: fc.array(authorization, { minLength: 1, maxLength: 3 }),
        })
        .map(({ prices, ...fields }) => ({ ...fields, ...prices, type: 'eip7702' as const })),
    ),
    signature,
  )
  .map(([fields, sig]) => {
    const protectedLegacy = fields.type !== 'legacy' || fields.replay
    const v = fields.type === 'legacy' ? 27n + BigInt(sig.yParity) : BigInt(sig.yParity)
    const serializable = { ...fields, ...(protectedLegacy ? { chainId: CHAIN_ID } : {}) }
    const signed = { r: word(sig.r), s: word(sig.s), v, yParity: sig.yParity }
    return hexToBytes(serializeTransaction(serializable as TransactionSerializable, signed))
  })

const spanBatch: fc.Arbitrary<SpanBatch> = fc
  .record({
    relativeTime: uint64,
    originNumber: uint64,
    parentCheck: bytes(20),
    originCheck: bytes(20),
    blocks: fc.array(
      fc.record({
        originChanged: fc.boolean(),
        transactions: fc.array(transaction, { maxLength: 6 }),
      }),
      { minLength: 1, maxLength: 20 },
    ),
  })
  .map((batch) => ({ ...batch, blocks: batch.blocks.map((block) => ({ ...block })) }))

test('a span batch decodes to the blocks that were encoded', () => {
  fc.assert(
    fc.property(spanBatch, (batch) => {
      assert.deepEqual(decodeSpanBatch(encodeSpanBatch(batch)), batch)
    }),
    { numRuns: 300 },
  )
})

test('a batch cut anywhere but in ignored bytes is malformed', () => {
  fc.assert(
    fc.property(spanBatch, fc.nat(), (batch, cut) => {
      const encoded = encodeSpanBatch(batch)
      assert.equal(decodeSpanBatch(encoded.subarray(0, cut % encoded.length)), undefined)
    }),
  )
})

test('mutated batches never trap, and what decodes encodes again', () => {
  fc.assert(
    fc.property(spanBatch, fc.nat(), fc.integer({ min: 1, max: 255 }), (batch, at, flip) => {
      const mutated = Uint8Array.from(encodeSpanBatch(batch))
      const place = at % mutated.length
      mutated[place] = (mutated[place] as number) ^ flip
      const decoded = decodeSpanBatch(mutated)
      if (decoded !== undefined)
        assert.deepEqual(decodeSpanBatch(encodeSpanBatch(decoded)), decoded)
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (random) => void decodeSpanBatch(random)),
  )
})

test('absurd counts are refused before memory is spent on them', () => {
  const prefix = new Uint8Array(42)
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
  assert.equal(decodeSpanBatch(Uint8Array.of(...prefix, ...huge)), undefined)
  assert.equal(decodeSpanBatch(Uint8Array.of(...prefix, 0x80, 0xad, 0xe2, 0x04)), undefined)
  assert.equal(decodeSpanBatch(Uint8Array.of(...prefix, 1, 0, ...huge)), undefined)
  assert.equal(decodeSpanBatch(Uint8Array.of(...prefix, 0)), undefined, 'a batch without blocks')
})

/** What becomes of a batch of one block, whose transactions have these data and are calls to the zero address. */
function statusOf(datas: readonly Uint8Array[], legacy = 0): number {
  const count = datas.length
  const bits = new Uint8Array(Math.ceil(count / 8))
  const encoded = concatBytes(
    new Uint8Array(42),
    Uint8Array.of(1, 0, count),
    bits,
    bits,
    new Uint8Array(64 * count).fill(1),
    new Uint8Array(20 * count),
    ...datas,
    new Uint8Array(2 * count),
    new Uint8Array(Math.ceil(legacy / 8)),
  )
  heap.set(encoded, wasm.inputAt())
  return wasm.decode(encoded.length, BigInt(CHAIN_ID))
}

const typed = (type: number, fields: RlpValue) =>
  concatBytes(Uint8Array.of(type), encodeRlp(fields))
const scalar = (size: number, first = 1) => new Uint8Array(size).fill(first, 0, 1)

test('scalars are as large as the decoder of op-node takes them in each type', () => {
  const none = new Uint8Array(0)
  const wide = scalar(33)
  assert.equal(statusOf([encodeRlp([wide, wide, none])], 1), OK)
  assert.equal(statusOf([typed(1, [wide, wide, none, []])]), OK)
  assert.equal(statusOf([typed(2, [wide, wide, wide, none, []])]), OK)
  const setCode = (value: Uint8Array, ...authorizations: readonly RlpValue[]) =>
    statusOf([typed(4, [value, none, none, none, [], authorizations])])
  assert.equal(setCode(scalar(32)), OK)
  assert.equal(setCode(wide), BAD_TRANSACTION)

  const authorization = [32, 20, 8, 1, 32, 32].map((size) => scalar(size))
  assert.equal(setCode(none, authorization, authorization), OK)
  for (let i = 0; i < authorization.length; i++) {
    const change = (bytes: Uint8Array) => authorization.map((each, at) => (at === i ? bytes : each))
    const size = authorization[i]?.length as number
    assert.equal(setCode(none, change(scalar(size + 1))), BAD_TRANSACTION, `longer ${i}`)
    const isAddress = i === 1
    assert.equal(setCode(none, change(scalar(size, 0))), isAddress ? OK : BAD_TRANSACTION, `0 ${i}`)
    assert.equal(setCode(none, change(none)), isAddress ? BAD_TRANSACTION : OK, `none ${i}`)
  }
  assert.equal(setCode(none, authorization.slice(1)), BAD_TRANSACTION)
  assert.equal(setCode(none, [...authorization, none]), BAD_TRANSACTION)
  assert.equal(setCode(none, [[], ...authorization.slice(1)]), BAD_TRANSACTION)
})

test('a transaction with a type of 0 counts among the legacy ones, and is none', () => {
  const data = typed(0, [Uint8Array.of(1), Uint8Array.of(1), new Uint8Array(0)])
  assert.equal(statusOf([data]), MALFORMED)
  assert.equal(statusOf([data], 1), BAD_TRANSACTION)
  const legacy = encodeRlp([Uint8Array.of(1), Uint8Array.of(1), new Uint8Array(0)])
  assert.equal(statusOf(Array(8).fill(legacy), 8), OK)
  assert.equal(statusOf([...Array(8).fill(legacy), data], 8), MALFORMED)
  assert.equal(statusOf([...Array(8).fill(legacy), data], 9), BAD_TRANSACTION)
})

test('data of a transaction end the batch when they are longer than its greatest count', () => {
  const small = new Uint8Array(0)
  const data = (length: number) => typed(2, [small, small, small, new Uint8Array(length), []])
  // Its own header and those of the list and of four empty items are left for it.
  const most = 10_000_000 - 4 - 4 - 4
  assert.equal(data(most).length, 1 + 10_000_000)
  assert.equal(statusOf([data(most)]), OK)
  assert.equal(statusOf([data(most + 1)]), MALFORMED)
})

async function testdata(name: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(new URL(`../../../../../shared/testdata/${name}`, import.meta.url))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

test('a real raw span batch round-trips to the byte', async (t) => {
  const file = await testdata('raw_batch.hex')
  if (file === undefined) return t.skip('shared/testdata/raw_batch.hex is absent')
  const raw = new Uint8Array(file)
  const batch = decodeSpanBatch(raw)
  assert.ok(batch !== undefined)
  assert.equal(batch.blocks.length, 4)
  assert.equal(batch.blocks.flatMap((block) => block.transactions).length, 39)
  assert.ok(Buffer.from(encodeSpanBatch(batch)).equals(raw))
})

test('a real batcher transaction holds one frame of 27 blocks and 209 transactions', async (t) => {
  const file = await testdata('raw_batcher_tx.hex')
  if (file === undefined) return t.skip('shared/testdata/raw_batcher_tx.hex is absent')
  const fields = listItems(decodeRlp(new Uint8Array(file).subarray(1)))
  const data = rlpBytes(fields[7], 'data')
  heap.set(data, wasm.inputAt())
  assert.equal(wasm.framesCount(wasm.inputAt(), data.length), 1)
  assert.equal(
    wasm.frameNext(wasm.inputAt() + 1, wasm.inputAt() + data.length),
    wasm.inputAt() + data.length,
  )
  assert.deepEqual(encodeTransaction(decodeTransaction(new Uint8Array(file))), new Uint8Array(file))
  const at = globalValue(wasm.frameData)
  const channel = heap.slice(at, at + globalValue(wasm.frameLength))
  const frame = {
    channelId: data.slice(1, 17),
    number: 0,
    data: channel,
    isLast: data.at(-1) === 1,
  }
  assert.deepEqual(encodeFrames([frame]), data)
  // The frame is the first of its channel: what it has of the stream is whole batches.
  const stream = inflateSync(channel, { finishFlush: constants.Z_SYNC_FLUSH })
  const batches: SpanBatch[] = []
  for (let offset = 0; offset < stream.length; ) {
    const item = itemAt(stream, offset)
    assert.equal(item.payload[0], 1)
    const batch = decodeSpanBatch(item.payload.slice(1))
    assert.ok(batch !== undefined)
    assert.ok(Buffer.from(encodeSpanBatch(batch)).equals(item.payload.subarray(1)))
    batches.push(batch)
    offset += item.encoding.length
  }
  const blocks = batches.flatMap((batch) => batch.blocks)
  assert.equal(blocks.length, 27)
  assert.equal(blocks.flatMap((block) => block.transactions).length, 209)
})
