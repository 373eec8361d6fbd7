import { once } from 'node:events'
import { createServer } from 'node:http'

/** Changes what a method answers: the new result. */
export type Change = (result: never, params: readonly unknown[]) => unknown

export interface RpcProxyOptions {
  /** Only these methods are served; all, when left out. */
  readonly only?: readonly string[]
  /** Lies, by method. */
  readonly lies?: Readonly<Record<string, Change>>
}

export interface RpcProxy {
  readonly url: string
  close(): Promise<void>
}

interface Call {
  readonly id: unknown
  readonly method: string
  readonly params: readonly unknown[]
}

interface Answer {
  readonly result?: unknown
}

/** A JSON-RPC server that passes on to another what it is allowed to, and lies where it is told to. */
export async function startProxy(target: string, options: RpcProxyOptions): Promise<RpcProxy> {
  const answer = async (call: Call): Promise<unknown> => {
    const { id, method, params } = call
    if (options.only !== undefined && !options.only.includes(method))
      return { jsonrpc: '2.0', id, error: { code: -32601, message: `no method ${method}` } }
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
    })
    const whole = (await response.json()) as Answer
    const lie = options.lies?.[method]
    if (lie === undefined || whole.result === undefined || whole.result === null) return whole
    return { ...whole, result: lie(whole.result as never, params) }
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Call | readonly Call[]
    const result = Array.isArray(body)
      ? await Promise.all((body as readonly Call[]).map(answer))
      : await answer(body as Call)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(result))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
