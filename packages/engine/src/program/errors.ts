import * as status from '@altlayer/program/shared/status.ts'
import type { Address, Hash } from '@altlayer/protocol'

/** `STATUS_*` of program/shared/status.ts without its prefix. */
export type ProgramErrorCode = {
  [K in keyof typeof status]: K extends `STATUS_${infer Name}` ? Name : never
}[keyof typeof status]

/** What a `ProgramError` knows beyond its code. Which fields are set depends on the code. */
export interface ProgramErrorContext {
  /** The amount, nonce or gas that was found; see program/shared/status.ts. */
  readonly have?: bigint
  /** What would have been needed or allowed. */
  readonly want?: bigint
  /** Sender of a rejected transaction, once recovered. */
  readonly sender?: Address
  /** What a missing or bad preimage is of: a keccak256 hash, or a typed preimage key. */
  readonly key?: Hash
  /** Whose state or code a missing or bad preimage belongs to, where that is known. */
  readonly account?: Address
  /** The storage slot that was read, when the preimage is of its trie. */
  readonly slot?: Hash
}

/**
 * The program ended with a status other than success. `message` is in geth's words where it has some.
 * After a host error (status below 50) the open block is lost: `abort` was done.
 */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
  readonly code: ProgramErrorCode
  /** The number behind `code`. */
  readonly status: number
  readonly context: ProgramErrorContext

  constructor(statusCode: number, context: ProgramErrorContext = {}) {
    const code = NAMES.get(statusCode) ?? 'BAD_INPUT'
    super(MESSAGES[code]?.(context) ?? code.toLowerCase().replaceAll('_', ' '))
    this.code = code
    this.status = statusCode
    this.context = context
  }
}

/** Whether `error` says that a transaction cannot be in the open block (which is unharmed). */
export function isRejection(error: unknown): error is ProgramError {
  return error instanceof ProgramError && error.status >= 100 && error.status < 150
}

const NAMES: ReadonlyMap<number, ProgramErrorCode> = new Map(
  Object.entries(status).map(([name, value]) => [
    value,
    name.slice('STATUS_'.length) as ProgramErrorCode,
  ]),
)

type Describe = (context: ProgramErrorContext) => string

