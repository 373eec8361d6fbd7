import type { Address, Hash, Hex } from '@altlayer/protocol'
import type { Position } from './position.ts'

export type GameStatus = 'in-progress' | 'challenger-wins' | 'defender-wins'

/** A claim as it stands in the contract. */
export interface Claim {
  readonly index: number
  /** Undefined for the root claim. */
  readonly parentIndex: number | undefined
  /** Who gets the bond, if not the claimant: known for a claim that was stepped on, or settled. */
  readonly counteredBy: Address | undefined
  readonly claimant: Address
  /** Wei. */
  readonly bond: bigint
  readonly value: Hash
  readonly position: Position
  /** Seconds that the claimant's side had used up. */
  readonly duration: bigint
  /** Unix seconds when it was made. */
  readonly timestamp: bigint
  /** Whether its subgame is settled. */
  readonly resolved: boolean
}

/** What a game's implementation fixes. */
export interface GameRules {
  readonly maxDepth: number
  readonly splitDepth: number
  /** Seconds. */
  readonly maxClockDuration: bigint
  readonly absolutePrestate: Hash
}

/** All of a game that a decision depends on; read from L1 alone. */
export interface Game {
  readonly address: Address
  readonly rules: GameRules
  readonly status: GameStatus
  readonly l1Head: Hash
  /** The block that the root claim is about. */
  readonly l2BlockNumber: bigint
  readonly startingBlockNumber: bigint
  readonly startingRoot: Hash
  readonly l2BlockNumberChallenged: boolean
  /** In the order in which they were made; the first is the root. */
  readonly claims: readonly Claim[]
}

/** The two output roots that a trace stands between. */
export interface TraceContext {
  readonly starting: Hash
  readonly startingBlockNumber: bigint
  readonly disputed: Hash
  /** The block that `disputed` is about: at most the game's. */
  readonly disputedBlockNumber: bigint
}

/** Shows that the root claim's block has another number than the game says. */
export interface BlockNumberChallenge {
  readonly version: Hash
  readonly stateRoot: Hash
  readonly messagePasserStorageRoot: Hash
  readonly latestBlockhash: Hash
  /** RLP of the header whose hash is `latestBlockhash`. */
  readonly header: Hex
}

/** The truth, as far as a game asks for it. All answers follow from L1 up to the game's L1 head. */
export interface TruthProvider {
  /** Output root of a block, or of the last block that L1 holds if that is earlier. */
  output(blockNumber: bigint): Promise<Hash>
  /** Hash of the machine's state after `steps` instructions, or after its last; status in the first byte. */
  state(context: TraceContext, steps: bigint): Promise<Hash>
  /** Defined when the root claim is the true output root of another block than it says. */
  blockNumberChallenge(): Promise<BlockNumberChallenge | undefined>
}

export type Action =
  | {
      readonly kind: 'move'
      readonly parentIndex: number
      /** The claim moved against, which the contract compares. */
      readonly disputed: Hash
      readonly isAttack: boolean
      readonly value: Hash
      readonly position: Position
    }
  | {
      readonly kind: 'step'
      readonly claimIndex: number
      readonly isAttack: boolean
      readonly context: TraceContext
      /** Instructions before the one that is executed. */
      readonly steps: bigint
    }
  | { readonly kind: 'challenge-block-number'; readonly challenge: BlockNumberChallenge }
