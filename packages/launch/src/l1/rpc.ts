import { httpEndpoint } from '@altlayer/protocol'

/** A JSON-RPC server answered with an error. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly method: string
  readonly code: number
  constructor(method: string, code: number, message: string) {
    super(`${method}: ${message} (${code})`)
    this.method = method
    this.code = code
  }
}

/** Nothing that speaks JSON-RPC answered at a URL. */
export class RpcUnreachableError extends Error {
  override readonly name = 'RpcUnreachableError'
  constructor(url: string, reason: string, cause?: unknown) {
    super(`no JSON-RPC at ${originOf(url)}: ${reason}`, { cause })
  }
}

/** One JSON-RPC call over HTTP. Throws RpcError, RpcUnreachableError. `timeout` in milliseconds. */
export async function rpc<T>(
  url: string,
  method: string,
  params: readonly unknown[],
  timeout = 10_000,
): Promise<T> {
  const { href, headers } = httpEndpoint(url)
  const request = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(timeout),
  }
  const response = await fetch(href, request).catch((error: unknown) => {
    throw new RpcUnreachableError(url, reasonOf(error), error)
  })
  const answer = await response.json().catch((error: unknown) => {
    throw new RpcUnreachableError(
      url,
      `${method} is answered with HTTP ${response.status}, not JSON`,
      error,
    )
  })
  if (!isAnswer(answer))
    throw new RpcUnreachableError(url, `${method} is answered with neither a result nor an error`)
  if (answer.error) throw new RpcError(method, answer.error.code, answer.error.message)
  return answer.result as T
}

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

function isAnswer(answer: unknown): answer is Answer {
  if (typeof answer !== 'object' || answer === null) return false
  const { error } = answer as { readonly error?: Partial<Answer['error']> | null }
  if (error) return typeof error.code === 'number' && typeof error.message === 'string'
  return 'result' in answer
}

/** `fetch` says no more than that it failed; why is in its cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  if (!(cause instanceof Error)) return message
  return cause.message || ((cause as NodeJS.ErrnoException).code ?? message)
}

/** What may be told of an RPC's URL: paths, queries and user names hold keys. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'a malformed URL'
}
