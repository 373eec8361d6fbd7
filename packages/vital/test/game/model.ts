import type { Address, Hash } from '@altlayer/protocol'
import {
  depthOf,
  moveFrom,
  ROOT_POSITION,
  traceAncestor,
  traceIndex,
} from '../../src/game/position.ts'
import { contextOf, stepsAt } from '../../src/game/trace.ts'
import type {
  Action,
  Claim,
  Game,
  GameRules,
  TraceContext,
  TruthProvider,
} from '../../src/game/types.ts'
import { keccak256Hex } from './hash.ts'

/** Instructions until the model's program has ended. */
const LENGTH = 5n

/** What is true in the model: output roots are hashes of block numbers, a trace counts. */
export function trueOutput(number: bigint): Hash {
  return keccak256Hex(`output ${number}`)
}

export function isValid({ disputed, disputedBlockNumber }: TraceContext): boolean {
  return disputed === trueOutput(disputedBlockNumber)
}

export function trueState(context: TraceContext, steps: bigint): Hash {
  const counter = steps < LENGTH ? steps : LENGTH
  const valid = counter > 0n && isValid(context)
  const status = counter < LENGTH ? '03' : valid ? '00' : '01'
  return `0x${status}${keccak256Hex(`state ${counter} ${valid}`).slice(4)}`
}

export const MODEL_TRUTH: TruthProvider = {
  output: async (number) => trueOutput(number),
  state: async (context, steps) => trueState(context, steps),
  blockNumberChallenge: async () => undefined,
}

export const RULES: GameRules = {
  maxDepth: 8,
  splitDepth: 4,
  maxClockDuration: 302_400n,
  absolutePrestate: trueState(
    { starting: '0x', startingBlockNumber: 0n, disputed: '0x', disputedBlockNumber: 0n },
    0n,
  ),
}

const EXTENSION = 10_800n

/** The contract refuses. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}

/** The contract, as far as strategies see it: VitalDisputeGame.sol, from its specification. */
export interface ModelGame extends Game {
  readonly claims: Claim[]
  now: bigint
}

export function createModel(rootClaim: Hash, proposer: Address): ModelGame {
  const root: Claim = {
    index: 0,
    parentIndex: undefined,
    counteredBy: undefined,
    claimant: proposer,
    bond: bondAt(0),
    value: rootClaim,
    position: ROOT_POSITION,
    duration: 0n,
    timestamp: 0n,
    resolved: false,
  }
  return {
    address: '0x000000000000000000000000000000000000009a',
    rules: RULES,
    status: 'in-progress',
    l1Head: keccak256Hex('l1'),
    l2BlockNumber: 111n,
    startingBlockNumber: 100n,
    startingRoot: trueOutput(100n),
    l2BlockNumberChallenged: false,
    claims: [root],
    now: 0n,
  }
}

function bondAt(depth: number): bigint {
  return BigInt(Math.round(1000 * 1.1 ** depth))
}

function duration(game: ModelGame, claim: Claim): bigint {
  const before = claim.parentIndex === undefined ? 0n : at(game, claim.parentIndex).duration
  const elapsed = before + game.now - claim.timestamp
  return elapsed < RULES.maxClockDuration ? elapsed : RULES.maxClockDuration
}

function at(game: Game, index: number): Claim {
  const claim = game.claims[index]
  if (claim === undefined) throw new RefusedError(`no claim ${index}`)
  return claim
}

export function makeMove(
  game: ModelGame,
  who: Address,
  { parentIndex, isAttack, value }: { parentIndex: number; isAttack: boolean; value: Hash },
): void {
  const parent = at(game, parentIndex)
  const position = moveFrom(parent.position, isAttack)
  const depth = depthOf(position)
  const { maxDepth, splitDepth, maxClockDuration } = RULES
  if (!isAttack && (parentIndex === 0 || depth === splitDepth + 2))
    throw new RefusedError('CannotDefendRootClaim')
  if (depth > maxDepth) throw new RefusedError('GameDepthExceeded')
  if (depth === splitDepth + 1) checkTraceRoot(game, parent, isAttack, value)
  const used = duration(game, parent)
  if (used === maxClockDuration) throw new RefusedError('ClockTimeExceeded')
  const twin = game.claims.find(
    (c) => c.parentIndex === parentIndex && c.position === position && c.value === value,
  )
  if (twin !== undefined) throw new RefusedError('ClaimAlreadyExists')
  const extension = depth === splitDepth - 1 ? 2n * EXTENSION : EXTENSION
  const latest = maxClockDuration - extension
  game.claims.push({
    index: game.claims.length,
    parentIndex,
    counteredBy: undefined,
    claimant: who,
    bond: bondAt(depth),
    value,
    position,
    duration: used > latest ? latest : used,
    timestamp: game.now,
    resolved: false,
  })
}

