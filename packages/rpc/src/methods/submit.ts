import type { Hash } from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { RpcError } from '../errors.ts'
import { receiptByHash } from '../format/receipt.ts'
import { type Method, method, param } from '../method.ts'
import { bytes, flexibleUint64, optional } from '../params.ts'
import type { Json } from '../rollup.ts'
import { hashSchema, receiptSchema } from '../schemas.ts'

/** EIP-7966: the transaction is in the pool, its receipt did not come in time. */
const SYNC_TIMEOUT = 4

const SEND_OVERLAP = 128

/** Sending transactions. */
export function submitMethods(api: Api): readonly Method[] {
  const { engine, limits } = api
  const raw = param('Transaction', bytes)
  return [
    method({
      name: 'eth_sendRawTransaction',
      summary: 'Sends a signed transaction; blob transactions with their sidecar.',
      params: [raw],
      result: ['Transaction hash', hashSchema],
      // Senders are recovered in parallel; the pool keeps the order.
      overlap: SEND_OVERLAP,
      handler: ([transaction]) => engine.pool.add(transaction),
    }),
    method({
      name: 'eth_sendRawTransactionSync',
      summary: 'Sends a signed transaction and waits for its receipt (EIP-7966).',
      params: [raw, param('Timeout in milliseconds', optional(flexibleUint64))],
      result: ['Receipt', receiptSchema],
      handler: async ([transaction, timeout]) => {
        const hash = await engine.pool.add(transaction)
        const wanted =
          timeout === undefined || timeout === 0n ? limits.syncTimeout : Number(timeout)
        return receiptWithin(api, hash, Math.min(wanted, limits.syncTimeoutMax))
      },
    }),
  ]
}

function receiptWithin(api: Api, hash: Hash, milliseconds: number): Promise<Json> {
  return new Promise((resolve, reject) => {
    const end = api.feed.onHead(look)
    const timer = setTimeout(() => {
      end()
      reject(
        new RpcError(
          SYNC_TIMEOUT,
          `the transaction was added to the pool but not processed within ${milliseconds} ms`,
          hash,
        ),
      )
    }, milliseconds)
    look()

    function look(): void {
      const receipt = receiptByHash(api, hash)
      if (receipt === undefined) return
      clearTimeout(timer)
      end()
      resolve(receipt)
    }
  })
}
