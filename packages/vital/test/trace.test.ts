import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createMachine,
  type MachineHost,
  recordTrace,
  stateHash,
  stepWitness,
} from '../src/index.ts'
import { binary, branch, ECALL, immediate, jal, lui, store } from './support/assembler.ts'

const KEY = '00'.repeat(32)
const PREIMAGE = Uint8Array.from({ length: 4000 }, (_, i) => i)

/**
 * Writes a counter over 64 pages, again and again, each round over the same pages with other values; reads some of
 * a preimage each round and says so; exits after 40 rounds.
 */
const code = [
  lui(5, 0x100), // x5: page that is written
  immediate.addi(6, 0, 64),
  lui(7, 0x1),
  store.sd(8, 5, 16), // inner loop
  binary.add(5, 5, 7),
  immediate.addi(8, 8, 3),
  immediate.addi(6, 6, -1),
  branch.bne(6, 0, -16),
  immediate.addi(10, 0, 5),
  lui(11, 0x80),
  immediate.addi(12, 0, 24),
  immediate.addi(17, 0, 63),
  ECALL,
  immediate.addi(10, 0, 1),
  immediate.addi(17, 0, 64),
  ECALL,
  immediate.addi(9, 9, 1),
  immediate.addi(13, 0, 40),
  branch.bne(9, 13, -72),
  immediate.addi(17, 0, 93),
  immediate.addi(10, 0, 1),
  ECALL,
  jal(0, 0),
]
const image = {
  entry: 0x10000n,
  segments: [{ address: 0x10000, bytes: new Uint8Array(Uint32Array.from(code).buffer) }],
}
const STEPS = 40n * (3n + 64n * 5n + 11n) + 3n

function host(): MachineHost & { readonly said: string[] } {
  const said: string[] = []
  return {
    said,
    preimage: (key) => (key === KEY ? PREIMAGE : undefined),
    output: (_, bytes) => said.push(Buffer.from(bytes).toString('hex')),
  }
}

function straight(step: bigint): string {
  const machine = createMachine(image, host())
  machine.run(step)
  return stateHash(machine.state())
}

/** Steps in an order that goes back and forth, with the ends, the borders of checkpoints and beyond the end. */
const asked = [0n, STEPS, 5000n, 1n, 999n, 1000n, 1001n, 12_345n, 300n, 301n, STEPS - 1n, 77n]

describe('recordTrace', () => {
  const expected = new Map(asked.map((step) => [step, straight(step)]))

  for (const [name, options] of [
    ['one checkpoint', {}],
    ['many checkpoints', { interval: 250n }],
    ['checkpoints that are thinned by number', { interval: 100n, maxCheckpoints: 5 }],
    ['checkpoints that are thinned by size', { interval: 100n, maxBytes: 500_000 }],
  ] as const) {
    it(`answers any step with ${name}`, () => {
      const trace = recordTrace(image, host(), options)
      assert.deepEqual([trace.steps, trace.exited, trace.exitCode], [STEPS, true, 1])
      for (const step of asked) assert.equal(trace.stateHashAt(step), expected.get(step), `${step}`)
      assert.equal(trace.stateHashAt(STEPS + 1000n), expected.get(STEPS))
    })
  }

  it('gives the witness of a step', () => {
    const trace = recordTrace(image, host(), { interval: 250n })
    for (const step of asked) {
      const machine = createMachine(image, host())
      machine.run(step)
      assert.deepEqual(trace.witnessAt(step), stepWitness(machine))
    }
  })

  it('lets the host hear the program once, whatever is replayed', () => {
    const listener = host()
    const trace = recordTrace(image, listener, { interval: 250n })
    assert.equal(listener.said.length, 40)
    for (const step of asked) trace.stateHashAt(step)
    assert.equal(listener.said.length, 40)
  })

  it('stops at a limit and says how far it came', () => {
    const seen: bigint[] = []
    const trace = recordTrace(image, host(), {
      limit: 1000n,
      interval: 300n,
      onProgress: (step) => seen.push(step),
    })
    assert.deepEqual([trace.steps, trace.exited], [1000n, false])
    assert.deepEqual(seen, [300n, 600n, 900n, 1000n])
    assert.equal(trace.stateHashAt(999n), expected.get(999n))
  })

  it('refuses steps and intervals that there are not', () => {
    assert.throws(() => recordTrace(image, host(), { interval: 0n }), RangeError)
    assert.throws(() => recordTrace(image, host()).stateHashAt(-1n), RangeError)
  })
})
