import { randomBytes } from 'node:crypto'
import type { Block } from '@altlayer/engine'
import { bytesToHex, type Hash } from '@altlayer/protocol'
import type { Api } from '../api.ts'
import type { Connection } from '../connection.ts'
import {
  INVALID_PARAMS,
  LIMIT_EXCEEDED,
  METHOD_NOT_FOUND,
  ParamError,
  RpcError,
  SERVER_ERROR,
} from '../errors.ts'
import { formatHeader } from '../format/block.ts'
import { formatLog, matchesFilter } from '../format/log.ts'
import { formatReceipt } from '../format/receipt.ts'
import { formatPoolTransaction } from '../format/transaction.ts'
import { type Caller, type Method, method, param } from '../method.ts'
import { array, boolean, bytes, hash, object, oneOf, optional, type Type } from '../params.ts'
import type { Json, SyncProgress } from '../rollup.ts'
import { booleanSchema, quantitySchema } from '../schemas.ts'
import { formatSyncing } from './client.ts'
import { filterArgs, logFilter } from './logs.ts'

const SYNC_POLL = 1_000
const KINDS = [
  'newHeads',
  'logs',
  'newPendingTransactions',
  'transactionReceipts',
  'syncing',
] as const
const MAX_AWAITED = 200

/** Starts a subscription: `emit` sends one result, given as JSON text. Returns what ends it. */
type Start = (emit: (result: string) => void) => () => void

/** Of `transactionReceipts`: the transactions whose receipts are awaited; none are all. */
const awaited = object('awaited transactions', {
  transactionHashes: optional(array(hash, MAX_AWAITED)),
})

/**
 * The filter of `logs`, the transactions of `transactionReceipts` or the flag of `newPendingTransactions`, told apart
 * by the kind.
 */
const subscriptionOptions: Type<unknown> = {
  schema: { anyOf: [filterArgs.schema, awaited.schema, boolean.schema] },
  parse: (value) => value,
}

/** Subscriptions: only for connections that stay open. */
export function subscribeMethods(api: Api): readonly Method[] {
  const { engine, feed, limits, logTimestamps, rollup } = api

  const newHeads: Start = (emit) =>
    feed.onHead(({ applied }) => {
      for (const { header, hash } of applied) emit(JSON.stringify(formatHeader(header, hash)))
    })

  function logs(options: unknown): Start {
    const filter = logFilter(argument(filterArgs, options ?? {}))
    return (emit) =>
      feed.onHead((change) => {
        for (const log of change.logs())
          if (matchesFilter(log, filter)) emit(JSON.stringify(formatLog(log, logTimestamps)))
      })
  }

  // Read and written once for all subscribers.
  const receiptTexts = new WeakMap<Block, readonly (readonly [Hash, string])[]>()

  function receiptsOf(block: Block): readonly (readonly [Hash, string])[] {
    const known = receiptTexts.get(block)
    if (known !== undefined) return known
    const texts = (engine.receipts(block.hash) ?? []).map((receipt) => {
      const shown = formatReceipt(receipt, block.header.timestamp, logTimestamps)
      return [receipt.transactionHash, JSON.stringify(shown)] as const
    })
    receiptTexts.set(block, texts)
    return texts
  }

  /** The receipts of every new block, in one list: all of them, or those awaited, where there are any. */
  function transactionReceipts(options: unknown): Start {
    const { transactionHashes = [] } = argument(awaited, options ?? {})
    const hashes = new Set(transactionHashes)
    return (emit) =>
      feed.onHead(({ applied }) => {
        for (const block of applied) {
          const receipts = receiptsOf(block).filter(
            ([transactionHash]) => hashes.size === 0 || hashes.has(transactionHash),
          )
          if (receipts.length > 0) emit(`[${receipts.map(([, text]) => text).join()}]`)
        }
      })
  }

  function newPendingTransactions(options: unknown): Start {
    const full = argument(optional(boolean), options) ?? false
    return (emit) =>
      feed.onPendingTransaction((transaction) =>
        emit(JSON.stringify(full ? formatPoolTransaction(transaction) : transaction.hash)),
      )
  }

  const syncing: Start = (emit) => {
    let last = ''
    const look = () => {
      const now = JSON.stringify(formatSyncEvent(rollup?.syncing?.()))
      if (now !== last) emit(now)
      last = now
    }
    const timer = setInterval(look, SYNC_POLL)
    // The subscriber must know the subscription's id before its first event.
    const first = setImmediate(look)
    return () => {
      clearInterval(timer)
      clearImmediate(first)
    }
  }

  function start(kind: (typeof KINDS)[number], options: unknown): Start {
    if (kind === 'logs') return logs(options)
    if (kind === 'newPendingTransactions') return newPendingTransactions(options)
    if (kind === 'transactionReceipts') return transactionReceipts(options)
    return kind === 'newHeads' ? newHeads : syncing
  }

  return [
    method({
      name: 'eth_subscribe',
      summary:
        'Subscribes to new heads, logs, receipts, pending transactions or the state of synchronisation.',
      params: [param('Kind', oneOf(KINDS)), param('Options', optional(subscriptionOptions))],
      result: ['Subscription id', quantitySchema],
      handler: ([kind, options], caller) => {
        const { subscriptions, send, isOpen } = connectionOf(caller)
        if (!isOpen) throw new RpcError(SERVER_ERROR, 'the connection is closed')
        if (subscriptions.size >= limits.subscriptions)
          throw new RpcError(
            LIMIT_EXCEEDED,
            `too many subscriptions: at most ${limits.subscriptions} for a connection`,
          )
        const id = bytesToHex(randomBytes(16))
        const head = `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":`
        subscriptions.set(
          id,
          start(kind, options)((result) => send(`${head}${result}}}`)),
        )
        return id
      },
    }),
    method({
      name: 'eth_unsubscribe',
      summary: 'Ends a subscription.',
      params: [param('Subscription id', bytes)],
      result: ['Ended', booleanSchema],
      handler: ([subscription], caller) => {
        const { subscriptions } = connectionOf(caller)
        const id = bytesToHex(subscription)
        const end = subscriptions.get(id)
        if (end === undefined) throw new RpcError(INVALID_PARAMS, 'subscription not found')
        end()
        return subscriptions.delete(id)
      },
    }),
  ]

  function formatSyncEvent(progress: SyncProgress | undefined): Json {
    if (progress === undefined) return false
    return { syncing: true, status: formatSyncing(progress) }
  }
}

function connectionOf({ connection }: Caller): Connection {
  if (connection !== undefined) return connection
  throw new RpcError(METHOD_NOT_FOUND, 'notifications not supported: subscribe over WebSocket')
}

/** The second parameter, whose type depends on the first. */
function argument<T>(type: Type<T>, value: unknown): T {
  try {
    return type.parse(value)
  } catch (error) {
    if (!(error instanceof ParamError)) throw error
    throw new RpcError(INVALID_PARAMS, `invalid argument 1: ${error.message}`)
  }
}
