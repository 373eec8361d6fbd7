import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { checkToolchain, ToolchainError } from '@altlayer/program/scripts/elf.ts'
import { MEMORY_SIZE } from '@altlayer/program/scripts/memory.ts'
import fc from 'fast-check'
import { type BothPrograms, buildBoth, runInV8, runOnMachine } from './both.ts'

/** Why there is nothing to compare with, where the RISC-V toolchain is not installed. */
const absent = await checkToolchain().then(
  () => false as const,
  (error: unknown) => {
    if (error instanceof ToolchainError) return error.message
    throw error
  },
)

interface Case {
  readonly operation: number
  readonly address: number
  readonly value: bigint
}

const OPERATIONS = 24

function encode(cases: readonly Case[]): Uint8Array {
  const bytes = new Uint8Array(16 * cases.length)
  const view = new DataView(bytes.buffer)
  for (const [index, { operation, address, value }] of cases.entries()) {
    view.setUint32(16 * index, operation, true)
    view.setUint32(16 * index + 4, address, true)
    view.setBigUint64(16 * index + 8, value, true)
  }
  return bytes
}

/** Addresses at the end of the memory, at the border of signed numbers, at the end of 32 bits; small numbers. */
const address = fc.oneof(
  fc.integer({ min: -40, max: 16 }).map((offset) => MEMORY_SIZE + offset),
  fc.integer({ min: -40, max: 16 }).map((offset) => MEMORY_SIZE - 0x7fff0000 + offset),
  fc.integer({ min: 2 ** 31 - 20, max: 2 ** 31 + 20 }),
  fc.integer({ min: 2 ** 32 - 20, max: 2 ** 32 - 1 }),
  fc.integer({ min: 2 ** 21, max: 2 ** 21 + 64 }),
  fc.nat(3),
)
const value = fc.oneof(
  fc.constantFrom(0n, 1n, (1n << 64n) - 1n, 1n << 62n, 1n << 63n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.tuple(address, fc.nat(80)).map(([from, length]) => (BigInt(from) << 32n) | BigInt(length)),
)
const anyCase = fc
  .record({ operation: fc.nat(OPERATIONS), address, value })
  // What is written there is only ever looked at again: the list itself is elsewhere.
  .filter(({ operation, address: at }) => operation < 8 || operation > 13 || at > 2 ** 21 - 1)

describe('wasm in V8 and on the proof machine', { skip: absent }, () => {
  let programs: BothPrograms
  before(async () => {
    programs = await buildBoth('traps')
  })

  const outcomes = (cases: readonly Case[]) => {
    const server = { get: () => encode(cases) }
    const machine = runOnMachine(programs.image, server)
    const { exitCode, records } = runInV8(programs.module, server)
    assert.deepEqual([machine.exitCode, machine.records], [exitCode, records])
    return { exitCode, records }
  }

  it('trap alike, each way there is', () => {
    const traps = [
      [{ operation: 6, address: MEMORY_SIZE - 7, value: 0n }, 227],
      [{ operation: 0, address: MEMORY_SIZE, value: 0n }, 227],
      [{ operation: 7, address: 2 ** 32 - 8, value: 0n }, 227],
      [{ operation: 11, address: MEMORY_SIZE - 4, value: 1n }, 227],
      [{ operation: 12, address: MEMORY_SIZE - 4, value: 5n }, 227],
      [{ operation: 13, address: 2 ** 21, value: (BigInt(MEMORY_SIZE - 4) << 32n) | 5n }, 227],
      [{ operation: 23, address: 0, value: 0n }, 240],
      [{ operation: 14, address: 1, value: 0n }, 241],
      [{ operation: 17, address: 0, value: 1n }, 241],
      [{ operation: 14, address: 2 ** 31, value: (1n << 64n) - 1n }, 242],
      [{ operation: 15, address: 2 ** 32 - 1, value: 1n << 62n }, 242],
    ] as const
    for (const [one, code] of traps)
      assert.deepEqual(outcomes([one]), { exitCode: code, records: [] })
  })

  it('take the last bytes of memory, aligned or not', () => {
    const cases = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((back) =>
      [0, 2, 4, 6, 8, 9, 10, 11].map((operation) => ({
        operation,
        address: MEMORY_SIZE - 16 + back,
        value: 0x8182838485868788n + BigInt(back),
      })),
    )
    assert.equal(outcomes(cases).records.length, cases.length)
  })

  it('give the same results and stop at the same place in any list of operations', () => {
    fc.assert(
      fc.property(fc.array(anyCase, { minLength: 1, maxLength: 60 }), (cases) => {
        outcomes(cases)
      }),
      { numRuns: 100 },
    )
  })
})
