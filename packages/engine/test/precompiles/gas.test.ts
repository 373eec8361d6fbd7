import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Address,
  type ChainConfig,
  EMPTY_ROOT,
  type Header,
  hexToBytes,
} from '@altlayer/protocol'
import { testData } from '../../../../scripts/testdata.ts'
import { createProgram, type Program } from '../../src/index.ts'

interface Vector {
  readonly Name: string
  readonly Input: string
  readonly Expected: string
  readonly Gas: number
}

// Files whose gas is that of the rules the program knows. Left out: modexp (EIP-198, before Berlin) and
// modexp_eip7883 (Osaka); their outputs are tested without gas.
const FILES: Readonly<Record<string, number>> = {
  ecRecover: 0x01,
  modexp_eip2565: 0x05,
  bn256Add: 0x06,
  bn256ScalarMul: 0x07,
  bn256Pairing: 0x08,
  blake2F: 0x09,
  pointEvaluation: 0x0a,
  blsG1Add: 0x0b,
  blsG1Mul: 0x0c,
  blsG1MultiExp: 0x0c,
  blsG2Add: 0x0d,
  blsG2Mul: 0x0e,
  blsG2MultiExp: 0x0e,
  blsPairing: 0x0f,
  blsMapG1: 0x10,
  blsMapG2: 0x11,
  p256Verify: 0x100,
}

// RIP-7212's price, which OP Stack chains keep through Isthmus; the vectors have EIP-7951's.
const P256_GAS = 3450

const OP: ChainConfig = {
  mode: 'op',
  chainId: 901n,
  forks: {
    regolith: 0n,
    canyon: 0n,
    delta: 0n,
    ecotone: 0n,
    fjord: 0n,
    granite: 0n,
    holocene: 0n,
    isthmus: 0n,
  },
  eip1559: { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n },
}
const ETHEREUM: ChainConfig = {
  mode: 'ethereum',
  chainId: 1n,
  forks: { shanghai: 0n, cancun: 0n, prague: 0n },
}

// OP Stack specs, "Isthmus: Execution Engine": the longest input of blsG1MultiExp.
const OP_G1_MSM_LIMIT = 513_760

const ZERO = `0x${'00'.repeat(32)}` as const
const HEADER: Header = {
  parentHash: ZERO,
  sha3Uncles: ZERO,
  miner: `0x${'00'.repeat(20)}`,
  stateRoot: EMPTY_ROOT,
  transactionsRoot: EMPTY_ROOT,
  receiptsRoot: EMPTY_ROOT,
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: 0n,
  number: 1n,
  gasLimit: 1n << 40n,
  gasUsed: 0n,
  timestamp: 1n,
  extraData: '0x00000000fa00000006',
  mixHash: ZERO,
  nonce: '0x0000000000000000',
  baseFeePerGas: 0n,
  withdrawalsRoot: EMPTY_ROOT,
  blobGasUsed: 0n,
  excessBlobGas: 0n,
  parentBeaconBlockRoot: ZERO,
  requestsHash: ZERO,
}

// Calls the address in the second word of its calldata with the gas in the first and the rest as input;
// returns the call's status as a word, then its return data.
const CALLER: Address = '0x00000000000000000000000000000000000c0de0'
const CALLER_CODE = hexToBytes('0x365f5f375f5f6040360360405f6020515f51f15f523d5f60203e3d6020015ff3')

const data = await testData('precompile-vectors.tar.xz', (path) => path.endsWith('.json'))
const op = createProgram({ preimage: () => undefined }, { config: OP })
const ethereum = createProgram({ preimage: () => undefined }, { config: ETHEREUM })

function call(target: Program, address: number, gas: number, input: string) {
  const word = (value: number) => value.toString(16).padStart(64, '0')
  target.openAt(HEADER)
  target.override([{ address: CALLER, code: CALLER_CODE }])
  const { status, returnData, error } = target.message({
    from: `0x${'11'.repeat(20)}`,
    to: CALLER,
    gas: BigInt(gas) * 2n + 2_000_000_000n,
    data: hexToBytes(`0x${word(gas)}${word(address)}${input}`),
  })
  assert.equal(status, 'success', error)
  return {
    success: returnData[31] === 1,
    output: Buffer.from(returnData.subarray(32)).toString('hex'),
  }
}

function vectorsOf(name: string): readonly Vector[] {
  const path = [...data.files.keys()].find((p) => p.endsWith(`/${name}.json`))
  return JSON.parse(new TextDecoder().decode(data.files.get(path as string)))
}

for (const [name, address] of Object.entries(FILES))
  test(`gas of 0x${address.toString(16)} in the program: ${name}`, { skip: data.absent }, () => {
    const program = address === 0x100 ? op : ethereum
    for (const vector of vectorsOf(name)) {
      const gas = address === 0x100 ? P256_GAS : vector.Gas
      const paid = call(program, address, gas, vector.Input)
      assert.deepEqual(paid, { success: true, output: vector.Expected }, vector.Name)
      if (gas === 0) continue
      const short = call(program, address, gas - 1, vector.Input)
      assert.deepEqual(short, { success: false, output: '' }, `${vector.Name}, one gas less`)
    }
  })

test('an OP Stack chain refuses longer multi-scalar multiplications', { skip: data.absent }, () => {
  const long = vectorsOf('blsG1MultiExp').filter((v) => v.Input.length / 2 > OP_G1_MSM_LIMIT)
  assert.ok(long.length > 0)
  for (const vector of long)
    assert.equal(call(op, 0x0c, vector.Gas, vector.Input).success, false, vector.Name)
})
