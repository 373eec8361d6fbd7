import { bytesToHex, decodeRevertReason, type Hex } from '@altlayer/protocol'
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
  const { name, message, code } = describeError(error)
  if (!EXPECTED.has(name)) return new RpcError(INTERNAL_ERROR, 'internal error')
  return new RpcError(CODES.get(`${name}.${code}`) ?? SERVER_ERROR, message)
}

/** Whether an error is a fault of the node, which its operator must hear of. */
export function isFault(error: unknown): boolean {
  return toRpcError(error).code === INTERNAL_ERROR
}

// By name, not by class: an error that comes from a worker thread has lost its class on the way.
const EXPECTED: ReadonlySet<string> = new Set([
  'EngineError',
  'PoolError',
  'ProgramError',
  'TracerError',
  'MalformedInputError',
  'RollupError',
])

const CODES: ReadonlyMap<string, number> = new Map([
  ['EngineError.limit', LIMIT_EXCEEDED],
  ['EngineError.busy', LIMIT_EXCEEDED],
  ['EngineError.internal', INTERNAL_ERROR],
  ['EngineError.store', INTERNAL_ERROR],
])

function describeError(error: unknown): { name: string; message: string; code: string } {
  if (typeof error !== 'object' || error === null) return { name: '', message: '', code: '' }
  const { name, message, code } = error as { name?: unknown; message?: unknown; code?: unknown }
  return { name: String(name), message: String(message), code: String(code) }
}
