import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Address, Hash } from '@altlayer/protocol'
import fc from 'fast-check'
import { depthOf, indexAtDepth, traceAncestor, traceIndex } from '../../src/game/position.ts'
import { isResolvable, resolvableClaims } from '../../src/game/resolution.ts'
import { nextActions } from '../../src/game/strategy.ts'
import { trueValueOfMove } from '../../src/game/trace.ts'
import type { Action, Game, TruthProvider } from '../../src/game/types.ts'
import { keccak256Hex } from './hash.ts'
import {
  createModel,
  MODEL_TRUTH,
  type ModelGame,
  makeMove,
  makeStep,
  perform,
  RefusedError,
  RULES,
  settle,
  trueOutput,
} from './model.ts'

const HONEST: Address = '0x0000000000000000000000000000000000000a11'
const LIAR: Address = '0x000000000000000000000000000000000000bad0'
const PROPOSER: Address = '0x0000000000000000000000000000000000009409'

/** What a liar tries: which claim, how, with what value; and whether time passes, who answers. */
interface Attempt {
  readonly target: number
  readonly isAttack: boolean
  readonly value: number
  readonly status: number
  readonly wait: number
  readonly answered: boolean
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  target: fc.nat(1000),
  isAttack: fc.boolean(),
  value: fc.nat(3),
  status: fc.nat(3),
  wait: fc.nat(14_400),
  answered: fc.boolean(),
})

async function lie(game: ModelGame, tried: Attempt, salt: number): Promise<void> {
  const target = game.claims[tried.target % game.claims.length]
  assert.ok(target)
  try {
    if (depthOf(target.position) === RULES.maxDepth) {
      makeStep(game, LIAR, { claimIndex: target.index, isAttack: tried.isAttack })
      return
    }
    const isAttack = tried.isAttack || target.index === 0
    const position = (isAttack ? target.position : target.position | 1n) << 1n
    const honest = await trueValueOfMove(game, MODEL_TRUTH, target, isAttack, position)
    const lies: readonly Hash[] = [
      honest,
      `${honest.slice(0, -4)}${salt.toString(16).padStart(4, '0')}` as Hash,
      `0x0${tried.status}${keccak256Hex(`${salt}`).slice(4)}`,
      `0x0${tried.status}${honest.slice(4)}`,
    ]
    makeMove(game, LIAR, { parentIndex: target.index, isAttack, value: lies[tried.value] as Hash })
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
  }
}

/** Does all that the strategy asks for; fails if the contract would refuse any of it. */
async function respond(game: ModelGame, who = HONEST): Promise<readonly Action[]> {
  const done: Action[] = []
  for (;;) {
    const actions = await nextActions(game, MODEL_TRUTH, game.now)
    for (const action of actions) perform(game, who, action)
    done.push(...actions)
    if (actions.length === 0) return done
  }
}

async function play(rootClaim: Hash, attempts: readonly Attempt[]): Promise<ModelGame> {
  const game = createModel(rootClaim, PROPOSER)
  for (const [i, tried] of attempts.entries()) {
    await lie(game, tried, i)
    if (tried.answered) await respond(game)
    game.now += BigInt(tried.wait)
  }
  await respond(game)
  return game
}

function assertNothingLost(game: Game): void {
  const { payees } = settle(game)
  for (const claim of game.claims)
    if (claim.claimant === HONEST) assert.equal(payees[claim.index], HONEST, `claim ${claim.index}`)
}

const RUNS = { numRuns: 300 }
const attempts = fc.array(attempt, { maxLength: 24 })

test('a true root claim stands whatever liars do, and no honest bond is lost', async () => {
  await fc.assert(
    fc.asyncProperty(attempts, async (tried) => {
      const game = await play(trueOutput(111n), tried)
      assertNothingLost(game)
      assert.equal(settle(game).rootStands, true)
    }),
    RUNS,
  )
})

