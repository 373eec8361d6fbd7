import { bytesToHex, concatBytes, type Hash, type Hex } from '@altlayer/protocol'
import type { Machine } from './emulator.ts'
import { encodeState, type MachineState, stateHash } from './state.ts'

/** What the contract needs to make one step: docs/riscv.md, "Step". */
export interface StepWitness {
  /** The steps made before. */
  readonly step: bigint
  readonly stateHash: Hash
  /** 346 bytes. */
  readonly stateData: Hex
  /** 0, 896 or 1792 bytes. */
  readonly proof: Hex
  /** The part of a preimage that the step reads, and that the oracle must have. */
  readonly preimage?: {
    /** The typed key as the program wrote it: a local one is not localized. */
    readonly key: Hash
    /** Counted with the 8 bytes of length in front. */
    readonly offset: bigint
  }
}

const SPACE = 1n << 32n

const OPCODE_LOAD = 0x03
const OPCODE_STORE = 0x23
const ECALL = 0x73
const READ = 63n
const WRITE = 64n
const FD_PREIMAGE_READ = 5n
const FD_PREIMAGE_WRITE = 6n

/** The witness of the machine's next step. */
export function stepWitness(machine: Machine): StepWitness {
  const state = machine.state()
  const base = {
    step: state.step,
    stateHash: stateHash(state),
    stateData: bytesToHex(encodeState(state)),
  }
  if (state.exited || state.pc >= SPACE || state.pc % 4n !== 0n) return { ...base, proof: '0x' }
  const pc = Number(state.pc)
  const word = new DataView(machine.read(pc, 4).buffer).getUint32(0, true)
  const data = dataAddress(word, state)
  const instruction = machine.proof(pc)
  const proof = data === undefined ? instruction : concatBytes(instruction, machine.proof(data))
  return {
    ...base,
    proof: bytesToHex(proof),
    ...(data !== undefined &&
      word === ECALL &&
      register(state, 17) === READ && {
        preimage: { key: bytesToHex(state.preimageKey), offset: state.preimageOffset },
      }),
  }
}

/** The address of the data that the instruction touches; undefined when it touches none. */
function dataAddress(word: number, state: MachineState): number | undefined {
  const opcode = word & 0x7f
  const f3 = (word >>> 12) & 7
  if (word === ECALL) return ecallAddress(state)
  let immediate: number
  if (opcode === OPCODE_LOAD && f3 !== 7) immediate = word >> 20
  else if (opcode === OPCODE_STORE && f3 < 4) immediate = ((word >> 25) << 5) | ((word >>> 7) & 31)
  else return undefined
  const base = register(state, (word >>> 15) & 31)
  const address = BigInt.asUintN(64, base + BigInt(immediate))
  const aligned = address % BigInt(1 << (f3 & 3)) === 0n
  return address < SPACE && aligned ? Number(address) : undefined
}

function ecallAddress(state: MachineState): number | undefined {
  const number = register(state, 17)
  const fd = register(state, 10)
  const address = register(state, 11)
  const length = register(state, 12)
  const moves =
    (number === READ && fd === FD_PREIMAGE_READ) || (number === WRITE && fd === FD_PREIMAGE_WRITE)
  return moves && length !== 0n && address < SPACE ? Number(address) : undefined
}

function register(state: MachineState, index: number): bigint {
  return state.registers[index] as bigint
}
