import { depthOf, moveFrom, type Position, traceIndex } from './position.ts'
import { contextOf, stepsAt, trueValueAt, trueValueOfMove } from './trace.ts'
import type { Action, Claim, Game, TruthProvider } from './types.ts'

/** What the honest strategy makes of a claim. */
interface Verdict {
  readonly claim: Claim
  readonly isTrue: boolean
  /** An honest player would have made this very claim. */
  readonly isHonest: boolean
  readonly mustCounter: boolean
  /** Where an honest counter to it stands. */
  readonly counterPosition: Position
}

/**
 * What an honest player does now (OP Stack specs, "Honest challenger"): counter the root claim if it is false,
 * whatever counters an honest claim, and what stands left of, or beside, an honest claim and would take its
 * bond. Nothing depends on who made a claim, so that a restarted player, or another honest one, decides the
 * same, and a move is asked for only once.
 *
 * @param now Unix seconds of the L1 block that the decision is for: a move after its clock is refused.
 * @throws MalformedGameError; and what `truth` throws.
 */
export async function nextActions(
  game: Game,
  truth: TruthProvider,
  now: bigint,
): Promise<readonly Action[]> {
  if (game.status !== 'in-progress' || game.l2BlockNumberChallenged) return []
  const challenge = await truth.blockNumberChallenge()
  // It decides the game; moves would only be bonds that nobody wins.
  if (challenge !== undefined) return [{ kind: 'challenge-block-number', challenge }]
  const verdicts: Verdict[] = []
  for (const claim of game.claims) verdicts.push(await judge(game, truth, claim, verdicts))
  const actions: Action[] = []
  for (const verdict of verdicts) {
    if (!verdict.mustCounter || challengerDuration(game, verdict.claim, now) === undefined) continue
    const action = await counter(game, truth, verdict, verdicts)
    if (action !== undefined) actions.push(action)
  }
  return actions
}

/**
 * Seconds that ran on the clock of whoever would counter a claim; undefined when it is over.
 */
export function challengerDuration(game: Game, claim: Claim, now: bigint): bigint | undefined {
  const parent = claim.parentIndex === undefined ? undefined : game.claims[claim.parentIndex]
  const elapsed = (parent?.duration ?? 0n) + now - claim.timestamp
  return elapsed < game.rules.maxClockDuration ? elapsed : undefined
}

async function judge(
  game: Game,
  truth: TruthProvider,
  claim: Claim,
  verdicts: readonly Verdict[],
): Promise<Verdict> {
  const parent = claim.parentIndex === undefined ? undefined : verdicts[claim.parentIndex]
  const freeloads = parent?.mustCounter === true && isLeftOrBeside(game, claim, parent)
  // What changes no result needs no judgement: it would cost a run of the program, from an output root that may be
  // nobody's.
  if (parent !== undefined && !parent.isHonest && !freeloads)
    return {
      claim,
      isTrue: false,
      isHonest: false,
      mustCounter: false,
      counterPosition: moveFrom(claim.position, true),
    }
  const isTrue = claim.value === (await trueValueAt(game, truth, claim))
  const counterPosition = moveFrom(claim.position, !isTrue)
  if (parent === undefined)
    return { claim, isTrue, isHonest: isTrue, mustCounter: !isTrue, counterPosition }
  const isHonest = parent.mustCounter && isTrue && claim.position === parent.counterPosition
  const mustCounter = !isHonest && (parent.isHonest || freeloads)
  return { claim, isTrue, isHonest, mustCounter, counterPosition }
}

function isLeftOrBeside(game: Game, claim: Claim, parent: Verdict): boolean {
  const { maxDepth } = game.rules
  return traceIndex(claim.position, maxDepth) <= traceIndex(parent.counterPosition, maxDepth)
}

async function counter(
  game: Game,
  truth: TruthProvider,
  { claim, isTrue, counterPosition }: Verdict,
  verdicts: readonly Verdict[],
): Promise<Action | undefined> {
  const { maxDepth, splitDepth } = game.rules
  const isAttack = !isTrue
  if (depthOf(claim.position) === maxDepth) {
    if (claim.counteredBy !== undefined) return undefined
    const after = stepsAt(game, claim.position)
    const steps = isAttack ? after - 1n : after
    return {
      kind: 'step',
      claimIndex: claim.index,
      isAttack,
      context: contextOf(game, claim),
      steps,
    }
  }
  // A true claim about a whole trace stands alone: nothing follows it.
  if (isTrue && depthOf(claim.position) === splitDepth + 1) return undefined
  const made = verdicts.some((v) => v.isHonest && v.claim.parentIndex === claim.index)
  if (made) return undefined
  return {
    kind: 'move',
    parentIndex: claim.index,
    disputed: claim.value,
    isAttack,
    value: await trueValueOfMove(game, truth, claim, isAttack, counterPosition),
    position: counterPosition,
  }
}
