import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Block, BlockRef, DaLimits, Engine } from '@altlayer/engine'
import { type Address, type Hash, hexToBytes, TX_BLOB } from '@altlayer/protocol'
import { pino } from 'pino'
import { privateKeyToAccount } from 'viem/accounts'
import { eventually } from '../../../launch/test/eventually.ts'
import { type Batcher, type BatcherOptions, startBatcher } from '../../src/batcher/service.ts'
import type { BatcherEvent } from '../../src/batcher/state.ts'
import { parentOf } from '../../src/chain/parent.ts'
import { systemClock } from '../../src/clock.ts'
import type { DerivedHeads } from '../../src/derivation/verifier.ts'
import { attributesInEpoch } from '../../src/sequencer/attributes.ts'
import { testConfig, testHash } from '../helpers/config.ts'
import { unexecutedBlock } from '../helpers/engine.ts'
import { l1Block } from '../helpers/l1.ts'
import { type L1Double, startL1Double } from '../helpers/l1-double.ts'

// The batcher's thread against an L1 with geth's rules of replacement: what anvil would let pass is refused.

const key = `0x${'5b'.repeat(32)}` as const
const account = privateKeyToAccount(key).address.toLowerCase() as Address
let l1: L1Double
let batcher: Batcher | undefined
let blocks: Block[] = []
let derived: DerivedHeads
let limits: DaLimits = { transaction: 0, block: 0 }
const events: BatcherEvent[] = []
const log: string[] = []

const engine = {
  block: (ref: BlockRef) => ('number' in ref ? blocks[Number(ref.number)] : blocks.at(-1)),
  setDaLimits: (next: DaLimits) => {
    limits = next
  },
} as unknown as Engine

before(async () => {
  l1 = await startL1Double()
  const genesis = { ...l1Block(0, 1_000, testHash(0, 0)), transactions: [], size: 0n }
  blocks = [genesis]
  derived = derivedTo(genesis)
})

after(async () => {
  await batcher?.close()
  await l1.close()
})

const config = () =>
  testConfig({
    l1Genesis: { number: 0, hash: (l1.chain[0] as { hash: Hash }).hash },
    l2GenesisHash: (blocks[0] as Block).hash,
    l2Time: 1_000,
  })

function derivedTo(safe: Block): DerivedHeads {
  return { currentL1: l1.head(), idle: true, safe, pendingSafe: safe, finalized: safe }
}

/** Adds an L2 block with the L1's first block as its origin. */
function build(transactions: readonly Uint8Array[] = []): void {
  const parent = blocks.at(-1) as Block
  const l1Genesis = l1.chain[0] as L1Double['chain'][0]
  const made = attributesInEpoch(config(), parentOf(config(), parent, l1Genesis), {
    sequenceNumber: parent.header.number + 1n,
    depositsOnly: false,
  })
  blocks.push(
    unexecutedBlock(
      { hash: parent.hash, number: parent.header.number },
      { ...made, transactions: [...(made.transactions ?? []), ...transactions] },
    ),
  )
}

function start(settings: NonNullable<BatcherOptions['settings']>): void {
  batcher = startBatcher({
    config: config(),
    engine,
    l1Url: l1.url,
    l1Genesis: l1.chain[0] as L1Double['chain'][0],
    privateKey: key,
    derived: () => derived,
    settings: { pollInterval: 20, maxChannelDuration: 1, ...settings },
    throttle: { lowerThreshold: 1_000, upperThreshold: 2_000 },
    observer: {
      event: (event) => events.push(event),
      step: () => {},
      throttled: () => {},
      failed: () => {},
    },
    clock: systemClock,
    logger: pino({ level: 'debug' }, { write: (line: string) => log.push(line) }),
  })
}

const said = () => log.slice(-20).join('')

const waiting = () => l1.pool.filter(({ from }) => from === account)
const transaction = () =>
  hexToBytes(
    '0x02f86b8203850180018252089400000000000000000000000000000000000000ca0180c080a0' +
      `${'11'.repeat(32)}a0${'22'.repeat(32)}`,
  )

describe("the batcher's thread", () => {
  it('posts blobs with commitments and proofs, and doubles their fees while they wait', async () => {
    start({ dataAvailabilityType: 'blobs', resubmissionTimeout: 300 })
    build()
    build()
    await eventually('settled', () => events.some(({ kind }) => kind === 'channel-opened'), said)
    l1.mine()
    derived = derivedTo(blocks[0] as Block)
    await eventually('a transaction waits', () => waiting().length === 1, said)
    const [first] = waiting()
    assert.equal(first?.fields.type, TX_BLOB)
    await eventually('its fees are raised', () => waiting()[0]?.hash !== first?.hash, said)
    const [second] = waiting()
    assert.ok(first?.fields.type === TX_BLOB && second?.fields.type === TX_BLOB)
    assert.ok(second.fields.maxFeePerGas >= 2n * first.fields.maxFeePerGas)
    assert.ok(second.fields.maxFeePerBlobGas >= 2n * first.fields.maxFeePerBlobGas)
    assert.deepEqual(second.fields.blobVersionedHashes, first.fields.blobVersionedHashes)
  })

  it('cancels as a blob transaction what waited before it started, and posts again', async () => {
    const [stuck] = waiting()
    await batcher?.close()
    events.length = 0
    // Blocks come, and nothing of the batcher's is in them.
    start({ dataAvailabilityType: 'calldata', resubmissionTimeout: 200 })
    await eventually('it is cancelled', () => waiting()[0]?.fields.to === account, said)
    assert.equal(waiting()[0]?.fields.type, TX_BLOB)
    assert.equal(waiting()[0]?.fields.nonce, stuck?.fields.nonce)
    l1.mine()
    derived = derivedTo(blocks[0] as Block)
    await eventually('settled', () => events.some(({ kind }) => kind === 'settled'), said)
    await eventually('blocks are loaded', () =>
      events.some(({ kind }) => kind === 'channel-opened'),
    )
    l1.mine()
    derived = derivedTo(blocks[0] as Block)
    await eventually('the blocks are posted', () => waiting()[0]?.fields.type === 2, said)
    l1.mine()
    await eventually(
      'all is on L1',
      () => events.some(({ kind }) => kind === 'channel-submitted'),
      said,
    )
    derived = derivedTo(blocks.at(-1) as Block)
  })

  it('throttles while L1 does not take anything, and no longer when it does', async () => {
    for (let i = 0; i < 30; i++) build([transaction()])
    await eventually('blocks are limited', () => limits.block > 0 && limits.block < 5_000, said)
    assert.equal(limits.transaction, 150)
    derived = derivedTo(blocks.at(-1) as Block)
    await eventually(
      'the limits are gone',
      () => limits.block === 0 && limits.transaction === 0,
      said,
    )
  })

  it('tells once of an L1 that is silent, goes on when it answers', async () => {
    log.length = 0
    l1.intercept = () => {
      throw new Error('out of order')
    }
    await eventually('it tells', () => log.some((line) => line.includes('cannot be posted')), said)
    l1.intercept = undefined
    await eventually(
      'it goes on',
      () => log.some((line) => line.includes('posting batches again')),
      said,
    )
    assert.equal(log.filter((line) => line.includes('cannot be posted')).length, 1)
    assert.ok(!log.some((line) => line.includes(key.slice(2))))
  })
})
