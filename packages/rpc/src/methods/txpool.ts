import type { PoolTransaction } from '@altlayer/engine'
import {
  type Address,
  checksumAddress,
  decodeTransaction,
  quantity,
  TX_DEPOSIT,
} from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { formatPoolTransaction } from '../format/transaction.ts'
import { type Method, method, param } from '../method.ts'
import { address } from '../params.ts'
import type { Json } from '../rollup.ts'

type BySender = ReadonlyMap<Address, readonly PoolTransaction[]>

/** The transaction pool. */
export function txpoolMethods({ engine }: Api): readonly Method[] {
  const { pool } = engine
  return [
    method({
      name: 'txpool_status',
      summary: 'Number of executable and of queued transactions.',
      result: ['Status', { type: 'object' }],
      handler: () => {
        const { pending, queued } = pool.status()
        return { pending: quantity(pending), queued: quantity(queued) }
      },
    }),
    method({
      name: 'txpool_content',
      summary: 'All transactions, by sender and nonce.',
      result: ['Content', { type: 'object' }],
      handler: () => {
        const { pending, queued } = pool.content()
        return {
          pending: bySender(pending, formatPoolTransaction),
          queued: bySender(queued, formatPoolTransaction),
        }
      },
    }),
    method({
      name: 'txpool_contentFrom',
      summary: 'The transactions of one sender, by nonce.',
      params: [param('Address', address)],
      result: ['Content', { type: 'object' }],
      handler: ([sender]) => {
        const { pending, queued } = pool.contentFrom(sender)
        return {
          pending: byNonce(pending, formatPoolTransaction),
          queued: byNonce(queued, formatPoolTransaction),
        }
      },
    }),
    method({
      name: 'txpool_inspect',
      summary: 'All transactions as one line of text each.',
      result: ['Content', { type: 'object' }],
      handler: () => {
        const { pending, queued } = pool.content()
        return { pending: bySender(pending, inspect), queued: bySender(queued, inspect) }
      },
    }),
  ]
}

/** geth names senders, and recipients in its summaries, with their checksums. */
function bySender(transactions: BySender, show: (transaction: PoolTransaction) => Json): Json {
  return Object.fromEntries(
    [...transactions].map(([sender, list]) => [checksumAddress(sender), byNonce(list, show)]),
  )
}

function byNonce(
  transactions: readonly PoolTransaction[],
  show: (transaction: PoolTransaction) => Json,
): Json {
  return Object.fromEntries(transactions.map((one) => [one.nonce.toString(), show(one)]))
}

/** geth's summary of a transaction. */
function inspect({ raw }: PoolTransaction): string {
  const transaction = decodeTransaction(raw)
  const price =
    transaction.type === TX_DEPOSIT
      ? 0n
      : 'gasPrice' in transaction
        ? transaction.gasPrice
        : transaction.maxFeePerGas
  const to = transaction.to ? checksumAddress(transaction.to) : 'contract creation'
  return `${to}: ${transaction.value} wei + ${transaction.gas} gas × ${price} wei`
}
