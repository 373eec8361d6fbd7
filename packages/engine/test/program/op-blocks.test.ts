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
import type { ProgramError } from '../../src/program/errors.ts'
import { createProgram, type ProgramOptions } from '../../src/program/instance.ts'
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

/** A program that knows the fixture's witness and nothing else. */
function witnessProgram(fixture: Fixture, caches: Partial<ProgramOptions> = {}): Program {
  const witness = new Map(
    Object.entries(fixture.witness).map(([hash, bytes]) => [hash.slice(4), hexToBytes(bytes)]),
  )
  return createProgram(
    { preimage: (key) => witness.get(bytesToHex(key).slice(4)) },
    { config: chainConfigOf(parseRollupConfig(fixture.rollup_config)), ...caches },
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

test('they do so with the smallest caches, which are emptied in the middle of calls', {
  skip: absent,
}, () => {
  for (const [path, fixture] of fixtures)
    for (const megabytes of [4, 5, 6, 8]) {
      const caches = { nodeCacheBytes: 1 << 20, codeCacheBytes: megabytes << 20 }
      const { hash } = execute(witnessProgram(fixture, caches), fixture)
      assert.equal(hash, fixture.expected_block_hash, `${path} with ${megabytes} MiB`)
    }
})

test('a preimage that the witness lacks is named, and the instance goes on', {
  skip: absent,
}, () => {
  const [path, fixture] = fixtures.reduce((a, b) =>
    Object.keys(a[1].witness).length < Object.keys(b[1].witness).length ? a : b,
  )
  const witness = new Map(
    Object.entries(fixture.witness).map(([hash, bytes]) => [hash.slice(4), hexToBytes(bytes)]),
  )
  const asked = new Set<string>()
  let withheld: string | undefined
  const program = createProgram(
    {
      preimage(key) {
        const id = bytesToHex(key).slice(4)
        asked.add(id)
        return id === withheld ? undefined : witness.get(id)
      },
    },
    { config: chainConfigOf(parseRollupConfig(fixture.rollup_config)) },
  )
  execute(program, fixture)
  const all = [...asked]
  // A spread of everything that was asked for: at opening, in the middle of calls, at sealing.
  for (let i = 0; i < all.length; i += Math.ceil(all.length / 25)) {
    withheld = all[i] as string
    program.clearCache()
    assert.throws(
      () => execute(program, fixture),
      (error: ProgramError) =>
        error.code === 'MISSING_PREIMAGE' &&
        error.context.key?.slice(4) === withheld &&
        error.context.account !== undefined,
      path,
    )
    assert.throws(
      () => program.stateRoot(),
      (error: ProgramError) => error.code === 'NOT_OPEN',
    )
  }
  withheld = undefined
  program.clearCache()
  assert.equal(execute(program, fixture).hash, fixture.expected_block_hash, path)
})

test('a preimage that does not hash to its key is refused', { skip: absent }, () => {
  const [, fixture] = fixtures[0] as (typeof fixtures)[number]
  const stateRoot = parentOf(fixture).stateRoot
  const bytes = hexToBytes(fixture.witness[stateRoot] as Hex)
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] as number) ^ 1
  const wrong = { ...fixture, witness: { ...fixture.witness, [stateRoot]: bytesToHex(bytes) } }
  assert.throws(
    () => execute(witnessProgram(wrong), wrong),
    (error: ProgramError) =>
      error.code === 'BAD_PREIMAGE' && error.context.key?.slice(2) === stateRoot.slice(2),
  )
})