test('a false root claim falls whatever liars do, and its bond goes to the honest player', async () => {
  await fc.assert(
    fc.asyncProperty(attempts, fc.constantFrom('x', 'y'), async (tried, salt) => {
      const game = await play(keccak256Hex(salt), tried)
      assertNothingLost(game)
      const { payees, rootStands } = settle(game)
      assert.equal(rootStands, false)
      const first = game.claims.find((c) => c.parentIndex === 0 && c.claimant === HONEST)
      // A liar who attacks the root with the truth is the honest player's equal there.
      if (first !== undefined) assert.equal(payees[0], HONEST)
    }),
    RUNS,
  )
})

test('two honest players decide alike, so that what one did the other does not repeat', async () => {
  await fc.assert(
    fc.asyncProperty(attempts, async (tried) => {
      const game = createModel(keccak256Hex('lie'), PROPOSER)
      for (const [i, each] of tried.entries()) {
        await lie(game, each, i)
        await respond(game, i % 2 === 0 ? HONEST : PROPOSER)
        assert.deepEqual(await nextActions(game, MODEL_TRUTH, game.now), [])
      }
    }),
    { numRuns: 100 },
  )
})

test('nothing is done after a clock ran out, nor in a game that is over', async () => {
  const game = createModel(keccak256Hex('lie'), PROPOSER)
  game.now = RULES.maxClockDuration - 1n
  assert.equal((await nextActions(game, MODEL_TRUTH, game.now)).length, 1)
  game.now += 1n
  assert.deepEqual(await nextActions(game, MODEL_TRUTH, game.now), [])
  const over: Game = { ...game, status: 'challenger-wins' }
  assert.deepEqual(await nextActions(over, MODEL_TRUTH, 0n), [])
})

test('the truth about another block is answered with that block, and nothing else', async () => {
  const challenge = {
    version: keccak256Hex('v'),
    stateRoot: keccak256Hex('s'),
    messagePasserStorageRoot: keccak256Hex('m'),
    latestBlockhash: keccak256Hex('b'),
    header: '0xc0',
  } as const
  const truth: TruthProvider = { ...MODEL_TRUTH, blockNumberChallenge: async () => challenge }
  const game = createModel(trueOutput(111n), PROPOSER)
  makeMove(game, LIAR, { parentIndex: 0, isAttack: true, value: keccak256Hex('lie') })
  assert.deepEqual(await nextActions(game, truth, 0n), [
    { kind: 'challenge-block-number', challenge },
  ])
  assert.deepEqual(await nextActions({ ...game, l2BlockNumberChallenged: true }, truth, 0n), [])
})

test('claims settle from the leaves up, each only when its clock has run out', async () => {
  await fc.assert(
    fc.asyncProperty(attempts, async (tried) => {
      const game = await play(keccak256Hex('lie'), tried)
      game.now += 2n * RULES.maxClockDuration
      const order = resolvableClaims(game, game.now)
      assert.equal(order.length, game.claims.length)
      assert.equal(isResolvable(game, order), true)
      const settled = new Set<number>()
      for (const { index } of order) {
        const children = game.claims.filter((c) => c.parentIndex === index)
        assert.ok(children.every((c) => settled.has(c.index)))
        settled.add(index)
      }
    }),
    { numRuns: 100 },
  )
})

test('a claim that counters an open one keeps it open', () => {
  const game = createModel(keccak256Hex('lie'), PROPOSER)
  game.now = RULES.maxClockDuration - 10n
  makeMove(game, LIAR, { parentIndex: 0, isAttack: true, value: keccak256Hex('a') })
  game.now += 20n
  assert.deepEqual(resolvableClaims(game, game.now), [])
  assert.equal(isResolvable(game, []), false)
})

test('positions', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, (1n << 100n) - 1n), fc.nat(20), (position, below) => {
      const depth = depthOf(position)
      assert.ok(1n << BigInt(depth) <= position && position < 1n << BigInt(depth + 1))
      const last = ((indexAtDepth(position) + 1n) << BigInt(below)) - 1n
      assert.equal(traceIndex(position, depth + below), last)
      const ancestor = traceAncestor(position)
      assert.equal(traceIndex(ancestor, depth), indexAtDepth(position))
      assert.ok(ancestor === 1n || ancestor % 2n === 0n)
    }),
  )
})
