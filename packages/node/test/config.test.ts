import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { OP_FORKS } from '@altlayer/protocol'
import { ConfigFileError, readChainFiles } from '../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'altlayer-config-'))
after(() => rmSync(folder, { recursive: true }))

const HASH = `0x${'11'.repeat(32)}`
const ADDRESS = `0x${'22'.repeat(20)}`
const eip1559 = { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 }
const times = Object.fromEntries(OP_FORKS.map((fork, i) => [fork, 1_000 + 10 * i]))
const rollup = {
  genesis: {
    l1: { hash: HASH, number: 1 },
    l2: { hash: HASH, number: 0 },
    l2_time: 900,
    system_config: { batcherAddr: ADDRESS, overhead: HASH, scalar: HASH, gasLimit: 30_000_000 },
  },
  ...{ block_time: 2, max_sequencer_drift: 600, seq_window_size: 3_600, channel_timeout: 300 },
  ...{ l1_chain_id: 11_155_111, l2_chain_id: 901 },
  ...Object.fromEntries(Object.entries(times).map(([fork, time]) => [`${fork}_time`, time])),
  ...{ batch_inbox_address: ADDRESS, deposit_contract_address: ADDRESS },
  l1_system_config_address: ADDRESS,
  chain_op_config: eip1559,
}
const genesis = {
  config: { chainId: 901, optimism: eip1559 } as Record<string, unknown>,
  timestamp: '0x384',
  gasLimit: '0x1c9c380',
  alloc: {} as unknown,
}
const names = {
  rollup: join(folder, 'rollup.json'),
  genesis: join(folder, 'genesis.json'),
} as const
const paths = { rollupConfigPath: names.rollup, genesisPath: names.genesis }

function read(files: { readonly rollup?: object; readonly genesis?: object }) {
  writeFileSync(names.rollup, JSON.stringify({ ...rollup, ...files.rollup }))
  writeFileSync(names.genesis, JSON.stringify({ ...genesis, ...files.genesis }))
  return readChainFiles(paths)
}

const withForks = (forks: object) => ({ config: { ...genesis.config, ...forks } })

it('takes the forks from the rollup config, where the genesis file is from before them', () => {
  // As at the deployment of a rollup that was upgraded since.
  const old = withForks({ regolithTime: 1_000, canyonTime: 1_010, shanghaiTime: 1_010 })
  for (const file of [{}, old]) {
    const { config, genesis } = read({ genesis: file, rollup: { jovian_time: 2_000 } })
    assert.deepEqual(genesis.config.forks, config.forks)
    assert.equal(genesis.config.forks.isthmus, BigInt(times.isthmus as number))
    assert.deepEqual(genesis.config.unsupportedFrom, { fork: 'jovian', time: 2_000n })
  }
})

it('refuses files that give a fork different times', () => {
  const cases = [
    [
      { genesis: withForks({ isthmusTime: 7_000 }) },
      /genesis\.json: config\.regolithTime is 7000, but regolith_time in .*rollup\.json is 1000/,
    ],
    [
      { genesis: withForks({ regolithTime: 1_000, canyonTime: 1_015 }) },
      /config\.canyonTime is 1015, but canyon_time in .* is 1010/,
    ],
    [
      { genesis: withForks({ jovianTime: 9_000 }) },
      /config\.jovianTime is 9000, but jovian_time in .* is not there/,
    ],
    [
      { genesis: withForks({ jovianTime: 9_000 }), rollup: { jovian_time: 8_000 } },
      /config\.jovianTime is 9000, but jovian_time in .* is 8000/,
    ],
  ] as const
  for (const [files, message] of cases)
    assert.throws(() => read(files), { name: 'ConfigFileError', message })
})

it('says what is not there, and what can be done without it', () => {
  const cases = [
    [
      { alloc: undefined, stateHash: HASH },
      /genesis\.alloc: expected all accounts, got only stateHash/,
    ],
    [{ alloc: { [ADDRESS]: { codeHash: HASH } } }, /expected the code, got only codeHash/],
  ] as const
  for (const [file, said] of cases)
    assert.throws(
      () => read({ genesis: file }),
      (error) => {
        assert.ok(error instanceof ConfigFileError)
        assert.match(error.message, said)
        assert.match(error.message, /altlayer verify --rpc URL --follow/)
        return true
      },
    )
  read({})
  rmSync(names.genesis)
  assert.throws(
    () => readChainFiles(paths),
    /genesis\.json cannot be read: ENOENT.*\n.*--genesis FILE/,
  )
  const ethereum = { chainId: 901, londonBlock: 0, terminalTotalDifficulty: 0 }
  assert.throws(() => read({ genesis: { config: ethereum } }), /config\.optimism is not there/)
  assert.throws(
    () => read({ genesis: { config: { ...genesis.config, chainId: 5 } } }),
    /chainId is 5, but l2_chain_id/,
  )
  assert.throws(() => read({ genesis: { timestamp: 1 } }), /timestamp is 1, but genesis\.l2_time/)
})
