import assert from 'node:assert/strict'
import type { Address, Hash } from '@altlayer/protocol'
import { type PublicClient, zeroAddress } from 'viem'
import { createGameReader, type GameReader } from '../../src/l1/index.ts'

export const FACTORY: Address = `0x${'fa'.repeat(20)}`
const GAME_TYPE = 7
const OTHER_TYPE = 8
const NO_PARENT = 2 ** 32 - 1
export const word = (value: bigint): Hash => `0x${value.toString(16).padStart(64, '0')}`
export const gameAt = (index: number): Address => `0x${index.toString(16).padStart(40, '0')}`
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
export function manyGames(games: number, claims = 1) {
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
    credit: () => 0n,
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
    getBalance: async () => 10n ** 18n,
    async getLogs(question: LogsQuestion) {
      l1.logs.push(question)
      return l1.spoke
        .filter((address) => question.address.includes(address))
        .map((address) => ({ address }))
    },
  }
  const options = { client: client as never as PublicClient, factory: FACTORY, gameType: GAME_TYPE }
  const readerOf = (limit?: number): GameReader =>
    createGameReader({ ...options, ...(limit !== undefined && { limit }) })
  return { l1, options, readerOf, reads: (name: string) => l1.reads.get(name) ?? 0 }
}
