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
import { http } from 'viem'
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

/**
 * Bytes of one answer. A block has up to 10 MiB (EIP-7934), its receipts as much again in logs at 8 gas a byte, in JSON more
 * than twice that: viem's own 10 MiB would let whoever pays for one such block stop derivation.
 */
const MAX_ANSWER = 128 * 1024 * 1024

export type L1Request = (method: string, params: readonly unknown[]) => Promise<unknown>
type Request = L1Request

/** JSON-RPC to an L1 node over HTTP. */
export interface L1Connection {
  readonly origin: string
  readonly request: L1Request
  /** Ends what is being asked; what is asked afterwards is refused. */
  close(): void
}

/** Connects to an L1 node; nothing is sent yet. */
export function connectL1(options: L1ClientOptions): L1Connection {
  const { origin } = new URL(options.url)
  const stop = new AbortController()
  const transport = http(options.url, {
    timeout: options.timeout ?? 3_000,
    retryCount: options.retries ?? 2,
    retryDelay: 150,
    maxResponseBodySize: MAX_ANSWER,
    fetchOptions: { signal: stop.signal },
  })({})
  return {
    origin,
    async request(method, params) {
      if (stop.signal.aborted) throw new L1Error('the L1 client is closed')
      try {
        return await transport.request({ method, params })
      } catch (error) {
        throw new L1Error(`L1 at ${origin}: ${method} failed: ${shortMessage(error)}`, {
          cause: error,
        })
      }
    },
    close: () => stop.abort(),
  }
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

/** viem's errors carry a page of context; the first line says it. */
function shortMessage(error: unknown): string {
  if (!(error instanceof Error)) return describe(error)
  const { details, shortMessage } = error as { details?: unknown; shortMessage?: unknown }
  const parts = [shortMessage, details].filter((part) => typeof part === 'string' && part !== '')
  return parts.length > 0 ? parts.join(': ') : error.message
}
