import type { Address, Hash } from '@altlayer/protocol'
import { BlockNotFoundError, type PublicClient, zeroAddress } from 'viem'
import type { Claim, Game, GameRules, GameStatus } from '../game/types.ts'
import { FACTORY_ABI, GAME_ABI } from './abi.ts'

/** A game as the factory lists it. */
export interface GameListing {
  /** In the factory's list. */
  readonly index: number
  readonly address: Address
  /** Unix seconds. */
  readonly createdAt: bigint
}

/** A game and who began it. */
export interface GameView extends Game {
  readonly createdAt: bigint
  readonly creator: Address
}

/** Games as they stand at one L1 block. */
export interface Snapshot {
  readonly block: { readonly number: bigint; readonly hash: Hash; readonly timestamp: bigint }
  readonly games: readonly GameView[]
  /** The last snapshot's L1 block is no longer on L1's chain. */
  readonly reorganised: boolean
}

/** Reads a factory's games of one type from L1, and again only what changed. */
export interface GameReader {
  /** All games of the type, oldest first, as of the last snapshot. */
  listings(): readonly GameListing[]
  /**
   * The games that `wanted` accepts, at L1's newest block. Rejects when L1 does not answer, or was reorganised
   * meanwhile; then try again.
   */
  snapshot(wanted: (game: GameListing) => boolean): Promise<Snapshot>
}

/** L1 went to another chain while it was read. */
export class L1MovedError extends Error {
  override readonly name = 'L1MovedError'
}

const STATUSES: readonly GameStatus[] = ['in-progress', 'challenger-wins', 'defender-wins']
const NO_PARENT = 2 ** 32 - 1
const CLOCK_MASK = (1n << 64n) - 1n

/** Reads at a block. */
type Read = { readonly blockNumber: bigint }

/**
 * @param options.client Its transport should batch: a game is read in some dozens of calls.
 */
export function createGameReader(options: {
  readonly client: PublicClient
  readonly factory: Address
  readonly gameType: number
}): GameReader {
  const { client, factory, gameType } = options
  let listings: GameListing[] = []
  /** Games in the factory's list that were looked at, of any type. */
  let listed = 0
  let seen: { readonly number: bigint; readonly hash: Hash } | undefined
  const known = new Map<Address, GameView>()
  const rules = new Map<Address, Promise<GameRules>>()
  /** Since the last snapshot. */
  let reorganised = false

  /** Forgets all when L1's chain is no longer the one that was read. */
  async function checkChain(): Promise<void> {
    if (seen === undefined) return
    const block = await blockAt(seen.number)
    if (block?.hash === seen.hash) return
    listings = []
    listed = 0
    seen = undefined
    known.clear()
    rules.clear()
    reorganised = true
  }

  /** undefined when the chain is shorter now. */
  async function blockAt(blockNumber: bigint) {
    try {
      return await client.getBlock({ blockNumber })
    } catch (error) {
      if (error instanceof BlockNotFoundError) return undefined
      throw error
    }
  }

  async function list(at: Read): Promise<void> {
    const count = Number(
      await client.readContract({
        address: factory,
        abi: FACTORY_ABI,
        functionName: 'gameCount',
        ...at,
      }),
    )
    const added = await Promise.all(
      Array.from({ length: count - listed }, async (_, i) => {
        const [type, createdAt, address] = await client.readContract({
          address: factory,
          abi: FACTORY_ABI,
          functionName: 'gameAtIndex',
          args: [BigInt(listed + i)],
          ...at,
        })
        return { index: listed + i, type, createdAt, address: lower(address) }
      }),
    )
    listed = count
    for (const { type, ...listing } of added) if (type === gameType) listings.push(listing)
  }

  /** Which of the games said something since the last snapshot. */
  async function changed(games: readonly Address[], to: bigint): Promise<ReadonlySet<Address>> {
    if (seen === undefined || games.length === 0) return new Set(games)
    if (to <= seen.number) return new Set()
    const logs = await client.getLogs({
      address: [...games],
      fromBlock: seen.number + 1n,
      toBlock: to,
    })
    return new Set(logs.map(({ address }) => lower(address)))
  }

  function rulesOf(address: Address): Promise<GameRules> {
    const reading = rules.get(address) ?? readRules(client, address)
    rules.set(address, reading)
    reading.catch(() => rules.delete(address))
    return reading
  }

  return {
    listings: () => listings,
    async snapshot(wanted) {
      await checkChain()
      const block = await client.getBlock({ blockTag: 'latest' })
      const at = { blockNumber: block.number }
      await list(at)
      const chosen = listings.filter(wanted)
      const spoke = await changed(
        chosen.map(({ address }) => address).filter((address) => known.has(address)),
        block.number,
      )
      const games = await Promise.all(
        chosen.map(async ({ address }) => {
          const before = known.get(address)
          if (before !== undefined && !spoke.has(address)) return before
          return readGame(client, address, await rulesOf(address), at)
        }),
      )
      const again = await client.getBlock(at)
      if (again.hash !== block.hash) throw new L1MovedError(`L1 block ${block.number} was replaced`)
      // What others said since then is not looked at next time.
      known.clear()
      for (const game of games) known.set(game.address, game)
      seen = { number: block.number, hash: block.hash }
      const snapshot = { block: { ...seen, timestamp: block.timestamp }, games, reorganised }
      reorganised = false
      return snapshot
    },
  }
}

