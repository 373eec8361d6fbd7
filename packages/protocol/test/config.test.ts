import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeAbiParameters, keccak256, toHex } from 'viem'
import {
  applyConfigUpdates,
  bigintToHex,
  CONFIG_UPDATE_TOPIC,
  chainConfigOf,
  EMPTY_HASH,
  ecotoneScalars,
  encodeEcotoneScalars,
  type Genesis,
  genesisHeader,
  genesisToJson,
  headerHash,
  isForkActivation,
  isForkActive,
  type Log,
  MalformedInputError,
  parseConfigUpdate,
  parseEip1559ParamsHex,
  parseGenesis,
  parseRollupConfig,
  rollupConfigToJson,
  type SystemConfig,
} from '../src/index.ts'

const HASH = `0x${'11'.repeat(32)}` as const
const ADDRESS = '0xff00000000000000000000000000000011155420'

// OP Sepolia's configuration, in the words of op-node.
const ROLLUP = {
  genesis: {
    l1: { hash: HASH, number: 4071408 },
    l2: { hash: HASH, number: 0 },
    l2_time: 1691802540,
    system_config: {
      batcherAddr: '0x8F23BB38F531600e5d8FDDAAEC41F13FaB46E98c',
      overhead: '0x00000000000000000000000000000000000000000000000000000000000000bc',
      scalar: '0x00000000000000000000000000000000000000000000000000000000000a6fe0',
      gasLimit: 30000000,
    },
  },
  block_time: 2,
  max_sequencer_drift: 600,
  seq_window_size: 3600,
  channel_timeout: 300,
  l1_chain_id: 11155111,
  l2_chain_id: 11155420,
  regolith_time: 0,
  canyon_time: 1699981200,
  delta_time: 1703203200,
  ecotone_time: 1708534800,
  fjord_time: 1716998400,
  granite_time: 1723478400,
  holocene_time: 1732633200,
  isthmus_time: 1744905600,
  batch_inbox_address: ADDRESS,
  deposit_contract_address: ADDRESS,
  l1_system_config_address: ADDRESS,
  protocol_versions_address: ADDRESS,
  chain_op_config: {
    eip1559Elasticity: 6,
    eip1559Denominator: 50,
    eip1559DenominatorCanyon: 250,
  },
}

/** The object with the member at a dotted path replaced. */
function withMember(object: object, path: string, value: unknown): object {
  const [name = '', ...rest] = path.split('.')
  const members = object as Record<string, object>
  const next = rest.length === 0 ? value : withMember(members[name] ?? {}, rest.join('.'), value)
  return { ...object, [name]: next }
}

test("op-node's rollup.json is read and written back", () => {
  const config = parseRollupConfig({ ...ROLLUP, some_new_member: [1] })
  assert.equal(config.forks.holocene, 1732633200n)
  assert.equal(
    config.genesis.systemConfig.batcherAddress,
    '0x8f23bb38f531600e5d8fddaaec41f13fab46e98c',
  )
  assert.equal(config.channelTimeoutGranite, 50n)
  assert.deepEqual(config.eip1559, { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n })
  assert.deepEqual(config.other, { some_new_member: [1] })
  assert.deepEqual(
    parseRollupConfig(JSON.parse(JSON.stringify(rollupConfigToJson(config)))),
    config,
  )
  assert.equal(chainConfigOf(config).chainId, 11155420n)
})

test('a fork implied by a later one is active with it, and a fork we do not know is reported', () => {
  const { regolith_time: _, isthmus_time: __, ...rest } = ROLLUP
  const config = parseRollupConfig({ ...rest, jovian_time: 1800000000, alt_da: null })
  assert.equal(config.forks.regolith, config.forks.canyon)
  assert.equal(config.forks.isthmus, undefined)
  assert.deepEqual(config.unsupportedFrom, { fork: 'jovian', time: 1800000000n })
  assert.ok(isForkActive(config.forks, 'canyon', 1699981200n))
  assert.ok(!isForkActive(config.forks, 'canyon', 1699981199n))
  assert.ok(isForkActivation(config.forks, 'canyon', 1699981201n, 1699981199n))
  assert.ok(!isForkActivation(config.forks, 'canyon', 1699981202n, 1699981200n))
})

