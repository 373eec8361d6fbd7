import { concatBytes, keccak256 } from '@altlayer/protocol'

/** 2^32 bytes as leaves of 32 bytes, those that were never written absent. Slow and plain. */
export interface ReferenceMemory {
  load(address: bigint, size: number): bigint
  store(address: bigint, size: number, value: bigint): void
  byte(address: bigint): number
  setByte(address: bigint, value: number): void
  /** Root of the whole tree, computed anew. */
  root(): Uint8Array
  /** Leaf and 27 siblings, bottom up. */
  proof(address: bigint): Uint8Array
}

const DEPTH = 27

/** Z_0 .. Z_27 of docs/riscv.md. */
export const ZERO_ROOTS: readonly Uint8Array[] = (() => {
  const roots: Uint8Array[] = [new Uint8Array(32)]
  for (let height = 0; height < DEPTH; height++) {
    const below = roots[height] as Uint8Array
    roots.push(keccak256(concatBytes(below, below)))
  }
  return roots
})()

export function createReferenceMemory(): ReferenceMemory {
  const leaves = new Map<number, Uint8Array>()

  const leafOf = (address: bigint): Uint8Array => {
    const index = Number(address >> 5n)
    let leaf = leaves.get(index)
    if (leaf === undefined) {
      leaf = new Uint8Array(32)
      leaves.set(index, leaf)
    }
    return leaf
  }

  /** Nodes of one height by index, those of zeros absent. */
  const levels = (): Map<number, Uint8Array>[] => {
    const result = [new Map(leaves)]
    for (let height = 0; height < DEPTH; height++) {
      const below = result[height] as Map<number, Uint8Array>
      const zero = ZERO_ROOTS[height] as Uint8Array
      const level = new Map<number, Uint8Array>()
      for (const index of below.keys()) {
        const parent = Math.floor(index / 2)
        if (level.has(parent)) continue
        const left = below.get(2 * parent) ?? zero
        const right = below.get(2 * parent + 1) ?? zero
        level.set(parent, keccak256(concatBytes(left, right)))
      }
      result.push(level)
    }
    return result
  }

  const memory: ReferenceMemory = {
    byte: (address) => leaves.get(Number(address >> 5n))?.[Number(address & 31n)] ?? 0,
    setByte(address, value) {
      leafOf(address)[Number(address & 31n)] = value
    },
    load(address, size) {
      let value = 0n
      for (let i = size - 1; i >= 0; i--)
        value = (value << 8n) | BigInt(memory.byte(address + BigInt(i)))
      return value
    },
    store(address, size, value) {
      for (let i = 0; i < size; i++)
        memory.setByte(address + BigInt(i), Number((value >> BigInt(8 * i)) & 0xffn))
    },
    root: () => levels()[DEPTH]?.get(0) ?? (ZERO_ROOTS[DEPTH] as Uint8Array),
    proof(address) {
      const all = levels()
      let index = Number(address >> 5n)
      const parts = [leaves.get(index) ?? (ZERO_ROOTS[0] as Uint8Array)]
      for (let height = 0; height < DEPTH; height++) {
        parts.push(all[height]?.get(index ^ 1) ?? (ZERO_ROOTS[height] as Uint8Array))
        index = Math.floor(index / 2)
      }
      return concatBytes(...parts)
    },
  }
  return memory
}