/** What a game's implementation fixes. */
export async function readRules(client: PublicClient, address: Address): Promise<GameRules> {
  const read = { address, abi: GAME_ABI } as const
  const [maxDepth, splitDepth, maxClockDuration, absolutePrestate] = await Promise.all([
    client.readContract({ ...read, functionName: 'maxGameDepth' }),
    client.readContract({ ...read, functionName: 'splitDepth' }),
    client.readContract({ ...read, functionName: 'maxClockDuration' }),
    client.readContract({ ...read, functionName: 'absolutePrestate' }),
  ])
  return {
    maxDepth: Number(maxDepth),
    splitDepth: Number(splitDepth),
    maxClockDuration,
    absolutePrestate,
  }
}

/** A whole game at a block. */
export async function readGame(
  client: PublicClient,
  address: Address,
  rules: GameRules,
  at: Read,
): Promise<GameView> {
  const read = { address, abi: GAME_ABI, ...at } as const
  const [status, createdAt, creator, l1Head, l2BlockNumber, starting, challenged, length] =
    await Promise.all([
      client.readContract({ ...read, functionName: 'status' }),
      client.readContract({ ...read, functionName: 'createdAt' }),
      client.readContract({ ...read, functionName: 'gameCreator' }),
      client.readContract({ ...read, functionName: 'l1Head' }),
      client.readContract({ ...read, functionName: 'l2BlockNumber' }),
      client.readContract({ ...read, functionName: 'startingOutputRoot' }),
      client.readContract({ ...read, functionName: 'l2BlockNumberChallenged' }),
      client.readContract({ ...read, functionName: 'claimDataLen' }),
    ])
  const claims = await Promise.all(
    Array.from({ length: Number(length) }, (_, index) => readClaim(client, address, index, at)),
  )
  return {
    address,
    rules,
    status: STATUSES[status] ?? 'in-progress',
    createdAt,
    creator: lower(creator),
    l1Head,
    l2BlockNumber,
    startingRoot: starting[0],
    startingBlockNumber: starting[1],
    l2BlockNumberChallenged: challenged,
    claims,
  }
}

async function readClaim(
  client: PublicClient,
  address: Address,
  index: number,
  at: Read,
): Promise<Claim> {
  const read = { address, abi: GAME_ABI, args: [BigInt(index)], ...at } as const
  const [data, resolved] = await Promise.all([
    client.readContract({ ...read, functionName: 'claimData' }),
    client.readContract({ ...read, functionName: 'resolvedSubgames' }),
  ])
  const [parentIndex, counteredBy, claimant, bond, value, position, clock] = data
  return {
    index,
    parentIndex: parentIndex === NO_PARENT ? undefined : parentIndex,
    counteredBy: counteredBy === zeroAddress ? undefined : lower(counteredBy),
    claimant: lower(claimant),
    bond,
    value,
    position,
    duration: clock >> 64n,
    timestamp: clock & CLOCK_MASK,
    resolved,
  }
}

function lower(address: Address): Address {
  return address.toLowerCase() as Address
}