function checkTraceRoot(game: Game, parent: Claim, isAttack: boolean, value: Hash): void {
  let disputes = isAttack
  if (!isAttack) {
    const wanted = traceAncestor(parent.position + 1n)
    let claim = parent
    while (claim.position !== wanted) claim = at(game, claim.parentIndex ?? -1)
    disputes = depthOf(claim.position) % 2 === RULES.splitDepth % 2
  }
  const status = value.slice(2, 4)
  const fits = disputes ? status === '01' || status === '02' : status === '00'
  if (!fits) throw new RefusedError('UnexpectedRootClaim')
}

/** The claim within a trace that commits to the same instruction as `position`. */
function traceClaim(game: Game, from: Claim, position: bigint): Claim {
  const index = traceIndex(position, RULES.maxDepth)
  let claim: Claim | undefined = from
  let found: Claim | undefined
  while (claim !== undefined && depthOf(claim.position) > RULES.splitDepth) {
    if (traceIndex(claim.position, RULES.maxDepth) === index) found = claim
    claim = claim.parentIndex === undefined ? undefined : game.claims[claim.parentIndex]
  }
  if (found === undefined) throw new RefusedError('no ancestor')
  return found
}

export function makeStep(
  game: ModelGame,
  who: Address,
  { claimIndex, isAttack }: { claimIndex: number; isAttack: boolean },
): void {
  const claim = at(game, claimIndex)
  const { maxDepth } = RULES
  if (depthOf(claim.position) !== maxDepth) throw new RefusedError('InvalidParent')
  const context = contextOf(game, claim)
  const after = stepsAt(game, claim.position)
  const before = isAttack ? after - 1n : after
  const parent = at(game, claim.parentIndex ?? -1)
  const pre = !isAttack
    ? claim.value
    : before === 0n
      ? RULES.absolutePrestate
      : traceClaim(game, parent, claim.position - 1n).value
  const post = isAttack ? claim : traceClaim(game, parent, claim.position + 1n)
  // Only a true prestate has a preimage that somebody knows.
  const preTrue = trueState(context, before)
  if (pre.slice(4) !== preTrue.slice(4)) throw new RefusedError('InvalidPrestate')
  const valid = trueState(context, before + 1n) === post.value
  const sameSide = (maxDepth - depthOf(post.position)) % 2 === 0
  if (sameSide === valid) throw new RefusedError('ValidStep')
  if (claim.counteredBy !== undefined) throw new RefusedError('DuplicateStep')
  game.claims[claimIndex] = { ...claim, counteredBy: who }
}

export function perform(game: ModelGame, who: Address, action: Action): void {
  if (action.kind === 'move') makeMove(game, who, action)
  else if (action.kind === 'step') makeStep(game, who, action)
  else throw new RefusedError('the model knows no block number challenge')
}

/** Who gets each claim's bond when all clocks have run out, and whether the root claim stands. */
export function settle(game: Game): { payees: readonly Address[]; rootStands: boolean } {
  const counteredBy: (Address | undefined)[] = game.claims.map((c) => c.counteredBy)
  for (const claim of game.claims.toReversed()) {
    const standing = game.claims.filter(
      (c) => c.parentIndex === claim.index && counteredBy[c.index] === undefined,
    )
    const leftmost = standing.reduce<Claim | undefined>(
      (best, c) => (best === undefined || c.position < best.position ? c : best),
      undefined,
    )
    if (leftmost !== undefined) counteredBy[claim.index] = leftmost.claimant
  }
  const payees = game.claims.map((c) => counteredBy[c.index] ?? c.claimant)
  return { payees, rootStands: counteredBy[0] === undefined }
}
