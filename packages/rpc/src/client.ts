import { setTimeout as sleep } from 'node:timers/promises'
import { describe, httpEndpoint, type JsonObject } from '@altlayer/protocol'

/** A call of an RPC. */
export interface RpcCall {
  readonly method: string
  readonly params: readonly unknown[]
}

/** What came back for one call of several. */
export type RpcOutcome = { readonly result: unknown } | { readonly error: RpcRefusal }

export interface RpcLimits {
  /** Milliseconds for one answer. Default 20 000. */
  readonly timeout: number
  /** Bytes of one answer, unpacked. Default 128 MiB. */
  readonly responseBytes: number
  /** Calls in one request. Default 64. */
  readonly batch: number
}

export const DEFAULT_RPC_LIMITS: RpcLimits = {
  timeout: 20_000,
  responseBytes: 128 << 20,
  batch: 64,
}

/** JSON-RPC over HTTP. */
export interface RpcClient {
  /** Where it is, for messages: without path, query and user, which may hold a key. */
  readonly origin: string
  /** Rejects with RpcRefusal (an error object), RpcUnavailable or RpcAnswerTooLarge. */
  request(method: string, params: readonly unknown[]): Promise<unknown>
  /**
   * Several calls, in as few requests as the limits allow; one by one where the server takes no batches. A call
   * that is refused is an outcome; rejects with RpcUnavailable or RpcAnswerTooLarge.
   */
  batch(calls: readonly RpcCall[]): Promise<readonly RpcOutcome[]>
  /** Ends what is being asked; later calls reject. */
  close(): void
}

/** The RPC answered a call with an error object. */
export class RpcRefusal extends Error {
  override readonly name = 'RpcRefusal'
  /** JSON-RPC error code. */
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }

  /** Whether the server does not have the method, or does not serve it to us. */
  get unsupported(): boolean {
    return (
      this.code === -32601 ||
      /method .*(not (found|available|supported|exist|whitelisted|allowed)|does not exist|is not available|disabled)|unsupported method/i.test(
        this.message,
      )
    )
  }
}

/** No answer, or none that is JSON-RPC. */
export class RpcUnavailable extends Error {
  override readonly name = 'RpcUnavailable'
}

/** We ask too often. It is asked again after a pause, as long as the limit for an answer allows. */
class RpcRateLimited extends RpcUnavailable {
  /** Milliseconds that the server wants us to wait; 0 where it does not say. */
  readonly retryAfter: number

  constructor(message: string, retryAfter = 0) {
    super(message)
    this.retryAfter = retryAfter
  }
}

/** The answer is larger than allowed: it was not read to its end. */
export class RpcAnswerTooLarge extends Error {
  override readonly name = 'RpcAnswerTooLarge'
}

/** Calls at a time where a server takes no batches. */
const CONCURRENT_CALLS = 8
/** Milliseconds before what was asked too often is asked again; doubled from time to time. */
const FIRST_PAUSE = 250

