import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { isHostAllowed } from './access.ts'
import type { Answer } from './dispatch.ts'
import { CALLER, type HttpOptions, isJson } from './http.ts'

// Most requests are alike: a short POST of JSON, in one piece, one at a time on a connection that is kept. These are
// answered here, at a third of what node:http takes for its streams. Whatever is not exactly that, an unusual header,
// a body in pieces, a request before the last one's answer, goes to node:http with its connection, for good.

/** The connections of a server that only ever sent such requests. */
export interface PlainRequests {
  /** Closes those that wait for nothing; the others when they have their answer. */
  close(): void
  /** Ends those that are still open. */
  terminate(): void
}

/** Milliseconds. */
export interface Timeouts {
  /** From a connection's begin to its first request. */
  readonly headers: number
  /** From an answer to the next request. */
  readonly keepAlive: number
}

/** Takes the connections of `server` before node:http, which must have its listener already. */
export function servePlainRequests(
  server: Server,
  options: HttpOptions,
  timeouts: Timeouts,
): PlainRequests {
  const connections = new Set<PlainConnection>()
  const nodeListeners = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  let closing = false

  server.on('connection', (socket: Socket) => {
    const connection = serveConnection(socket, options, timeouts, {
      isClosing: () => closing,
      release: () => connections.delete(connection),
      handOver() {
        for (const listener of nodeListeners) listener.call(server, socket)
      },
    })
    connections.add(connection)
  })

  return {
    close() {
      closing = true
      for (const connection of connections) if (!connection.busy) connection.socket.destroy()
    },
    terminate() {
      for (const { socket } of connections) socket.destroy()
    },
  }
}

interface PlainConnection {
  readonly socket: Socket
  /** Whether an answer is due, or still on its way out. */
  readonly busy: boolean
}

interface Owner {
  isClosing(): boolean
  /** The connection is closed, or no longer one of these. */
  release(): void
  /** Lets node:http take the connection. */
  handOver(): void
}

function serveConnection(
  socket: Socket,
  options: HttpOptions,
  timeouts: Timeouts,
  owner: Owner,
): PlainConnection {
  const { dispatcher } = options
  const keepAlive = `\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${timeouts.keepAlive / 1000}\r\n\r\n`
  let busy = false
  let ended = false
  let answered = false
  /** What came before the last answer was out. */
  let early: Buffer | undefined

  const onData = (chunk: Buffer): void => {
    if (busy) {
      early = chunk
      socket.pause()
      return
    }
    const body = plainBody(chunk, options)
    if (body === undefined) {
      leave(chunk)
      return
    }
    busy = true
    const answer = dispatcher.handle(body, CALLER)
    if (answer instanceof Promise) void answer.then(send)
    else send(answer)
  }

  function send(answer: Answer): void {
    if (socket.destroyed) return
    if (!answered) {
      answered = true
      socket.setTimeout(timeouts.keepAlive)
    }
    // Who does not read its answers is not read from.
    if (write(socket, answer, keepAlive)) ready()
    else socket.once('drain', ready)
  }

  /** Takes the next request. */
  function ready(): void {
    busy = false
    if (ended || owner.isClosing()) socket.end(() => socket.destroy())
    else if (early !== undefined) leave(early)
  }

  function leave(unread: Buffer): void {
    socket.off('data', onData).off('end', onEnd).off('timeout', onTimeout).off('error', ignore)
    socket.off('close', owner.release)
    owner.release()
    socket.setTimeout(0)
    socket.pause()
    socket.unshift(unread)
    owner.handOver()
    socket.resume()
  }

  const onEnd = (): void => {
    ended = true
    if (!busy) socket.end()
  }
  const onTimeout = (): void => {
    if (!busy) socket.destroy()
  }
  socket.on('data', onData).on('end', onEnd).on('timeout', onTimeout).on('error', ignore)
  socket.on('close', owner.release)
  socket.setTimeout(timeouts.headers)
  return {
    socket,
    get busy() {
      return busy
    },
  }
}

const ignore = (): void => {}

const REQUEST_LINE = 'POST / HTTP/1.1\r\n'
const HEAD_END = '\r\n\r\n'
/** Bytes of a head; others are not usual. */
const MAX_HEAD = 2048
const CONTENT_LENGTH = /^[0-9]{1,9}$/
const NOT_PRINTABLE = /[^\x20-\x7e]/

/**
 * The body of a POST of JSON that is all of `chunk`, and that node:http would let pass; undefined for anything else,
 * valid or not.
 */
export function plainBody(
  chunk: Buffer,
  { limits, vhosts }: Pick<HttpOptions, 'limits' | 'vhosts'>,
): Buffer | undefined {
  const end = chunk.indexOf(HEAD_END)
  if (end < 0 || end > MAX_HEAD) return undefined
  const head = chunk.toString('latin1', 0, end)
  if (!head.startsWith(REQUEST_LINE)) return undefined
  let [host, type, length]: (string | undefined)[] = []
  for (const line of head.slice(REQUEST_LINE.length).split('\r\n')) {
    if (NOT_PRINTABLE.test(line)) return undefined
    const colon = line.indexOf(':')
    const value = line.slice(colon + 1).trim()
    switch (line.slice(0, Math.max(0, colon)).toLowerCase()) {
      case 'host':
        if (host !== undefined) return undefined
        host = value
        break
      case 'content-type':
        if (type !== undefined) return undefined
        type = value
        break
      case 'content-length':
        if (length !== undefined || !CONTENT_LENGTH.test(value)) return undefined
        length = value
        break
      case 'connection':
        if (value.toLowerCase() !== 'keep-alive') return undefined
        break
      case 'accept':
      case 'accept-encoding':
      case 'accept-language':
      case 'sec-fetch-mode':
      case 'user-agent':
        break
      default:
        return undefined
    }
  }
  const body = chunk.subarray(end + HEAD_END.length)
  const whole = length !== undefined && body.length === Number(length)
  // Without a host node:http refuses by itself.
  if (!whole || body.length > limits.bodyBytes || host === undefined) return undefined
  return isHostAllowed(host, vhosts) && isJson(type) ? body : undefined
}

/** Writes an answer; false when the client reads too slowly. */
function write(socket: Socket, answer: Answer, keepAlive: string): boolean {
  if (typeof answer === 'string') {
    const length = Buffer.byteLength(answer)
    // ASCII, as almost every answer is, goes out as it is.
    return socket.write(
      headOf(length) + keepAlive + answer,
      length === answer.length ? 'latin1' : 'utf8',
    )
  }
  const { before, json, after } = answer
  const length = Buffer.byteLength(before) + json.length + Buffer.byteLength(after)
  socket.write(headOf(length) + keepAlive + before)
  socket.write(json)
  return socket.write(after)
}

function headOf(length: number): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nDate: ${date()}`
}

let [dateText, dateEnd] = ['', 0]

/** The Date header: made once a second. */
function date(): string {
  const now = Date.now()
  if (now >= dateEnd) {
    dateText = new Date(now).toUTCString()
    dateEnd = now - (now % 1000) + 1000
  }
  return dateText
}
