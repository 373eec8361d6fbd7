import { keccak256 } from '@altlayer/protocol'
import fc from 'fast-check'
import type { Preimages } from '../reference/interpreter.ts'
import * as assembler from './assembler.ts'
import { ORIGIN, type Setup } from './machine.ts'

// Random programs: instructions of every kind, registers and addresses where things turn.

export const EDGES = [
  0n,
  1n,
  2n,
  -1n,
  -2n,
  1n << 63n,
  (1n << 63n) - 1n,
  1n << 31n,
  (1n << 31n) - 1n,
]
export const WIDE = [
  -(1n << 31n),
  1n << 32n,
  (1n << 32n) - 1n,
  31n,
  32n,
  63n,
  64n,
  0x5555555555555555n,
]

/** Values at which arithmetic turns, and any others. */
export const value = fc.oneof(
  fc.constantFrom(...EDGES, ...WIDE),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
)
const register = fc.integer({ min: 0, max: 31 })
const immediate = fc.integer({ min: -2048, max: 2047 })

const instruction = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.values(assembler.binary)), register, register, register)
      .map(([encode, rd, rs1, rs2]) => encode(rd, rs1, rs2)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.values(assembler.immediate)), register, register, immediate)
      .map(([encode, rd, rs1, value]) => encode(rd, rs1, value)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.values(assembler.shift)), register, register, fc.nat(63))
      .map(([{ encode, bits }, rd, rs1, count]) => encode(rd, rs1, count % 2 ** bits)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.values(assembler.load)), register, register, immediate)
      .map(([encode, rd, rs1, offset]) => encode(rd, rs1, offset)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.values(assembler.store)), register, register, immediate)
      .map(([encode, rs2, rs1, offset]) => encode(rs2, rs1, offset)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...Object.values(assembler.branch)),
        register,
        register,
        fc.integer({ min: -12, max: 12 }),
      )
      .map(([encode, rs1, rs2, offset]) => encode(rs1, rs2, 2 * offset)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(register, fc.nat(0xfffff)).map(([rd, upper]) => assembler.lui(rd, upper)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(register, fc.nat(0xfffff)).map(([rd, upper]) => assembler.auipc(rd, upper)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(register, fc.integer({ min: -8, max: 8 }))
      .map(([rd, offset]) => assembler.jal(rd, 2 * offset)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(register, register, immediate)
      .map(([rd, rs1, offset]) => assembler.jalr(rd, rs1, offset)),
  },
  { weight: 1, arbitrary: fc.constantFrom(assembler.FENCE, assembler.FENCE_I, assembler.EBREAK) },
  { weight: 2, arbitrary: fc.constant(assembler.ECALL) },
  { weight: 1, arbitrary: fc.nat(0xffffffff) },
)

/** Where bytes are that are not zero. */
const DATA = 0x20f00

/** Addresses near code, data, page borders and the ends of memory, and any others. */
const address = fc.oneof(
  fc.integer({ min: ORIGIN - 64, max: ORIGIN + 256 }).map(BigInt),
  fc.integer({ min: 0x20ff0, max: 0x21010 }).map(BigInt),
  fc.integer({ min: DATA - 8, max: DATA + 72 }).map(BigInt),
  fc.integer({ min: 0, max: 64 }).map((offset) => (1n << 32n) - 32n + BigInt(offset)),
  fc.integer({ min: 0, max: 4096 }).map(BigInt),
  value,
)

/** A preimage that the contract's oracle can be given, too: its key is that of a keccak256. */
export const PREIMAGE = Uint8Array.from({ length: 100 }, (_, i) => i * 3)
export const KEY = keccak256(PREIMAGE)
KEY[0] = 2
export const preimages: Preimages = new Map([[Buffer.from(KEY).toString('hex'), PREIMAGE]])

/** Registers as ECALLs want them: number and descriptor of one that moves bytes, or any. */
const ecallRegisters = fc.record({
  call: fc.oneof(
    fc.constantFrom([63n, 5n] as const, [64n, 6n] as const),
    fc.tuple(
      fc.oneof(fc.constantFrom(63n, 64n, 93n, 94n), value),
      fc.oneof(fc.bigInt({ min: 0n, max: 8n }), value),
    ),
  ),
  address,
  length: fc.oneof(fc.bigInt({ min: 0n, max: 70n }), value),
})

const BASE = 5
/** Where leaves begin: in data, in code, behind a page, behind larger subtrees of memory, at its end. */
const border = fc
  .constantFrom(DATA + 32, ORIGIN + 32, 0x21000, 0x400000, 2 ** 31, 2 ** 32)
  .map(BigInt)
/** Loads and stores one after the other, many of which begin in one leaf and end in the next. */
const accesses = fc.record({
  base: fc.oneof(address, border),
  code: fc.array(
    fc.oneof(
      fc
        .tuple(
          fc.constantFrom(...Object.values(assembler.load)),
          register.filter((rd) => rd !== BASE),
          fc.integer({ min: -8, max: 1 }),
        )
        .map(([encode, rd, offset]) => encode(rd, BASE, offset)),
      fc
        .tuple(
          fc.constantFrom(...Object.values(assembler.store)),
          register,
          fc.integer({ min: -8, max: 1 }),
        )
        .map(([encode, rs2, offset]) => encode(rs2, BASE, offset)),
    ),
    { minLength: 1, maxLength: 6 },
  ),
})

/** A machine about to run a random program. */
export const setup: fc.Arbitrary<Setup> = fc
  .record({
    code: fc.array(instruction, { minLength: 1, maxLength: 48 }),
    values: fc.array(fc.oneof(value, address), { minLength: 32, maxLength: 32 }),
    ecall: fc.option(ecallRegisters, { nil: undefined }),
    accesses: fc.option(accesses, { nil: undefined }),
    pc: fc.constantFrom(BigInt(ORIGIN), 0x20fe0n, (1n << 32n) - 64n),
    bytes: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    step: fc.constantFrom(0n, 41n, (1n << 64n) - 100n),
  })
  .map(({ code, values, ecall, accesses, pc, bytes, step }) => {
    const registers: Record<number, bigint> = {}
    for (const [index, register] of values.entries()) registers[index] = register
    if (ecall) {
      const [number, descriptor] = ecall.call
      Object.assign(registers, { 10: descriptor, 11: ecall.address, 12: ecall.length, 17: number })
    }
    if (accesses) registers[BASE] = accesses.base
    const begun = [...(ecall ? [assembler.ECALL] : []), ...(accesses?.code ?? []), ...code]
    const kept = begun.slice(0, Number(((1n << 32n) - pc) / 4n))
    return {
      code: kept,
      registers,
      pc,
      step,
      data: new Map([[DATA, bytes]]),
      preimages,
      preimageKey: KEY,
    }
  })
