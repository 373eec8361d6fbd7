import { once } from 'node:events'
import { request } from 'node:http'
import { WebSocket } from 'ws'
import { type RpcServer, type RpcServerOptions, startRpcServer } from '../../src/index.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface RpcAnswer {
  readonly jsonrpc: string
  readonly id: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** A server on a free port for the time of `use`. */
export async function withServer<T>(
  options: Omit<RpcServerOptions, 'port'>,
  use: (server: RpcServer) => Promise<T>,
): Promise<T> {
  const server = await startRpcServer({ ...options, port: 0 })
  try {
    return await use(server)
  } finally {
    await server.close()
  }
}

/** One HTTP request. */
export function http(
  port: number,
  body: string | Uint8Array | undefined,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        method,
        agent: false,
        headers: { 'content-type': 'application/json', ...headers },
      },
      async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** One JSON-RPC call over HTTP: the parsed answer. */
export async function call(port: number, method: string, params: unknown = []): Promise<RpcAnswer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  return JSON.parse((await http(port, body)).text) as RpcAnswer
}

/** The result of a call that must succeed. */
export async function result(port: number, method: string, params: unknown = []): Promise<unknown> {
  const answer = await call(port, method, params)
  if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`)
  return answer.result
}

export interface WebSocketClient {
  readonly socket: WebSocket
  call(method: string, params?: unknown): Promise<RpcAnswer>
  /** The next notification of a subscription. */
  next(): Promise<{ readonly subscription: string; readonly result: unknown }>
  closed(): Promise<{ readonly code: number; readonly reason: string }>
}

export async function connect(port: number, origin?: string): Promise<WebSocketClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, origin === undefined ? {} : { origin })
  const waiting = new Map<unknown, (answer: RpcAnswer) => void>()
  const notifications: { subscription: string; result: unknown }[] = []
  const readers: ((notification: { subscription: string; result: unknown }) => void)[] = []
  const end = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  let ids = 0
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString()) as RpcAnswer & {
      params?: { subscription: string; result: unknown }
    }
    if (message.params === undefined) return waiting.get(message.id)?.(message)
    const reader = readers.shift()
    if (reader === undefined) notifications.push(message.params)
    else reader(message.params)
  })
  await once(socket, 'open')
  return {
    socket,
    call(method, params = []) {
      const id = ++ids
      const answer = new Promise<RpcAnswer>((resolve) => waiting.set(id, resolve))
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      return answer
    },
    next() {
      const first = notifications.shift()
      if (first !== undefined) return Promise.resolve(first)
      return new Promise((resolve) => readers.push(resolve))
    },
    closed: () => end,
  }
}
