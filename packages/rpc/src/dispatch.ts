import { isAscii, isUtf8 } from 'node:buffer'
import { JsonText } from '@altlayer/engine'
import {
  INVALID_REQUEST,
  isFault,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  RESPONSE_TOO_LARGE,
  RpcError,
  toRpcError,
} from './errors.ts'
import type { Limits } from './limits.ts'
import type { Logger } from './logger.ts'
import { type Caller, type Method, parseParams } from './method.ts'

// JSON-RPC 2.0 without its transport: bytes in, text out. One JSON.parse per body; the answer's frame
// is concatenated, only the result is serialised.

/** An answer with a result that was JSON already: it is not copied into one text. */
export interface LongAnswer {
  readonly before: string
  /** UTF-8. */
  readonly json: Uint8Array
  readonly after: string
}

export type Answer = string | LongAnswer

export interface Dispatcher {
  /** The answer to a body; '' when there is none to give (notifications only). Never rejects. */
  handle(body: Uint8Array, caller: Caller): Answer | Promise<Answer>
}

interface Request {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: unknown
}

export function createDispatcher(
  methods: ReadonlyMap<string, Method>,
  limits: Limits,
  logger: Logger,
): Dispatcher {
  function handle(body: Uint8Array, caller: Caller): Answer | Promise<Answer> {
    let parsed: unknown
    let ids: readonly (string | undefined)[]
    try {
      parsed = parseBody(body)
      ids = exactIds(parsed, body)
    } catch (error) {
      return errorText('null', new RpcError(PARSE_ERROR, parseErrorMessage(error)))
    }
    if (Array.isArray(parsed)) return handleBatch(parsed, ids, caller)
    return handleOne(parsed, ids[0] as string | undefined, caller)
  }

  /** Answers one request; `id` is its id as JSON, undefined for a notification. */
  function handleOne(
    request: unknown,
    id: string | undefined,
    caller: Caller,
  ): Answer | Promise<Answer> {
    if (!isRequest(request))
      return errorText(id ?? 'null', new RpcError(INVALID_REQUEST, 'invalid request'))
    const { method: name, params } = request
    const method = methods.get(name)
    let result: unknown
    try {
      if (method === undefined)
        throw new RpcError(
          METHOD_NOT_FOUND,
          `the method ${name.slice(0, 100)} does not exist/is not available`,
        )
      result = method.call(parseParams(method, params), caller)
    } catch (error) {
      return id === undefined ? '' : failure(name, id, error)
    }
    if (!(result instanceof Promise)) return id === undefined ? '' : success(name, id, result)
    return result.then(
      (value) => (id === undefined ? '' : success(name, id, value)),
      (error: unknown) => (id === undefined ? '' : failure(name, id, error)),
    )
  }

  /**
   * Requests of a batch start in order. A run of calls of one method overlaps; another method waits for
   * those before it, so that reading after writing sees what was written.
   */
  async function handleBatch(
    requests: readonly unknown[],
    ids: readonly (string | undefined)[],
    caller: Caller,
  ): Promise<string> {
    if (requests.length === 0)
      return errorText('null', new RpcError(INVALID_REQUEST, 'empty batch'))
    if (requests.length > limits.batchItems) {
      const id = ids.find((one) => one !== undefined) ?? 'null'
      return errorText(
        id,
        new RpcError(
          INVALID_REQUEST,
          `batch too large: ${requests.length} requests, at most ${limits.batchItems} are allowed`,
        ),
      )
    }
    const answers: string[] = []
    let size = 0
    for (let start = 0; start < requests.length; ) {
      const end = endOfRun(requests, start)
      const running: (Answer | Promise<Answer>)[] = []
      for (let i = start; i < end; i++) {
        if (size > limits.batchResponseSize) running.push(tooLarge(ids[i]))
        else running.push(handleOne(requests[i], ids[i], caller))
      }
      for (const [i, answer] of (await Promise.all(running)).entries()) {
        if (answer === '') continue
        const text = shortAnswer(answer, ids[start + i], limits.batchResponseSize)
        answers.push(text)
        size += text.length
      }
      start = end
    }
    return answers.length === 0 ? '' : `[${answers.join(',')}]`
  }

  function endOfRun(requests: readonly unknown[], start: number): number {
    const name = methodName(requests[start])
    const overlap = methods.get(name)?.overlap ?? 1
    let end = start + 1
    while (end < requests.length && end - start < overlap && methodName(requests[end]) === name)
      end++
    return end
  }

  function success(method: string, id: string, result: unknown): Answer {
    try {
      if (result instanceof JsonText)
        return { before: `{"jsonrpc":"2.0","id":${id},"result":`, json: result.bytes, after: '}' }
      return `{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify(result ?? null)}}`
    } catch (error) {
      // An answer beyond the longest string of the runtime.
      if (error instanceof RangeError)
        return errorText(id, new RpcError(RESPONSE_TOO_LARGE, 'response too large'))
      return failure(method, id, error)
    }
  }

  function failure(method: string, id: string, error: unknown): string {
    if (isFault(error)) logger.error({ method, err: error }, 'request failed')
    return errorText(id, toRpcError(error))
  }

  return { handle }
}

