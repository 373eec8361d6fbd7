import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Engine } from '@altlayer/engine'
import { lowerCaseSet } from './access.ts'
import { createChainFeed } from './chain-feed.ts'
import { createDispatcher } from './dispatch.ts'
import { createFilters } from './filters.ts'
import { createHttpHandler } from './http.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { type Logger, silentLogger } from './logger.ts'
import type { Method } from './method.ts'
import { methodTable } from './methods/index.ts'
import { type PlainRequests, servePlainRequests } from './plain-requests.ts'
import type { RollupApi } from './rollup.ts'
import { acceptWebSockets, type WebSockets } from './websocket.ts'

export interface RpcServerOptions {
  readonly engine: Engine
  /** Gives the `optimism_` namespace and the state of synchronisation. */
  readonly rollup?: RollupApi
  /** Methods of other namespaces. */
  readonly methods?: readonly Method[]
  /** Address to listen at. Default 127.0.0.1: only this machine. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  /** Whether WebSockets are taken on the same port. Default true. */
  readonly ws?: boolean
  readonly limits?: Partial<Limits>
  /** Origins whose pages may ask ('*' for all). Default none. */
  readonly cors?: readonly string[]
  /** Names the Host header may have ('*' for all); IP addresses always pass. Default localhost. */
  readonly vhosts?: readonly string[]
  /** Answer to web3_clientVersion. */
  readonly clientVersion?: string
  readonly logger?: Logger
}

export interface RpcServer {
  readonly port: number
  /** Stops taking requests, closes every connection, resolves when all are gone. */
  close(): Promise<void>
}

// Figures of geth's server, in milliseconds.
const HEADERS_TIMEOUT = 30_000
const REQUEST_TIMEOUT = 60_000
const KEEP_ALIVE_TIMEOUT = 120_000
/** What a closing server waits for answers under way. */
const CLOSE_GRACE = 1_000

/**
 * Serves JSON-RPC over HTTP and WebSocket on one port. Rejects with the system's error when the port is
 * taken (`EADDRINUSE`).
 *
 * @example
 * const server = await startRpcServer({ engine, port: 9545 })
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { engine, host = '127.0.0.1', logger = silentLogger } = options
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits }
  // op-geth's logs tell the time of their block; the public Ethereum cases were made without.
  const logTimestamps = engine.config.mode === 'op'
  const feed = createChainFeed(engine, logger)
  const filters = createFilters(feed, limits, logTimestamps)
  const table = methodTable(
    {
      engine,
      limits,
      feed,
      filters,
      logTimestamps,
      clientVersion: options.clientVersion ?? defaultClientVersion(),
      ...(options.rollup === undefined ? {} : { rollup: options.rollup }),
    },
    options.methods ?? [],
  )
  const http = {
    dispatcher: createDispatcher(table, limits, logger),
    limits,
    vhosts: lowerCaseSet(options.vhosts ?? ['localhost']),
    origins: lowerCaseSet(options.cors ?? []),
  }
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT, noDelay: true },
    createHttpHandler(http),
  )
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT
  server.maxConnections = limits.connections
  const plain = servePlainRequests(server, http, {
    headers: HEADERS_TIMEOUT,
    keepAlive: KEEP_ALIVE_TIMEOUT,
  })
  const webSockets = options.ws === false ? undefined : acceptWebSockets(server, http)
  const release = () => {
    webSockets?.close()
    filters.close()
    feed.close()
  }
  try {
    await listen(server, options.port, host)
  } catch (error) {
    release()
    throw error
  }
  server.on('error', (error) => logger.error({ err: error }, 'RPC server'))
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      release()
      return closeServer(server, plain, webSockets)
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function closeServer(
  server: Server,
  plain: PlainRequests,
  webSockets: WebSockets | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const grace = setTimeout(() => {
      webSockets?.terminate()
      plain.terminate()
      server.closeAllConnections()
    }, CLOSE_GRACE)
    server.close(() => {
      clearTimeout(grace)
      resolve()
    })
    server.closeIdleConnections()
    plain.close()
  })
}

function defaultClientVersion(): string {
  return `altlayer/v0.1.0/${process.platform}-${process.arch}/node${process.versions.node}`
}
