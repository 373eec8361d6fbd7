/**
 * What went wrong in the engine.
 * - `unknownBlock`: a block reference names no block we have.
 * - `timeout`: the run took longer than it may.
 * - `limit`: the answer would be larger than asked for.
 * - `invalid`: the request contradicts the chain or itself.
 * - `busy`: more work is waiting than the engine accepts.
 * - `closed`: the engine was closed.
 * - `store`: the database cannot be used: another chain's, another schema's, damaged.
 * - `internal`: a fault of ours; the message says where.
 */
export type EngineErrorCode =
  | 'unknownBlock'
  | 'timeout'
  | 'limit'
  | 'invalid'
  | 'busy'
  | 'closed'
  | 'store'
  | 'internal'

export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Why the pool refuses a transaction; the messages are geth's, as clients match on them. */
export type PoolErrorCode =
  | 'malformed'
  | 'typeNotSupported'
  | 'oversized'
  | 'invalidSender'
  | 'chainId'
  | 'gasLimit'
  | 'intrinsicGas'
  | 'floorGas'
  | 'tipAboveFeeCap'
  | 'underpriced'
  | 'replacementUnderpriced'
  | 'alreadyKnown'
  | 'nonceTooLow'
  | 'nonceMax'
  | 'insufficientFunds'
  | 'initCodeSize'
  | 'emptyAuthorizations'
  | 'futureReplacesPending'
  | 'poolFull'
  | 'accountLimit'
  | 'delegationLimit'
  | 'authorityReserved'
  | 'senderNotEoa'
  | 'rejected'
  | 'closed'

export class PoolError extends Error {
  override readonly name = 'PoolError'
  readonly code: PoolErrorCode

  constructor(code: PoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
