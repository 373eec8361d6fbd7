import {
  type Address,
  DEFAULT_OP_EIP1559,
  encodeHoloceneExtraData,
  type ForkTimes,
  type Genesis,
  type GenesisAccount,
  genesisHeader,
  type Hash,
  type Header,
  headerHash,
  OP_FORKS,
  outputRoot,
  PREDEPLOYS,
  type RollupConfig,
  ZERO_HASH,
} from '@altlayer/protocol'
import { type PredeployConfig, predeployAccounts } from './predeploys.ts'
import { preinstallAccounts } from './preinstalls.ts'
import { stateRoot, storageRoot } from './state-root.ts'

/** What an L2 genesis depends on. The same config gives the same block hash. */
export interface GenesisConfig extends PredeployConfig {
  /** Seconds: that of the L1 block where the rollup begins. */
  readonly timestamp: bigint
  readonly gasLimit: bigint
  /** EIP-1559 parameters; default OP Mainnet's. */
  readonly eip1559?: RollupConfig['eip1559']
  /** Accounts that have ETH from the start. */
  readonly funded: readonly { readonly address: Address; readonly balance: bigint }[]
}

export interface BuiltGenesis {
  readonly genesis: Genesis
  readonly header: Header
  readonly hash: Hash
  /** Version 0 output root of the genesis block. */
  readonly outputRoot: Hash
}

/** Every fork that this software executes, active from the start. */
const GENESIS_FORKS: ForkTimes = Object.fromEntries(OP_FORKS.map((fork) => [fork, 0n]))

const INITIAL_BASE_FEE = 1_000_000_000n
const PRECOMPILE_COUNT = 256

/** Builds the genesis block of a rollup with all forks up to Isthmus active. */
export function buildGenesis(config: GenesisConfig): BuiltGenesis {
  const eip1559 = config.eip1559 ?? DEFAULT_OP_EIP1559
  const alloc = allocation(config)
  const genesis: Genesis = {
    config: {
      mode: 'op',
      chainId: BigInt(config.l2ChainId),
      forks: GENESIS_FORKS,
      eip1559,
    },
    header: {
      number: 0n,
      timestamp: config.timestamp,
      // Holocene: the next block's base fee is computed with the parameters in its parent.
      extraData: encodeHoloceneExtraData({
        denominator: Number(eip1559.denominatorCanyon),
        elasticity: Number(eip1559.elasticity),
      }),
      gasLimit: config.gasLimit,
      gasUsed: 0n,
      difficulty: 0n,
      mixHash: ZERO_HASH,
      nonce: '0x0000000000000000',
      miner: PREDEPLOYS.SequencerFeeVault,
      parentHash: ZERO_HASH,
      baseFeePerGas: INITIAL_BASE_FEE,
      excessBlobGas: 0n,
      blobGasUsed: 0n,
    },
    alloc,
    otherConfig: {},
  }
  const root = stateRoot(alloc)
  const passer = alloc.find(({ address }) => address === PREDEPLOYS.L2ToL1MessagePasser)
  const passerRoot = storageRoot(passer?.storage ?? [])
  const header = genesisHeader(genesis, root, passerRoot)
  const hash = headerHash(header)
  const committed = { stateRoot: root, messagePasserStorageRoot: passerRoot, blockHash: hash }
  return { genesis, header, hash, outputRoot: outputRoot(committed) }
}

/** The allocation, sorted by address. */
function allocation(config: GenesisConfig): readonly GenesisAccount[] {
  const accounts = [
    ...precompileAccounts(),
    ...predeployAccounts(config),
    ...preinstallAccounts(config.l2ChainId),
    ...config.funded.map(({ address, balance }) => ({ ...plainAccount(address), balance })),
  ]
  const byAddress = new Map<Address, GenesisAccount>()
  for (const account of accounts) {
    if (byAddress.has(account.address))
      throw new RangeError(`${account.address} is twice in the genesis allocation`)
    byAddress.set(account.address, account)
  }
  return [...byAddress.values()].sort((a, b) => (a.address < b.address ? -1 : 1))
}

/** One wei each, so that no call to a precompile pays for creating its account. */
function precompileAccounts(): readonly GenesisAccount[] {
  return Array.from({ length: PRECOMPILE_COUNT }, (_, index) => ({
    ...plainAccount(`0x${index.toString(16).padStart(40, '0')}`),
    balance: 1n,
  }))
}

function plainAccount(address: Address): GenesisAccount {
  return { address, balance: 0n, nonce: 0n, code: '0x', storage: [] }
}
