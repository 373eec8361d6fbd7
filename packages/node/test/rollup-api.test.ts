import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Block } from '@altlayer/engine'
import { type Hash, outputRoot } from '@altlayer/protocol'
import { pino } from 'pino'
import { parentOf } from '../src/chain/parent.ts'
import type { SafeAt } from '../src/derivation/safe-heads.ts'
import { followL1 } from '../src/l1/follower.ts'
import { createRollupApi } from '../src/rollup-api.ts'
import { attributesInEpoch } from '../src/sequencer/attributes.ts'
import { settle, simulatedClock } from './helpers/clock.ts'
import { portal, type TestConfigOptions, testConfig, testHash } from './helpers/config.ts'
import { fakeEngine, unexecutedBlock } from './helpers/engine.ts'
import { fakeL1, l1Block, l1Chain } from './helpers/l1.ts'

const l1Genesis = l1Block(10, 1_000)
const genesisBlock: Block = {
  ...unexecutedBlock(
    { hash: testHash(0, 0), number: -1n },
    { timestamp: 1_000n, prevRandao: testHash(0, 0), feeRecipient: portal, gasLimit: 60_000_000n },
  ),
  transactions: [],
}

async function setup(
  options: TestConfigOptions = {},
  safeHeadAt?: (l1Number: bigint) => SafeAt | undefined,
) {
  const config = testConfig({
    ...options,
    l1Genesis: { number: 10, hash: l1Genesis.hash },
    l2GenesisHash: genesisBlock.hash,
  })
  const clock = simulatedClock(1_000_000)
  const engine = fakeEngine(genesisBlock, clock)
  const follower = followL1({
    client: fakeL1(l1Chain(l1Genesis, 3, 4)),
    clock,
    logger: pino({ level: 'silent' }),
    pollInterval: 1_000,
    confirmations: 0,
    contracts: [portal],
  })
  await settle()
  const api = createRollupApi({
    config,
    engine,
    follower,
    l1Genesis,
    clock,
    version: 'altlayer/test',
    ...(safeHeadAt && { safeHeadAt }),
  })
  const choice = { sequenceNumber: 1n, depositsOnly: false }
  const parent = parentOf(config, genesisBlock, l1Genesis)
  const { payloadId } = await engine.forkchoiceUpdated(
    {
      headBlockHash: genesisBlock.hash,
      safeBlockHash: genesisBlock.hash,
      finalizedBlockHash: genesisBlock.hash,
    },
    attributesInEpoch(config, parent, choice),
  )
  const payload = await engine.getPayload(payloadId as Hash)
  await engine.newPayload(payload)
  await engine.forkchoiceUpdated({
    headBlockHash: payload.blockHash,
    safeBlockHash: genesisBlock.hash,
    finalizedBlockHash: genesisBlock.hash,
  })
  return { api, clock, config, engine, follower, payload }
}

describe('the rollup API', () => {
  it('says that nothing is derived: safe and finalized are genesis', async () => {
    const { api, follower, payload } = await setup()
    const status = await api.syncStatus()
    const genesis = {
      hash: genesisBlock.hash,
      number: 0,
      parentHash: genesisBlock.header.parentHash,
      timestamp: 1_000,
      l1origin: { hash: l1Genesis.hash, number: 10 },
      sequenceNumber: 0,
    }
    assert.deepEqual(status.safe_l2, genesis)
    assert.deepEqual(status.finalized_l2, genesis)
    assert.deepEqual(status.unsafe_l2, {
      ...genesis,
      hash: payload.blockHash,
      number: 1,
      parentHash: genesisBlock.hash,
      timestamp: 1_001,
      sequenceNumber: 1,
    })
    assert.equal(status.current_l1.number, 0)
    assert.equal(status.head_l1.number, 12)
    await follower.close()
  })

  it('takes the withdrawals root of an output from the header since Isthmus', async () => {
    const { api, follower, payload } = await setup()
    const output = await api.outputAtBlock(1n)
    const { stateRoot, withdrawalsRoot } = payload.header
    assert.equal(output.withdrawalStorageRoot, withdrawalsRoot)
    assert.equal(
      output.outputRoot,
      outputRoot({
        stateRoot,
        messagePasserStorageRoot: withdrawalsRoot as Hash,
        blockHash: payload.blockHash,
      }),
    )
    await follower.close()
  })

  it('takes it from the state before Isthmus', async () => {
    const { api, engine, follower } = await setup({ forks: { isthmus: undefined } })
    const storageRoot = testHash(7, 7)
    engine.proof = async () => ({
      account: { nonce: 0n, balance: 0n, codeHash: testHash(0, 0), storageRoot },
      accountProof: [],
      storageProof: [],
    })
    assert.equal((await api.outputAtBlock(1n)).withdrawalStorageRoot, storageRoot)
    await follower.close()
  })

  it('rejects an output of a block that is not there', async () => {
    const { api, follower } = await setup()
    await assert.rejects(api.outputAtBlock(5n), /^Error: block 5 not found$/)
    await follower.close()
  })

  it('says what followed from an L1 block, or that it does not know', async () => {
    const l1 = { number: 12n, hash: testHash(1, 2) }
    const l2 = { number: 1n, hash: testHash(3, 4) }
    const { api, follower } = await setup({}, (number) => (number === 12n ? { l1, l2 } : undefined))
    assert.deepEqual(await api.safeHeadAtL1Block(12n), {
      l1Block: { hash: l1.hash, number: 12 },
      safeHead: { hash: l2.hash, number: 1 },
    })
    assert.throws(() => api.safeHeadAtL1Block(13n), /safe head not found: .* L1 block 13 /)
    await follower.close()
  })

  it('is syncing while the blocks of a pause are still to be made', async () => {
    const { api, clock, follower } = await setup()
    assert.equal(api.syncing?.(), undefined)
    await clock.advance(1_001_000)
    assert.deepEqual(api.syncing?.(), {
      startingBlock: 0n,
      currentBlock: 1n,
      highestBlock: 1_001n,
    })
    await follower.close()
  })
})
