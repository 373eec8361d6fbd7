import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hex, testModule } from '../support/module.ts'

interface Exports {
  inputAt(): number
  streamAt(): number
  reset(): void
  error(): number
  add(length: number, number: bigint, timeout: bigint, maxSize: bigint): void
  read(number: bigint, timeout: bigint, canyon: boolean): number
  readOpened(): bigint
  assemble(length: number, number: bigint, timeout: bigint, maxSize: bigint): number
  assembleOpened(): bigint
  bankChannels(): number
  bankSize(): bigint
}

const { exports: wasm, memory: heap } = await testModule<Exports>('channels')

interface Frame {
  readonly channel: number
  readonly number: number
  readonly data: Uint8Array
  readonly last: boolean
}

const OVERHEAD = 200

function put(frame: Frame): number {
  const bytes = new Uint8Array(23 + frame.data.length)
  const view = new DataView(bytes.buffer)
  bytes.fill(frame.channel, 0, 16)
  view.setUint16(16, frame.number)
  view.setUint32(18, frame.data.length)
  bytes.set(frame.data, 22)
  bytes[bytes.length - 1] = frame.last ? 1 : 0
  heap.set(bytes, wasm.inputAt())
  return bytes.length
}

function stream(length: number): Uint8Array | undefined {
  const at = wasm.streamAt() >>> 0
  return length < 0 ? undefined : heap.slice(at, at + length)
}

interface Channel {
  readonly id: number
  readonly opened: number
  readonly frames: Map<number, Uint8Array>
  end: number | undefined
}

/** The channel bank as the specification words it, over ordinary maps. */
class ModelBank {
  private channels: Channel[] = []

  add(frame: Frame, block: number, timeout: number, maxSize: number): void {
    let channel = this.channels.find(({ id }) => id === frame.channel)
    if (channel === undefined) {
      channel = { id: frame.channel, opened: block, frames: new Map(), end: undefined }
      this.channels.push(channel)
    }
    if (block > channel.opened + timeout || channel.frames.has(frame.number)) return
    if (channel.end !== undefined && (frame.last || frame.number >= channel.end)) return
    if (frame.last) {
      channel.end = frame.number
      for (const number of channel.frames.keys())
        if (number > frame.number) channel.frames.delete(number)
    }
    channel.frames.set(frame.number, frame.data)
    while (this.size() > maxSize) this.channels.shift()
  }

  read(block: number, timeout: number, canyon: boolean): Uint8Array | undefined {
    const timedOut = ({ opened }: Channel) => block > opened + timeout
    while (this.channels[0] !== undefined && timedOut(this.channels[0])) this.channels.shift()
    const candidates = canyon ? this.channels : this.channels.slice(0, 1)
    const ready = candidates.find(
      (channel) => !timedOut(channel) && channel.frames.size - 1 === channel.end,
    )
    if (ready === undefined) return undefined
    this.channels.splice(this.channels.indexOf(ready), 1)
    const numbers = [...ready.frames.keys()].sort((a, b) => a - b)
    return new Uint8Array(Buffer.concat(numbers.map((n) => ready.frames.get(n) as Uint8Array)))
  }

  size(): number {
    return this.channels
      .flatMap(({ frames }) => [...frames.values()])
      .reduce((sum, data) => sum + data.length + OVERHEAD, 0)
  }

  count(): number {
    return this.channels.length
  }
}

const frame = fc.record({
  channel: fc.nat(3),
  number: fc.nat(3),
  data: fc.uint8Array({ maxLength: 40 }),
  last: fc.boolean(),
})

type Step = { frame: Frame; blocks: number; read: boolean }
const steps = fc.array(
  fc.record({ frame, blocks: fc.constantFrom(0, 0, 0, 1, 2), read: fc.boolean() }),
  {
    maxLength: 120,
  },
)

test('the channel bank is the one of the specification', () => {
  fc.assert(
    fc.property(
      steps,
      fc.nat(6),
      fc.constantFrom(600, 1500, 100_000),
      fc.boolean(),
      (steps: Step[], timeout, maxSize, canyon) => {
        wasm.reset()
        const model = new ModelBank()
        let block = 100
        for (const step of steps) {
          block += step.blocks
          model.add(step.frame, block, timeout, maxSize)
          wasm.add(put(step.frame), BigInt(block), BigInt(timeout), BigInt(maxSize))
          if (step.read) {
            const expected = model.read(block, timeout, canyon)
            const actual = stream(wasm.read(BigInt(block), BigInt(timeout), canyon))
            assert.equal(actual && hex(actual), expected && hex(expected))
          }
          assert.equal(wasm.bankChannels(), model.count())
          assert.equal(wasm.bankSize(), BigInt(model.size()))
        }
        assert.equal(wasm.error(), 0)
      },
    ),
    { numRuns: 500 },
  )
})

