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
export const CONTRACTS = [
  'AltDistribution',
  'AltGovernor',
  'AltToken',
  'AltVestingWallet',
  'EigenLayerStakeSource',
  'GasPriceOracle',
  'L1Block',
  'OperatorRegistry',
  'OperatorRewards',
  'PreimageOracle',
  'RiscV',
  'RollupRegistry',
  'ServiceFees',
  'Slasher',
  'StakeTable',
  'StakedAlt',
  'SymbioticStakeSource',
  'TimelockController',
  'VitalDisputeGame',
] as const
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
  return readArtifact(`${BUILD_FOLDER}${name}.json`)
}

function readArtifact<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new ContractsNotBuiltError(path, { cause })
  }
}

/** Contracts of Symbiotic Core that the build compiles, by the path of their source in the package. */
export const SYMBIOTIC_CONTRACTS = {
  VaultFactory: 'VaultFactory.sol',
  DelegatorFactory: 'DelegatorFactory.sol',
  SlasherFactory: 'SlasherFactory.sol',
  VaultConfigurator: 'VaultConfigurator.sol',
  NetworkRegistry: 'NetworkRegistry.sol',
  OperatorRegistry: 'OperatorRegistry.sol',
  OptInService: 'service/OptInService.sol',
  NetworkMiddlewareService: 'service/NetworkMiddlewareService.sol',
  Vault: 'vault/Vault.sol',
  NetworkRestakeDelegator: 'delegator/NetworkRestakeDelegator.sol',
  FullRestakeDelegator: 'delegator/FullRestakeDelegator.sol',
  Slasher: 'slasher/Slasher.sol',
  VetoSlasher: 'slasher/VetoSlasher.sol',
} as const
export type SymbioticContract = keyof typeof SYMBIOTIC_CONTRACTS

/** One compiled contract of Symbiotic Core, in the form that forge reads too. */
export interface SymbioticArtifact {
  readonly contractName: string
  readonly abi: readonly unknown[]
  readonly bytecode: { readonly object: `0x${string}` }
}

export const SYMBIOTIC_FOLDER = `${BUILD_FOLDER}symbiotic/`

/** Reads a contract of Symbiotic Core. Throws `ContractsNotBuiltError` before the first build. */
export function symbioticArtifact(name: SymbioticContract): SymbioticArtifact {
  return readArtifact(`${SYMBIOTIC_FOLDER}${name}.json`)
}
