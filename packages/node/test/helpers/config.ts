import { type Hash, OP_FORKS, parseRollupConfig, type RollupConfig } from '@altlayer/protocol'

export const portal = '0x00000000000000000000000000000000000000d1'
export const systemConfigAddress = '0x00000000000000000000000000000000000000c1'
export const batcher = '0x00000000000000000000000000000000000000b1'

/** A hash that shows where it comes from. */
export function testHash(kind: number, number: bigint | number): Hash {
  return `0x${kind.toString(16).padStart(2, '0')}${number.toString(16).padStart(62, '0')}`
}

export interface TestConfigOptions {
  readonly l1Genesis?: { readonly number: number; readonly hash: Hash }
  readonly l2GenesisHash?: Hash
  readonly l2Time?: number
  readonly blockTime?: number
  readonly maxSequencerDrift?: number
  /** Activation time of all forks up to Isthmus; single ones by `forks`. */
  readonly forks?: Readonly<Record<string, number | undefined>>
}

/** A rollup config with every fork at genesis. */
export function testConfig(options: TestConfigOptions = {}): RollupConfig {
  const forks = Object.fromEntries(
    OP_FORKS.map((name) => [
      `${name}_time`,
      options.forks && name in options.forks ? options.forks[name] : 0,
    ]),
  )
  return parseRollupConfig({
    genesis: {
      l1: options.l1Genesis ?? { number: 10, hash: testHash(1, 10) },
      l2: { number: 0, hash: options.l2GenesisHash ?? testHash(2, 0) },
      l2_time: options.l2Time ?? 1_000,
      system_config: {
        batcherAddr: batcher,
        overhead: testHash(0, 0),
        scalar: testHash(1, (5n << 32n) | 7n),
        gasLimit: 60_000_000,
        eip1559Params: '0x0000000000000000',
        operatorFeeParams: testHash(0, 0),
      },
    },
    block_time: options.blockTime ?? 1,
    max_sequencer_drift: options.maxSequencerDrift ?? 600,
    seq_window_size: 3600,
    channel_timeout: 300,
    l1_chain_id: 900,
    l2_chain_id: 901,
    ...forks,
    batch_inbox_address: '0xff00000000000000000000000000000000000901',
    deposit_contract_address: portal,
    l1_system_config_address: systemConfigAddress,
    chain_op_config: {
      eip1559Elasticity: 6,
      eip1559Denominator: 50,
      eip1559DenominatorCanyon: 250,
    },
  })
}