test('a bank that runs full of holes is compacted, and keeps what it waits for', () => {
  wasm.reset()
  const data = new Uint8Array(1_000_000)
  const waiting = { channel: 1, number: 0, data: Uint8Array.of(1, 2), last: false }
  wasm.add(put(waiting), 1n, 1000n, 100_000_000n)
  for (let round = 0; round < 300; round++) {
    data[0] = round
    wasm.add(put({ channel: 9, number: 0, data, last: true }), 1n, 1000n, 100_000_000n)
    const read = stream(wasm.read(1n, 1000n, true))
    assert.equal(read?.length, data.length)
    assert.equal(read?.[0], round & 0xff)
  }
  wasm.add(put({ ...waiting, number: 1, last: true }), 1n, 1000n, 100_000_000n)
  assert.deepEqual(stream(wasm.read(1n, 1000n, true)), Uint8Array.of(1, 2, 1, 2))
  assert.equal(wasm.error(), 0)
})

test('frames without end stay within the bank', () => {
  wasm.reset()
  const data = new Uint8Array(1_000_000)
  for (let number = 0; number < 400; number++)
    wasm.add(put({ channel: number & 0xff, number, data, last: false }), 1n, 1000n, 100_000_000n)
  assert.equal(wasm.error(), 0)
  assert.ok(wasm.bankSize() <= 100_000_000n)
})

/** Since Holocene (OP Stack specs, Holocene derivation): one channel, strictly in order. */
function modelAssemble(steps: readonly Step[], timeout: number, maxSize: number): string[] {
  const read: string[] = []
  let channel: { id: number; opened: number; frames: Uint8Array[]; size: number } | undefined
  let block = 100
  for (const { frame, blocks } of steps) {
    block += blocks
    if (channel !== undefined && block > channel.opened + timeout) channel = undefined
    if (frame.number === 0) channel = { id: frame.channel, opened: block, frames: [], size: 0 }
    if (channel?.id !== frame.channel || channel.frames.length !== frame.number) continue
    channel.frames.push(frame.data)
    channel.size += frame.data.length + OVERHEAD
    if (channel.size > maxSize) channel = undefined
    else if (frame.last) {
      read.push(hex(Buffer.concat(channel.frames)))
      channel = undefined
    }
  }
  return read
}

test('the channel assembler takes frames in order only', () => {
  fc.assert(
    fc.property(
      steps,
      fc.nat(6),
      fc.constantFrom(500, 100_000),
      (steps: Step[], timeout, maxSize) => {
        wasm.reset()
        const read: string[] = []
        let block = 100
        for (const { frame, blocks } of steps) {
          block += blocks
          const length = wasm.assemble(put(frame), BigInt(block), BigInt(timeout), BigInt(maxSize))
          const joined = stream(length)
          if (joined !== undefined) read.push(hex(joined))
        }
        assert.deepEqual(read, modelAssemble(steps, timeout, maxSize))
      },
    ),
    { numRuns: 500 },
  )
})

test('a channel that grows too long is dropped before its limit is passed, and the next one is read', () => {
  wasm.reset()
  const limit = 100_000_000
  const data = new Uint8Array(1_000_000).fill(0xab)
  for (let number = 0; number < 120; number++) {
    const frame = { channel: 1, number, data, last: number === 119 }
    assert.equal(wasm.assemble(put(frame), 1n, 50n, BigInt(limit)), -1)
  }
  const at = wasm.streamAt() >>> 0
  const behind = heap.subarray(at + limit, at + limit + 20_000_000)
  assert.ok(
    behind.every((byte) => byte === 0),
    'nothing is written behind the limit',
  )
  const good = { channel: 2, number: 0, data: Uint8Array.of(5, 6, 7), last: true }
  assert.deepEqual(stream(wasm.assemble(put(good), 2n, 50n, BigInt(limit))), good.data)
})