/** Talks to `url` (http or https; user and password become a header). Nothing is sent yet. */
export function createRpcClient(url: string, limits: Partial<RpcLimits> = {}): RpcClient {
  const { timeout, responseBytes, batch: batchSize } = { ...DEFAULT_RPC_LIMITS, ...limits }
  const { href, origin, headers } = httpEndpoint(url)
  const stop = new AbortController()
  let batches = true
  let nextId = 1

  const send = async (body: string, signal: AbortSignal): Promise<Response> => {
    const ask = () =>
      fetch(href, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
        signal,
        redirect: 'error',
      })
    try {
      return await ask()
    } catch (error) {
      // A server may close a connection that was idle just when it is used again. What is asked reads, or sends what is signed: it may be sent twice.
      if (!signal.aborted && connectionLost(error)) return ask()
      throw error
    }
  }

  const post = async (body: unknown, what: string): Promise<unknown> => {
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(timeout)])
    try {
      const response = await send(JSON.stringify(body), signal)
      const text = await readText(response, responseBytes, `${origin}: the answer to ${what}`)
      return parseAnswer(response, text, `${origin}: ${what}`)
    } catch (error) {
      if (error instanceof RpcUnavailable || error instanceof RpcAnswerTooLarge) throw error
      const reason = stop.signal.aborted
        ? 'the client was closed'
        : signal.aborted
          ? `no answer within ${timeout} ms`
          : reasonOf(error)
      throw new RpcUnavailable(`${origin}: ${what}: ${reason}`, { cause: error })
    }
  }

  /** Pauses as often as the server has enough of us; as long in all as an answer may take. */
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    let waited = 0
    for (let pause = FIRST_PAUSE; ; pause *= 2) {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof RpcRateLimited)) throw error
        const wait = Math.max(pause, error.retryAfter)
        waited += wait
        if (waited > timeout) throw error
        await sleep(wait, undefined, { signal: stop.signal }).catch(() => {
          throw new RpcUnavailable(`${error.message}; the client was closed`)
        })
      }
    }
  }

  const one = ({ method, params }: RpcCall): Promise<RpcOutcome> =>
    patiently(async () => {
      const answer = await post({ jsonrpc: '2.0', id: nextId++, method, params }, method)
      return outcomeOf(answer, `${origin}: ${method}`)
    })

  const many = (calls: readonly RpcCall[]): Promise<readonly RpcOutcome[]> =>
    patiently(() => batchOf(calls))

  const batchOf = async (calls: readonly RpcCall[]): Promise<readonly RpcOutcome[]> => {
    const first = nextId
    nextId += calls.length
    const what = `a batch of ${calls.length} ${calls[0]?.method}`
    const body = calls.map((call, i) => ({ jsonrpc: '2.0', id: first + i, ...call }))
    const answer = await post(body, what)
    if (!Array.isArray(answer)) {
      // A server without batches answers with one error, or as to one call.
      batches = false
      return eachOf(calls)
    }
    const byId = new Map<unknown, unknown>()
    for (const item of answer.slice(0, calls.length))
      if (typeof item === 'object' && item !== null) byId.set((item as JsonObject).id, item)
    return calls.map(({ method }, i) => {
      const item = byId.get(first + i)
      if (item === undefined)
        throw new RpcUnavailable(`${origin}: ${what}: no answer to call ${i}, ${method}`)
      return outcomeOf(item, `${origin}: ${method}`)
    })
  }

  const eachOf = async (calls: readonly RpcCall[]): Promise<readonly RpcOutcome[]> => {
    const outcomes: RpcOutcome[] = []
    for (let at = 0; at < calls.length; at += CONCURRENT_CALLS)
      outcomes.push(...(await Promise.all(calls.slice(at, at + CONCURRENT_CALLS).map(one))))
    return outcomes
  }

  return {
    origin,
    async request(method, params) {
      const outcome = await one({ method, params })
      if ('error' in outcome) throw outcome.error
      return outcome.result
    },
    async batch(calls) {
      if (!batches || calls.length === 1) return eachOf(calls)
      const outcomes: RpcOutcome[] = []
      for (let at = 0; at < calls.length; at += batchSize) {
        const part = calls.slice(at, at + batchSize)
        outcomes.push(...(await (batches ? many(part) : eachOf(part))))
      }
      return outcomes
    },
    close: () => stop.abort(),
  }
}

/** The body, read only as far as allowed. */
async function readText(response: Response, limit: number, what: string): Promise<string> {
  const tooLarge = () => new RpcAnswerTooLarge(`${what} has more than ${limit} bytes`)
  const announced = Number(response.headers.get('content-length') ?? 0)
  if (announced > limit) {
    await response.body?.cancel()
    throw tooLarge()
  }
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.length
    // Leaving the loop cancels the rest.
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size).toString('utf8')
}

/** The JSON of an answer; servers send error objects with any HTTP status. */
function parseAnswer({ status, headers }: Response, text: string, what: string): unknown {
  if (status === 429) {
    const seconds = Number(headers.get('retry-after') ?? 0)
    throw new RpcRateLimited(`${what}: HTTP ${status}`, seconds > 0 ? seconds * 1_000 : 0)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new RpcUnavailable(`${what}: HTTP ${status}, not JSON: ${describe(text.slice(0, 60))}`)
  }
  const isError = typeof json === 'object' && json !== null && 'error' in json
  if ((status < 200 || status > 299) && !isError && !Array.isArray(json))
    throw new RpcUnavailable(`${what}: HTTP ${status}`)
  if (status === 503) throw new RpcUnavailable(`${what}: HTTP ${status}`)
  return json
}

/**
 * How providers say that they were asked too often: with HTTP 429 not all of them, nor with one code of JSON-RPC
 * (429, -32005, -32007, -32029). Nothing is said about the question, which may be asked again.
 */
const RATE_LIMIT =
  /rate.?limit|too many requests|requests? limit (?:reached|exceeded)|(?:requests?|units) per second/i

function outcomeOf(answer: unknown, what: string): RpcOutcome {
  if (typeof answer === 'object' && answer !== null) {
    const { error, result } = answer as JsonObject
    if (typeof error === 'object' && error !== null) {
      const { code, message } = error as JsonObject
      const text =
        typeof message === 'string'
          ? message.slice(0, 300).replace(/[^\x20-\x7e]/g, ' ')
          : describe(message)
      if (code === 429 || RATE_LIMIT.test(text)) throw new RpcRateLimited(`${what}: ${text}`)
      return { error: new RpcRefusal(typeof code === 'number' ? code : 0, `${what}: ${text}`) }
    }
    if (result !== undefined) return { result }
  }
  throw new RpcUnavailable(`${what}: neither result nor error: ${describe(answer)}`)
}

function connectionLost(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  if (!(cause instanceof Error) || !('code' in cause)) return false
  return cause.code === 'UND_ERR_SOCKET' || cause.code === 'ECONNRESET' || cause.code === 'EPIPE'
}

/** What fetch says is in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return describe(error)
  const { cause } = error
  if (cause instanceof Error)
    return 'code' in cause ? `${String(cause.code)} ${cause.message}`.trim() : cause.message
  return error.message
}
