import {
  type Address,
  DEFAULT_OP_EIP1559,
  encodeEcotoneScalars,
  type RollupConfig,
} from '@altlayer/protocol'
import type { BuiltGenesis } from './genesis/genesis.ts'
import type { DeployConfig } from './l1/config.ts'
import { batchInbox } from './l1/constants.ts'

/** Parameters of derivation that the OP Stack recommends ("Standard Rollup Configuration"). */
const DERIVATION = {
  maxSequencerDrift: 600n,
  seqWindowSize: 3_600n,
  channelTimeout: 300n,
  channelTimeoutGranite: 50n,
} as const

/** The rollup's configuration: its genesis, its contracts on L1, its forks. */
export function rollupConfigOf(
  config: DeployConfig,
  built: BuiltGenesis,
  l2BlockTime: number,
  l1Block: RollupConfig['genesis']['l1'],
  addresses: Readonly<Record<string, Address>>,
): RollupConfig {
  const contract = (name: string): Address => {
    const address = addresses[name]
    if (!address) throw new Error(`no contract ${name} among the deployed ones`)
    return address
  }
  return {
    genesis: {
      l1: l1Block,
      l2: { number: 0n, hash: built.hash },
      l2Time: built.header.timestamp,
      systemConfig: {
        batcherAddress: config.roles.batcher,
        overhead: 0n,
        scalar: encodeEcotoneScalars({
          baseFeeScalar: BigInt(config.baseFeeScalar),
          blobBaseFeeScalar: BigInt(config.blobBaseFeeScalar),
        }),
        gasLimit: config.l2GasLimit,
        // Zero: the chain's own parameters. SystemConfig of this version cannot set others.
        eip1559Params: { denominator: 0, elasticity: 0 },
        operatorFeeScalar: 0n,
        operatorFeeConstant: 0n,
      },
    },
    blockTime: BigInt(l2BlockTime),
    ...DERIVATION,
    l1ChainId: BigInt(config.l1ChainId),
    l2ChainId: BigInt(config.l2ChainId),
    forks: built.genesis.config.forks,
    batchInboxAddress: batchInbox(config.l2ChainId),
    depositContractAddress: contract('OptimismPortalProxy'),
    l1SystemConfigAddress: contract('SystemConfigProxy'),
    protocolVersionsAddress: contract('ProtocolVersions'),
    eip1559: built.genesis.config.eip1559 ?? DEFAULT_OP_EIP1559,
    other: {},
  }
}
