import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { isHostAllowed, isOriginAllowed } from './access.ts'
import type { Connection } from './connection.ts'
import { type Answer, answerText } from './dispatch.ts'
import type { HttpOptions } from './http.ts'
import type { Limits } from './limits.ts'

// RFC 6455 close codes.
const GOING_AWAY = 1001
const TRY_AGAIN_LATER = 1013

const PING_INTERVAL = 30_000

export interface WebSockets {
  /** Takes no more, and tells those that are open to close. */
  close(): void
  /** Ends those that are still open. */
  terminate(): void
}

/** Takes WebSockets on the server's port. */
export function acceptWebSockets(server: Server, options: HttpOptions): WebSockets {
  const { limits, vhosts, origins } = options
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
  })

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { host, origin } = request.headers
    // A program that is no browser sends no Origin.
    const welcome = origin === undefined || isOriginAllowed(origin, origins)
    if (!isHostAllowed(host, vhosts) || !welcome) refuse(socket, '403 Forbidden')
    else if (webSockets.clients.size >= limits.webSockets) refuse(socket, '503 Service Unavailable')
    else webSockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, options))
  })

  const unanswered = new WeakSet<WebSocket>()
  const pings = setInterval(() => {
    for (const webSocket of webSockets.clients) {
      // One that is not read from cannot be heard answering.
      if (webSocket.isPaused) continue
      if (unanswered.has(webSocket)) {
        webSocket.terminate()
        continue
      }
      unanswered.add(webSocket)
      webSocket.once('pong', () => unanswered.delete(webSocket))
      webSocket.ping()
    }
  }, PING_INTERVAL)
  pings.unref()

  return {
    close() {
      clearInterval(pings)
      for (const webSocket of webSockets.clients) webSocket.close(GOING_AWAY, 'server shuts down')
      webSockets.close()
    },
    terminate() {
      for (const webSocket of webSockets.clients) webSocket.terminate()
    },
  }
}

function refuse(socket: Duplex, status: string): void {
  // Nobody else listens: node:http let go of the connection, and it may be gone before it is told.
  socket.on('error', () => {})
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

function serve(webSocket: WebSocket, { dispatcher, limits }: HttpOptions): void {
  const subscriptions = new Map<string, () => void>()
  let inProgress = 0

  const connection: Connection = {
    subscriptions,
    send: (text) => send(webSocket, text, limits, resume),
    get isOpen() {
      return webSocket.readyState === WebSocket.OPEN
    },
  }

  /** Reads on when there is room again. */
  function resume(): void {
    if (webSocket.isPaused && inProgress < limits.webSocketConcurrency && !isFull())
      webSocket.resume()
  }

  /** Half the queue is for answers: beyond it no further requests are read. */
  function isFull(): boolean {
    return webSocket.bufferedAmount > limits.sendQueueBytes / 2
  }

  function answer(settled: Answer): void {
    if (settled !== '') connection.send(answerText(settled))
  }

  webSocket.on('message', (data: RawData) => {
    const result = dispatcher.handle(bytesOf(data), { connection })
    if (!(result instanceof Promise)) answer(result)
    else {
      inProgress++
      void result.then((settled) => {
        inProgress--
        answer(settled)
        resume()
      })
    }
    if (inProgress >= limits.webSocketConcurrency || isFull()) webSocket.pause()
  })
  // What is wrong with the peer's frames: ws closes the connection with the code that says so.
  webSocket.on('error', () => {})
  webSocket.on('close', () => {
    for (const end of subscriptions.values()) end()
    subscriptions.clear()
  })
}

function send(webSocket: WebSocket, text: string, limits: Limits, onSent: () => void): void {
  if (webSocket.readyState !== WebSocket.OPEN) return
  webSocket.send(text, onSent)
  if (webSocket.bufferedAmount <= limits.sendQueueBytes) return
  // Without the pause of a reader, closing would wait for requests that are not read.
  webSocket.resume()
  webSocket.close(TRY_AGAIN_LATER, 'too slow: more is waiting to be sent than the server keeps')
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
