import assert from 'node:assert/strict'
import { contractArtifact } from '@altlayer/contracts'
import { type Address, bytesToHex, concatBytes, hexToBytes, keccak256 } from '@altlayer/protocol'
import { ethereumConfig, testChain } from '../../../engine/test/program/support.ts'
import type { StepWitness } from '../../src/index.ts'
import { PREIMAGE } from '../support/programs.ts'

// RiscV.sol and its oracle in an EVM: the program's own, in its Ethereum mode, which the public state tests test.

/** What a step on chain came to. */
export interface ContractStep {
  /** Undefined when the contract reverted. */
  readonly stateHash: string | undefined
  /** Of the execution alone: without what any transaction and its data cost. */
  readonly gas: number
}

const CALLER: Address = `0x${'ca'.repeat(20)}`
const GAS = 5_000_000n
const BASE_GAS = 21_000
const ZERO_BYTE_GAS = 4
const BYTE_GAS = 16
const LENGTH_SIZE = 8

const word = (value: number | bigint): Uint8Array =>
  hexToBytes(`0x${value.toString(16).padStart(64, '0')}`)
const selector = (signature: string): Uint8Array =>
  keccak256(new TextEncoder().encode(signature)).subarray(0, 4)
/** A `bytes` argument: length, then the bytes in whole words. */
const dynamic = (bytes: Uint8Array): Uint8Array =>
  concatBytes(word(bytes.length), bytes, new Uint8Array(-bytes.length & 31))

const STEP = selector('step(bytes,bytes,bytes32)')
const LOAD = selector('loadKeccak256PreimagePart(uint256,bytes)')
const HEAD_SIZE = 96

export interface DeployedRiscV {
  /** Calls `step`. */
  step(witness: StepWitness): ContractStep
  /** Gives the oracle the part of a keccak256 preimage that a step reads at `offset`. */
  load(preimage: Uint8Array, offset: number): void
}

/** Deploys both; the oracle knows every part of PREIMAGE. */
export function deployRiscV(): DeployedRiscV {
  const { program, genesis } = testChain(ethereumConfig('cancun'))
  program.openAt(genesis([{ address: CALLER, balance: 10n ** 18n }]), { gasLimit: 1n << 40n })

  const deploy = (name: 'PreimageOracle' | 'RiscV', ...args: readonly Uint8Array[]): Address => {
    const data = concatBytes(hexToBytes(contractArtifact(name).bytecode), ...args)
    const { contractAddress, status } = program.message(
      { from: CALLER, gas: GAS, data },
      { keep: true },
    )
    assert.ok(status === 'success' && contractAddress, `${name} is deployed`)
    return contractAddress
  }
  const oracle = deploy('PreimageOracle')
  const riscv = deploy('RiscV', new Uint8Array(12), hexToBytes(oracle))
  const load = (preimage: Uint8Array, offset: number): void => {
    const data = concatBytes(LOAD, word(offset), word(64), dynamic(preimage))
    const { status } = program.message({ from: CALLER, to: oracle, gas: GAS, data }, { keep: true })
    assert.equal(status, 'success', `the part at ${offset} is loaded`)
  }
  for (let offset = 0; offset <= LENGTH_SIZE + PREIMAGE.length; offset++) load(PREIMAGE, offset)

  const step = ({ stateData, proof }: StepWitness): ContractStep => {
    const state = dynamic(hexToBytes(stateData))
    const data = concatBytes(
      STEP,
      word(HEAD_SIZE),
      word(HEAD_SIZE + state.length),
      word(0),
      state,
      dynamic(hexToBytes(proof)),
    )
    const result = program.message({ from: CALLER, to: riscv, gas: GAS, data })
    const zeros = data.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
    const intrinsic = BASE_GAS + zeros * ZERO_BYTE_GAS + (data.length - zeros) * BYTE_GAS
    return {
      stateHash: result.status === 'success' ? bytesToHex(result.returnData) : undefined,
      gas: Number(result.maxGasUsed) - intrinsic,
    }
  }
  return { step, load }
}
