import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CONFIG_CHAIN_ID, CONFIG_MODE, CONFIG_SIZE } from '../../shared/config.ts'
import {
  STATUS_BAD_INPUT,
  STATUS_MISSING_PREIMAGE,
  STATUS_NOT_OPEN,
  STATUS_OK,
} from '../../shared/status.ts'
import { testModule } from '../support/module.ts'

// Bytes that no host of ours would write: the entry points answer with a status, never with a trap, and the
// next call finds the instance as it should be.

interface Entries {
  inputAddress(): number
  inputSize(): number
  resultAddress(): number
  configure(length: number, nodeCacheBytes: number, codeCacheBytes: number): number
  open(length: number): number
  openAt(length: number): number
  overrideState(length: number): number
  transaction(length: number): number
  message(length: number): number
  seal(): number
  stateRoot(): number
  commit(): number
  abort(): void
  account(): number
  code(): number
  storage(): number
  proof(length: number): number
  diff(): number
  touched(): number
  environment(): number
}

const { exports: program, memory } = await testModule<Entries>('program')
const input = program.inputAddress() >>> 0
const EMPTY_ROOT = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

function configure(mode: bigint): void {
  const config = new DataView(memory.buffer, input, CONFIG_SIZE)
  for (let i = 0; i < CONFIG_SIZE; i += 8) config.setBigUint64(i, 0n, true)
  // All forks are active. Parameters and blob schedules; no unknown fork.
  for (let i = 96; i < 168; i += 8) config.setBigUint64(i, 6n, true)
  config.setBigUint64(CONFIG_SIZE - 8, (1n << 64n) - 1n, true)
  config.setBigUint64(CONFIG_MODE, mode, true)
  config.setBigUint64(CONFIG_CHAIN_ID, 1n, true)
  assert.equal(program.configure(CONFIG_SIZE, 1 << 20, 4 << 20), STATUS_OK)
}

function give(bytes: Uint8Array | readonly number[]): number {
  memory.set(bytes, input)
  return bytes.length
}

type Rlp = Uint8Array | readonly Rlp[]

function rlp(value: Rlp): number[] {
  if (value instanceof Uint8Array) {
    if (value.length === 1 && (value[0] as number) < 0x80) return [...value]
    return [...prefix(value.length, 0x80), ...value]
  }
  const payload = value.flatMap(rlp)
  return [...prefix(payload.length, 0xc0), ...payload]
}

function prefix(length: number, base: number): number[] {
  if (length < 56) return [base + length]
  if (length < 256) return [base + 56, length]
  return [base + 57, length >> 8, length & 255]
}

const zeros = (length: number) => new Uint8Array(length)
const none = new Uint8Array(0)
const small = (value: number) => Uint8Array.of(value)
const stateRoot = Uint8Array.from(Buffer.from(EMPTY_ROOT, 'hex'))
const gasLimit = Uint8Array.of(1, 0, 0, 0)
const header: readonly Rlp[] = [
  zeros(32),
  zeros(32),
  zeros(20),
  stateRoot,
  zeros(32),
  zeros(32),
  zeros(256),
  none,
  small(1),
  gasLimit,
  none,
  small(1),
  Uint8Array.of(0, 0, 0, 0, 250, 0, 0, 0, 6),
  zeros(32),
  zeros(8),
  small(7),
  zeros(32),
  none,
  none,
  zeros(32),
]
const open = [header, small(2), zeros(32), zeros(20), gasLimit, [zeros(32)], [], [zeros(8)], []]
const openEthereum = [header, small(2), zeros(32), zeros(20), gasLimit, [zeros(32)], [], [], [none]]
const openAt = [header, [], [], [], [], [], [], [], []]
const overrides = [
  [
    zeros(20),
    [small(5)],
    [small(1)],
    [Uint8Array.of(0x5f, 0x54)],
    [],
    [[zeros(32), zeros(32)]],
    [],
  ],
  [new Uint8Array(20).fill(2), [], [], [], [[]], [], []],
]
const call = [
  none,
  new Uint8Array(20).fill(1),
  zeros(20),
  Uint8Array.of(1, 0, 0),
  none,
  none,
  none,
  none,
  [],
  zeros(3),
  [[zeros(20), [zeros(32)]]],
  [],
  [],
]

