import type { Hash } from '@altlayer/protocol'
import type { Game, TraceContext } from '../game/types.ts'
import { type Output, type RollupClient, RollupRpcError } from '../rollup/client.ts'
import type { TraceClaim } from '../traces/trace-worker.ts'
import type { Traces } from '../traces/traces.ts'
import type { PlayerTruth } from './perform.ts'

/** What is true in a game: output roots from the rollup's node, traces from runs of the program. */
export interface TruthSource {
  of(game: Game): PlayerTruth
}

/**
 * The rollup's node cannot say yet what follows from the L1 block at which a game begins. Nothing is wrong and nothing
 * to be done, unless it stays so. The message is the same for as long as the reason is.
 */
export class RollupBehindError extends Error {
  override readonly name = 'RollupBehindError'
}

/** Games whose answers are remembered. */
const REMEMBERED = 256

/**
 * @param options.l1Number Number of an L1 block, which must be on L1's chain.
 */
export function createTruthSource(options: {
  readonly rollup: RollupClient
  readonly traces: Traces
  readonly l1Number: (hash: Hash) => Promise<bigint>
}): TruthSource {
  const { rollup, traces, l1Number } = options
  const truths = new Map<string, PlayerTruth>()

  /** Number of the block that was safe once an L1 block had been read. */
  async function safeAt(l1Head: Hash): Promise<bigint> {
    const number = await l1Number(l1Head)
    const safe = await rollup.safeHeadAtL1Block(number).catch(async (error) => {
      if (!(error instanceof RollupRpcError)) throw error
      const { currentL1 } = await rollup.syncStatus()
      if (currentL1 >= number) throw error
      throw new RollupBehindError(`the rollup's node has yet to read L1 up to block ${number}`)
    })
    // A move cannot be taken back: what follows from another L1 is no reason for one.
    if (safe.l1.number === number && safe.l1.hash !== l1Head)
      throw new RollupBehindError(
        `the rollup's node has read another L1 block ${number} than the game's, ${l1Head}`,
      )
    return safe.number
  }

  function create(game: Game): PlayerTruth {
    const outputs = new Map<bigint, Promise<Output>>()
    /** By trace and steps: a game is looked at again and again, and few claims are new. */
    const states = new Map<string, Promise<Hash>>()
    let last: Promise<bigint> | undefined

    /** The last block that follows from L1 up to the game's L1 head. */
    function lastBlock(): Promise<bigint> {
      last ??= safeAt(game.l1Head)
      last.catch(() => {
        last = undefined
      })
      return last
    }

    async function upToLast(number: bigint): Promise<bigint> {
      const newest = await lastBlock()
      return newest < number ? newest : number
    }

    async function outputAt(number: bigint): Promise<Output> {
      const block = await upToLast(number)
      const found = outputs.get(block) ?? rollup.outputAtBlock(block)
      outputs.set(block, found)
      found.catch(() => outputs.delete(block))
      return found
    }

    async function claimOf(context: TraceContext): Promise<TraceClaim> {
      const agreedNumber = await upToLast(context.startingBlockNumber)
      return {
        l1Head: game.l1Head,
        agreedOutput: context.starting,
        agreedNumber,
        claimedOutput: context.disputed,
        claimedNumber: context.disputedBlockNumber,
      }
    }

    return {
      output: async (number) => (await outputAt(number)).outputRoot,
      state(context, steps) {
        const { starting, disputed, disputedBlockNumber } = context
        const name = `${starting} ${disputed} ${disputedBlockNumber} ${steps}`
        const found =
          states.get(name) ?? claimOf(context).then((claim) => traces.stateHash(claim, steps))
        states.set(name, found)
        found.catch(() => states.delete(name))
        return found
      },
      witness: async (context, steps) => traces.witness(await claimOf(context), steps),
      async blockNumberChallenge() {
        const newest = await lastBlock()
        if (game.l2BlockNumber <= newest) return undefined
        const { version, stateRoot, withdrawalStorageRoot, blockHash, outputRoot } =
          await outputAt(newest)
        if (outputRoot !== game.claims[0]?.value) return undefined
        return {
          version,
          stateRoot,
          messagePasserStorageRoot: withdrawalStorageRoot,
          latestBlockhash: blockHash,
          header: await rollup.rawHeader(blockHash),
        }
      },
    }
  }

  return {
    of(game) {
      // After a reorganisation a game at the same address can have another L1 head.
      const name = `${game.address} ${game.l1Head}`
      const truth = truths.get(name) ?? create(game)
      truths.delete(name)
      truths.set(name, truth)
      for (const oldest of truths.keys()) {
        if (truths.size <= REMEMBERED) break
        truths.delete(oldest)
      }
      return truth
    },
  }
}
