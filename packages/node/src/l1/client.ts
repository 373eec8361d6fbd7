import { setTimeout as sleep } from 'node:timers/promises'
import {
  describe,
  type Hash,
  type Header,
  headerFromRpc,
  headerHash,
  MalformedInputError,
  parseHash,
  parseObject,
  parseQuantity,
  quantity,
} from '@altlayer/protocol'
import { createRpcClient, RpcRefusal, RpcUnavailable } from '@altlayer/rpc/client'
import { type L1Receipt, receiptsFromRpc } from './receipts.ts'

/** A block of L1 whose header hashes to `hash`. */
export interface L1Block {
  readonly hash: Hash
  readonly header: Header
}

export type L1Tag = 'latest' | 'safe' | 'finalized'

/** The few questions a rollup node asks L1. Every method rejects with L1Error when L1 does not answer. */
export interface L1Client {
  /** Where it is, for messages: without path and query, which may hold an access key. */
  readonly origin: string
  chainId(): Promise<bigint>
  /** undefined: L1 does not have that block (yet). */
  block(ref: bigint | L1Tag): Promise<L1Block | undefined>
  /** Receipts of a block, in order. Rejects when L1 does not know the block. */
  receipts(block: L1Block): Promise<readonly L1Receipt[]>
  /** Ends what is being asked; nothing is answered afterwards. */
  close(): void
}

export interface L1ClientOptions {
  readonly url: string
  /** Milliseconds for one attempt. Default 3000. */
  readonly timeout?: number
  /** Attempts after the first, with exponentially growing pauses. Default 2. */
  readonly retries?: number
}

/** L1 did not answer, or not with what was asked. */
export class L1Error extends Error {
  override readonly name = 'L1Error'
}

export type L1Request = (method: string, params: readonly unknown[]) => Promise<unknown>
type Request = L1Request

/** JSON-RPC to an L1 node over HTTP. */
export interface L1Connection {
  readonly origin: string
  readonly request: L1Request
  /** Ends what is being asked; what is asked afterwards is refused. */
  close(): void
}

/** Milliseconds before the second attempt; doubled from time to time. */
const FIRST_PAUSE = 150

/**
 * Connects to an L1 node; nothing is sent yet. Its errors name its origin: the rest of a URL is often a key. A block has up to
 * 10 MiB (EIP-7934), its receipts as much again in logs at 8 gas a byte, in JSON more than twice that: within the client's limit.
 */
export function connectL1({ url, timeout = 3_000, retries = 2 }: L1ClientOptions): L1Connection {
  const client = createRpcClient(url, { timeout })
  const { origin } = client
  const stop = new AbortController()
  return {
    origin,
    async request(method, params) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await client.request(method, params)
        } catch (error) {
          if (stop.signal.aborted || attempt >= retries || !mayPass(error)) {
            const reason = messageOf(error).replace(`${origin}: ${method}: `, '')
            throw new L1Error(`L1 at ${origin}: ${method} failed: ${reason}`, { cause: error })
          }
        }
        // Closed meanwhile: the next attempt says so.
        await sleep(FIRST_PAUSE << attempt, undefined, stop).catch(() => undefined)
      }
    },
    close() {
      stop.abort()
      client.close()
    },
  }
}

/** JSON-RPC's "internal error", and providers' "limit exceeded" (EIP-1474): nothing is said about the question. */
const PASSING_CODES = [-32_603, -32_005]

/** Whether the same question may be answered a moment later. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof RpcUnavailable ||
    (error instanceof RpcRefusal && PASSING_CODES.includes(error.code))
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : describe(error)
}

/** Talks to an L1 node over HTTP. Headers and receipts count only if they hash to their block's hash. */
export function createL1Client(options: L1ClientOptions): L1Client {
  const { origin, request, close } = connectL1(options)
  return {
    origin,
    chainId: async () => parseQuantity(await request('eth_chainId', []), 'eth_chainId'),
    block: (ref) => fetchBlock(request, ref),
    receipts: (block) => fetchReceipts(request, block),
    close,
  }
}

async function fetchBlock(request: Request, ref: bigint | L1Tag): Promise<L1Block | undefined> {
  const name = typeof ref === 'bigint' ? quantity(ref) : ref
  const json = await request('eth_getBlockByNumber', [name, false])
  if (json === null || json === undefined) return undefined
  return checked(`eth_getBlockByNumber ${name}`, () => {
    const hash = parseHash(parseObject(json, 'block').hash, 'block.hash')
    const header = headerFromRpc(json, 'block')
    const computed = headerHash(header)
    if (computed !== hash) throw new MalformedInputError('block.hash', computed, hash)
    if (typeof ref === 'bigint' && header.number !== ref) {
      throw new MalformedInputError('block.number', String(ref), String(header.number))
    }
    return { hash, header }
  })
}

async function fetchReceipts(
  request: Request,
  { hash, header }: L1Block,
): Promise<readonly L1Receipt[]> {
  const json = await request('eth_getBlockReceipts', [hash])
  if (json === null || json === undefined) {
    throw new L1Error(`L1 does not know the receipts of block ${hash}`)
  }
  return checked(`eth_getBlockReceipts ${hash}`, () => receiptsFromRpc(json, header.receiptsRoot))
}

/** Runs a parser on an answer; what it refuses is the L1 node's fault. */
export function checked<T>(what: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof MalformedInputError)) throw error
    throw new L1Error(`L1 answered ${what} with something unexpected: ${error.message}`, {
      cause: error,
    })
  }
}
