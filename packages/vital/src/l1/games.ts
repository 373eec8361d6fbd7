import { type Address, type Hash, lowerCaseAddress } from '@altlayer/protocol'
import { BaseError, BlockNotFoundError, type PublicClient, zeroAddress } from 'viem'
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
  /** Games of the type within the window, oldest first, as of the last snapshot. */
  listings(): readonly GameListing[]
  /**
   * The games that `wanted` accepts, at L1's newest block. Rejects when L1 does not answer, or was reorganised
   * meanwhile; then try again.
   */
  snapshot(wanted: (game: GameListing) => boolean): Promise<Snapshot>
}

export interface GameReaderOptions {
  /** Its transport should batch: a game is read in some dozens of calls. */
  readonly client: PublicClient
  readonly factory: Address
  readonly gameType: number
  /** Games are at most this old, seconds of L1; what is older is not even listed. Default: all. */
  readonly window?: bigint
  /** Only so many games, the newest. Default: all. */
  readonly limit?: number
  /**
   * Leave out games that are resolved and owe this account nothing: of thousands of games a first look then reads few
   * as a whole. Default: leave none out.
   */
  readonly account?: Address
}

/** L1 went to another chain while it was read. */
export class L1MovedError extends Error {
  override readonly name = 'L1MovedError'
}

const STATUSES: readonly GameStatus[] = ['in-progress', 'challenger-wins', 'defender-wins']
const NO_PARENT = 2 ** 32 - 1
const CLOCK_MASK = (1n << 64n) - 1n
/** Games, or claims of one, that are asked for at a time: what waits for L1 stays bounded however many there are. */
const PAGE = 200
/**
 * L1 blocks whose logs are asked for at most: endpoints refuse wider ranges. After a longer sleep each game is read
 * again, which takes no more than a restart.
 */
const LOG_BLOCKS = 1_000n

/** Reads at a block. */
type Read = { readonly blockNumber: bigint }

export function createGameReader(options: GameReaderOptions): GameReader {
  const { client, factory, gameType, window, limit = Number.POSITIVE_INFINITY, account } = options
  let listings: readonly GameListing[] = []
  /** Games in the factory's list that were looked at, of any type. */
  let listed = 0
  let seen: { readonly number: bigint; readonly hash: Hash } | undefined
  const known = new Map<Address, GameView>()
  const rules = new Map<Address, Promise<GameRules>>()
  /** Games that are resolved and owe `account` nothing: neither changes any more. */
  const over = new Set<Address>()
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
    for (const memory of [known, rules, over]) memory.clear()
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

  /**
   * Games that the factory lists and that were not listed yet, from the newest back to the first that is too old or one
   * too many.
   */
  async function listMore(count: number, oldest: bigint, at: Read): Promise<GameListing[]> {
    const pages: GameListing[][] = []
    let found = 0
    for (let end = count; end > listed && found < limit; end -= PAGE) {
      const begin = Math.max(listed, end - PAGE)
      const page = await Promise.all(
        Array.from({ length: end - begin }, async (_, i) => {
          const index = begin + i
          const [type, createdAt, address] = await client.readContract({
            address: factory,
            abi: FACTORY_ABI,
            functionName: 'gameAtIndex',
            args: [BigInt(index)],
            ...at,
          })
          return { index, type, createdAt, address: lowerCaseAddress(address) }
        }),
      )
      const ofType = page
        .filter(({ type }) => type === gameType)
        .map(({ index, createdAt, address }) => ({ index, createdAt, address }))
      pages.unshift(ofType)
      found += ofType.length
      // The factory lists games in the order of their times.
      if ((page[0]?.createdAt ?? 0n) < oldest) break
    }
    return pages.flat()
  }

  async function isOver(address: Address, of: Address, at: Read): Promise<boolean> {
    const read = { address, abi: GAME_ABI, ...at } as const
    const [status, credit] = await Promise.all([
      client.readContract({ ...read, functionName: 'status' }),
      client.readContract({ ...read, functionName: 'credit', args: [of] }),
    ])
    return STATUSES[status] !== 'in-progress' && credit === 0n
  }

  /** undefined for one that is over. */
  async function read(address: Address, at: Read): Promise<GameView | undefined> {
    if (account !== undefined && (await isOver(address, account, at))) return undefined
    return readGame(client, address, await rulesOf(address), at)
  }

  /** Which of the games said something since the last snapshot. */
  async function changed(games: readonly Address[], to: bigint): Promise<ReadonlySet<Address>> {
    if (seen === undefined || games.length === 0) return new Set(games)
    if (to <= seen.number) return new Set()
    if (to - seen.number > LOG_BLOCKS) return new Set(games)
    const fromBlock = seen.number + 1n
    const spoke = new Set<Address>()
    for (const address of pagesOf(games)) {
      const logs = await client.getLogs({ address, fromBlock, toBlock: to })
      for (const log of logs) spoke.add(lowerCaseAddress(log.address))
    }
    return spoke
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
      const gameCount = { address: factory, abi: FACTORY_ABI, functionName: 'gameCount' } as const
      const count = Number(await client.readContract({ ...gameCount, ...at }))
      const oldest = window === undefined ? 0n : block.timestamp - window
      const all = [...listings, ...(await listMore(count, oldest, at))]
        .filter(({ createdAt }) => createdAt >= oldest)
        .slice(-limit)
      const chosen = all.filter((listing) => !over.has(listing.address) && wanted(listing))
      const spoke = await changed(
        chosen.map(({ address }) => address).filter((address) => known.has(address)),
        block.number,
      )
      const games: GameView[] = []
      const ended: Address[] = []
      for (const page of pagesOf(chosen)) {
        const reading = page.map(async ({ address }) => {
          const before = spoke.has(address) ? undefined : known.get(address)
          return { address, game: before ?? (await read(address, at)) }
        })
        for (const { address, game } of await Promise.all(reading))
          if (game === undefined) ended.push(address)
          else games.push(game)
      }
      // Before anything is kept: the next look begins from what is on L1's chain.
      const again = await client.getBlock(at)
      if (again.hash !== block.hash) throw new L1MovedError(`L1 block ${block.number} was replaced`)
      listings = all
      listed = count
      for (const address of ended) over.add(address)
      // What others said since then is not looked at next time.
      known.clear()
      for (const game of games) known.set(game.address, game)
      for (const address of rules.keys()) if (!known.has(address)) rules.delete(address)
      seen = { number: block.number, hash: block.hash }
      const snapshot = { block: { ...seen, timestamp: block.timestamp }, games, reorganised }
      reorganised = false
      return snapshot
    },
  }
}