test('what op-node of the Ecotone era wrote is read: alternative data availability that is not used, no forks to come', () => {
  const {
    chain_op_config: _,
    fjord_time,
    granite_time,
    holocene_time,
    isthmus_time,
    ...rest
  } = ROLLUP
  const zero = `0x${'00'.repeat(20)}`
  const config = parseRollupConfig({
    ...rest,
    fjord_time: null,
    da_challenge_address: zero,
    da_challenge_contract_address: zero,
    da_challenge_window: 0,
    da_resolve_window: 0,
    use_plasma: false,
    protocol_versions_address: zero,
  })
  assert.ok(config.forks.ecotone !== undefined)
  assert.equal(config.forks.fjord, undefined)
  assert.deepEqual(config.eip1559, { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n })
  assert.deepEqual(
    parseRollupConfig(JSON.parse(JSON.stringify(rollupConfigToJson(config)))),
    config,
  )
})

test('every bad member of a rollup config is named with what it was', () => {
  const cases: readonly (readonly [path: string, value: unknown, expected?: RegExp])[] = [
    ['genesis', undefined],
    ['genesis.l1', 5],
    ['genesis.l1.hash', '0x12'],
    ['genesis.l2.number', -1],
    ['genesis.l2_time', '12s'],
    ['genesis.system_config', null],
    ['genesis.system_config.batcherAddr', '0x00'],
    ['genesis.system_config.gasLimit', 2 ** 60],
    ['genesis.system_config.eip1559Params', '0x00'],
    ['genesis.system_config.operatorFeeParams', `0x01${'00'.repeat(31)}`],
    ['block_time', 0],
    ['max_sequencer_drift', 1.5],
    ['seq_window_size', 1],
    ['channel_timeout', {}],
    ['l1_chain_id', '0x'],
    ['l2_chain_id', 11155111],
    ['canyon_time', 'never'],
    ['ecotone_time', 1703203199, /not before that of delta/],
    ['batch_inbox_address', `${ADDRESS}00`],
    ['deposit_contract_address', undefined],
    ['l1_system_config_address', 'ff'],
    ['chain_op_config.eip1559Denominator', 0],
    ['alt_da', { da_challenge_address: ADDRESS }],
    ['plasma_config', {}],
    ['use_plasma', true],
    ['da_challenge_address', ADDRESS],
    ['da_challenge_contract_address', ADDRESS],
  ]
  for (const [path, value, expected] of cases)
    assert.throws(
      () => parseRollupConfig(withMember(ROLLUP, path, value)),
      (error) => {
        assert.ok(error instanceof MalformedInputError, path)
        assert.equal(error.path, `rollup.${path}`)
        if (expected) assert.match(error.message, expected)
        return true
      },
    )
})

test('no JSON value makes the readers fail otherwise than with MalformedInputError', () => {
  const mutated = fc
    .tuple(fc.constantFrom(...Object.keys(ROLLUP)), fc.jsonValue())
    .map(([name, value]) => ({ ...ROLLUP, [name]: value }))
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), mutated), (value) => {
      for (const parse of [parseRollupConfig, parseGenesis]) {
        try {
          parse(value)
        } catch (error) {
          assert.ok(error instanceof MalformedInputError)
        }
      }
    }),
  )
})

const GENESIS = {
  config: {
    chainId: 901,
    londonBlock: 0,
    regolithTime: 0,
    canyonTime: 0,
    shanghaiTime: 0,
    cancunTime: 0,
    pragueTime: 0,
    deltaTime: 0,
    ecotoneTime: 0,
    fjordTime: 0,
    graniteTime: 0,
    holoceneTime: 0,
    isthmusTime: 0,
    optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
  },
  nonce: '0x0',
  timestamp: '0x64d6dbac',
  extraData: '0x00000000fa00000006',
  gasLimit: '0x1c9c380',
  difficulty: '0x0',
  coinbase: '0x4200000000000000000000000000000000000011',
  baseFeePerGas: '0x3b9aca00',
  alloc: {
    '4200000000000000000000000000000000000015': {
      balance: '0x1',
      nonce: 1,
      code: '0x6001',
      storage: { '0x0': '0xff', [HASH]: HASH },
    },
    '0x4200000000000000000000000000000000000016': { balance: '12' },
  },
}

test('a genesis file is read and written back', () => {
  const genesis = parseGenesis(GENESIS)
  assert.equal(genesis.config.mode, 'op')
  assert.equal(genesis.config.forks.isthmus, 0n)
  assert.equal(genesis.config.forks.prague, undefined)
  assert.deepEqual(genesis.alloc[0], {
    address: '0x4200000000000000000000000000000000000015',
    balance: 1n,
    nonce: 1n,
    code: '0x6001',
    storage: [
      [`0x${'00'.repeat(32)}`, `0x${'00'.repeat(31)}ff`],
      [HASH, HASH],
    ],
  })
  assert.equal(genesis.alloc[1]?.balance, 12n)
  const again = parseGenesis(JSON.parse(JSON.stringify(genesisToJson(genesis))))
  assert.deepEqual({ ...again, otherConfig: {} }, { ...genesis, otherConfig: {} })
})

