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

/** One JSON-RPC call over HTTP. Throws RpcError, or what `fetch` throws. `timeout` in milliseconds. */
export async function rpc<T>(
  url: string,
  method: string,
  params: readonly unknown[],
  timeout = 10_000,
): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(timeout),
  })
  const body = (await response.json()) as {
    readonly result?: T
    readonly error?: { readonly code: number; readonly message: string }
  }
  if (body.error) throw new RpcError(method, body.error.code, body.error.message)
  return body.result as T
}
