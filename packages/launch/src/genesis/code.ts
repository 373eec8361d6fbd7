import { bytesToHex, type Hex, hexToBytes } from '@altlayer/protocol'
import { type Artifact, ArtifactError } from '../artifacts.ts'

/** Runtime code with its immutables filled in, as the constructor would have left it. */
export function runtimeCode(
  artifact: Artifact,
  immutables: Readonly<Record<string, bigint | Hex>> = {},
): Hex {
  const code = hexToBytes(artifact.deployedBytecode)
  const given = new Set(Object.keys(immutables))
  for (const [name, ranges] of Object.entries(artifact.immutables)) {
    const value = immutables[name]
    if (value === undefined)
      throw new ArtifactError(`${artifact.contractName}: no value for immutable ${name}`)
    given.delete(name)
    const word = typeof value === 'bigint' ? value : BigInt(value)
    for (const { start, length } of ranges) {
      if (length !== 32)
        throw new ArtifactError(`${artifact.contractName}.${name}: expected a word, got ${length}`)
      const hex = word.toString(16).padStart(64, '0')
      code.set(hexToBytes(`0x${hex}`), start)
    }
  }
  if (given.size > 0)
    throw new ArtifactError(`${artifact.contractName} has no immutable ${[...given].join(', ')}`)
  return bytesToHex(code)
}
