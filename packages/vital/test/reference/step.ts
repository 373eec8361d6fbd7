import { concatBytes, keccak256 } from '@altlayer/protocol'
import { decodeState, type MachineState } from '../../src/index.ts'
import { type Preimages, type ReferenceMachine, referenceStep } from './interpreter.ts'
import type { ReferenceMemory } from './memory.ts'

const LEAF_PROOF_SIZE = 896
const DEPTH = 27

/** A leaf that can be written to. */
interface ProvenLeaf {
  readonly leaf: Uint8Array
  readonly siblings: Uint8Array
}

/** Root of the tree in which `leaf` is at `address`, by 27 siblings from the bottom up. */
export function rootOf(leaf: Uint8Array, siblings: Uint8Array, address: bigint): Uint8Array {
  let node = leaf
  for (let height = 0; height < DEPTH; height++) {
    const sibling = siblings.subarray(32 * height, 32 * height + 32)
    const right = (address >> BigInt(5 + height)) % 2n === 1n
    node = keccak256(right ? concatBytes(sibling, node) : concatBytes(node, sibling))
  }
  return node
}

/**
 * The step as the contract makes it: from the 346 bytes and the proof alone. Throws when the proof does not lead to
 * the state's memory root, or does not hold what the step touches.
 */
export function referenceContractStep(
  stateData: Uint8Array,
  proof: Uint8Array,
  preimages: Preimages,
): MachineState {
  const state = decodeState(stateData)
  let root = state.memoryRoot

  /** The leaf of an address by the `part`-th proof, which leads to the root as it is now. */
  const leafBy = (part: number, address: bigint): ProvenLeaf => {
    const bytes = proof.subarray(part * LEAF_PROOF_SIZE, (part + 1) * LEAF_PROOF_SIZE)
    if (bytes.length !== LEAF_PROOF_SIZE) throw new Error(`no proof of the leaf of ${address}`)
    const entry = { leaf: bytes.slice(0, 32), siblings: bytes.subarray(32) }
    if (Buffer.compare(rootOf(entry.leaf, entry.siblings, address), root) !== 0)
      throw new Error(`the proof of the leaf of ${address} does not lead to the memory root`)
    return entry
  }
  let fetched = false
  /** The leaves of the data by index, proven when they are first touched. */
  const data = new Map<bigint, ProvenLeaf>()
  const leafOf = (address: bigint): ProvenLeaf => {
    const index = address >> 5n
    // The data's proof is given even where it is of the instruction's leaf.
    const entry = data.get(index) ?? leafBy(1 + data.size, address)
    data.set(index, entry)
    return entry
  }

  const memory: ReferenceMemory = {
    byte: (address) => leafOf(address).leaf[Number(address % 32n)] as number,
    setByte(address, value) {
      const entry = leafOf(address)
      entry.leaf[Number(address % 32n)] = value
      root = rootOf(entry.leaf, entry.siblings, address)
    },
    load(address, size) {
      if (!fetched) {
        fetched = true
        const { leaf } = leafBy(0, address)
        return BigInt(new DataView(leaf.buffer).getUint32(Number(address % 32n), true))
      }
      let value = 0n
      for (let i = 0; i < size; i++)
        value |= BigInt(memory.byte(address + BigInt(i))) << BigInt(8 * i)
      return value
    },
    store(address, size, value) {
      for (let i = 0; i < size; i++)
        memory.setByte(address + BigInt(i), Number((value >> BigInt(8 * i)) % 256n))
    },
    root: () => root,
    proof: () => proof,
  }
  const machine: ReferenceMachine = { ...state, registers: [...state.registers], memory }
  referenceStep(machine, preimages)
  const { pc, step, exited, exitCode, preimageKey, preimageOffset, registers } = machine
  return {
    memoryRoot: root,
    preimageKey,
    preimageOffset,
    pc,
    exitCode,
    exited,
    step,
    registers: BigUint64Array.from(registers),
  }
}
