import { type Hash, keccak256Hex } from '@altlayer/protocol'
import type { TraceContext, TruthProvider } from '../../src/game/types.ts'

export interface LieOptions {
  readonly truth: TruthProvider
  /** The first L2 block whose output root is a lie. */
  readonly fromBlock: bigint
  /** The first step at which the machine's state is a lie; those before are true. */
  readonly fromStep: bigint
  /** Instructions that the claim about a whole trace is about: it says how the program ended. */
  readonly wholeTrace: bigint
}

/** The world as a liar has it: true up to a point. Who plays honestly by it is the best liar there is. */
export function lyingTruth(options: LieOptions): TruthProvider {
  const { truth, fromBlock, fromStep, wholeTrace } = options
  return {
    output: async (number) =>
      number < fromBlock ? truth.output(number) : lieAbout(`output ${number}`),
    async state(context: TraceContext, steps) {
      if (steps < fromStep) return truth.state(context, steps)
      // The program finds valid what the liar claimed, and invalid what others did; the game takes no other word.
      const own = context.disputed === lieAbout(`output ${context.disputedBlockNumber}`)
      const status = steps !== wholeTrace ? '03' : own ? '00' : '01'
      return `0x${status}${lieAbout(`state ${steps}`).slice(4)}`
    },
    blockNumberChallenge: async () => undefined,
  }
}

export function lieAbout(what: string): Hash {
  return keccak256Hex(new TextEncoder().encode(what))
}
