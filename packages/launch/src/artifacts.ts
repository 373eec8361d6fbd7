import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type ContractName, contractArtifact } from '@altlayer/contracts'
import { type Hash, type Hex, parseHash, parseObject } from '@altlayer/protocol'
import type { Abi } from 'viem'

/** Where a value goes in runtime code. */
interface CodeRange {
  readonly start: number
  readonly length: number
}

interface StorageVariable {
  readonly label: string
  /** Decimal slot number. */
  readonly slot: string
  /** Bytes from the word's least significant end. */
  readonly offset: number
  readonly type: string
}

/** A compiled contract, ours or the OP Stack's. */
export interface Artifact {
  readonly contractName: string
  readonly abi: Abi
  /** Creation code without constructor arguments. */
  readonly bytecode: Hex
  /** Runtime code, zero where immutables go. */
  readonly deployedBytecode: Hex
  /** By the name of the immutable. */
  readonly immutables: Readonly<Record<string, readonly CodeRange[]>>
  readonly storage: readonly StorageVariable[]
}

/** An artifact is missing or is not what this package was written for. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError'
}

const PACKAGE = '@eth-optimism/contracts-bedrock'
const root = join(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`), '..')
const cache = new Map<string, Artifact>()

interface ForgeArtifact {
  readonly abi: Abi
  readonly bytecode: { readonly object: Hex }
  readonly deployedBytecode: {
    readonly object: Hex
    readonly immutableReferences?: Readonly<Record<string, readonly CodeRange[]>>
  }
  readonly storageLayout?: { readonly storage: readonly StorageVariable[] }
  readonly ast?: unknown
}

/**
 * A contract of the OP Stack's npm package, from its compiled artifacts.
 *
 * @param bases Artifacts (`<file>.sol/<name>.json`) that declare inherited immutables.
 */
export function opStackArtifact(name: string, bases: readonly string[] = []): Artifact {
  const cached = cache.get(name)
  if (cached) return cached
  const own = readForge(`${name}.sol/${name}.json`)
  const artifact: Artifact = {
    contractName: name,
    abi: own.abi,
    bytecode: own.bytecode.object,
    deployedBytecode: own.deployedBytecode.object,
    immutables: namedImmutables(name, own, bases),
    storage: own.storageLayout?.storage ?? [],
  }
  cache.set(name, artifact)
  return artifact
}

/**
 * A contract of our own, as `npm run build` compiled it; its immutables have no names, so that one that has any can
 * only be created. Throws ContractsNotBuiltError.
 */
export function ownArtifact(name: ContractName): Artifact {
  const built = contractArtifact(name)
  return {
    contractName: name,
    abi: built.abi as Abi,
    bytecode: built.bytecode,
    deployedBytecode: built.deployedBytecode,
    immutables: {},
    storage: [],
  }
}

/** Hash of the proof machine's state with this release's program in memory: what disputes begin from. */
export function programPrestate(): Hash {
  const file = createRequire(import.meta.url).resolve('@altlayer/program/elf/prestate.json')
  const { prestate } = parseObject(JSON.parse(readFileSync(file, 'utf8')), file)
  return parseHash(prestate, `${file}: prestate`)
}

/** A source file of the OP Stack's npm package, path below its root. */
export function opStackSource(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function readForge(path: string): ForgeArtifact {
  const file = join(root, 'forge-artifacts', path)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ForgeArtifact
  } catch (cause) {
    throw new ArtifactError(`${PACKAGE}: cannot read ${path}`, { cause })
  }
}

// solc names immutables by the AST id of their declaration, which may stand in a base contract's file.
function namedImmutables(
  name: string,
  own: ForgeArtifact,
  bases: readonly string[],
): Artifact['immutables'] {
  const references = own.deployedBytecode.immutableReferences ?? {}
  if (Object.keys(references).length === 0) return {}
  const names = new Map<string, string>()
  for (const artifact of [own, ...bases.map(readForge)]) collectImmutables(artifact.ast, names)
  return Object.fromEntries(
    Object.entries(references).map(([id, ranges]) => {
      const label = names.get(id)
      if (label === undefined)
        throw new ArtifactError(
          `${name}: no declaration of immutable ${id} in ${[name, ...bases].join(', ')}`,
        )
      return [label, ranges]
    }),
  )
}

function collectImmutables(node: unknown, into: Map<string, string>): void {
  if (node === null || typeof node !== 'object') return
  if (Array.isArray(node)) {
    for (const child of node) collectImmutables(child, into)
    return
  }
  const { nodeType, mutability, id, name, ...children } = node as Record<string, unknown>
  if (nodeType === 'VariableDeclaration' && mutability === 'immutable') {
    into.set(String(id), String(name))
  }
  collectImmutables(Object.values(children), into)
}
