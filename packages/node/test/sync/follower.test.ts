import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { Block, BlockRef, Engine, EngineEvents, ExecutionPayload } from '@altlayer/engine'
import { type BlockPayload, RequestRefusedError, WrongPayloadError } from '@altlayer/p2p'
import { type Hash, headerHash, orderedTrieRoot, type RollupConfig } from '@altlayer/protocol'
import { pino } from 'pino'
import { parentOf } from '../../src/chain/parent.ts'
import { createTurns } from '../../src/chain/turns.ts'
import type { L1Block } from '../../src/l1/client.ts'
import { attributesInEpoch, attributesOfEpochStart } from '../../src/sequencer/attributes.ts'
import { followUnsafe, type UnsafeFollower } from '../../src/sync/follower.ts'
import { UNSAFE_BLOCK_SIGNER_SLOT, watchSigner } from '../../src/sync/signer.ts'
import { simulatedClock } from '../helpers/clock.ts'
import { systemConfigAddress, testConfig } from '../helpers/config.ts'
import { unexecutedBlock } from '../helpers/engine.ts'
import { fakeL1, l1Block, l1Chain } from '../helpers/l1.ts'

const ORIGIN_EVERY = 4
const genesisL1 = l1Block(10, 1_000)
const l1 = l1Chain(genesisL1, 100, ORIGIN_EVERY)
const genesis = unexecutedBlock(
  { hash: `0x${'00'.repeat(32)}`, number: -1n },
  {
    timestamp: 1_000n,
    prevRandao: `0x${'00'.repeat(32)}`,
    feeRecipient: '0x0000000000000000000000000000000000000000',
    gasLimit: 60_000_000n,
    eip1559Params: '0x0000000000000000',
  },
)
const config = testConfig({
  l1Genesis: { number: 10, hash: genesisL1.hash },
  l2GenesisHash: genesis.hash,
  l2Time: 1_000,
})

/** Blocks one a second on `parent`, their L1 origins from `chain`. */
function blocksOn(
  parent: Block,
  count: number,
  chain: readonly L1Block[] = l1,
  of: RollupConfig = config,
): readonly Block[] {
  const blocks: Block[] = []
  for (let last = parent; blocks.length < count; last = blocks.at(-1) as Block) {
    const from = parentOf(of, last, genesisL1)
    const next = chain.find(({ header }) => header.number === from.origin.number + 1n)
    const choice = { depositsOnly: true }
    const attributes =
      next && next.header.timestamp <= from.timestamp + of.blockTime
        ? attributesOfEpochStart(of, from, { ...next, logs: [] }, choice)
        : attributesInEpoch(of, from, { sequenceNumber: from.sequenceNumber + 1n, ...choice })
    const made = unexecutedBlock({ hash: last.hash, number: last.header.number }, attributes)
    // Blocks with other L1 attributes are other blocks.
    const header = { ...made.header, transactionsRoot: orderedTrieRoot(made.transactions) }
    blocks.push({ ...made, header, hash: headerHash(header) })
  }
  return blocks
}

const payloadOf = ({ header, hash, transactions }: Block): BlockPayload => ({
  header,
  blockHash: hash,
  transactions,
})