const MESSAGES: Readonly<Partial<Record<ProgramErrorCode, Describe>>> = {
  MISSING_PREIMAGE: ({ key }) => `missing preimage of ${key}`,
  BAD_PREIMAGE: ({ key }) => `the host's preimage of ${key} does not hash to it`,
  MALFORMED_NODE: ({ key }) => `the preimage of ${key} is not a trie node`,
  ARENA_FULL: () => 'the block needs more memory than the program has',
  INTERRUPTED: () => 'execution aborted',
  BAD_INPUT: () => 'malformed input to the program',
  NOT_OPEN: () => 'no block is open',
  RESULT_FULL: () => 'the result is larger than the program can return',
  PREIMAGE_TOO_LARGE: ({ key }) => `the preimage of ${key} is too large`,
  BAD_PARENT: () => 'the parent header is not one that a block can follow',
  BAD_TIMESTAMP: (c) => `invalid timestamp: have ${c.have}, parent has ${c.want}`,
  BAD_GAS_LIMIT: (c) => `invalid gas limit: have ${c.have}, parent has ${c.want}`,
  BAD_ATTRIBUTES: (c) => `invalid payload attributes: ${ATTRIBUTES[Number(c.have)]}`,
  BAD_EIP1559_PARAMS: (c) =>
    `invalid EIP-1559 parameters: denominator ${c.have}, elasticity ${c.want}`,
  BAD_EXTRA_DATA: (c) => `extra data too long: ${c.have} bytes, at most ${c.want}`,
  SYSTEM_CALL_FAILED: () => 'a request predeploy has no code or failed',
  BAD_DEPOSIT_LOG: () => 'a log of the deposit contract is malformed',
  MALFORMED_HEADER: ({ key }) => `the preimage of block hash ${key} is not a header`,
  SEALED: () => 'the block is sealed',
  NOT_BUILDING: () => 'the block was opened for calls, not for building',
  UNSUPPORTED_FORK: (c) =>
    `a fork active since ${c.want} is not known to this version: timestamp ${c.have}`,
  TX_MALFORMED: () => 'malformed transaction',
  TX_TYPE: (c) => `transaction type not supported: ${c.have}`,
  TX_CHAIN_ID: (c) => `invalid chain id for signer: have ${c.have} want ${c.want}`,
  TX_SIGNATURE: () => 'invalid transaction v, r, s values',
  TX_NONCE_TOO_LOW: (c) => `nonce too low: next nonce ${c.want}, tx nonce ${c.have}`,
  TX_NONCE_TOO_HIGH: (c) => `nonce too high: next nonce ${c.want}, tx nonce ${c.have}`,
  TX_NONCE_MAX: () => 'nonce has max value',
  TX_SENDER_NOT_EOA: (c) => `sender not an eoa: address ${c.sender}`,
  TX_TIP_ABOVE_FEE_CAP: (c) =>
    `max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: ${c.have}, maxFeePerGas: ${c.want}`,
  TX_FEE_CAP_TOO_LOW: (c) =>
    `max fee per gas less than block base fee: address ${c.sender}, maxFeePerGas: ${c.have}, baseFee: ${c.want}`,
  TX_BLOB_FEE_CAP_TOO_LOW: (c) =>
    `max fee per blob gas less than block blob gas fee: address ${c.sender} blobGasFeeCap: ${c.have}, blobBaseFee: ${c.want}`,
  TX_BLOB_CREATE: () => 'blob transaction of type create',
  TX_NO_BLOBS: () => 'blob transaction missing blob hashes',
  TX_BLOB_HASH_VERSION: (c) => `blob ${c.have} has invalid hash version`,
  TX_BLOB_GAS_LIMIT: (c) => `blob gas limit reached: have ${c.want}, want ${c.have}`,
  TX_NO_AUTHORIZATIONS: (c) => `EIP-7702 transaction with empty auth list (sender ${c.sender})`,
  TX_SET_CODE_CREATE: (c) =>
    `EIP-7702 transaction cannot be used to create contract (sender ${c.sender})`,
  TX_INSUFFICIENT_FUNDS: (c) =>
    `insufficient funds for gas * price + value: address ${c.sender} have ${c.have} want ${c.want}`,
  TX_BLOCK_GAS_LIMIT: (c) =>
    `gas limit reached: block has ${c.have} left, transaction wants ${c.want}`,
  TX_INTRINSIC_GAS: (c) => `intrinsic gas too low: have ${c.have}, want ${c.want}`,
  TX_FLOOR_DATA_GAS: (c) =>
    `insufficient gas for floor data gas cost: have ${c.have}, want ${c.want}`,
  TX_INIT_CODE_SIZE: (c) => `max initcode size exceeded: code size ${c.have}, limit ${c.want}`,
  TX_INSUFFICIENT_FUNDS_FOR_TRANSFER: (c) =>
    `insufficient funds for transfer: address ${c.sender} have ${c.have} want ${c.want}`,
  CHANNELS_FULL: () => 'the open channels need more memory than the program has',
  BATCHES_FULL: () => 'the waiting batches need more memory than the program has',
  NEEDS_L1: (c) => `derivation needs L1 block ${c.have}`,
  NOT_DERIVING: () => 'derivation was not reset to a safe head',
  DERIVE_ORDER: () => 'the L1 block before is not used up, or a block is open',
  L1_REORG: (c) => `L1 block ${c.have} is not on the chain that was derived from`,
  BAD_L1_BLOCK: ({ key }) => `an L1 block's header, transactions or receipts are malformed: ${key}`,
  BAD_L2_BLOCK: (c) => `L2 block ${c.have} does not begin with L1 attributes`,
  BAD_DEPOSIT: (c) => `a deposit in L1 block ${c.have} is malformed`,
  BAD_SCALARS: (c) => `the gas scalars at L1 block ${c.have} have an unknown encoding`,
  SAFE_HEAD_MISMATCH: (c) =>
    `the safe head has L1 origin ${c.have}, the batches belong to ${c.want}`,
  L1_DATA_FULL: ({ key }) => `block ${key} holds more data than the program has room for`,
  NO_ATTRIBUTES: () => 'no attributes were given that could be invalid',
  BAD_BOOT: (c) => `local preimage ${c.have} or the configuration it names is malformed`,
  BAD_OUTPUT: ({ key }) => `the preimage of output root ${key} is not a block of this chain`,
  DEPOSITS_INVALID: () => 'a block of deposits only cannot be invalid',
}

// `have` of BAD_ATTRIBUTES, as numbered in program/src/block/open.ts.
const ATTRIBUTES: Readonly<Record<number, string>> = {
  1: 'the fork demands parentBeaconBlockRoot',
  2: 'the fork has no parentBeaconBlockRoot',
  3: 'the fork has no withdrawals',
  4: 'withdrawals must be empty on an OP Stack chain',
  5: 'the fork demands eip1559Params',
  6: 'the fork has no eip1559Params',
  7: 'extraData is derived on an OP Stack chain',
}
