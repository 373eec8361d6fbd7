import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One compiled contract, as `build.ts` writes it. */
export interface ContractArtifact {
  readonly contractName: string
  readonly abi: readonly unknown[]
  /** Creation code without constructor arguments. */
  readonly bytecode: `0x${string}`
  /** Runtime code; immutables are zero where there are any. */
  readonly deployedBytecode: `0x${string}`
  /** Where immutables go in the runtime code, by the AST id of their declaration. */
  readonly immutableReferences: Readonly<
    Record<string, readonly { readonly start: number; readonly length: number }[]>
  >
}

/** Contracts that TypeScript may use; the build writes exactly these. */
export const CONTRACTS = ['L1Block', 'GasPriceOracle'] as const
export type ContractName = (typeof CONTRACTS)[number]

export const BUILD_FOLDER = fileURLToPath(new URL('../build/', import.meta.url))

/** The contracts were not built yet. */
export class ContractsNotBuiltError extends Error {
  override readonly name = 'ContractsNotBuiltError'
  constructor(path: string, options?: ErrorOptions) {
    super(`${path} is missing: run "npm run build -w @altlayer/contracts"`, options)
  }
}

/** Reads a built contract. Throws `ContractsNotBuiltError` before the first build. */
export function contractArtifact(name: ContractName): ContractArtifact {
  const path = `${BUILD_FOLDER}${name}.json`
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ContractArtifact
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new ContractsNotBuiltError(path, { cause })
  }
}
