import { bigintToHex, type GenesisAccount, type Hash } from '@altlayer/protocol'
import { type Artifact, ArtifactError } from '../artifacts.ts'

export type Storage = GenesisAccount['storage']

/**
 * Storage words of named variables, by the compiler's layout: value types only, right-aligned within
 * their bytes. Variables that share a word are merged.
 */
export function storageOf(
  artifact: Artifact,
  values: Readonly<Record<string, bigint | Hash>>,
): Storage {
  const words = new Map<bigint, bigint>()
  for (const [label, value] of Object.entries(values)) {
    const variable = artifact.storage.find((candidate) => candidate.label === label)
    if (!variable) throw new ArtifactError(`${artifact.contractName} has no variable ${label}`)
    const slot = BigInt(variable.slot)
    const shifted = BigInt(value) << BigInt(8 * variable.offset)
    words.set(slot, (words.get(slot) ?? 0n) | shifted)
  }
  return [...words].map(([slot, word]) => [bigintToHex(slot), bigintToHex(word)])
}
