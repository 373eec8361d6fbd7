import { concatBytes, keccak256 } from '@altlayer/protocol'
import { decodeState, type MachineState } from '../../src/index.ts'
import { type Preimages, type ReferenceMachine, referenceStep } from './interpreter.ts'
import type { ReferenceMemory } from './memory.ts'

const LEAF_PROOF_SIZE = 896
const DEPTH = 27

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
  /** Leaves in the order in which they are first touched: the instruction's, then the data's. */
  const proven: { index: bigint; leaf: Uint8Array; siblings: Uint8Array }[] = []
  let root = state.memoryRoot

  const leafOf = (address: bigint): (typeof proven)[number] => {
    const index = address >> 5n
    const part = proof.subarray(
      proven.length * LEAF_PROOF_SIZE,
      (proven.length + 1) * LEAF_PROOF_SIZE,
    )
    // The data's proof is given even where it is of the instruction's leaf, which is then the same.
    const known = proven.findLast((entry) => entry.index === index)
    if (known !== undefined) return known
    if (part.length !== LEAF_PROOF_SIZE) throw new Error(`no proof of the leaf of ${address}`)
    const entry = { index, leaf: part.slice(0, 32), siblings: part.subarray(32) }
    if (Buffer.compare(rootOf(entry.leaf, entry.siblings, address), root) !== 0)
      throw new Error(`the proof of the leaf of ${address} does not lead to the memory root`)
    proven.push(entry)
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
      let value = 0n
      for (let i = size - 1; i >= 0; i--)
        value = (value << 8n) | BigInt(memory.byte(address + BigInt(i)))
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
