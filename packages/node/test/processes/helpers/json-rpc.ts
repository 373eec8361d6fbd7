/** A JSON-RPC server answered with an error. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure'
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Milliseconds; a machine under load is slow, a process that hangs is silent. */
const TIMEOUT = 30_000

export type Call = readonly [method: string, params?: readonly unknown[]]

/** One call over HTTP. */
export async function rpc<T = unknown>(url: string, ...call: Call): Promise<T> {
  const [result] = await rpcBatch(url, [call])
  return result as T
}

/** Calls in one request, which a server answers one after the other. */
export async function rpcBatch(url: string, calls: readonly Call[]): Promise<readonly unknown[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      calls.map(([method, params = []], id) => ({ jsonrpc: '2.0', id, method, params })),
    ),
    signal: AbortSignal.timeout(TIMEOUT),
  })
  const answers = (await response.json()) as readonly Answer[]
  return calls.map(([method], id) => {
    const answer = answers.find((one) => one.id === id)
    if (answer === undefined || answer.error !== undefined)
      throw new RpcFailure(`${method}: ${answer?.error?.message ?? 'no answer'}`)
    return answer.result
  })
}