/** An engine that executes nothing, with heads that may be reorganised. */
function chainEngine() {
  const blocks = new Map<Hash, Block>([[genesis.hash, genesis]])
  let [head, safe] = [genesis, genesis]
  const listeners = new Set<(change: EngineEvents['head'][0]) => void>()
  const invalid = new Set<Hash>()
  const executed: number[] = []
  const ancestors = (from: Block): Block[] => {
    const path = [from]
    for (let at = blocks.get(from.header.parentHash); at; at = blocks.get(at.header.parentHash))
      path.push(at)
    return path
  }
  const engine: Partial<Engine> = {
    genesis,
    block(ref: BlockRef) {
      if ('hash' in ref) return blocks.get(ref.hash)
      if ('number' in ref) return ancestors(head).find((one) => one.header.number === ref.number)
      return ref.tag === 'latest' ? head : ref.tag === 'safe' ? safe : genesis
    },
    header: (ref) => engine.block?.(ref),
    on(_, listener) {
      const entry = listener as (change: EngineEvents['head'][0]) => void
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    async newPayload({ header, blockHash, transactions }: ExecutionPayload) {
      if (!blocks.has(header.parentHash)) return { status: 'SYNCING' }
      executed.push(Number(header.number))
      if (invalid.has(blockHash)) return { status: 'INVALID', validationError: 'as told' }
      blocks.set(blockHash, { header, hash: blockHash, transactions, size: 0n })
      return { status: 'VALID' }
    },
    async forkchoiceUpdated({ headBlockHash, safeBlockHash }) {
      const next = blocks.get(headBlockHash)
      if (!next) return { payloadStatus: { status: 'SYNCING' } }
      const path = ancestors(next)
      const nextSafe = path.find(({ hash }) => hash === safeBlockHash)
      if (!nextSafe) throw new Error('the safe block is not an ancestor of the head')
      const before = ancestors(head)
      const reverted = before.filter((one) => !path.includes(one))
      const applied = path.filter((one) => !before.includes(one)).toReversed()
      ;[head, safe] = [next, nextSafe]
      if (reverted.length + applied.length > 0)
        for (const listener of listeners) listener({ reverted, applied })
      return { payloadStatus: { status: 'VALID' } }
    },
  }
  return {
    engine: engine as Engine,
    invalid,
    executed,
    number: () => Number(head.header.number),
    hash: () => head.hash,
    safe: () => Number(safe.header.number),
    /** Derivation's blocks become the chain. */
    async derive(derived: readonly Block[], isSafe = true) {
      for (const block of derived) blocks.set(block.hash, block)
      const last = derived.at(-1) as Block
      const onHead = ancestors(head).includes(last)
      await engine.forkchoiceUpdated?.({
        headBlockHash: onHead ? head.hash : last.hash,
        safeBlockHash: isSafe ? last.hash : safe.hash,
        finalizedBlockHash: genesis.hash,
      })
    },
  }
}

type Answer = (number: bigint) => BlockPayload | Error

const opened: UnsafeFollower[] = []
afterEach(async () => {
  while (opened.length > 0) await opened.pop()?.close()
})

/** A follower with peers that answer as they like, 20 ms later. */
function follow(peers: Readonly<Record<string, Answer>> = {}, chain = chainEngine()) {
  const clock = simulatedClock(1_000_000)
  const client = fakeL1(l1)
  const records: [string, string][] = []
  const asked: { readonly peer: string; readonly number: bigint; readonly at: number }[] = []
  let underWay = 0
  let most = 0
  const follower = followUnsafe({
    config,
    engine: chain.engine,
    client,
    l1Genesis: genesisL1,
    p2p: {
      syncPeers: () => Object.keys(peers),
      record: (peer, event) => records.push([peer, event]),
      async request(peer, number) {
        asked.push({ peer, number, at: clock.now() })
        most = Math.max(most, ++underWay)
        await clock.sleep(20)
        underWay -= 1
        const answer = peers[peer]?.(number) ?? new Error('gone')
        if (answer instanceof Error) throw answer
        return answer
      },
    },
    turns: createTurns(),
    clock,
    logger: pino({ enabled: false }),
  })
  opened.push(follower)
  const gossip = (...blocks: readonly (Block | undefined)[]) => {
    for (const block of blocks) follower.onBlock(payloadOf(block ?? assert.fail()))
  }
  return { ...chain, chain, clock, client, follower, gossip, records, asked, most: () => most }
}

const honest =
  (blocks: readonly Block[]): Answer =>
  (number) => {
    const found = blocks.find(({ header }) => header.number === number)
    return found ? payloadOf(found) : new RequestRefusedError(1)
  }

describe('a follower of unsafe blocks', () => {
  const blocks = blocksOn(genesis, 120)

  it('makes gossiped blocks its head, in whatever order they come, and leaves safe where it is', async () => {
    const node = follow()
    node.gossip(blocks[0])
    await node.clock.advance(10)
    assert.equal(node.number(), 1)
    node.gossip(blocks[3], blocks[1], blocks[2])
    await node.clock.advance(50)
    assert.deepEqual([node.number(), node.safe(), node.hash()], [4, 0, blocks[3]?.hash])
    assert.deepEqual(node.executed, [1, 2, 3, 4])
  })

  it('executes nothing twice, and nothing that is not on its head', async () => {
    const node = follow()
    node.gossip(blocks[0], blocks[0], blocks[5], blocks[5])
    await node.clock.advance(5_000)
    node.gossip(blocks[0])
    await node.clock.advance(1_000)
    assert.deepEqual(node.executed, [1])
    assert.equal(node.follower.status().highest, 6n)
  })

  it('fills a gap from its peers, and is not fooled by one that serves other blocks', async () => {
    const other = blocksOn(genesis, 30, l1Chain(genesisL1, 40, ORIGIN_EVERY, 7))
    const node = follow({ good: honest(blocks), bad: honest(other) })
    node.gossip(blocks[29])
    await node.clock.advance(20_000)
    assert.deepEqual([node.number(), node.hash()], [30, blocks[29]?.hash])
    assert.deepEqual(
      node.executed,
      blocks.slice(0, 30).map((_, i) => i + 1),
    )
    const count = (peer: string, event: string) =>
      node.records.filter(([who, what]) => who === peer && what === event).length
    // Both chains begin with the same three blocks.
    const right = [count('good', 'valid response'), count('bad', 'valid response')] as const
    assert.equal(right[0] + right[1], 29)
    assert.ok(right[1] <= 3)
    assert.equal(count('good', 'rejected payload'), 0)
    assert.ok(count('bad', 'rejected payload') > 0)
  })

  it('asks peers within their limits, so many at a time', async () => {
    const node = follow({ a: honest(blocks), b: honest(blocks) })
    node.gossip(blocks[119])
    await node.clock.advance(10_000)
    for (const peer of ['a', 'b']) {
      const times = node.asked.filter((one) => one.peer === peer).map(({ at }) => at)
      for (const [i, from] of times.entries())
        for (const [more, to] of times.slice(i).entries())
          assert.ok(more + 1 <= 15 + ((to - from) * 4) / 1_000 + 1)
    }
    assert.ok(node.most() <= 8)
    await node.clock.advance(20_000)
    assert.equal(node.number(), 120)
    assert.equal(new Set(node.asked.map(({ number }) => number)).size, node.asked.length)
  })

  it('goes on with other peers where one errs, and with none waits for gossip', async () => {
    const failing = () => new WrongPayloadError('as told')
    const node = follow({
      failing,
      refusing: () => new RequestRefusedError(1),
      good: honest(blocks),
    })
    node.gossip(blocks[9])
    await node.clock.advance(20_000)
    assert.equal(node.number(), 10)
    assert.ok(node.records.some(([who, what]) => who === 'failing' && what === 'rejected payload'))
    assert.ok(node.records.some(([who, what]) => who === 'refusing' && what === 'error response'))
    const alone = follow()
    alone.gossip(blocks[1])
    await alone.clock.advance(20_000)
    assert.equal(alone.number(), 0)
    alone.gossip(blocks[0])
    await alone.clock.advance(100)
    assert.equal(alone.number(), 2)
  })

  it('drops a block that the sequencer signed and that is not valid, and what stands on it', async () => {
    const node = follow()
    node.invalid.add(blocks[1]?.hash ?? assert.fail())
    node.gossip(...blocks.slice(0, 4))
    await node.clock.advance(3_000)
    node.gossip(...blocks.slice(0, 5))
    await node.clock.advance(3_000)
    assert.deepEqual([node.number(), node.executed], [1, [1, 2]])
  })

  it('yields to derivation: what L1 holds stands, the rest of its branch is not followed', async () => {
    const derived = blocksOn(blocks[1] as Block, 3, l1Chain(genesisL1, 40, ORIGIN_EVERY, 3))
    const node = follow({ good: honest(blocks) })
    node.gossip(...blocks.slice(0, 8))
    await node.clock.advance(100)
    assert.equal(node.number(), 8)
    await node.derive(blocks.slice(0, 2))
    assert.deepEqual([node.number(), node.safe()], [8, 2])
    await node.derive(derived)
    assert.deepEqual([node.number(), node.safe()], [5, 5])
    node.gossip(...blocks.slice(4, 12))
    await node.clock.advance(20_000)
    assert.deepEqual([node.number(), node.hash()], [5, derived[2]?.hash])
    // It goes on where the sequencer does, from what L1 holds.
    const next = blocksOn(derived[2] as Block, 2)
    node.gossip(...next)
    await node.clock.advance(100)
    assert.deepEqual([node.number(), node.hash()], [7, next[1]?.hash])
  })

  it('goes back where L1 was reorganised under its head, and follows the sequencer from there', async () => {
    const fork = l1Chain(l1[3] as L1Block, 40, ORIGIN_EVERY, 9)
    const [left, stays] = [blocks.slice(0, 30), 16]
    const other = blocksOn(blocks[stays - 2] as Block, 20, [...l1.slice(0, 4), ...fork.slice(1)])
    const node = follow({ good: honest([...blocks.slice(0, stays - 1), ...other]) })
    node.gossip(...left)
    await node.clock.advance(100)
    assert.equal(node.number(), 30)
    node.client.chain = [...l1.slice(0, 4), ...fork.slice(1)]
    node.gossip(other[19])
    await node.clock.advance(60_000)
    // A block that was thought to conflict is looked at again with the next one.
    node.gossip(other[19])
    await node.clock.advance(60_000)
    assert.deepEqual([node.number(), node.hash()], [stays - 1 + 20, other[19]?.hash])
  })

  it('goes back no farther than the safe block', async () => {
    const node = follow()
    node.gossip(...blocks.slice(0, 30))
    await node.clock.advance(100)
    await node.derive(blocks.slice(0, 20))
    node.client.chain = l1Chain(genesisL1, 40, ORIGIN_EVERY, 9)
    node.gossip(...blocksOn(genesis, 31, node.client.chain))
    await node.clock.advance(20_000)
    assert.deepEqual([node.number(), node.safe()], [30, 20])
  })
})

describe('the unsafe block signer', () => {
  it('is read from SystemConfig, again and again, and kept while L1 is silent', async () => {
    const clock = simulatedClock()
    const changes: string[] = []
    const word = (address: string) => `0x${'00'.repeat(12)}${address}`
    const answers = [
      new Error('silent'),
      word('AA'.repeat(20)),
      '0x1234',
      word('bb'.repeat(20)),
      word('00'.repeat(20)),
    ]
    const calls: unknown[] = []
    const watch = watchSigner({
      l1: {
        async request(method, params) {
          calls.push([method, ...params])
          const answer = answers.length > 1 ? answers.shift() : answers[0]
          if (answer instanceof Error) throw answer
          return answer
        },
      },
      systemConfig: systemConfigAddress,
      l1Head: () => undefined,
      clock,
      logger: pino({ enabled: false }),
      onChange: (signer) => changes.push(signer),
    })
    const seen: unknown[] = []
    for (const pause of [0, 1_000, 12_000, 12_000, 12_000]) {
      await clock.advance(pause)
      seen.push(watch.signer())
    }
    const [a, b] = [`0x${'aa'.repeat(20)}`, `0x${'bb'.repeat(20)}`]
    assert.deepEqual(seen, [undefined, a, a, b, undefined])
    assert.deepEqual(changes, [a, b])
    assert.deepEqual(calls[0], [
      'eth_getStorageAt',
      systemConfigAddress,
      UNSAFE_BLOCK_SIGNER_SLOT,
      'latest',
    ])
    await watch.close()
  })
})
