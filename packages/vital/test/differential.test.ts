import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeState, stateHash } from '../src/index.ts'
import { referenceState, referenceStep } from './reference/interpreter.ts'
import * as assembler from './support/assembler.ts'
import { emulatorOf, referenceOf, type Setup } from './support/machine.ts'
import { EDGES, KEY, preimages, setup, value, WIDE } from './support/programs.ts'

// Both machines run the same random programs; after every run their whole states are the same.

/** Runs both; where a preimage is missing, both stop. */
function agree(input: Setup, steps: number): void {
  const reference = referenceOf(input)
  const emulator = emulatorOf(input)
  let missing = false
  for (let step = 0; step < steps && !missing; step++) {
    try {
      referenceStep(reference, preimages)
    } catch (error) {
      assert.match(String(error), /no preimage/)
      missing = true
    }
  }
  const until = (input.step ?? 0n) + BigInt(steps)
  if (missing) {
    assert.throws(() => emulator.run(until), { name: 'MissingPreimageError' })
    return
  }
  emulator.run(until)
  assert.equal(
    Buffer.from(encodeState(emulator.state())).toString('hex'),
    Buffer.from(encodeState(referenceState(reference))).toString('hex'),
  )
}

test('the emulator and the reference interpreter agree on random programs', () => {
  fc.assert(
    fc.property(setup, fc.integer({ min: 1, max: 60 }), (input, steps) => agree(input, steps)),
    { numRuns: 1500 },
  )
})

test('they agree on any single word as an instruction', () => {
  fc.assert(
    fc.property(
      fc.nat(0xffffffff),
      fc.array(value, { minLength: 32, maxLength: 32 }),
      (code, values) => {
        const registers = Object.fromEntries(values.map((register, index) => [index, register]))
        agree({ code: [code], registers, preimages, preimageKey: KEY }, 1)
      },
    ),
    { numRuns: 1500 },
  )
})

test('they agree on every instruction at the values where arithmetic turns', () => {
  const values = [...EDGES, ...WIDE]
  for (const encode of Object.values(assembler.binary)) {
    // One program a pair of values would be thousands: all pairs of one instruction are one program.
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const))
    for (let from = 0; from < pairs.length; from += 10) {
      const some = pairs.slice(from, from + 10)
      const registers: Record<number, bigint> = {}
      for (const [index, [a, b]] of some.entries())
        Object.assign(registers, { [2 + 3 * index]: a, [3 + 3 * index]: b })
      const code = some.map((_, index) => encode(1 + 3 * index, 2 + 3 * index, 3 + 3 * index))
      agree({ code, registers }, some.length)
    }
  }
})

test('the state hash carries the status in its first byte', () => {
  for (const [exit, status] of [
    [0, '0x00'],
    [1, '0x01'],
    [2, '0x02'],
    [229, '0x02'],
  ] as const) {
    const machine = emulatorOf({
      code: [assembler.ECALL],
      registers: { 10: BigInt(exit), 17: 93n },
    })
    assert.equal(stateHash(machine.state()).slice(0, 4), '0x03')
    machine.run(1n)
    assert.equal(stateHash(machine.state()).slice(0, 4), status)
  }
})
