import {
  EngineError,
  type EngineErrorCode,
  PoolError,
  ProgramError,
  TracerError,
} from '@altlayer/engine'
import { bytesToHex, decodeRevertReason, type Hex, MalformedInputError } from '@altlayer/protocol'
import type { Json } from './rollup.ts'

// Codes of JSON-RPC 2.0 (section 5.1), of EIP-1474, of geth, and of execution-apis.
export const PARSE_ERROR = -32700
export const INVALID_REQUEST = -32600
export const METHOD_NOT_FOUND = -32601
export const INVALID_PARAMS = -32602
export const INTERNAL_ERROR = -32603
/** The request was understood and could not be done; the message says why. */
export const SERVER_ERROR = -32000
/** geth: the answer to a batch became too large. */
export const RESPONSE_TOO_LARGE = -32003
/** EIP-1474: the request asks for more than the server allows. */
export const LIMIT_EXCEEDED = -32005
/** geth: execution reverted; `data` holds what it returned. */
export const EXECUTION_REVERTED = 3

/** An error that is answered as it is. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: Json | undefined

  constructor(code: number, message: string, data?: Json) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** A parameter, or a part of one, is not what the method takes. The dispatcher adds which one. */
export class ParamError extends Error {
  override readonly name = 'ParamError'
}

/** A failed execution as eth_call answers it: reverts with their data, halts with their reason. */
export function executionError(result: {
  readonly status: string
  readonly error?: string
  readonly returnData: Uint8Array
}): RpcError {
  if (result.status !== 'revert')
    return new RpcError(SERVER_ERROR, result.error ?? 'execution failed')
  return new RpcError(EXECUTION_REVERTED, revertMessage(result.returnData), revertData(result))
}

/** "execution reverted", with the reason when the data holds one. */
export function revertMessage(returnData: Uint8Array): string {
  const reason = decodeRevertReason(returnData)
  return reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
}

function revertData(result: { readonly returnData: Uint8Array }): Hex {
  return bytesToHex(result.returnData)
}

/**
 * What to answer for anything a method threw. Errors made for the reader keep their message;
 * anything else is our fault: its text goes to the log, not to the client.
 */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error
  if (error instanceof ParamError) return new RpcError(INVALID_PARAMS, error.message)
  if (error instanceof EngineError) {
    // Clients that retry look for geth's words.
    const prefix = error.code === 'unknownBlock' ? 'header not found: ' : ''
    return new RpcError(ENGINE_CODES[error.code] ?? SERVER_ERROR, `${prefix}${error.message}`)
  }
  if (EXPECTED.some((type) => error instanceof type))
    return new RpcError(SERVER_ERROR, (error as Error).message)
  return new RpcError(INTERNAL_ERROR, 'internal error')
}

/** Whether an error is a fault of the node, which its operator must hear of. */
export function isFault(error: unknown): boolean {
  return toRpcError(error).code === INTERNAL_ERROR
}

const ENGINE_CODES: Readonly<Partial<Record<EngineErrorCode, number>>> = {
  limit: LIMIT_EXCEEDED,
  busy: LIMIT_EXCEEDED,
  internal: INTERNAL_ERROR,
  store: INTERNAL_ERROR,
}

const EXPECTED = [PoolError, ProgramError, TracerError, MalformedInputError]