test('an Ethereum genesis without optimism reads its own forks and blob schedule', () => {
  const config = {
    chainId: 1,
    londonBlock: 0,
    terminalTotalDifficulty: 0,
    shanghaiTime: 0,
    cancunTime: 5,
    pragueTime: 10,
    osakaTime: 20,
    blobSchedule: { prague: { target: 8, max: 12, baseFeeUpdateFraction: 5007716 } },
    depositContractAddress: ADDRESS,
  }
  const genesis = parseGenesis({ ...GENESIS, config })
  assert.deepEqual(genesis.config, {
    mode: 'ethereum',
    chainId: 1n,
    forks: { shanghai: 0n, cancun: 5n, prague: 10n },
    unsupportedFrom: { fork: 'osaka', time: 20n },
    blobSchedule: {
      cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477n },
      prague: { target: 8, max: 12, baseFeeUpdateFraction: 5007716n },
    },
    depositContract: ADDRESS,
  })
})

test('every bad member of a genesis file is named', () => {
  const cases: readonly (readonly [path: string, value: unknown])[] = [
    ['config', []],
    ['config.chainId', 0],
    ['config.isthmusTime', 'soon'],
    ['config.pragueTime', 7],
    ['config.optimism.eip1559Elasticity', null],
    ['timestamp', undefined],
    ['gasLimit', '0xzz'],
    ['extraData', '0x0'],
    ['coinbase', '0x'],
    ['alloc', undefined],
    ['alloc.0x12', {}],
    [`alloc.${ADDRESS}`, 7],
    [`alloc.${ADDRESS}.balance`, -1],
    [`alloc.${ADDRESS}.nonce`, 2 ** 64],
    [`alloc.${ADDRESS}.code`, '6001'],
    [`alloc.${ADDRESS}.storage.${HASH}`, `${HASH}00`],
  ]
  for (const [path, value] of cases)
    assert.throws(() => parseGenesis(withMember(GENESIS, path, value)), { path: `genesis.${path}` })
  const ethereum = {
    ...GENESIS,
    config: { chainId: 1, londonBlock: 5, terminalTotalDifficulty: 0 },
  }
  assert.throws(() => parseGenesis(ethereum), { path: 'genesis.config.londonBlock' })
  const work = { ...GENESIS, config: { chainId: 1, londonBlock: 0, terminalTotalDifficulty: 99 } }
  assert.throws(() => parseGenesis(work), { path: 'genesis.config.terminalTotalDifficulty' })
  const twice = { [ADDRESS]: {}, [ADDRESS.slice(2)]: {} }
  assert.throws(() => parseGenesis({ ...GENESIS, alloc: twice }), /each address once/)
  // What the superchain registry has of OP Mainnet, and once had of others.
  assert.throws(
    () => parseGenesis({ ...GENESIS, alloc: undefined, stateHash: HASH }),
    /genesis\.alloc: expected all accounts, got only stateHash, their root/,
  )
  const elsewhere = { [ADDRESS]: { codeHash: HASH } }
  assert.throws(() => parseGenesis({ ...GENESIS, alloc: elsewhere }), /got only codeHash, its hash/)
  const without = { [ADDRESS]: { codeHash: EMPTY_HASH, balance: '0x1' } }
  assert.equal(parseGenesis({ ...GENESIS, alloc: without }).alloc[0]?.code, '0x')
})

test('the genesis header has the fields of the forks that are active in it', () => {
  const genesis: Genesis = parseGenesis(GENESIS)
  const header = genesisHeader(genesis, HASH, HASH)
  assert.equal(header.withdrawalsRoot, HASH)
  assert.equal(header.requestsHash?.slice(0, 10), '0xe3b0c442')
  assert.throws(() => genesisHeader(genesis, HASH), { path: 'messagePasserRoot' })
  const bedrock = { ...genesis, config: { ...genesis.config, forks: {} } }
  assert.equal(genesisHeader(bedrock, HASH).withdrawalsRoot, undefined)
})

