import type { Address, Hash, Hex } from '@altlayer/protocol'

/** What a launch tells its caller while it works. */
export interface ProgressEvent {
  /** `l1`: the L1 node; `deploy`: one L1 deployment step; `genesis`: the L2 genesis files. */
  readonly stage: 'l1' | 'deploy' | 'genesis'
  /** What is done, for a person: "OptimismPortalProxy deployed". */
  readonly message: string
  /** Deployment steps finished so far and in all, where the stage has steps. */
  readonly done?: number
  readonly total?: number
  /** The chain already had it; nothing was sent. */
  readonly found?: boolean
}

export type Progress = (event: ProgressEvent) => void

/** An L1 that someone else runs. */
export interface ExternalL1 {
  readonly url: string
  /** Pays for the deployment and owns the contracts until `roles.owner` takes over. */
  readonly deployerKey: Hex
}

/** An anvil of our own. */
export interface LocalL1 {
  /** TCP port on 127.0.0.1; 0 picks a free one. Default 8545. */
  readonly port?: number
  /** Seconds between L1 blocks. Default 2. */
  readonly blockTime?: number
  /** Default 900. */
  readonly chainId?: number
}

/** Who does what on the rollup; each defaults to a development account of its own. */
export interface Roles {
  /** Owns ProxyAdmin, SystemConfig, DisputeGameFactory, DelayedWETH. */
  readonly owner: Address
  /** Posts batches (SystemConfig's batcher hash). */
  readonly batcher: Address
  /** Posts output roots. */
  readonly proposer: Address
  /** Disputes output roots that are false: VITAL's player. */
  readonly challenger: Address
  /** Signs unsafe blocks for gossip. */
  readonly sequencer: Address
  /** Can pause withdrawals (SuperchainConfig). */
  readonly guardian: Address
  /** Receives the fee vaults' balances. */
  readonly feeRecipient: Address
}

export interface LaunchOptions {
  /** Everything that the launch writes is below this directory; created when missing. */
  readonly dataDir: string
  /** Default: an anvil of our own on port 8545. */
  readonly l1?: LocalL1 | ExternalL1
  /** L1's chain config or genesis, for its blob schedule. Default: what is known of public L1s. */
  readonly l1ChainConfigPath?: string
  /** Default 901. */
  readonly l2ChainId?: number
  /** Seconds between L2 blocks. Default 1. */
  readonly l2BlockTime?: number
  /** Default: development accounts on our own L1, the deployer on an external one. */
  readonly roles?: Partial<Roles>
  /** Give the development accounts ETH on L2. Default true on our own L1, else false. */
  readonly fundDevAccounts?: boolean
  /**
   * Hears of each process that the launch starts, at once: `pid` leads a process group. Who notes it
   * can end the process after a kill of its own; SIGTERM lets it write its state.
   */
  readonly onProcess?: (name: string, pid: number) => void
  /** Ends the launch early; what was deployed is found again next time. */
  readonly signal?: AbortSignal
}

/** A development account: its key is public knowledge. */
export interface DevAccount {
  readonly address: Address
  readonly privateKey: Hex
}

/** A rollup whose contracts stand on L1 and whose genesis is written; the node runs it from here. */
export interface LaunchedRollup {
  readonly l1Url: string
  readonly l1ChainId: number
  readonly l2ChainId: number
  /** `rollup.json`, the OP Stack's rollup configuration. */
  readonly rollupConfigPath: string
  /** `genesis.json`, geth's form with the OP Stack's fields. */
  readonly genesisPath: string
  /** `addresses.json`, the L1 contracts in the superchain registry's naming. */
  readonly addressesPath: string
  readonly addresses: Readonly<Record<string, Address>>
  readonly genesisHash: Hash
  readonly roles: Roles
  /** Funded on L1 and L2; empty on an external L1. */
  readonly accounts: readonly DevAccount[]
  /** Keys of the roles held by development accounts or by the deployer, by role. */
  readonly roleKeys: Readonly<Partial<Record<keyof Roles, Hex>>>
  /** Resolves when our anvil ends without being asked to; never for an external L1. */
  readonly l1Exited: Promise<{ readonly code: number | null; readonly output: string }>
  /** Stops what the launch started (our anvil, after it has written its state). Idempotent. */
  stop(): Promise<void>
}

/** Starts or reaches the L1, deploys what is not there yet, writes the genesis files. */
export type LaunchRollup = (options: LaunchOptions, progress?: Progress) => Promise<LaunchedRollup>
