import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Hash } from '@altlayer/protocol'
import { pino } from 'pino'
import { eventually } from '../../../launch/test/eventually.ts'
import type { GameView } from '../../src/l1/index.ts'
import { type RollupClient, RollupRpcError } from '../../src/rollup/client.ts'
import {
  createTruthSource,
  type PlayerEvent,
  RollupBehindError,
  startPlayer,
  type Traces,
} from '../../src/services.ts'
import { FACTORY, manyGames, word } from '../support/many-games.ts'

const L1_HEAD = word(0xa1n)
const L1_NUMBER = 40n

/** A node that has read L1 up to a block, and what followed from it. */
function nodeAt(currentL1: bigint, head?: { readonly l1: bigint; readonly hash: Hash }) {
  const node = {
    currentL1,
    head,
    client: {
      async safeHeadAtL1Block(number: bigint) {
        const { head } = node
        if (head === undefined) throw new RollupRpcError(`L1 block ${number} is not known`)
        return { number: 7n, hash: word(7n), l1: { number: head.l1, hash: head.hash } }
      },
      syncStatus: async () => ({ currentL1: node.currentL1, safe: 7n, finalized: 0n }),
      outputAtBlock: async (number: bigint) => ({ number, outputRoot: word(1_000n + number) }),
    } as never as RollupClient,
  }
  return node
}

function truthOf({ client }: ReturnType<typeof nodeAt>) {
  const game = { address: FACTORY, l1Head: L1_HEAD } as GameView
  return createTruthSource({
    rollup: client,
    traces: {} as Traces,
    l1Number: async (hash) => {
      assert.equal(hash, L1_HEAD)
      return L1_NUMBER
    },
  }).of(game)
}

describe("what is true in a game, by the rollup's node", () => {
  it('is what followed from its L1 head', async () => {
    for (const head of [
      { l1: L1_NUMBER, hash: L1_HEAD },
      // op-node remembers only L1 blocks that moved the safe head.
      { l1: L1_NUMBER - 3n, hash: word(0xa0n) },
    ]) {
      const truth = truthOf(nodeAt(L1_NUMBER, head))
      assert.equal(await truth.output(5n), word(1_005n))
      assert.equal(await truth.output(9n), word(1_007n), 'nothing follows the seventh')
    }
  })

  it('is not known yet while the node is behind, or on another L1; then it is', async () => {
    const node = nodeAt(L1_NUMBER - 1n)
    const truth = truthOf(node)
    await assert.rejects(truth.output(5n), (error) => {
      assert.ok(error instanceof RollupBehindError)
      assert.match(error.message, /has yet to read L1 up to block 40$/)
      return true
    })
    node.head = { l1: L1_NUMBER, hash: word(0xb1n) }
    await assert.rejects(truth.output(5n), (error) => {
      assert.ok(error instanceof RollupBehindError)
      assert.match(error.message, /another L1 block 40 than the game's, 0x0+a1$/)
      return true
    })
    node.head = { l1: L1_NUMBER, hash: L1_HEAD }
    assert.equal(await truth.output(5n), word(1_005n))
  })

  it('is a failure where the node has read that far and does not know', async () => {
    for (const currentL1 of [L1_NUMBER, L1_NUMBER + 100n])
      await assert.rejects(truthOf(nodeAt(currentL1)).output(5n), RollupRpcError)
  })
})

describe('a player that cannot attend a game', () => {
  it('tells a reason once, and counts every look', async (t) => {
    const lines: { level: number; msg: string; reason?: string }[] = []
    const logger = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line)) })
    const counts = { games: 0, failure: 0 }
    let error: Error | undefined = new RollupBehindError('the node is behind')
    const player = startPlayer({
      ...manyGames(1).options,
      sender: { address: word(1n).slice(0, 42), close: () => undefined } as never,
      truthOf: () =>
        ({
          output: async () => {
            if (error !== undefined) throw error
            return word(0n)
          },
          blockNumberChallenge: async () => undefined,
        }) as never,
      maxBonds: 0n,
      window: 10_000n,
      concurrency: 1,
      pollInterval: 1,
      logger,
      onEvent: (event: PlayerEvent) => {
        if (event.kind === 'games' || event.kind === 'failure') counts[event.kind]++
      },
    })
    t.after(() => player.close())
    const after = async (kind: keyof typeof counts, more: number) => {
      const wanted = counts[kind] + more
      await eventually(`${more} more: ${kind}`, async () => counts[kind] >= wanted)
    }
    await after('failure', 5)
    assert.deepEqual(
      lines.map(({ level, msg, reason }) => [level, msg, reason]),
      [[30, 'waiting', 'the node is behind']],
    )
    error = new Error('no trace')
    // One may have been under way.
    await after('failure', 6)
    assert.deepEqual(
      lines.slice(1).map(({ level, msg }) => [level, msg]),
      [[40, 'game not attended; trying again']],
    )
    error = undefined
    await after('games', 6)
    error = new Error('no trace')
    await after('failure', 6)
    assert.equal(lines.length, 3, 'it came back')
  })
})
