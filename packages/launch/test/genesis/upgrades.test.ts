import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createProgram } from '@altlayer/engine'
import {
  type Address,
  bytesToHex,
  type ChainConfig,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeTransaction,
  type Hash,
  type Header,
  type Hex,
  hexToBytes,
  keccak256Hex,
  PREDEPLOYS,
  UPGRADE_FORKS,
  type UpgradeFork,
  upgradeTransactions,
  upgradeTransactionsAt,
} from '@altlayer/protocol'
import { opStackArtifact } from '../../src/artifacts.ts'
import { IMPLEMENTATION_SLOT } from '../../src/l1/constants.ts'

// The network upgrade transactions as the specs give them, and what the program makes of them on a chain that has the
// OP Stack's own proxies.

/** Source hashes of the specs, in order. */
const SOURCE_HASHES: Readonly<Record<UpgradeFork, readonly (Hash | undefined)[]>> = {
  ecotone: [
    '0x877a6077205782ea15a6dc8699fa5ebcec5e0f4389f09cb8eda09488231346f8',
    '0xa312b4510adf943510f05fcc8f15f86995a5066bd83ce11384688ae20e6ecf42',
    '0x18acb38c5ff1c238a7460ebc1b421fa49ec4874bdf1e0a530d234104e5e67dbc',
    '0xee4f9385eceef498af0be7ec5862229f426dec41c8d42397c7257a5117d9230a',
    '0x0c1cb38e99dbc9cbfab3bb80863380b0905290b37eb3d6ab18dc01c1f3e75f93',
    '0x69b763c48478b9dc2f65ada09b3d92133ec592ea715ec65ad6e7f3dc519dc00c',
  ],
  fjord: [
    '0x86122c533fdcb89b16d8713174625e44578a89751d96c098ec19ab40a51a8ea3',
    '0x1e6bb0c28bfab3dc9b36ffb0f721f00d6937f33577606325692db0965a7d58c6',
    '0xbac7bb0d5961cad209a345408b0280a0d4686b1b20665e1b0f9cdafd73b19b6b',
  ],
  isthmus: [
    '0x3b2d0821ca2411ad5cd3595804d1213d15737188ae4cbd58aa19c821a6c211bf',
    '0xfc70b48424763fa3fab9844253b4f8d508f91eb1f7cb11a247c9baec0afb8035',
    '0x107a570d3db75e6110817eb024f09f3172657e920634111ce9875d08a16daa96',
    '0xebe8b5cb10ca47e0d8bda8f5355f2d66711a54ddeb0ef1d30e29418c9bf17a0e',
    '0xecf2d9161d26c54eda6b7bfdd9142719b1e1199a6e5641468d1bf705bc531ab0',
    '0xad74e1adb877ccbe176b8fa1cc559388a16e090ddbe8b512f5b37d07d887a927',
    '0x3ddf4b1302548dd92939826e970f260ba36167f4c25f18390a5e8b194b295319',
    '0xbfb734dae514c5974ddf803e54c1bc43d5cdb4a48ae27e1d9b875a5a150b553a',
  ],
}

/** Contracts that the specs say are there after the upgrade, and the hash of their code. */
const DEPLOYED: Readonly<Record<UpgradeFork, readonly (readonly [Address, Hash])[]>> = {
  ecotone: [
    [
      '0x07dbe8500fc591d1852b76fee44d5a05e13097ff',
      '0xc88a313aa75dc4fbf0b6850d9f9ae41e04243b7008cf3eadb29256d4a71c1dfd',
    ],
    [
      '0xb528d11cc114e026f138fe568744c6d45ce6da7a',
      '0x8b71360ea773b4cfaf1ae6d2bd15464a4e1e2e360f786e475f63aeaed8da0ae5',
    ],
    [
      '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
      '0xf57acd40259872606d76197ef052f3d35588dadf919ee1f0e3cb9b62d3f4b02c',
    ],
  ],
  fjord: [
    [
      '0xa919894851548179a0750865e7974da599c0fac7',
      '0xa88fa50a2745b15e6794247614b5298483070661adacb8d32d716434ed24c6b2',
    ],
  ],
  isthmus: [
    [
      '0xff256497d61dcd71a9e9ff43967c13fde1f72d12',
      '0x8e3fe7a416d3e5f3b7be74ddd4e7e58e516fa3f80b67c6d930e3cd7297da4a4b',
    ],
    [
      '0x93e57a196454cb919193fa9946f14943cf733845',
      '0x4d195a9d7caf9fb6d4beaf80de252c626c853afd5868c4f4f8d19c9d301c2679',
    ],
    [
      '0x4fa2be8cd41504037f1838bce3bcc93bc68ff537',
      '0x57dc55c9c09ca456fa728f253fe7b895d3e6aae0706104935fe87c7721001971',
    ],
    [
      '0x0000f90827f1c53a10cb7a02335b175320002935',
      '0x6e49e66782037c0555897870e29fa5e552daf4719552131a0abce779daec0a5d',
    ],
  ],
}

/** What the proxies point to after the upgrade. */
const IMPLEMENTATIONS: Readonly<Record<UpgradeFork, Readonly<Record<Address, Address>>>> = {
  ecotone: {
    [PREDEPLOYS.L1Block]: '0x07dbe8500fc591d1852b76fee44d5a05e13097ff',
    [PREDEPLOYS.GasPriceOracle]: '0xb528d11cc114e026f138fe568744c6d45ce6da7a',
  },
  fjord: { [PREDEPLOYS.GasPriceOracle]: '0xa919894851548179a0750865e7974da599c0fac7' },
  isthmus: {
    [PREDEPLOYS.L1Block]: '0xff256497d61dcd71a9e9ff43967c13fde1f72d12',
    [PREDEPLOYS.GasPriceOracle]: '0x93e57a196454cb919193fa9946f14943cf733845',
    [PREDEPLOYS.OperatorFeeVault]: '0x4fa2be8cd41504037f1838bce3bcc93bc68ff537',
  },
}

