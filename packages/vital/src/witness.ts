import { bytesToHex, concatBytes, type Hash, type Hex, keccak256 } from '@altlayer/protocol'
import { LEAF_PROOF_SIZE, type Machine } from './emulator.ts'
import { encodeState, type MachineState, stateHash } from './state.ts'

/** What the contract needs to make one step: docs/riscv.md, "Step". */
export interface StepWitness {
  /** The steps made before. */
  readonly step: bigint
  readonly stateHash: Hash
  /** 346 bytes. */
  readonly stateData: Hex
  /** 0, 896, 1792 or 2688 bytes. */
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
const LEAF_SIZE = 32

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
  const data = dataAccess(word, state)
  const proof = concatBytes(machine.proof(pc), ...(data ? dataProofs(machine, data) : []))
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

/** What an instruction touches of memory beside itself. */
interface DataAccess {
  /** `address + size` is at most 2^32. */
  readonly address: number
  /** Bytes; they are in at most two leaves. */
  readonly size: number
  /** What a store puts there, in its low bytes. */
  readonly stored?: bigint
}

/** Proof of the leaf at the access's address, and of the next one where it reaches that. */
function dataProofs(machine: Machine, { address, size, stored }: DataAccess): Uint8Array[] {
  const offset = address % LEAF_SIZE
  const first = machine.proof(address)
  if (offset + size <= LEAF_SIZE) return [first]
  const second = machine.proof(address - offset + LEAF_SIZE)
  if (stored === undefined) return [first, second]
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, stored, true)
  const leaf = first.slice(0, LEAF_SIZE)
  leaf.set(bytes.subarray(0, LEAF_SIZE - offset), offset)
  return [first, proofAfterWrite(second, first, leaf, address)]
}

/**
 * The proof of a leaf once `leaf` is written to the one before, at `address` and proven by `before`. Their ways up
 * meet where that one is below the left child: its node there is the only sibling of the other that changes.
 */
function proofAfterWrite(
  proof: Uint8Array,
  before: Uint8Array,
  leaf: Uint8Array,
  address: number,
): Uint8Array {
  let node = leaf
  let at = LEAF_SIZE
  for (let index = address >>> 5; index % 2 === 1; index >>>= 1) {
    node = keccak256(concatBytes(before.subarray(at, at + LEAF_SIZE), node))
    at += LEAF_SIZE
  }
  const changed = proof.slice(0, LEAF_PROOF_SIZE)
  changed.set(node, at)
  return changed
}

/** The data that the instruction touches; undefined when it touches none. */
function dataAccess(word: number, state: MachineState): DataAccess | undefined {
  const opcode = word & 0x7f
  const f3 = (word >>> 12) & 7
  if (word === ECALL) return ecallAccess(state)
  const stores = opcode === OPCODE_STORE && f3 < 4
  const loads = opcode === OPCODE_LOAD && f3 !== 7
  if (!stores && !loads) return undefined
  const immediate = loads ? word >> 20 : ((word >> 25) << 5) | ((word >>> 7) & 31)
  const base = register(state, (word >>> 15) & 31)
  const address = BigInt.asUintN(64, base + BigInt(immediate))
  const size = 1 << (f3 & 3)
  if (address > SPACE - BigInt(size)) return undefined
  const access = { address: Number(address), size }
  return stores ? { ...access, stored: register(state, (word >>> 20) & 31) } : access
}

/** Reads of a preimage and writes of a key stay in the leaf of their first byte. */
function ecallAccess(state: MachineState): DataAccess | undefined {
  const number = register(state, 17)
  const fd = register(state, 10)
  const address = register(state, 11)
  const length = register(state, 12)
  const moves =
    (number === READ && fd === FD_PREIMAGE_READ) || (number === WRITE && fd === FD_PREIMAGE_WRITE)
  return moves && length !== 0n && address < SPACE
    ? { address: Number(address), size: 1 }
    : undefined
}

function register(state: MachineState, index: number): bigint {
  return state.registers[index] as bigint
}
