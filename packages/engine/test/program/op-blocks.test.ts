import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bytesToHex,
  chainConfigOf,
  type Hash,
  type Header,
  type Hex,
  headerFromRpc,
  hexToBytes,
  parseRollupConfig,
} from '@altlayer/protocol'
import { testData } from '../../../../scripts/testdata.ts'
import { createProgram } from '../../src/program/instance.ts'
import type { Program, SealedBlock } from '../../src/program/types.ts'

interface Fixture {
  readonly rollup_config: unknown
  readonly parent_header: unknown
  readonly executing_payload: {
    readonly timestamp: Hex
    readonly prevRandao: Hash
    readonly suggestedFeeRecipient: Hex
    readonly parentBeaconBlockRoot: Hash
    readonly transactions: readonly Hex[]
    readonly gasLimit: Hex
    readonly eip1559Params: Hex
  }
  readonly expected_block_hash: Hash
  readonly witness: Readonly<Record<Hash, Hex>>
}

const { absent, files } = await testData('op-blocks.tar.xz')
const fixtures = [...files]
  .filter(([path]) => path.endsWith('.json'))
  .map(([path, bytes]) => [path, JSON.parse(Buffer.from(bytes).toString()) as Fixture] as const)

/** A program that knows the fixture's witness, less what `withhold` names. */
function witnessProgram(fixture: Fixture, withhold?: Hash): Program {
  const witness = new Map(
    Object.entries(fixture.witness).map(([hash, bytes]) => [hash.slice(4), hexToBytes(bytes)]),
  )
  if (withhold !== undefined) witness.delete(withhold.slice(4))
  return createProgram(
    { preimage: (key) => witness.get(bytesToHex(key).slice(4)) },
    { config: chainConfigOf(parseRollupConfig(fixture.rollup_config)) },
  )
}

function execute(program: Program, fixture: Fixture): SealedBlock {
  const payload = fixture.executing_payload
  program.open(parentOf(fixture), {
    timestamp: BigInt(payload.timestamp),
    prevRandao: payload.prevRandao,
    feeRecipient: payload.suggestedFeeRecipient,
    gasLimit: BigInt(payload.gasLimit),
    parentBeaconBlockRoot: payload.parentBeaconBlockRoot,
    eip1559Params: payload.eip1559Params,
  })
  for (const raw of payload.transactions) program.transaction(hexToBytes(raw))
  return program.seal()
}

function parentOf(fixture: Fixture): Header {
  return headerFromRpc(fixture.parent_header)
}

test('real OP Mainnet and OP Sepolia blocks execute to their hash from a witness', {
  skip: absent,
}, () => {
  assert.equal(fixtures.length, 2)
  for (const [path, fixture] of fixtures) {
    const program = witnessProgram(fixture)
    assert.equal(execute(program, fixture).hash, fixture.expected_block_hash, path)
    // Again, with what is cached now.
    assert.equal(execute(program, fixture).hash, fixture.expected_block_hash, path)
  }
})
