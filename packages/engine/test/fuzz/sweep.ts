// Fused instructions at every gas limit. A fused record checks the stack and charges gas once for several
// instructions: whatever the gas, it must end as the instructions one after the other do, which is how the traced
// form of the code runs, and how EthereumJS does.

import assert from 'node:assert/strict'
import { type Address, bytesToHex } from '@altlayer/protocol'
import { createEVM } from '@ethereumjs/evm'
import { createAddressFromString } from '@ethereumjs/util'
import fc from 'fast-check'
import { ethereumConfig, testChain } from '../program/support.ts'
import { common } from './reference.ts'

const CONTRACT: Address = `0x${'c0'.repeat(20)}`
const SENDER: Address = `0x${'5e'.repeat(20)}`
const INTRINSIC = 21_000n

export interface FusedCode {
  /** Words on the stack before, each pushed by PUSH0. */
  readonly below: number
  /** The code with so many words before it; `apart`: with JUMPDESTs between instructions, so that none are fused. */
  readonly code: (below: number, apart?: boolean) => Uint8Array
}

type Part =
  | { readonly bytes: readonly number[] }
  | { readonly jump: number; readonly width: number; readonly label: number }

const PUSH0 = 0x5f
const JUMPDEST = 0x5b

const opcode = fc
  .constantFrom(
    ...[
      0x01, 0x03, 0x16, 0x1b, 0x1c, 0x51, 0x52, 0x50, 0x50, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15,
      0x15,
    ],
    ...[
      0x80,
      0x81,
      0x82,
      0x83,
      0x84,
      0x8f,
      0x90,
      0x91,
      0x92,
      0x93,
      0x9f,
      JUMPDEST,
      JUMPDEST,
      0x56,
      0x5a,
    ],
  )
  .map((byte): Part => ({ bytes: [byte] }))
const push = fc
  .tuple(
    fc.constantFrom(1, 1, 1, 2, 3, 4, 5, 8, 20, 32),
    fc.oneof(fc.nat(70), fc.nat(255)),
    fc.nat(20),
  )
  .map(
    ([width, low, top]): Part => ({
      bytes: [PUSH0 + width, ...new Array<number>(width - 1).fill(top < 3 ? 0xff : 0), low],
    }),
  )
const jump = fc.record({
  jump: fc.constantFrom(0x56, 0x57, 0x57),
  width: fc.constantFrom(1, 2, 3, 4, 5),
  label: fc.nat(7),
})

/** Parts of fused instructions in any order; jumps mostly go to a JUMPDEST, behind or before them. */
export const fusedCodes: fc.Arbitrary<FusedCode> = fc
  .record({
    below: fc.oneof(
      { weight: 4, arbitrary: fc.nat(6) },
      { weight: 2, arbitrary: fc.constantFrom(16, 17) },
      { weight: 1, arbitrary: fc.integer({ min: 1019, max: 1024 }) },
    ),
    parts: fc.array(
      fc.oneof(
        { weight: 5, arbitrary: opcode },
        { weight: 3, arbitrary: push },
        { weight: 3, arbitrary: jump },
      ),
      { minLength: 1, maxLength: 24, size: 'max' },
    ),
    cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6) }),
    shows: fc.boolean(),
  })
  .map(({ below, parts, cut, shows }) => ({
    below,
    code: (words: number, apart = false) => assemble(words, parts, cut, shows, apart),
  }))

function assemble(
  below: number,
  parts: readonly Part[],
  cut: number,
  shows: boolean,
  apart: boolean,
): Uint8Array {
  const between = apart ? [JUMPDEST] : []
  const code: number[] = new Array<number>(below).fill(PUSH0)
  const holes: { readonly at: number; readonly width: number; readonly label: number }[] = []
  const targets: number[] = []
  for (const part of parts) {
    if ('jump' in part) {
      holes.push({ at: code.length + 1, width: part.width, label: part.label })
      code.push(PUSH0 + part.width, ...new Array<number>(part.width).fill(0), ...between, part.jump)
    } else {
      if (part.bytes[0] === JUMPDEST) targets.push(code.length)
      code.push(...part.bytes)
    }
    code.push(...between)
  }
  // A width of one byte cannot name a target behind a high stack: it is then a wrong one.
  for (const { at, width, label } of holes) {
    const target = targets[label % (targets.length + 1)] ?? 0
    code[at + width - 1] = target & 0xff
    if (width > 1) code[at + width - 2] = target >> 8
  }
  // MSTORE what is on top, RETURN it.
  const end = shows ? [PUSH0, 0x52, 0x60, 0x60, PUSH0, 0xf3] : []
  const bytes = [...code, ...end]
  return Uint8Array.from(bytes.slice(0, bytes.length - cut))
}

const numbered = (index: number): Address => `0x${(0x1000 + index).toString(16).padStart(40, '0')}`

/** Heights of the stack at which instructions lack words or room. */
const HEIGHTS = [0, 1, 2, 3, 4, 5, 1019, 1020, 1021, 1022, 1023, 1024]