function parseBody(body: Uint8Array): unknown {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (isAscii(buffer)) return JSON.parse(buffer.toString('latin1'))
  if (!isUtf8(buffer)) throw new SyntaxError('body is not valid UTF-8')
  return JSON.parse(buffer.toString('utf8'))
}

function parseErrorMessage(error: unknown): string {
  // JSON.parse itself takes any depth, with a reviver it recurses.
  if (error instanceof RangeError) return 'parse error: nested too deeply'
  const message = error instanceof Error ? error.message : ''
  return `parse error: ${message.slice(0, 200)}`
}

function isRequest(
  value: unknown,
): value is { readonly method: string; readonly params?: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { method, id } = value as Request
  if (typeof id === 'object' ? id !== null : typeof id === 'boolean') return false
  return typeof method === 'string' && (value as { jsonrpc?: unknown }).jsonrpc === '2.0'
}

/** The id of each request as JSON text. JSON numbers beyond 2^53 come back digit for digit. */
function exactIds(parsed: unknown, body: Uint8Array): readonly (string | undefined)[] {
  const requests: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  const ids = requests.map(idText)
  if (!ids.includes(INEXACT)) return ids
  const sources: unknown = JSON.parse(Buffer.from(body).toString('utf8'), keepIdSources)
  const exact: readonly unknown[] = Array.isArray(sources) ? sources : [sources]
  return ids.map((id, index) => (id === INEXACT ? sourceOf(exact[index]) : id))
}

const INEXACT = '?'

function idText(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null) return 'null'
  const { id } = request as Request
  // What is no request at all must be answered, even without an id.
  if (id === undefined) return isRequest(request) ? undefined : 'null'
  if (typeof id === 'string') return JSON.stringify(id)
  if (typeof id !== 'number') return 'null'
  return Number.isSafeInteger(id) ? String(id) : INEXACT
}

/** A JSON.parse reviver that keeps the text of numbers under the key "id". */
function keepIdSources(key: string, value: unknown, context?: { source?: string }): unknown {
  return key === 'id' && typeof value === 'number' ? { source: context?.source } : value
}

function sourceOf(request: unknown): string {
  const { id } = request as { id?: { source?: string } }
  return id?.source ?? 'null'
}

function methodName(request: unknown): string {
  return isRequest(request) ? request.method : ''
}

function tooLarge(id: string | undefined): string {
  if (id === undefined) return ''
  return errorText(id, new RpcError(RESPONSE_TOO_LARGE, 'response too large'))
}

/** An answer's text, unless it is longer than a batch's may be. */
function shortAnswer(answer: Answer, id: string | undefined, most: number): string {
  if (typeof answer === 'string') return answer
  return answer.json.length > most ? tooLarge(id) : answerText(answer)
}

/** The text of any answer. */
export function answerText(answer: Answer): string {
  if (typeof answer === 'string') return answer
  const { before, json, after } = answer
  return `${before}${Buffer.from(json.buffer, json.byteOffset, json.length).toString()}${after}`
}

/** The text of an error answer; `id` is JSON. */
export function errorText(id: string, { code, message, data }: RpcError): string {
  const details = data === undefined ? '' : `,"data":${JSON.stringify(data)}`
  return `{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}${details}}}`
}
