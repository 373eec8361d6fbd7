import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../../../launch/test/free-port.ts'

/** How an L1 endpoint behaves; asked for each request. */
export type Manners =
  /** Passes everything on. */
  | { readonly kind: 'honest' }
  /** Passes on to another L1. */
  | { readonly kind: 'other'; readonly url: string }
  /** Answers after a while, milliseconds. */
  | { readonly kind: 'slow'; readonly delay: number }
  /** Hangs up. */
  | { readonly kind: 'hang-up' }
  /** Takes the request and says nothing, until its manners change. */
  | { readonly kind: 'silent' }
  /** Answers with this, whatever was asked. */
  | { readonly kind: 'garbage'; readonly status: number; readonly body: string }
  /** Cuts its answers in the middle. */
  | { readonly kind: 'truncated' }
  /** Knows no block above this number. */
  | { readonly kind: 'stale'; readonly head: bigint }
  /** Changes results before they are passed on. */
  | { readonly kind: 'lying'; readonly lie: (method: string, result: unknown) => unknown }

export interface L1Proxy {
  readonly url: string
  /** Requests since the manners were set. */
  readonly requests: number
  /** May differ from request to request, as behind a load balancer. */
  behave(manners: Manners | ((request: number) => Manners)): void
  close(): Promise<void>
}

interface RpcCall {
  readonly method: string
  readonly params: readonly unknown[]
}

/** Stands between a node and an L1 and behaves as badly as a test wants. */
export async function startL1Proxy(target: string): Promise<L1Proxy> {
  let choose: (request: number) => Manners = () => ({ kind: 'honest' })
  let requests = 0
  let changed = Promise.withResolvers<void>()

  async function forward(url: string, call: unknown): Promise<string> {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
    })
    return answer.text()
  }

  async function answer(call: RpcCall, manners: Manners, response: ServerResponse): Promise<void> {
    const send = (status: number, body: string) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(body)
    }
    switch (manners.kind) {
      case 'honest':
        return send(200, await forward(target, call))
      case 'other':
        return send(200, await forward(manners.url, call))
      case 'slow':
        await sleep(manners.delay)
        return send(200, await forward(target, call))
      case 'hang-up':
        response.destroy()
        return
      case 'silent':
        await changed.promise
        response.destroy()
        return
      case 'garbage':
        return send(manners.status, manners.body)
      case 'truncated': {
        const body = await forward(target, call)
        response.writeHead(200, { 'content-length': String(body.length) })
        response.write(body.slice(0, body.length / 2))
        response.destroy()
        return
      }
      case 'stale':
        return send(200, await stale(call, manners.head))
      case 'lying': {
        const body = JSON.parse(await forward(target, call)) as { result?: unknown }
        return send(200, JSON.stringify({ ...body, result: manners.lie(call.method, body.result) }))
      }
    }
  }

  async function stale(call: RpcCall, head: bigint): Promise<string> {
    const [ref, ...rest] = call.params
    const asked = ref === 'latest' ? `0x${head.toString(16)}` : ref
    const body = await forward(target, { ...call, params: [asked, ...rest] })
    const { result } = JSON.parse(body) as { result?: { number?: string } | null }
    const unknown = result?.number !== undefined && BigInt(result.number) > head
    return unknown ? JSON.stringify({ ...JSON.parse(body), result: null }) : body
  }

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const manners = choose(requests++)
      answer(JSON.parse(body) as RpcCall, manners, response).catch(() => response.destroy())
    })
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests
    },
    behave(manners) {
      choose = typeof manners === 'function' ? manners : () => manners
      requests = 0
      changed.resolve()
      changed = Promise.withResolvers()
    },
    async close() {
      changed.resolve()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
