import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Address,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256Hex,
  lowerCaseAddress,
} from '@altlayer/protocol'
import {
  BaseError,
  createPublicClient,
  http,
  type PublicClient,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { ChainReader } from './plan.ts'
import { originOf } from './rpc.ts'

/** A transaction to send; no `to` creates a contract. */
export interface TransactionRequest {
  readonly to?: Address
  readonly data?: Hex
  readonly value?: bigint
}

/** L1 as the deployment uses it: reads, and transactions of one account in nonce order. */
export interface L1Client extends ChainReader {
  readonly account: Address
  readonly public: PublicClient
  /** Nonces of the account: of its next transaction in the newest block, and counting pending ones. */
  nonces(): Promise<{ readonly latest: number; readonly pending: number }>
  /** Gas for each, all against the newest block. */
  estimate(requests: readonly TransactionRequest[]): Promise<readonly bigint[]>
  /** Signs and sends, one nonce after the other, without waiting for blocks. Throws SendError. */
  send(
    requests: readonly (TransactionRequest & { readonly gas: bigint })[],
    nonce: number,
  ): Promise<readonly Hash[]>
  sendRaw(transaction: Hex): Promise<Hash>
  /** Waits until each is in a block, in the order asked. Throws InclusionTimeoutError. */
  receipts(hashes: readonly Hash[]): Promise<readonly TransactionReceipt[]>
}

export interface L1ClientOptions {
  readonly url: string
  readonly key: Hex
  readonly chainId: number
  /** Mines a block now, where we may. */
  readonly mine?: () => Promise<void>
  /** Milliseconds between looks for receipts. Default 50 where we mine, else 1 s. */
  readonly pollInterval?: number
  /** Milliseconds without any transaction getting into a block. Default 10 minutes. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** The L1 is another chain than the deployment is for. */
export class WrongChainError extends Error {
  override readonly name = 'WrongChainError'
}

/** No transaction got into a block for a long time. */
export class InclusionTimeoutError extends Error {
  override readonly name = 'InclusionTimeoutError'
}

/** The L1 refused a transaction; those before `index` of the same call are in its pool. */
export class SendError extends Error {
  override readonly name = 'SendError'
  readonly index: number
  constructor(index: number, cause: unknown) {
    super(`refused: ${shortMessage(cause)}`, { cause })
    this.index = index
  }
}

/** What an error of viem says, without the request's data that it repeats. */
export function shortMessage(error: unknown): string {
  if (error instanceof BaseError) return error.details || error.shortMessage
  return error instanceof Error ? error.message : String(error)
}

const POLL_INTERVAL = { mined: 50, waiting: 1_000 } as const

/** Connects. Throws WrongChainError when `url` serves another chain. */
export async function connectL1(options: L1ClientOptions): Promise<L1Client> {
  const account = privateKeyToAccount(options.key)
  const client = createPublicClient({ transport: http(options.url, { retryCount: 5 }) })
  const chainId = await client.getChainId()
  if (chainId !== options.chainId)
    throw new WrongChainError(
      `${originOf(options.url)} serves chain ${chainId}, expected ${options.chainId}`,
    )
  const address = lowerCaseAddress(account.address)
  return {
    account: address,
    public: client,
    read: async (to, abi, functionName, args = []) =>
      (await client.readContract({ address: to, abi, functionName, args })) as never,
    storage: async (of, slot) => (await client.getStorageAt({ address: of, slot })) ?? `0x`,
    code: async (of) => (await client.getCode({ address: of })) ?? '0x',
    nonces: async () => {
      const [latest, pending] = await Promise.all([
        client.getTransactionCount({ address, blockTag: 'latest' }),
        client.getTransactionCount({ address, blockTag: 'pending' }),
      ])
      return { latest, pending }
    },
    estimate: (requests) =>
      Promise.all(
        requests.map((request) => client.estimateGas({ account: address, ...optionalTo(request) })),
      ),
    send: (requests, nonce) => sendAll(client, account, options, requests, nonce),
    sendRaw: (serializedTransaction) => client.sendRawTransaction({ serializedTransaction }),
    receipts: (hashes) => waitForReceipts(client, options, hashes),
  }
}

async function sendAll(
  client: PublicClient,
  account: PrivateKeyAccount,
  options: L1ClientOptions,
  requests: readonly (TransactionRequest & { readonly gas: bigint })[],
  firstNonce: number,
): Promise<readonly Hash[]> {
  const fees = await client.estimateFeesPerGas()
  const hashes: Hash[] = []
  for (const [index, request] of requests.entries()) {
    options.signal?.throwIfAborted()
    const serializedTransaction = await account.signTransaction({
      type: 'eip1559',
      chainId: options.chainId,
      nonce: firstNonce + index,
      gas: request.gas,
      maxFeePerGas: fees.maxFeePerGas,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
      ...optionalTo(request),
    })
    const hash = await client.sendRawTransaction({ serializedTransaction }).catch(async (cause) => {
      // Its first answer may be what got lost, as with a machine that stood still: sent again, it is refused.
      const known = keccak256Hex(hexToBytes(serializedTransaction))
      if (await isKnown(client, known)) return known
      throw new SendError(index, cause)
    })
    hashes.push(hash)
  }
  return hashes
}

function optionalTo({ to, data, value }: TransactionRequest) {
  return { ...(to && { to }), ...(data && { data }), ...(value !== undefined && { value }) }
}

function isKnown(client: PublicClient, hash: Hash): Promise<boolean> {
  return client.getTransaction({ hash }).then(
    () => true,
    () => false,
  )
}

async function waitForReceipts(
  client: PublicClient,
  options: L1ClientOptions,
  hashes: readonly Hash[],
): Promise<readonly TransactionReceipt[]> {
  const receipts = new Map<Hash, TransactionReceipt>()
  const timeout = options.timeout ?? 600_000
  let deadline = performance.now() + timeout
  for (;;) {
    options.signal?.throwIfAborted()
    await options.mine?.()
    const waiting = hashes.filter((hash) => !receipts.has(hash))
    const found = await Promise.all(waiting.map((hash) => receiptOf(client, hash)))
    for (const receipt of found) if (receipt) receipts.set(receipt.transactionHash, receipt)
    if (receipts.size === hashes.length) return hashes.map((hash) => receipts.get(hash) as never)
    const now = performance.now()
    if (found.some((receipt) => receipt)) deadline = now + timeout
    if (now > deadline)
      throw new InclusionTimeoutError(
        `${hashes.length - receipts.size} transactions, ${waiting[0]} the first, are in no block after ${timeout / 1_000} s`,
      )
    await sleep(
      options.pollInterval ?? (options.mine ? POLL_INTERVAL.mined : POLL_INTERVAL.waiting),
    )
  }
}

async function receiptOf(
  client: PublicClient,
  hash: Hash,
): Promise<TransactionReceipt | undefined> {
  try {
    return await client.getTransactionReceipt({ hash })
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return undefined
    throw error
  }
}
