import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { type Header, ZERO_ADDRESS, ZERO_HASH } from '@altlayer/protocol'
import { originInfo } from '../src/chain/parent.ts'
import { ConfigFileError, readChainFiles } from '../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'altlayer-l1-chain-config-'))
after(() => rmSync(folder, { recursive: true }))

const L1_CHAIN = 3_151_908
const eip1559 = { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 }
const rollup = {
  genesis: {
    l1: { hash: ZERO_HASH, number: 1 },
    l2: { hash: ZERO_HASH, number: 0 },
    l2_time: 900,
    system_config: {
      ...{ batcherAddr: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH },
      gasLimit: 30_000_000,
    },
  },
  ...{ block_time: 2, max_sequencer_drift: 600, seq_window_size: 3_600, channel_timeout: 300 },
  ...{ l1_chain_id: L1_CHAIN, l2_chain_id: 901, regolith_time: 0 },
  ...{ batch_inbox_address: ZERO_ADDRESS, deposit_contract_address: ZERO_ADDRESS },
  ...{ l1_system_config_address: ZERO_ADDRESS, chain_op_config: eip1559 },
}
const genesis = {
  config: { chainId: 901, optimism: eip1559 },
  ...{ timestamp: '0x384', gasLimit: '0x1c9c380', alloc: {} },
}
const l1 = {
  chainId: L1_CHAIN,
  ...{ cancunTime: 0, pragueTime: 0, osakaTime: 0, bpo1Time: 2_000 },
  blobSchedule: {
    cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
    prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
    bpo1: { target: 10, max: 15, baseFeeUpdateFraction: 8_346_193 },
  },
}

const write = (name: string, content: unknown) => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const rollupConfigPath = write('rollup.json', rollup)
const genesisPath = write('genesis.json', genesis)
const read = (l1ChainConfigPath?: string) =>
  readChainFiles({
    ...{ rollupConfigPath, genesisPath },
    ...(l1ChainConfigPath !== undefined && { l1ChainConfigPath }),
  }).config

const l1Block = (timestamp: bigint): Header => ({
  ...{ parentHash: ZERO_HASH, sha3Uncles: ZERO_HASH, miner: ZERO_ADDRESS },
  ...{ stateRoot: ZERO_HASH, transactionsRoot: ZERO_HASH, receiptsRoot: ZERO_HASH },
  ...{ logsBloom: `0x${'00'.repeat(256)}`, difficulty: 0n, number: 5n, gasLimit: 36_000_000n },
  ...{ gasUsed: 0n, timestamp, extraData: '0x', mixHash: ZERO_HASH, nonce: '0x0000000000000000' },
  ...{ baseFeePerGas: 7n, blobGasUsed: 0n, excessBlobGas: 100_000_000n },
  requestsHash: ZERO_HASH,
})

it("takes L1's blob schedule from the file that is given, for the L1 attributes of each time", () => {
  const config = read(write('l1.json', l1))
  assert.deepEqual(config.l1BlobForks, [{ time: 2_000n, fraction: 8_346_193n }])
  const fee = (timestamp: bigint, of = config) =>
    originInfo({ hash: ZERO_HASH, header: l1Block(timestamp) }, of).blobBaseFee
  // e^(100 000 000 / 5 007 716) and e^(100 000 000 / 8 346 193)
  assert.equal(fee(1_999n), 470_442_149n)
  assert.equal(fee(2_000n), 159_773n)
  assert.equal(fee(2_000n, read()), 470_442_149n, 'without the file')
})

it('refuses a file that is not there, is no JSON, or is of another chain, and names it', () => {
  for (const [path, message] of [
    [join(folder, 'nowhere.json'), /nowhere\.json cannot be read: ENOENT/],
    [write('broken.json', '{'), /broken\.json: /],
    [write('other.json', { ...l1, chainId: 1 }), /other\.json: .*chainId: .*3151908/],
    [write('bare.json', { ...l1, blobSchedule: {} }), /bare\.json: .*blobSchedule\.cancun/],
  ] as const)
    assert.throws(
      () => read(path),
      (error) => error instanceof ConfigFileError && message.test(error.message),
      path,
    )
})
