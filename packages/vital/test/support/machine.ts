import { createEmptyMachine, type Machine, type MachineHost, PAGE_SIZE } from '../../src/index.ts'
import type { Preimages, ReferenceMachine } from '../reference/interpreter.ts'
import { createReferenceMemory } from '../reference/memory.ts'

/** Where test programs begin. */
export const ORIGIN = 0x10000

/** What a test starts both machines with. */
export interface Setup {
  readonly pc?: bigint
  readonly registers?: Readonly<Record<number, bigint>>
  /** Words at `pc`. */
  readonly code?: readonly number[]
  /** Bytes elsewhere, by address. */
  readonly data?: ReadonlyMap<number, Uint8Array>
  readonly preimages?: Preimages
  readonly preimageKey?: Uint8Array
  readonly step?: bigint
}

export function registersOf(setup: Setup): bigint[] {
  const registers = new Array<bigint>(32).fill(0n)
  for (const [index, value] of Object.entries(setup.registers ?? {}))
    registers[Number(index)] = BigInt.asUintN(64, value)
  registers[0] = 0n
  return registers
}

/** Every byte a setup puts into memory, by address. */
function bytesOf(setup: Setup): readonly (readonly [number, Uint8Array])[] {
  const code = Uint8Array.from(
    (setup.code ?? []).flatMap((word) => [word, word >>> 8, word >>> 16, word >>> 24]),
  )
  const at = Number(setup.pc ?? BigInt(ORIGIN))
  return [...(code.length > 0 ? [[at, code] as const] : []), ...(setup.data ?? [])]
}

/** One machine for all tests of a file, since making one takes longer than a test: its memory is emptied first. */
let shared: Machine | undefined
let current: { readonly setup: Setup; readonly output: MachineHost['output'] }

/** A machine in the setup's state. It is good until the next call. */
export function emulatorOf(setup: Setup, output?: MachineHost['output']): Machine {
  current = { setup, output }
  shared ??= createEmptyMachine({
    preimage: (key) => current.setup.preimages?.get(key),
    // Undefined where nobody listens: a random program may write 4 GiB.
    get output() {
      return current.output
    },
  })
  for (const page of shared.written()) shared.write(page * PAGE_SIZE, new Uint8Array(PAGE_SIZE))
  shared.clearWritten()
  for (const [address, bytes] of bytesOf(setup)) shared.write(address, bytes)
  shared.setCore({
    preimageKey: setup.preimageKey ?? new Uint8Array(32),
    preimageOffset: 0n,
    pc: setup.pc ?? BigInt(ORIGIN),
    exitCode: 0,
    exited: false,
    step: setup.step ?? 0n,
    registers: BigUint64Array.from(registersOf(setup)),
  })
  return shared
}

export function referenceOf(setup: Setup): ReferenceMachine {
  const memory = createReferenceMemory()
  for (const [address, bytes] of bytesOf(setup)) {
    for (const [index, byte] of bytes.entries()) memory.setByte(BigInt(address + index), byte)
  }
  return {
    memory,
    registers: registersOf(setup),
    pc: setup.pc ?? BigInt(ORIGIN),
    step: setup.step ?? 0n,
    exited: false,
    exitCode: 0,
    preimageKey: setup.preimageKey ?? new Uint8Array(32),
    preimageOffset: 0n,
  }
}