test("the genesis hash of Ethereum's Sepolia", () => {
  const genesis = parseGenesis({
    config: { chainId: 11155111, londonBlock: 0, terminalTotalDifficulty: 0 },
    nonce: '0x0',
    timestamp: '0x6159af19',
    extraData: '0x5365706f6c69612c20417468656e732c204174746963612c2047726565636521',
    gasLimit: '0x1c9c380',
    difficulty: '0x20000',
    alloc: {},
  })
  assert.equal(
    headerHash(
      genesisHeader(genesis, '0x5eb6e371a698b8d68f665192350ffcecbbbf322916f4b51bd79bb6887da3f494'),
    ),
    '0x25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9',
  )
})

const CONFIG: SystemConfig = {
  batcherAddress: ADDRESS,
  overhead: 188n,
  scalar: 684000n,
  gasLimit: 30_000_000n,
  eip1559Params: { denominator: 0, elasticity: 0 },
  operatorFeeScalar: 0n,
  operatorFeeConstant: 0n,
}

function update(type: number, payload: `0x${string}`, version = 0n): Log {
  return {
    address: ADDRESS,
    topics: [CONFIG_UPDATE_TOPIC, bigintToHex(version), bigintToHex(BigInt(type))],
    data: encodeAbiParameters([{ type: 'bytes' }], [payload]),
  }
}

test('each kind of ConfigUpdate is applied', () => {
  assert.equal(CONFIG_UPDATE_TOPIC, keccak256(toHex('ConfigUpdate(uint256,uint8,bytes)')))
  const word = (value: bigint) => bigintToHex(value)
  const batcher = '0x00000000000000000000000000000000000000aa'
  const scalar = encodeEcotoneScalars({ baseFeeScalar: 5n, blobBaseFeeScalar: 7n })
  const logs = [
    update(0, word(0xaan)),
    update(1, `${word(9n)}${word(scalar).slice(2)}`),
    update(2, word(60_000_000n)),
    update(3, word(0xbbn)),
    update(4, word((250n << 32n) | 6n)),
    update(5, word((3n << 64n) | 4n)),
  ]
  assert.deepEqual(applyConfigUpdates(CONFIG, logs, ADDRESS, true), {
    batcherAddress: batcher,
    overhead: 0n,
    scalar,
    gasLimit: 60_000_000n,
    eip1559Params: { denominator: 250, elasticity: 6 },
    operatorFeeScalar: 3n,
    operatorFeeConstant: 4n,
  })
  assert.deepEqual(ecotoneScalars(scalar), { baseFeeScalar: 5n, blobBaseFeeScalar: 7n })
  assert.equal(applyConfigUpdates(CONFIG, logs, ADDRESS, false).overhead, 9n)
  assert.deepEqual(applyConfigUpdates(CONFIG, logs, `0x${'00'.repeat(20)}`, true), CONFIG)
})

test('a ConfigUpdate that cannot be read is skipped', () => {
  const word = bigintToHex(1n)
  const malformed: readonly Log[] = [
    update(0, word, 1n),
    update(6, word),
    update(2, '0x01'),
    update(2, `${word}${word.slice(2)}`),
    update(2, bigintToHex(1n << 64n)),
    update(0, bigintToHex(1n << 160n)),
    update(1, word),
    { ...update(2, word), data: '0x' },
    { ...update(2, word), data: `${update(2, word).data}00` },
    { ...update(2, word), topics: [CONFIG_UPDATE_TOPIC] },
  ]
  for (const log of malformed) assert.throws(() => parseConfigUpdate(log), MalformedInputError)
  assert.deepEqual(applyConfigUpdates(CONFIG, malformed, ADDRESS, true), CONFIG)
  const badScalar = update(1, `${word}${bigintToHex((1n << 248n) | (1n << 200n)).slice(2)}`)
  assert.deepEqual(applyConfigUpdates(CONFIG, [badScalar], ADDRESS, true), CONFIG)
})

test('scalars from before Ecotone read as version 0', () => {
  assert.deepEqual(ecotoneScalars(684000n), { baseFeeScalar: 684000n, blobBaseFeeScalar: 0n })
  assert.deepEqual(ecotoneScalars(1n << 40n), { baseFeeScalar: 0xffffffffn, blobBaseFeeScalar: 0n })
  assert.throws(() => ecotoneScalars(2n << 248n), MalformedInputError)
  assert.throws(
    () => encodeEcotoneScalars({ baseFeeScalar: 1n << 32n, blobBaseFeeScalar: 0n }),
    MalformedInputError,
  )
  assert.deepEqual(parseEip1559ParamsHex('0x000000fa00000006'), { denominator: 250, elasticity: 6 })
})
