import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Address, Hash } from '@altlayer/protocol'
import { type PublicClient, zeroAddress } from 'viem'
import { createGameReader } from '../../src/l1/index.ts'

const FACTORY: Address = `0x${'fa'.repeat(20)}`
const GAME_TYPE = 7
const OTHER_TYPE = 8
const NO_PARENT = 2 ** 32 - 1
const word = (value: bigint): Hash => `0x${value.toString(16).padStart(64, '0')}`
const gameAt = (index: number): Address => `0x${index.toString(16).padStart(40, '0')}`
const all = () => true

interface Question {
  readonly address: Address
  readonly functionName: string
  readonly args?: readonly bigint[]
}

interface LogsQuestion {
  readonly address: readonly Address[]
  readonly fromBlock: bigint
  readonly toBlock: bigint
}

/** An L1 in memory whose factory has many games, each with as many claims, and what it was asked. */
function l1Of(games: number, claims = 1) {
  const l1 = {
    number: 100n,
    /** Games that said something since the last look. */
    spoke: [] as Address[],
    reads: new Map<string, number>(),
    logs: [] as LogsQuestion[],
    underway: 0,
    mostUnderway: 0,
  }

  const answers: Readonly<Record<string, (index: number) => unknown>> = {
    gameCount: () => BigInt(games),
    gameAtIndex: (index) => [index % 2 === 0 ? GAME_TYPE : OTHER_TYPE, 1_000n, gameAt(index)],
    maxGameDepth: () => 73n,
    splitDepth: () => 30n,
    maxClockDuration: () => 302_400n,
    absolutePrestate: () => word(3n),
    status: () => 0,
    createdAt: () => 1_000n,
    gameCreator: () => FACTORY,
    l1Head: () => word(1n),
    l2BlockNumber: () => 5n,
    startingOutputRoot: () => [word(2n), 1n],
    l2BlockNumberChallenged: () => false,
    claimDataLen: () => BigInt(claims),
    claimData: (index) => [
      index === 0 ? NO_PARENT : 0,
      zeroAddress,
      FACTORY,
      1n,
      word(BigInt(index)),
      index === 0 ? 1n : 2n,
      1_000n,
    ],
    resolvedSubgames: () => false,
  }

  const block = () => ({ number: l1.number, hash: word(l1.number), timestamp: 2_000n })
  const client = {
    getBlock: async ({ blockNumber = l1.number }: { blockNumber?: bigint }) => ({
      ...block(),
      number: blockNumber,
      hash: word(blockNumber),
    }),
    async readContract({ functionName, args }: Question) {
      const answer = answers[functionName]
      assert.ok(answer, functionName)
      l1.reads.set(functionName, (l1.reads.get(functionName) ?? 0) + 1)
      l1.mostUnderway = Math.max(l1.mostUnderway, ++l1.underway)
      await new Promise((resolve) => setImmediate(resolve))
      l1.underway--
      return answer(Number(args?.[0] ?? 0))
    },
    async getLogs(question: LogsQuestion) {
      l1.logs.push(question)
      return l1.spoke
        .filter((address) => question.address.includes(address))
        .map((address) => ({ address }))
    },
  }
  const readerOf = (limit?: number) =>
    createGameReader({
      client: client as never as PublicClient,
      factory: FACTORY,
      gameType: GAME_TYPE,
      ...(limit !== undefined && { limit }),
    })
  return { l1, readerOf, reads: (name: string) => l1.reads.get(name) ?? 0 }
}

describe('game reader, of many games', () => {
  it('reads no more than the newest so many, and lists no more pages than they stand on', async () => {
    const { readerOf, reads } = l1Of(2_000)
    const reader = readerOf(150)
    const { games } = await reader.snapshot(all)
    // Every other game is of the type.
    const newest = Array.from({ length: 150 }, (_, i) => gameAt(1_998 - 2 * (149 - i)))
    assert.deepEqual(
      games.map(({ address }) => address),
      newest,
    )
    assert.equal(reads('claimDataLen'), 150)
    assert.equal(reads('gameAtIndex'), 400, 'two pages of 200')
    assert.deepEqual(
      reader.listings().map(({ address }) => address),
      newest,
    )
  })

  it('asks for a bounded number of games and claims at a time', async () => {
    const many = l1Of(1_000)
    assert.equal((await many.readerOf().snapshot(all)).games.length, 500)
    // A game is read by at most eight questions at once.
    assert.ok(many.l1.mostUnderway <= 8 * 200, `${many.l1.mostUnderway}`)
    const long = l1Of(1, 1_001)
    const [game] = (await long.readerOf().snapshot(all)).games
    assert.deepEqual(
      game?.claims.map(({ index, value }) => [index, value]),
      Array.from({ length: 1_001 }, (_, i) => [i, word(BigInt(i))]),
    )
    // A claim is read by two.
    assert.ok(long.l1.mostUnderway <= 2 * 200, `${long.l1.mostUnderway}`)
  })

  it('asks for logs of so many blocks and games as endpoints answer', async () => {
    const { l1, readerOf, reads } = l1Of(900)
    const reader = readerOf()
    await reader.snapshot(all)
    assert.deepEqual([reads('claimDataLen'), l1.logs.length], [450, 0])
    l1.number += 1_000n
    l1.spoke = [gameAt(0), gameAt(898)]
    await reader.snapshot(all)
    assert.equal(reads('claimDataLen'), 452, 'two said something, in the first and the last page')
    assert.deepEqual(
      l1.logs.map(({ address, fromBlock, toBlock }) => [address.length, fromBlock, toBlock]),
      [200, 200, 50].map((games) => [games, 101n, 1_100n]),
    )
  })

  it('reads each game again after a sleep for whose logs no endpoint can be asked', async () => {
    const { l1, readerOf, reads } = l1Of(20)
    const reader = readerOf()
    await reader.snapshot(all)
    l1.number += 1_001n
    const { games } = await reader.snapshot(all)
    assert.deepEqual([games.length, l1.logs.length], [10, 0])
    assert.equal(reads('claimDataLen'), 20)
    l1.number += 1n
    await reader.snapshot(all)
    assert.deepEqual([reads('claimDataLen'), l1.logs.length], [20, 1], 'then as ever')
  })
})
