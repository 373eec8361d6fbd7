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

  it('copy and fill to the byte, whichever ways ranges overlap', () => {
    const base = 2 ** 21 + 1024
    const word = (at: number) => ({ operation: 6, address: at, value: 0n })
    const cases: Case[] = []
    for (let i = 0; i < 256; i += 8)
      cases.push({ operation: 11, address: base + i, value: 0x0101010101010101n * BigInt(i) + 7n })
    for (const length of [0, 1, 7, 8, 9, 31, 32, 33, 71, 72, 100, 127])
      for (const distance of [-64, -33, -32, -31, -9, -8, -7, -1, 0, 1, 3, 8, 15, 31, 32, 33, 40]) {
        const from = base + 70
        const value = (BigInt(from) << 32n) | BigInt(length)
        cases.push({ operation: 13, address: from + distance, value })
        const fill = BigInt(0xa000 + 0x100 * (length % 90)) | BigInt(length % 60)
        cases.push({ operation: 12, address: base + 120 + (length % 13), value: fill })
        for (let i = 0; i < 256; i += 8) cases.push(word(base + i))
      }
    // The program takes lists of 4096 cases at most.
    for (let begin = 32; begin < cases.length; begin += 34 * 60)
      outcomes([...cases.slice(0, 32), ...cases.slice(begin, begin + 34 * 60)])
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