/** Most gas limits tried for one code. */
const MOST = 300n

/** One of each kind of part: every two of them, and every two before a branch, are tried. */
const ALPHABET: readonly Part[] = [
  ...[0x01, 0x03, 0x16, 0x1b, 0x1c, 0x51, 0x52, 0x50, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15],
  ...[0x80, 0x81, 0x84, 0x90, 0x91, 0x93, JUMPDEST, 0x56],
]
  .map((byte): Part => ({ bytes: [byte] }))
  .concat([
    // No place of a JUMPDEST.
    { bytes: [0x60, 250] },
    { bytes: [0x63, 0xff, 0xff, 0xff, 0xff] },
    { bytes: [0x64, 0xff, 0, 0, 0, 250] },
    { jump: 0x56, width: 2, label: 0 },
    { jump: 0x57, width: 2, label: 0 },
  ])
const BRANCH: Part = { jump: 0x57, width: 2, label: 0 }
const TARGET: Part = { bytes: [JUMPDEST] }

/** Every sequence of two parts, alone and before a branch, with a target behind. */
export const pairs: readonly FusedCode[] = ALPHABET.flatMap((first) =>
  ALPHABET.flatMap((second) =>
    [
      [first, second],
      [first, second, BRANCH],
    ].flatMap((parts) =>
      // What shows the result needs room on the stack itself.
      [true, false].map((shows) => ({
        below: 3,
        code: (words: number, apart = false) =>
          assemble(words, [...parts, TARGET], 0, shows, apart),
      })),
    ),
  ),
)

export interface Sweep {
  /** Checks one code at every gas limit; tells how many that were. */
  check(fused: FusedCode): Promise<number>
  /** Checks a code, which must jump to labels only, at some heights of the stack against itself unfused. */
  checkHeights(fused: FusedCode): number
}

/** Creates the instances that codes are checked on. */
export async function createSweep(): Promise<Sweep> {
  const { program, genesis } = testChain(ethereumConfig('prague'))
  const header = genesis([{ address: SENDER, balance: 1n }])
  const reference = await createEVM({ common })
  const to = createAddressFromString(CONTRACT)
  const caller = createAddressFromString(SENDER)

  const run = (gas: bigint, traced: boolean) => {
    program.trace(traced ? { steps: true } : undefined)
    const result = program.message({ from: SENDER, to: CONTRACT, gas: INTRINSIC + gas })
    const { status, maxGasUsed, returnData } = result
    return {
      status,
      gasUsed: maxGasUsed - INTRINSIC,
      returnData: bytesToHex(returnData),
      error: result.error,
    }
  }
  const runReference = async (gas: bigint) => {
    const { execResult } = await reference.runCall({ to, caller, gasLimit: gas })
    const status = execResult.exceptionError === undefined ? 'success' : 'halt'
    return {
      status,
      gasUsed: execResult.executionGasUsed,
      returnData: bytesToHex(execResult.returnValue),
    }
  }

  const open = async (code: Uint8Array) => {
    program.openAt(header)
    program.override([{ address: CONTRACT, code }])
    await reference.stateManager.putCode(to, code)
  }
  const compare = async (code: Uint8Array, gas: bigint, withReference: boolean) => {
    const { error: _, ...fused } = run(gas, false)
    const { error: _stepped, ...stepped } = run(gas, true)
    const where = `${bytesToHex(code)} with ${gas} gas`
    assert.deepEqual(fused, stepped, `traced: ${where}`)
    if (withReference) assert.deepEqual(fused, await runReference(gas), `EthereumJS: ${where}`)
    return fused
  }

  const checkHeights = ({ code: codeAt }: FusedCode): number => {
    const codes = HEIGHTS.flatMap((height) => [codeAt(height), codeAt(height, true)])
    program.openAt(header)
    program.override(codes.map((code, i) => ({ address: numbered(i), code })))
    for (let i = 0; i < codes.length; i += 2) {
      const [fused, apart] = [i, i + 1].map((index) => {
        const gas = INTRINSIC + 10_000n
        const result = program.message({ from: SENDER, to: numbered(index), gas })
        return { status: result.status, returnData: bytesToHex(result.returnData) }
      })
      assert.deepEqual(fused, apart, `fused and apart: ${bytesToHex(codes[i] as Uint8Array)}`)
    }
    return HEIGHTS.length
  }

  return {
    checkHeights,
    async check(fused) {
      const code = fused.code(fused.below)
      await open(code)
      const floor = 2n * BigInt(fused.below)
      const full = await compare(code, floor + MOST, true)
      const used = full.status === 'halt' ? floor + MOST : full.gasUsed
      let runs = 0
      for (let gas = floor > 4n ? floor - 4n : 0n; gas <= used + 2n; gas++, runs++)
        await compare(code, gas, true)
      program.trace(undefined)
      return runs
    },
  }
}
