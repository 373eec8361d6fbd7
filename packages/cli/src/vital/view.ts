import type { Address } from '@altlayer/protocol'
import { type Claim, challengerDuration, depthOf, type Game } from '@altlayer/vital/game'
import { createGameReader, type GameView, L1MovedError } from '@altlayer/vital/l1'
import { formatEther } from 'viem'
import { CommandError } from '../command.ts'
import { connectToL1, readContractAddress, VITAL_GAME_TYPE } from './connect.ts'

export interface ViewOptions {
  readonly l1Url: string
  readonly addressesPath: string
  readonly json: boolean
}

/** Prints every game, oldest first. Returns the exit code. */
export async function listGames(options: ViewOptions): Promise<number> {
  const { block, games } = await readGames(options)
  if (options.json) {
    console.log(JSON.stringify({ block: Number(block.number), games: games.map(toJson) }))
    return 0
  }
  if (games.length === 0) console.log('no games')
  for (const game of games) {
    const claims = game.claims.length === 1 ? '1 claim' : `${game.claims.length} claims`
    const status = game.status.padEnd(15)
    console.log(`${game.address}  ${status}  L2 block ${game.l2BlockNumber}  ${claims}`)
  }
  return 0
}

/** Draws one game. Returns the exit code. */
export async function showGame(options: ViewOptions & { readonly game: Address }): Promise<number> {
  const { block, games } = await readGames(options, options.game)
  const game = games[0]
  if (game === undefined) throw new CommandError(`the factory knows no game ${options.game}`)
  if (options.json) console.log(JSON.stringify(toJson(game)))
  else for (const line of gameLines(game, block.timestamp)) console.log(line)
  return 0
}

async function readGames({ l1Url, addressesPath }: ViewOptions, only?: Address) {
  const reader = createGameReader({
    client: connectToL1(l1Url),
    factory: readContractAddress(addressesPath, 'DisputeGameFactoryProxy'),
    gameType: VITAL_GAME_TYPE,
  })
  const wanted = ({ address }: { readonly address: Address }) =>
    only === undefined || address === only
  return reader.snapshot(wanted).catch((error: unknown) => {
    // Between two blocks that replace each other; the next look is at one chain again.
    if (error instanceof L1MovedError) return reader.snapshot(wanted)
    throw error
  })
}

/** The lines of a game: what it is about, then its claims as a tree. */
export function gameLines(game: GameView, now: bigint): readonly string[] {
  return [
    `game ${game.address}  ${game.status}`,
    `output root of L2 block ${game.l2BlockNumber}, from block ${game.startingBlockNumber}${game.l2BlockNumberChallenged ? ', block number challenged' : ''}`,
    ...treeLines(game, now),
  ]
}

function treeLines(game: Game, now: bigint): readonly string[] {
  const lines: string[] = []
  // A stack, not recursion: a game can be as deep as it has claims.
  const open: { claim: Claim; prefix: string; last: boolean }[] = []
  const root = game.claims[0]
  if (root !== undefined) open.push({ claim: root, prefix: '', last: true })
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { claim, prefix, last } = next
    const isRoot = claim.parentIndex === undefined
    lines.push(`${prefix}${isRoot ? '' : last ? '└─ ' : '├─ '}${claimText(game, claim, now)}`)
    const below = game.claims.filter(({ parentIndex }) => parentIndex === claim.index)
    const indent = isRoot ? '' : `${prefix}${last ? '   ' : '│  '}`
    for (const [i, child] of below.toReversed().entries())
      open.push({ claim: child, prefix: indent, last: i === 0 })
  }
  return lines
}

function claimText(game: Game, claim: Claim, now: bigint): string {
  const depth = depthOf(claim.position)
  const about = depth <= game.rules.splitDepth ? 'output' : 'state'
  const parent = claim.parentIndex === undefined ? undefined : game.claims[claim.parentIndex]
  const isAttack = parent !== undefined && claim.position === parent.position << 1n
  const how = parent === undefined ? 'claims' : isAttack ? 'attacks' : 'defends'
  return [
    `#${claim.index} ${how} ${about} ${claim.value.slice(0, 10)}`,
    `depth ${depth}`,
    `${formatEther(claim.bond)} ETH by ${claim.claimant.slice(0, 8)}`,
    state(game, claim, now),
  ].join('  ')
}

function state(game: Game, claim: Claim, now: bigint): string {
  if (claim.counteredBy !== undefined) return `countered by ${claim.counteredBy.slice(0, 8)}`
  if (claim.resolved) return 'stands'
  const used = challengerDuration(game, claim, now)
  return used === undefined ? 'time is up' : `${game.rules.maxClockDuration - used} s to counter it`
}

function toJson(game: GameView) {
  return {
    address: game.address,
    status: game.status,
    createdAt: Number(game.createdAt),
    creator: game.creator,
    l1Head: game.l1Head,
    l2BlockNumber: Number(game.l2BlockNumber),
    startingBlockNumber: Number(game.startingBlockNumber),
    l2BlockNumberChallenged: game.l2BlockNumberChallenged,
    claims: game.claims.map((claim) => ({
      index: claim.index,
      parentIndex: claim.parentIndex ?? null,
      counteredBy: claim.counteredBy ?? null,
      claimant: claim.claimant,
      bond: String(claim.bond),
      value: claim.value,
      position: String(claim.position),
      clock: { duration: Number(claim.duration), timestamp: Number(claim.timestamp) },
      resolved: claim.resolved,
    })),
  }
}
