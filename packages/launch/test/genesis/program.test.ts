import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgram, type Program } from '@altlayer/engine'
import {
  type Address,
  bytesToHex,
  concatBytes,
  EMPTY_ROOT,
  encodeRlp,
  genesisHeader,
  type Hex,
  hexToBytes,
  PREDEPLOYS,
} from '@altlayer/protocol'
import { type Abi, decodeFunctionResult, encodeFunctionData } from 'viem'
import { devAccount, fundedAddresses } from '../../src/accounts.ts'
import { opStackArtifact, ownArtifact } from '../../src/artifacts.ts'
import { GENESIS_PREDEPLOYS, type PredeployName } from '../../src/genesis/addresses.ts'
import { buildGenesis } from '../../src/genesis/genesis.ts'

// The genesis as the rollup program itself sees it.

const DEPOSITOR: Address = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001'
const built = buildGenesis({
  l1ChainId: 900,
  l2ChainId: 901,
  l1CrossDomainMessenger: `0x${'11'.repeat(20)}`,
  l1StandardBridge: `0x${'22'.repeat(20)}`,
  l1ERC721Bridge: `0x${'33'.repeat(20)}`,
  owner: `0x${'44'.repeat(20)}`,
  feeRecipient: `0x${'55'.repeat(20)}`,
  timestamp: 1_700_000_000n,
  gasLimit: 60_000_000n,
  funded: fundedAddresses().map((address) => ({ address, balance: 10n ** 22n })),
})

/** A program whose database is a map, with the genesis written. */
function programAtGenesis(): { program: Program; stateRoot: Hex } {
  const database = new Map<string, Uint8Array>()
  // Typed preimage keys replace a hash's first byte.
  const key = (hash: Uint8Array) => bytesToHex(hash.subarray(1))
  const program = createProgram(
    {
      preimage: (typed) => database.get(key(typed)),
      output: (_, hash, data) => database.set(key(hash), data.slice()),
    },
    { config: built.genesis.config },
  )
  program.openAt(genesisHeader(built.genesis, EMPTY_ROOT, EMPTY_ROOT))
  const accounts = built.genesis.alloc.map((account) => ({
    address: account.address,
    balance: account.balance,
    nonce: account.nonce,
    ...(account.code !== '0x' && { code: hexToBytes(account.code) }),
    ...(account.storage.length > 0 && { state: account.storage }),
  }))
  for (let at = 0; at < accounts.length; at += 512) program.override(accounts.slice(at, at + 512))
  const stateRoot = program.stateRoot()
  program.commit()
  return { program, stateRoot }
}

function view(program: Program, at: Address, abi: Abi, functionName: string, args: unknown[] = []) {
  const result = program.message({
    from: devAccount(0).address,
    to: at,
    gas: 10_000_000n,
    data: hexToBytes(encodeFunctionData({ abi, functionName, args })),
  })
  assert.equal(result.status, 'success', functionName)
  return decodeFunctionResult({ abi, functionName, data: bytesToHex(result.returnData) })
}

/** The deposit that opens every block (specs, "L1 Attributes Deposited Transaction"), Isthmus calldata. */
function attributesDeposit(): Uint8Array {
  const uint = (value: bigint, size: number) =>
    hexToBytes(`0x${value.toString(16).padStart(2 * size, '0')}`)
  const data = concatBytes(
    hexToBytes('0x098999be'),
    uint(1_368n, 4),
    uint(810_949n, 4),
    uint(0n, 8),
    uint(1_699_999_999n, 8),
    uint(7n, 8),
    uint(30_000_000_000n, 32),
    uint(2n, 32),
    uint(0xabcdn, 32),
    uint(0xb1n, 32),
    uint(5n, 4),
    uint(9n, 8),
  )
  const deposit = encodeRlp([
    uint(1n, 32),
    hexToBytes(DEPOSITOR),
    hexToBytes(PREDEPLOYS.L1Block),
    new Uint8Array(),
    new Uint8Array(),
    uint(1_000_000n, 3),
    new Uint8Array(),
    data,
  ])
  return concatBytes(Uint8Array.of(0x7e), deposit)
}

test('the program computes the same state root', () => {
  const { program, stateRoot } = programAtGenesis()
  assert.equal(stateRoot, built.header.stateRoot)
  program.openAt(built.header)
  const passer = program.account(PREDEPLOYS.L2ToL1MessagePasser)
  assert.equal(passer?.storageRoot, built.header.withdrawalsRoot)
})

test('predeploys answer version() in the program', () => {
  const { program } = programAtGenesis()
  program.openAt(built.header)
  for (const [name, at] of Object.entries(GENESIS_PREDEPLOYS)) {
    if (name === 'ProxyAdmin') continue
    const abi = opStackArtifact('SystemConfig').abi
    assert.match(String(view(program, at, abi, 'version')), /^\d+\.\d+\.\d+/, name as PredeployName)
  }
})

test('the first block sets L1Block, and the oracle answers from it', () => {
  const { program } = programAtGenesis()
  program.open(built.header, {
    timestamp: built.header.timestamp + 1n,
    prevRandao: `0x${'00'.repeat(32)}`,
    feeRecipient: PREDEPLOYS.SequencerFeeVault,
    gasLimit: 60_000_000n,
    parentBeaconBlockRoot: `0x${'00'.repeat(32)}`,
    withdrawals: [],
    eip1559Params: '0x0000000000000000',
  })
  const result = program.transaction(attributesDeposit())
  assert.equal(result.status, 'success')
  const l1Block = ownArtifact('L1Block').abi
  const fields = {
    number: 7n,
    timestamp: 1_699_999_999n,
    basefee: 30_000_000_000n,
    blobBaseFee: 2n,
    baseFeeScalar: 1_368,
    blobBaseFeeScalar: 810_949,
    operatorFeeScalar: 5,
    operatorFeeConstant: 9n,
  }
  for (const [name, expected] of Object.entries(fields))
    assert.equal(view(program, PREDEPLOYS.L1Block, l1Block, name), expected, name)

  const oracle = ownArtifact('GasPriceOracle').abi
  assert.equal(view(program, PREDEPLOYS.GasPriceOracle, oracle, 'isIsthmus'), true)
  assert.equal(
    view(program, PREDEPLOYS.GasPriceOracle, oracle, 'getOperatorFee', [2_000_000n]),
    19n,
  )
  // Fjord: at least 100 bytes; 16 * 1368 * 30 gwei + 810949 * 2 wei a byte, in millionths.
  const perByte = 16n * 1_368n * 30_000_000_000n + 810_949n * 2n
  assert.equal(
    view(program, PREDEPLOYS.GasPriceOracle, oracle, 'getL1Fee', ['0x']),
    (100_000_000n * perByte) / 10n ** 12n,
  )
  const sealed = program.seal()
  assert.equal(sealed.header.withdrawalsRoot, built.header.withdrawalsRoot)
})