/** The game at an address; undefined where none is that the factory made. */
export async function findGame(
  client: PublicClient,
  factory: Address,
  address: Address,
  at: Read,
): Promise<GameView | undefined> {
  const read = { address, abi: GAME_ABI, ...at } as const
  const data = await client.readContract({ ...read, functionName: 'gameData' }).catch((error) => {
    // No code there, or none that answers as a game does.
    if (error instanceof BaseError && error.walk(isNoAnswer) !== null) return undefined
    throw error
  })
  if (data === undefined) return undefined
  const listed = { address: factory, abi: FACTORY_ABI, functionName: 'games', args: data } as const
  const [made] = await client.readContract({ ...listed, ...at })
  if (lowerCaseAddress(made) !== lowerCaseAddress(address)) return undefined
  return readGame(client, address, await readRules(client, address), at)
}

function pagesOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / PAGE) }, (_, page) =>
    items.slice(page * PAGE, (page + 1) * PAGE),
  )
}

/** What viem makes of an address without code, of a call that reverts, and of what does not decode. */
const NO_ANSWERS: readonly string[] = [
  'ContractFunctionZeroDataError',
  'ContractFunctionRevertedError',
  'AbiDecodingDataSizeTooSmallError',
  'IntegerOutOfRangeError',
  'PositionOutOfBoundsError',
]

function isNoAnswer(cause: unknown): boolean {
  return cause instanceof Error && NO_ANSWERS.includes(cause.name)
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
  const claims: Claim[] = []
  for (const page of pagesOf(Array.from({ length: Number(length) }, (_, index) => index)))
    claims.push(...(await Promise.all(page.map((index) => readClaim(client, address, index, at)))))
  return {
    address,
    rules,
    status: STATUSES[status] ?? 'in-progress',
    createdAt,
    creator: lowerCaseAddress(creator),
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
    counteredBy: counteredBy === zeroAddress ? undefined : lowerCaseAddress(counteredBy),
    claimant: lowerCaseAddress(claimant),
    bond,
    value,
    position,
    duration: clock >> 64n,
    timestamp: clock & CLOCK_MASK,
    resolved,
  }
}
