import { bytesToHex, type Hash, keccak256 } from '@altlayer/protocol'
import { StateError } from './errors.ts'

/** The machine between two steps: docs/riscv.md, "State". Memory is its tree's root. */
export interface MachineState {
  /** 32 bytes. */
  readonly memoryRoot: Uint8Array
  /** 32 bytes. */
  readonly preimageKey: Uint8Array
  readonly preimageOffset: bigint
  readonly pc: bigint
  /** 0 to 255. */
  readonly exitCode: number
  readonly exited: boolean
  /** Steps executed. */
  readonly step: bigint
  /** x0 to x31, unsigned. */
  readonly registers: BigUint64Array
}

/** The first byte of a state hash. */
export const VM_STATUS = { valid: 0, invalid: 1, panic: 2, unfinished: 3 } as const

export const STATE_SIZE = 346
export const REGISTER_COUNT = 32

const MEMORY_ROOT = 0
const PREIMAGE_KEY = 32
const PREIMAGE_OFFSET = 64
const PC = 72
const EXIT_CODE = 80
const EXITED = 81
const STEP = 82
const REGISTERS = 90

/** `stateData` of the contract's step: 346 bytes. */
export function encodeState(state: MachineState): Uint8Array {
  const bytes = new Uint8Array(STATE_SIZE)
  const view = new DataView(bytes.buffer)
  bytes.set(state.memoryRoot, MEMORY_ROOT)
  bytes.set(state.preimageKey, PREIMAGE_KEY)
  view.setBigUint64(PREIMAGE_OFFSET, state.preimageOffset)
  view.setBigUint64(PC, state.pc)
  bytes[EXIT_CODE] = state.exitCode
  bytes[EXITED] = state.exited ? 1 : 0
  view.setBigUint64(STEP, state.step)
  for (const [index, value] of state.registers.entries())
    view.setBigUint64(REGISTERS + 8 * index, value)
  return bytes
}

/** Reads `stateData`. Throws StateError when it is malformed. */
export function decodeState(bytes: Uint8Array): MachineState {
  if (bytes.length !== STATE_SIZE)
    throw new StateError(`a state has ${STATE_SIZE} bytes, not ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const exited = view.getUint8(EXITED)
  if (exited > 1) throw new StateError(`exited (byte ${EXITED}) is 0 or 1, not ${exited}`)
  const registers = BigUint64Array.from({ length: REGISTER_COUNT }, (_, index) =>
    view.getBigUint64(REGISTERS + 8 * index),
  )
  if (registers[0] !== 0n) throw new StateError(`x0 is 0, not ${registers[0]}`)
  return {
    memoryRoot: bytes.slice(MEMORY_ROOT, MEMORY_ROOT + 32),
    preimageKey: bytes.slice(PREIMAGE_KEY, PREIMAGE_KEY + 32),
    preimageOffset: view.getBigUint64(PREIMAGE_OFFSET),
    pc: view.getBigUint64(PC),
    exitCode: view.getUint8(EXIT_CODE),
    exited: exited === 1,
    step: view.getBigUint64(STEP),
    registers,
  }
}

export function vmStatus(state: Pick<MachineState, 'exited' | 'exitCode'>): number {
  if (!state.exited) return VM_STATUS.unfinished
  if (state.exitCode === 0) return VM_STATUS.valid
  return state.exitCode === 1 ? VM_STATUS.invalid : VM_STATUS.panic
}

/** keccak256 of the encoded state with the status in the top byte: what claims in a dispute are. */
export function stateHash(state: MachineState): Hash {
  const hash = keccak256(encodeState(state))
  hash[0] = vmStatus(state)
  return bytesToHex(hash)
}
