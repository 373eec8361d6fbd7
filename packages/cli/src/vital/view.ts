import { stripVTControlCharacters, styleText } from 'node:util'
import type { Address } from '@altlayer/protocol'
import { type Claim, challengerDuration, depthOf, type Game } from '@altlayer/vital/game'
import { createGameReader, findGame, type GameView, L1MovedError } from '@altlayer/vital/l1'
import { formatEther } from 'viem'
import { CommandError } from '../command.ts'
import { askL1, connectToL1, readContractAddress, VITAL_GAME_TYPE } from './connect.ts'

export interface ViewOptions {
  readonly l1Url: string
  readonly addressesPath: string
  readonly json: boolean
}

/** Prints the newest games, at most `limit` and of the last `window` seconds, oldest first. Returns the exit code. */
export async function listGames(
  options: ViewOptions & { readonly window: bigint; readonly limit: number },
): Promise<number> {
  const { l1Url, addressesPath, window, limit } = options
  const reader = createGameReader({
    client: connectToL1(l1Url),
    factory: readContractAddress(addressesPath, 'DisputeGameFactoryProxy'),
    gameType: VITAL_GAME_TYPE,
    window,
    // One more tells whether there are more.
    limit: limit + 1,
  })
  const snapshot = () => askL1(l1Url, () => reader.snapshot(() => true))
  const { block, games: found } = await snapshot().catch((error: unknown) => {
    // Between two blocks that replace each other; the next look is at one chain again.
    if (error instanceof L1MovedError) return snapshot()
    throw error
  })
  const games = found.slice(-limit)
  const more = found.length > limit
  if (options.json) {
    console.log(JSON.stringify({ block: Number(block.number), more, games: games.map(toJson) }))
    return 0
  }
  if (games.length === 0) console.log('no games')
  const age = (at: bigint) => duration(block.timestamp - at)
  const rows = games.map((game) => [
    game.address,
    painted(game.status, game.status),
    `L2 block ${game.l2BlockNumber}`,
    game.claims.length === 1 ? '1 claim' : `${game.claims.length} claims`,
    `${age(game.createdAt)} old`,
  ])
  for (const line of aligned(rows)) console.log(line)
  if (more) console.log(`there are older ones: --limit, ${limit} now, shows more`)
  return 0
}

/** Draws one game, however old. Returns the exit code. */
export async function showGame(options: ViewOptions & { readonly game: Address }): Promise<number> {
  const { l1Url, addressesPath, json } = options
  const client = connectToL1(l1Url)
  const factory = readContractAddress(addressesPath, 'DisputeGameFactoryProxy')
  const { game, now } = await askL1(l1Url, async () => {
    const { number, timestamp } = await client.getBlock()
    const found = await findGame(client, factory, options.game, { blockNumber: number })
    return { game: found, now: timestamp }
  })
  if (game === undefined)
    throw new CommandError(
      `the factory knows no game ${options.game}: altlayer vital games lists them`,
    )
  if (json) console.log(JSON.stringify(toJson(game)))
  else for (const line of gameLines(game, now)) console.log(line)
  return 0
}

/**
 * The lines of a game: what it is about, then its claims as a tree. A claim that alone counters another stands below it
 * without being moved in: a dispute of 73 levels is a column, not a staircase.
 */
export function gameLines(game: GameView, now: bigint): readonly string[] {
  const challenged = game.l2BlockNumberChallenged ? ', block number challenged' : ''
  return [
    `game ${game.address}  ${painted(game.status, game.status)}`,
    `output root of L2 block ${game.l2BlockNumber}, from block ${game.startingBlockNumber}${challenged}`,
    ...aligned(treeRows(game, now)),
  ]
}

function treeRows(game: Game, now: bigint): readonly (readonly string[])[] {
  const below = new Map<number | undefined, Claim[]>()
  for (const claim of game.claims)
    below.set(claim.parentIndex, [...(below.get(claim.parentIndex) ?? []), claim])
  const rows: (readonly string[])[] = []
  // A stack, not recursion: a game can be as deep as it has claims.
  const open = (below.get(undefined) ?? []).map((claim) => ({ claim, first: '', rest: '' }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { claim, first, rest } = next
    rows.push(claimCells(game, claim, now, first))
    const children = below.get(claim.index) ?? []
    const [only] = children
    if (children.length === 1 && only !== undefined) {
      open.push({ claim: only, first: `${rest}↳ `, rest })
      continue
    }
    for (const [i, child] of children.toReversed().entries())
      open.push({
        claim: child,
        first: `${rest}${i === 0 ? '└─' : '├─'} `,
        rest: `${rest}${i === 0 ? '   ' : '│  '}`,
      })
  }
  return rows
}

function claimCells(game: Game, claim: Claim, now: bigint, prefix: string): readonly string[] {
  const depth = depthOf(claim.position)
  const about = depth <= game.rules.splitDepth ? 'output' : 'state'
  const parent = claim.parentIndex === undefined ? undefined : game.claims[claim.parentIndex]
  const isAttack = parent !== undefined && claim.position === parent.position << 1n
  const how =
    parent === undefined ? 'claims' : `${isAttack ? 'attacks' : 'defends'} #${parent.index}`
  return [
    `${prefix}#${claim.index} ${how}`,
    `${about} ${claim.value.slice(0, 10)}`,
    `depth ${depth}`,
    `${Number(formatEther(claim.bond)).toFixed(4)} ETH`,
    `by ${claim.claimant.slice(0, 8)}`,
    state(game, claim, now),
  ]
}

function state(game: Game, claim: Claim, now: bigint): string {
  if (claim.counteredBy !== undefined)
    return painted(`countered by ${claim.counteredBy.slice(0, 8)}`, 'challenger-wins')
  if (claim.resolved) return painted('stands', 'defender-wins')
  const used = challengerDuration(game, claim, now)
  return used === undefined
    ? 'time is up'
    : `${duration(game.rules.maxClockDuration - used)} to counter it`
}

const COLORS = {
  'in-progress': 'yellow',
  'challenger-wins': 'red',
  'defender-wins': 'green',
} as const satisfies Record<GameView['status'], string>

/** In the status' color, where standard output is a terminal that wants colors. */
function painted(text: string, status: GameView['status']): string {
  return styleText(COLORS[status], text, { stream: process.stdout })
}

/** Rows as lines whose columns begin below each other. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (text: string) => stripVTControlCharacters(text).length
  const widths: number[] = []
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell))
  return rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd(),
  )
}

/** Seconds as a person says them, in at most two units. */
function duration(seconds: bigint): string {
  const units = [
    [86_400n, 'd'],
    [3_600n, 'h'],
    [60n, 'min'],
    [1n, 's'],
  ] as const
  let left = seconds > 0n ? seconds : 0n
  const parts: string[] = []
  for (const [size, name] of units) {
    const count = left / size
    left %= size
    if (count > 0n) parts.push(`${count} ${name}`)
  }
  return parts.slice(0, 2).join(' ') || '0 s'
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
