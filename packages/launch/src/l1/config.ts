import type { Address, Hash } from '@altlayer/protocol'
import type { Roles } from '../api.ts'

/** Game type of VITAL's dispute game: "VITA" in ASCII, far from the types that the OP Stack numbers. */
export const VITAL_GAME_TYPE = 0x56495441

/** What the deployment on L1 is made of. Delays in seconds. */
export interface DeployConfig {
  readonly l1ChainId: number
  readonly l2ChainId: number
  /** Pays, and owns everything until ownership moves to `roles.owner` as the last steps. */
  readonly deployer: Address
  readonly roles: Roles
  /** Tells apart rollups that one deployer makes with one chain id. */
  readonly salt: Hash
  /** Gas limit of an L2 block: 21 000 000 (deposits need it) to 200 000 000 (SystemConfig's maximum). */
  readonly l2GasLimit: bigint
  /** Weights in the L1 data fee, times 1e6. */
  readonly baseFeeScalar: number
  readonly blobBaseFeeScalar: number
  /** From a withdrawal's proof to its finalization. */
  readonly proofMaturityDelay: bigint
  /** From a game's resolution until withdrawals proven against it finalize. */
  readonly disputeGameFinalityDelay: bigint
  /** From the end of a game until its bonds can be taken. */
  readonly bondDelay: bigint
  /** The dispute game that the portal respects. */
  readonly gameType: number
  /** Depth of claims about one instruction, and of those about one L2 block. */
  readonly maxGameDepth: number
  readonly splitDepth: number
  /** Time that each side has for all its moves, and at least for its next one. */
  readonly maxClockDuration: bigint
  readonly clockExtension: bigint
  /** Wei that a proposal is bonded with. */
  readonly initBond: bigint
}

/** OP Mainnet's weights. */
export const DEFAULT_SCALARS = { baseFeeScalar: 1_368, blobBaseFeeScalar: 810_949 } as const

/** SystemConfig's maximum: a rollup of one's own has no neighbours to be gentle with. */
export const DEFAULT_L2_GAS_LIMIT = 200_000_000n

const DAY = 86_400n
const HOUR = 3_600n

/** The OP Stack's on Ethereum mainnet: 2^30 blocks, 2^42 instructions a block. */
export const DEFAULT_GAME = {
  maxGameDepth: 73,
  splitDepth: 30,
  initBond: 80_000_000_000_000_000n,
} as const

/** The OP Stack's delays on Ethereum mainnet. */
export const PUBLIC_DELAYS = {
  proofMaturityDelay: 7n * DAY,
  disputeGameFinalityDelay: (7n * DAY) / 2n,
  bondDelay: 7n * DAY,
  maxClockDuration: (7n * DAY) / 2n,
  clockExtension: 3n * HOUR,
} as const

/** Short enough to watch a withdrawal settle. */
export const LOCAL_DELAYS = {
  proofMaturityDelay: 12n,
  disputeGameFinalityDelay: 6n,
  bondDelay: 12n,
  maxClockDuration: 60n,
  clockExtension: 20n,
} as const
