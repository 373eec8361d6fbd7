import { type ChainConfig, DEFAULT_OP_EIP1559 } from '@altlayer/protocol'

/** A chain whose rules are known without being told. */
export interface KnownChain {
  readonly name: string
  readonly config: ChainConfig
}

// Activation times: superchain-registry, superchain/configs/{mainnet,sepolia}. Both chains started on Bedrock
// with Regolith. `unsupportedFrom`: from there on blocks are not ours to judge.
const CHAINS: readonly KnownChain[] = [
  {
    name: 'OP Mainnet',
    config: {
      mode: 'op',
      chainId: 10n,
      forks: {
        regolith: 0n,
        canyon: 1704992401n,
        delta: 1708560000n,
        ecotone: 1710374401n,
        fjord: 1720627201n,
        granite: 1726070401n,
        holocene: 1736445601n,
        isthmus: 1746806401n,
      },
      eip1559: DEFAULT_OP_EIP1559,
      unsupportedFrom: { fork: 'jovian', time: 1764691201n },
    },
  },
  {
    name: 'OP Sepolia',
    config: {
      mode: 'op',
      chainId: 11155420n,
      forks: {
        regolith: 0n,
        canyon: 1699981200n,
        delta: 1703203200n,
        ecotone: 1708534800n,
        fjord: 1716998400n,
        granite: 1723478400n,
        holocene: 1732633200n,
        isthmus: 1744905600n,
      },
      eip1559: DEFAULT_OP_EIP1559,
      unsupportedFrom: { fork: 'jovian', time: 1763568001n },
    },
  },
]

/** OP Mainnet or OP Sepolia by chain id; undefined for another. */
export function knownChain(chainId: bigint): KnownChain | undefined {
  return CHAINS.find(({ config }) => config.chainId === chainId)
}
