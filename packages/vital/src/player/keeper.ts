import type { Address } from '@altlayer/protocol'
import type { Logger } from 'pino'
import { encodeFunctionData, type PublicClient } from 'viem'
import { isResolvable, resolvableClaims } from '../game/resolution.ts'
import type { Claim, Game, GameStatus } from '../game/types.ts'
import { DELAYED_WETH_ABI, GAME_ABI, VM_ABI } from '../l1/abi.ts'
import { type Call, CallRefusedError, type Sender } from '../l1/sender.ts'

/** What a keeper did. */
export type KeeperEvent =
  | { readonly kind: 'resolved-claims'; readonly game: Address; readonly claims: number }
  | { readonly kind: 'resolved'; readonly game: Address; readonly status: GameStatus }
  | { readonly kind: 'credit'; readonly game: Address; readonly amount: bigint }

/** Ends games and takes bonds back: what needs no judgement. Methods reject with what the client throws. */
export interface Keeper {
  /**
   * Settles the claims that nobody can counter any more, and the game if the root is among them.
   * @param now Unix seconds of L1.
   */
  settle(game: Game, now: bigint): Promise<void>
  /** Takes what the account won, once DelayedWETH lets it go. */
  collect(game: Game, now: bigint): Promise<void>
  contracts(game: Address): Promise<GameContracts>
}

/** The contracts that a game works with. */
export interface GameContracts {
  readonly oracle: Address
  readonly weth: Address
  /** Seconds until unlocked bonds can be taken. */
  readonly delay: bigint
}

/** Gas of `resolveClaim`: of itself, and of each claim that counters the one. */
const RESOLVE_GAS = 250_000n
const RESOLVE_GAS_OF_CHILD = 12_000n
/** Children that one transaction looks at. */
const CHILDREN_AT_A_TIME = 512
/** Gas of `resolve`, which tells the anchor state registry. */
const RESOLVE_GAME_GAS = 300_000n

export function createKeeper(options: {
  readonly client: PublicClient
  readonly sender: Sender
  readonly logger: Logger
  readonly onEvent: (event: KeeperEvent) => void
}): Keeper {
  const { client, sender, logger, onEvent } = options
  const known = new Map<Address, Promise<GameContracts>>()

  function contracts(game: Address): Promise<GameContracts> {
    const reading = known.get(game) ?? readContracts(client, game)
    known.set(game, reading)
    reading.catch(() => known.delete(game))
    return reading
  }

  /** Sends them in order, so that each makes the next possible; how many were refused. */
  async function sendAll(calls: readonly Call[]): Promise<number> {
    const results = await Promise.allSettled(calls.map((call) => sender.send(call)))
    let refused = 0
    for (const result of results) {
      if (result.status === 'fulfilled') continue
      // Somebody else was first, or L1 is not where it was: the next look decides anew.
      if (!(result.reason instanceof CallRefusedError)) throw result.reason
      refused++
    }
    return refused
  }

  return {
    contracts,
    async settle(game, now) {
      const claims = resolvableClaims(game, now)
      const ends = isResolvable(game, claims)
      const calls = claims.flatMap((claim) => resolveCalls(game, claim))
      const data = encodeFunctionData({ abi: GAME_ABI, functionName: 'resolve' })
      if (ends) calls.push({ to: game.address, data, gas: RESOLVE_GAME_GAS })
      if (calls.length === 0) return
      const refused = await sendAll(calls)
      if (claims.length > 0) {
        onEvent({ kind: 'resolved-claims', game: game.address, claims: claims.length })
        logger.info({ game: game.address, claims: claims.length, refused }, 'claims settled')
      }
      if (!ends) return
      const read = { address: game.address, abi: GAME_ABI, functionName: 'status' } as const
      const code = await client.readContract(read)
      if (code === 0) return
      const status = code === 1 ? 'challenger-wins' : 'defender-wins'
      onEvent({ kind: 'resolved', game: game.address, status })
      logger.info({ game: game.address, status }, 'game resolved')
    },
    async collect(game, now) {
      const { weth, delay } = await contracts(game.address)
      const args = [sender.address] as const
      const read = { address: game.address, abi: GAME_ABI, functionName: 'credit' } as const
      const amount = await client.readContract({ ...read, args })
      if (amount === 0n) return
      const [, unlocked] = await client.readContract({
        address: weth,
        abi: DELAYED_WETH_ABI,
        functionName: 'withdrawals',
        args: [game.address, sender.address],
      })
      if (unlocked + delay >= now) return
      const data = encodeFunctionData({ abi: GAME_ABI, functionName: 'claimCredit', args })
      if ((await sendAll([{ to: game.address, data }])) > 0) return
      onEvent({ kind: 'credit', game: game.address, amount })
      logger.info({ game: game.address, wei: String(amount) }, 'bonds taken back')
    },
  }
}

async function readContracts(client: PublicClient, game: Address): Promise<GameContracts> {
  const read = { address: game, abi: GAME_ABI } as const
  const [vm, weth] = await Promise.all([
    client.readContract({ ...read, functionName: 'vm' }),
    client.readContract({ ...read, functionName: 'weth' }),
  ])
  const [oracle, delay] = await Promise.all([
    client.readContract({ address: vm, abi: VM_ABI, functionName: 'oracle' }),
    client.readContract({ address: weth, abi: DELAYED_WETH_ABI, functionName: 'delay' }),
  ])
  return { oracle, weth, delay }
}

function resolveCalls(game: Game, claim: Claim): readonly Call[] {
  const children = game.claims.filter(({ parentIndex }) => parentIndex === claim.index).length
  const times = Math.max(1, Math.ceil(children / CHILDREN_AT_A_TIME))
  const limit = times === 1 ? 0n : BigInt(CHILDREN_AT_A_TIME)
  const each = BigInt(Math.min(children, CHILDREN_AT_A_TIME))
  const data = encodeFunctionData({
    abi: GAME_ABI,
    functionName: 'resolveClaim',
    args: [BigInt(claim.index), limit],
  })
  const call = { to: game.address, data, gas: RESOLVE_GAS + each * RESOLVE_GAS_OF_CHILD }
  return Array.from({ length: times }, () => call)
}
