import { connect, type Socket } from 'node:net'

// HTTP/1.1 with one request at a time over one kept-alive connection, as little as it takes: the client
// shares the machine with the node it measures.

export interface HttpSocket {
  /** Sends a request made by `encodeRequest` and resolves to the body of the answer. */
  send(request: Uint8Array): Promise<Buffer>
  close(): void
}

/** A POST of JSON, ready to be written. */
export function encodeRequest(url: URL, body: string): Buffer {
  const bytes = Buffer.from(body)
  const head = `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}

/** Connects to the server of `url`. Rejects when it does not answer. */
export async function openSocket(url: URL): Promise<HttpSocket> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return httpSocket(socket)
}

interface Pending {
  readonly resolve: (body: Buffer) => void
  readonly reject: (error: Error) => void
}

function httpSocket(socket: Socket): HttpSocket {
  let received: Buffer = Buffer.alloc(0)
  let pending: Pending | undefined
  const fail = (error: Error) => {
    pending?.reject(error)
    pending = undefined
  }
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const answer = readAnswer(received)
    if (answer === undefined) return
    received = received.subarray(answer.end)
    const { resolve } = pending as Pending
    pending = undefined
    resolve(answer.body)
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        pending = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

// The first whole answer in `bytes`, if there is one.
function readAnswer(bytes: Buffer): { body: Buffer; end: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase()
  const start = headEnd + 4
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
  if (length !== undefined) {
    const end = start + Number(length)
    return end > bytes.length ? undefined : { body: bytes.subarray(start, end), end }
  }
  return head.includes('transfer-encoding: chunked') ? readChunks(bytes, start) : undefined
}

function readChunks(bytes: Buffer, start: number): { body: Buffer; end: number } | undefined {
  const parts: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const end = lineEnd + 2 + size + 2
    if (end > bytes.length) return undefined
    if (size === 0) return { body: Buffer.concat(parts), end }
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = end
  }
}
