import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** Answers one method; an RpcError becomes the call's error object. */
export type RpcMethod = (params: readonly unknown[]) => unknown

export class RpcError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface RpcServer {
  readonly url: string
  /** Calls so far, by method. */
  readonly calls: Map<string, number>
  /** HTTP requests so far. */
  readonly requests: number
  close(): Promise<void>
}

export interface RpcServerOptions {
  /** Answers batches with one error object, as servers without them do. */
  readonly batches?: boolean
  /** Looks at a request first; true when it answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

interface Call {
  readonly id: unknown
  readonly method: string
  readonly params: readonly unknown[]
}

/** A JSON-RPC server with the methods of a table, on a free loopback port. */
export async function serveRpc(
  methods: Readonly<Record<string, RpcMethod>>,
  options: RpcServerOptions = {},
): Promise<RpcServer> {
  const calls = new Map<string, number>()
  let requests = 0

  const answer = async ({ id, method, params }: Call) => {
    calls.set(method, (calls.get(method) ?? 0) + 1)
    try {
      const handler = methods[method]
      if (handler === undefined) throw new RpcError(-32601, `the method ${method} does not exist`)
      return { jsonrpc: '2.0', id, result: (await handler(params)) ?? null }
    } catch (error) {
      const code = error instanceof RpcError ? error.code : -32603
      return { jsonrpc: '2.0', id, error: { code, message: (error as Error).message } }
    }
  }

  const server = createServer(async (request, response) => {
    requests++
    if (options.intercept?.(request, response)) return
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Call | readonly Call[]
    const batch = Array.isArray(body) ? (body as readonly Call[]) : undefined
    const refused = batch !== undefined && options.batches === false
    const result = refused
      ? { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'no batches' } }
      : await (batch === undefined ? answer(body as Call) : Promise.all(batch.map(answer)))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(result))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    get requests() {
      return requests
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
