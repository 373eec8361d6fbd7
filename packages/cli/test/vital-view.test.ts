import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Claim } from '@altlayer/vital/game'
import type { GameView } from '@altlayer/vital/l1'
import { gameLines } from '../src/vital/view.ts'

const ADDRESS = `0x${'9a'.repeat(20)}` as const
const PROPOSER = `0x${'aa'.repeat(20)}` as const
const PLAYER = `0x${'bb'.repeat(20)}` as const
const value = (digit: string) => `0x${digit.repeat(64)}` as const

function claim(index: number, parentIndex: number | undefined, position: bigint): Claim {
  return {
    index,
    parentIndex,
    counteredBy: undefined,
    claimant: index % 2 === 0 ? PROPOSER : PLAYER,
    bond: 8n * 10n ** 16n,
    value: value(index.toString(16)),
    position,
    duration: 0n,
    timestamp: 1_000n,
    resolved: false,
  }
}

function game(claims: readonly Claim[]): GameView {
  return {
    address: ADDRESS,
    rules: {
      maxDepth: 73,
      splitDepth: 30,
      maxClockDuration: 302_400n,
      absolutePrestate: value('e'),
    },
    status: 'in-progress',
    createdAt: 1_000n,
    creator: PROPOSER,
    l1Head: value('f'),
    l2BlockNumber: 120n,
    startingBlockNumber: 90n,
    startingRoot: value('d'),
    l2BlockNumberChallenged: false,
    claims,
  }
}

test('a game is drawn as a tree: columns for what is alone, branches for what is not', () => {
  const claims = [
    claim(0, undefined, 1n),
    claim(1, 0, 2n),
    { ...claim(2, 1, 4n), counteredBy: PLAYER, resolved: true },
    { ...claim(3, 1, 6n), resolved: true },
    claim(4, 2, 8n),
    claim(5, 4, 18n),
  ]
  assert.deepEqual(gameLines(game(claims), 4_600n), [
    `game ${ADDRESS}  in-progress`,
    'output root of L2 block 120, from block 90',
    '#0 claims           output 0x00000000  depth 0  0.0800 ETH  by 0xaaaaaa  3 d 11 h to counter it',
    '↳ #1 attacks #0     output 0x11111111  depth 1  0.0800 ETH  by 0xbbbbbb  3 d 11 h to counter it',
    '├─ #2 attacks #1    output 0x22222222  depth 2  0.0800 ETH  by 0xaaaaaa  countered by 0xbbbbbb',
    '│  ↳ #4 attacks #2  output 0x44444444  depth 3  0.0800 ETH  by 0xaaaaaa  3 d 11 h to counter it',
    '│  ↳ #5 defends #4  output 0x55555555  depth 4  0.0800 ETH  by 0xbbbbbb  3 d 11 h to counter it',
    '└─ #3 defends #1    output 0x33333333  depth 2  0.0800 ETH  by 0xbbbbbb  stands',
  ])
})

test('a dispute to the last instruction does not wander off to the right', () => {
  const claims: Claim[] = [claim(0, undefined, 1n)]
  for (let depth = 1; depth <= 73; depth++)
    claims.push(claim(depth, depth - 1, 1n << BigInt(depth)))
  const lines = gameLines(game(claims), 400_000n)
  assert.equal(lines.length, 76)
  assert.match(lines.at(-1) ?? '', /^↳ #73 attacks #72 +state 0x49494949 +depth 73 .*time is up$/)
  for (const line of lines) assert.ok(line.length < 110, line)
})