const entries: readonly (readonly [string, (length: number) => number, Rlp])[] = [
  ['open', (length) => program.open(length), open],
  ['openAt', (length) => program.openAt(length), openAt],
  ['overrideState', (length) => program.overrideState(length), overrides],
  ['message', (length) => program.message(length), call],
  ['transaction', (length) => program.transaction(length), call],
  ['proof', (length) => program.proof(length), zeros(52)],
]

function reopen(): void {
  assert.equal(program.openAt(give(rlp(openAt))), STATUS_OK)
}

/** Still there, whatever the last call did. */
function works(): void {
  reopen()
  assert.equal(program.stateRoot(), STATUS_OK)
  const result = program.resultAddress() >>> 0
  assert.equal(Buffer.from(memory.subarray(result, result + 32)).toString('hex'), EMPTY_ROOT)
}

for (const [name, mode] of [
  ['ethereum', 0n],
  ['op', 1n],
] as const)
  describe(`entry points in ${name} mode`, () => {
    test('take what they are made for', () => {
      configure(mode)
      assert.equal(program.open(give(rlp(mode === 1n ? open : openEthereum))), STATUS_OK)
      assert.equal(program.overrideState(give(rlp(overrides))), STATUS_OK)
      assert.equal(program.message(give(rlp(call))), STATUS_OK)
      assert.equal(program.touched(), STATUS_OK)
      assert.equal(program.diff(), STATUS_OK)
      assert.equal(program.proof(give(zeros(52))), STATUS_OK)
      assert.equal(program.environment(), STATUS_OK)
      works()
    })

    test('answer random bytes with a status', () => {
      configure(mode)
      fc.assert(
        fc.property(
          fc.nat({ max: entries.length - 1 }),
          fc.uint8Array({ maxLength: 200 }),
          (index, bytes) => {
            reopen()
            const [, enter] = entries[index] as (typeof entries)[number]
            const status = enter(give(bytes))
            assert.ok(status >= 0 && status < 200)
          },
        ),
        { numRuns: 1_000 },
      )
      works()
    })

    test('answer their own input, damaged, with a status', () => {
      configure(mode)
      fc.assert(
        fc.property(
          fc.nat({ max: entries.length - 1 }),
          fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat({ max: 255 })), {
            minLength: 1,
            maxLength: 5,
          }),
          fc.integer({ min: -40, max: 0 }),
          (index, changes, cut) => {
            reopen()
            const [, enter, valid] = entries[index] as (typeof entries)[number]
            const bytes = valid instanceof Uint8Array ? [...valid] : rlp(valid)
            for (const [at, byte] of changes) bytes[Math.floor(at * bytes.length)] = byte
            const status = enter(give(cut === 0 ? bytes : bytes.slice(0, cut)))
            assert.ok(status >= 0 && status < 200)
          },
        ),
        { numRuns: 3_000 },
      )
      works()
    })

    test('say when nothing is open', () => {
      configure(mode)
      const closed = [
        program.transaction(0),
        program.message(0),
        program.overrideState(0),
        program.seal(),
        program.stateRoot(),
        program.commit(),
        program.account(),
        program.code(),
        program.storage(),
        program.proof(20),
        program.diff(),
        program.touched(),
        program.environment(),
      ]
      assert.deepEqual(
        closed,
        closed.map(() => STATUS_NOT_OPEN),
      )
    })

    test('close the block when the host lacks something', () => {
      configure(mode)
      const lost = rlp([header.with(3, new Uint8Array(32).fill(7)), ...openAt.slice(1)])
      assert.equal(program.openAt(give(lost)), STATUS_OK)
      give(zeros(20))
      assert.equal(program.account(), STATUS_MISSING_PREIMAGE)
      assert.equal(program.account(), STATUS_NOT_OPEN)
      works()
    })
  })

test('a configuration of another size is none', () => {
  assert.equal(program.configure(CONFIG_SIZE - 8, 0, 0), STATUS_BAD_INPUT)
  assert.equal(program.configure(0, 0, 0), STATUS_BAD_INPUT)
})
