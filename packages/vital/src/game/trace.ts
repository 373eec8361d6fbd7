import type { Hash } from '@altlayer/protocol'
import { depthOf, type Position, traceAncestor, traceIndex } from './position.ts'
import type { Claim, Game, TraceContext, TruthProvider } from './types.ts'

/** A claim that must be in a game is not: the game was read wrongly, or is none of ours. */
export class MalformedGameError extends Error {
  override readonly name = 'MalformedGameError'
}

/** The L2 block that a claim about an output root is about: none beyond the game's. */
export function blockNumberAt(game: Game, position: Position): bigint {
  const number = game.startingBlockNumber + traceIndex(position, game.rules.splitDepth) + 1n
  return number < game.l2BlockNumber ? number : game.l2BlockNumber
}

/** Instructions executed up to and including the one that a claim about a trace is about. */
export function stepsAt(game: Game, position: Position): bigint {
  const { maxDepth, splitDepth } = game.rules
  const leaves = 1n << BigInt(maxDepth - splitDepth)
  return (traceIndex(position, maxDepth) % leaves) + 1n
}

function parentOf(game: Game, claim: Claim): Claim {
  const parent = claim.parentIndex === undefined ? undefined : game.claims[claim.parentIndex]
  if (parent === undefined) {
    throw new MalformedGameError(`claim ${claim.index} of game ${game.address} has no parent`)
  }
  return parent
}

/** The nearest claim above, or `from` itself, that commits to the same output root as `position`. */
function outputClaim(game: Game, from: Claim, position: Position): Claim {
  const wanted = traceAncestor(position)
  let claim = from
  while (claim.position !== wanted) claim = parentOf(game, claim)
  return claim
}

/**
 * The output roots that a trace stands between, whose root is a move from the claim `leaf` at the split: an
 * attack disputes the leaf, a defense what comes after it.
 */
function contextFrom(game: Game, leaf: Claim, isAttack: boolean): TraceContext {
  const { startingBlockNumber, startingRoot } = game
  const disputed = isAttack ? leaf : outputClaim(game, leaf, leaf.position + 1n)
  const disputedBlockNumber = blockNumberAt(game, disputed.position)
  const isFirst = isAttack && traceIndex(leaf.position, game.rules.splitDepth) === 0n
  if (isFirst) {
    return {
      starting: startingRoot,
      startingBlockNumber,
      disputed: disputed.value,
      disputedBlockNumber,
    }
  }
  const starting = isAttack ? outputClaim(game, leaf, leaf.position - 1n) : leaf
  return {
    starting: starting.value,
    startingBlockNumber: blockNumberAt(game, starting.position),
    disputed: disputed.value,
    disputedBlockNumber,
  }
}

/** The output roots around a claim about a trace. */
export function contextOf(game: Game, claim: Claim): TraceContext {
  let root = claim
  let leaf = parentOf(game, root)
  while (depthOf(leaf.position) > game.rules.splitDepth) {
    root = leaf
    leaf = parentOf(game, root)
  }
  return contextFrom(game, leaf, root.position >> 1n === leaf.position)
}

/** What is true at the position of a move from a claim. */
export function trueValueOfMove(
  game: Game,
  truth: TruthProvider,
  parent: Claim,
  isAttack: boolean,
  position: Position,
): Promise<Hash> {
  const { splitDepth } = game.rules
  if (depthOf(position) <= splitDepth) return truth.output(blockNumberAt(game, position))
  const context =
    depthOf(parent.position) === splitDepth
      ? contextFrom(game, parent, isAttack)
      : contextOf(game, parent)
  return truth.state(context, stepsAt(game, position))
}

/** What is true where a claim stands. */
export function trueValueAt(game: Game, truth: TruthProvider, claim: Claim): Promise<Hash> {
  const { position } = claim
  if (depthOf(position) <= game.rules.splitDepth) return truth.output(blockNumberAt(game, position))
  return truth.state(contextOf(game, claim), stepsAt(game, position))
}