/** Selectors of isEcotone(), isFjord(), isIsthmus(). */
const IS_ACTIVE: Readonly<Record<UpgradeFork, Hex>> = {
  ecotone: '0x4ef6e224',
  fjord: '0x960e3a23',
  isthmus: '0xb54501bc',
}

const GENESIS_TIME = 1_000n
const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`
const OLD_IMPLEMENTATION: Address = `0x${'0d'.repeat(20)}`

const genesisHeader: Header = {
  parentHash: ZERO_HASH,
  sha3Uncles: EMPTY_UNCLES_HASH,
  miner: PREDEPLOYS.SequencerFeeVault,
  stateRoot: EMPTY_ROOT,
  transactionsRoot: EMPTY_ROOT,
  receiptsRoot: EMPTY_ROOT,
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: 0n,
  number: 0n,
  gasLimit: 30_000_000n,
  gasUsed: 0n,
  timestamp: GENESIS_TIME,
  extraData: '0x',
  mixHash: ZERO_HASH,
  nonce: '0x0000000000000000',
  baseFeePerGas: 1n,
}

/** A chain at Canyon whose predeploys are proxies of a contract that does nothing. */
function chainAt(forks: ChainConfig['forks']) {
  const store = new Map<string, Uint8Array>()
  const key = (hash: Uint8Array) => bytesToHex(hash.subarray(1))
  const program = createProgram(
    {
      preimage: (typed) => store.get(key(typed)),
      output: (_, hash, data) => void store.set(key(hash), data.slice()),
    },
    {
      config: {
        mode: 'op',
        chainId: 901n,
        forks: { regolith: 0n, canyon: 0n, delta: 0n, ...forks },
        eip1559: { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n },
      },
    },
  )
  const proxy = hexToBytes(opStackArtifact('Proxy').deployedBytecode)
  program.openAt(genesisHeader)
  program.override([
    { address: OLD_IMPLEMENTATION, nonce: 1n, code: Uint8Array.of(0) },
    ...[PREDEPLOYS.L1Block, PREDEPLOYS.GasPriceOracle, PREDEPLOYS.OperatorFeeVault].map(
      (address) => ({
        address,
        code: proxy,
        stateDiff: [[IMPLEMENTATION_SLOT, word(OLD_IMPLEMENTATION)]] as const,
      }),
    ),
  ])
  const stateRoot = program.stateRoot()
  program.commit()
  return { program, genesis: { ...genesisHeader, stateRoot } }
}

const word = (value: Hex): Hash => `0x${value.slice(2).padStart(64, '0')}`

describe('network upgrade transactions', () => {
  test('have the source hashes of the specs', () => {
    for (const fork of UPGRADE_FORKS)
      assert.deepEqual(
        upgradeTransactions(fork).map(({ sourceHash }) => sourceHash),
        SOURCE_HASHES[fork],
      )
  })

  test('are in the block that activates their fork, and in no other', () => {
    const forks = { ecotone: 1_002n, fjord: 1_004n, isthmus: 1_004n }
    const count = (timestamp: bigint) =>
      upgradeTransactionsAt(forks, timestamp, timestamp - 2n).length
    assert.deepEqual([1_000n, 1_002n, 1_004n, 1_006n].map(count), [0, 6, 11, 0])
    const fromGenesis = { ecotone: 0n, fjord: 1_000n, isthmus: 1_000n }
    assert.deepEqual(upgradeTransactionsAt(fromGenesis, 1_002n, 1_000n), [])
  })

  test('leave the contracts of the specs behind, block after block', () => {
    const forks = {
      ecotone: 1_002n,
      fjord: 1_004n,
      isthmus: 1_006n,
      granite: 1_006n,
      holocene: 1_006n,
    }
    const { program, genesis } = chainAt(forks)
    let parent = genesis
    for (const fork of UPGRADE_FORKS) {
      const timestamp = parent.timestamp + 2n
      program.open(parent, {
        timestamp,
        prevRandao: ZERO_HASH,
        feeRecipient: PREDEPLOYS.SequencerFeeVault,
        gasLimit: 30_000_000n,
        withdrawals: [],
        parentBeaconBlockRoot: ZERO_HASH,
        ...(fork === 'isthmus' && { eip1559Params: '0x0000000000000000' }),
      })
      const transactions = upgradeTransactionsAt(forks, timestamp, parent.timestamp)
      assert.deepEqual(transactions, upgradeTransactions(fork))
      for (const transaction of transactions) {
        const { status, error } = program.transaction(encodeTransaction(transaction))
        assert.equal(status, 'success', `${transaction.sourceHash}: ${error}`)
      }
      const sealed = program.seal()
      program.commit()
      parent = sealed.header
      program.openAt(parent)
      for (const [address, codeHash] of DEPLOYED[fork]) {
        assert.equal(program.account(address)?.codeHash, codeHash, address)
        assert.equal(keccak256Hex(program.code(address)), codeHash)
      }
      for (const [address, implementation] of Object.entries(IMPLEMENTATIONS[fork]))
        assert.equal(program.storage(address as Address, IMPLEMENTATION_SLOT), word(implementation))
      const { returnData } = program.message({
        from: OLD_IMPLEMENTATION,
        to: PREDEPLOYS.GasPriceOracle,
        gas: 100_000n,
        data: hexToBytes(IS_ACTIVE[fork]),
      })
      assert.equal(bytesToHex(returnData), word('0x01'), `the oracle knows ${fork}`)
    }
  })
})
