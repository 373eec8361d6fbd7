// Runs as a process of its own: sends signed transactions over many sockets and reports when it is done.
import { encodeRequest, type HttpSocket, openSocket } from './http-socket.ts'

/** What the client is told to do; it answers 'ready', then on 'go' works and answers a `ClientReport`. */
export interface ClientJob {
  readonly url: string
  /** Raw transactions of each socket, in the order they are sent. */
  readonly sockets: readonly (readonly string[])[]
  /** Transactions in a request: 1 for single requests. */
  readonly batch: number
}

export interface ClientReport {
  readonly milliseconds: number
  /** Transactions sent again because the pool was full. */
  readonly retried: number
  /** Milliseconds that half, and 99 of 100, of the requests took at most. */
  readonly latency: { readonly p50: number; readonly p99: number }
}

interface Request {
  readonly raws: readonly string[]
  readonly bytes: Buffer
}

interface Answer {
  readonly id: number
  readonly error?: { readonly message: string }
}

const RETRY_DELAY = 25
// geth's and anvil's words for a pool that has no place now.
const RETRYABLE = /full|underpriced|busy|too many|limit exceeded/i

let retried = 0
const latencies: number[] = []

async function work(socket: HttpSocket, url: URL, requests: readonly Request[], batch: number) {
  for (const request of requests) {
    let current: Request | undefined = request
    while (current !== undefined) {
      const sent = performance.now()
      const body = await socket.send(current.bytes)
      latencies.push(performance.now() - sent)
      const refused = body.includes('"error"') ? refusedOf(body, current.raws) : []
      if (refused.length === 0) break
      retried += refused.length
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY))
      current = toRequest(url, refused, batch)
    }
  }
}

/** The transactions of a request that were refused for now. Throws for any other error. */
function refusedOf(body: Buffer, raws: readonly string[]): readonly string[] {
  const parsed: Answer | readonly Answer[] = JSON.parse(body.toString())
  const answers = Array.isArray(parsed) ? (parsed as readonly Answer[]) : [parsed as Answer]
  return answers.flatMap(({ id, error }) => {
    if (error === undefined) return []
    if (!RETRYABLE.test(error.message)) throw new Error(`transaction refused: ${error.message}`)
    return [raws[id] as string]
  })
}

function toRequest(url: URL, raws: readonly string[], batch: number): Request {
  const calls = raws.map(
    (raw, id) =>
      `{"jsonrpc":"2.0","id":${id},"method":"eth_sendRawTransaction","params":["${raw}"]}`,
  )
  return { raws, bytes: encodeRequest(url, batch === 1 ? calls.join() : `[${calls.join()}]`) }
}

function split(url: URL, raws: readonly string[], batch: number): readonly Request[] {
  const requests: Request[] = []
  for (let i = 0; i < raws.length; i += batch)
    requests.push(toRequest(url, raws.slice(i, i + batch), batch))
  return requests
}

process.once('message', async (job: ClientJob) => {
  const url = new URL(job.url)
  const requests = job.sockets.map((raws) => split(url, raws, job.batch))
  const sockets = await Promise.all(job.sockets.map(() => openSocket(url)))
  process.send?.('ready')
  process.once('message', async () => {
    const start = performance.now()
    await Promise.all(
      sockets.map((socket, i) => work(socket, url, requests[i] as readonly Request[], job.batch)),
    )
    const milliseconds = performance.now() - start
    latencies.sort((a, b) => a - b)
    const quantile = (part: number) => latencies[Math.floor(latencies.length * part)] ?? 0
    const latency = { p50: quantile(0.5), p99: quantile(0.99) }
    const report: ClientReport = { milliseconds, retried, latency }
    process.send?.(report, () => process.exit(0))
  })
})
