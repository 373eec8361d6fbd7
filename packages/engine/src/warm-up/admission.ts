import type { ChainConfig } from '@altlayer/protocol'
import type { TransactionRules } from '../pool/inspect.ts'
import { createTransactionPool } from '../pool/pool.ts'
import { createSelection } from '../pool/selection.ts'
import { DEFAULT_POOL_LIMITS } from '../pool/types.ts'
import type { SenderThreads } from '../workers/senders.ts'
import { nextTurn, warmUpTransactions } from './transactions.ts'

/** Transactions that come at once: enough for a sender thread to be woken. */
const TOGETHER = 128

/**
 * Inspects transactions on the threads that recover senders and on this one, and puts them into a pool
 * that is thrown away. In small steps: other work of the thread goes on between them.
 */
export async function warmUpAdmission(config: ChainConfig, threads: SenderThreads): Promise<void> {
  const rules: TransactionRules = {
    chainId: config.chainId,
    mode: config.mode,
    shanghai: true,
    prague: true,
  }
  const head = { baseFee: 1n, gasLimit: 60_000_000n }
  const pool = createTransactionPool(
    {
      limits: DEFAULT_POOL_LIMITS,
      senderState: () => ({ nonce: 0n, balance: 10n ** 24n, code: 'none' }),
      onPending: () => {},
      now: () => performance.now(),
    },
    head,
  )
  const raws = [...warmUpTransactions(config.chainId)]
  for (let at = 0; at < raws.length; at += TOGETHER) {
    const round = raws.slice(at, at + TOGETHER)
    for (const result of await Promise.all(round.map((raw) => threads.inspect(raw, rules)))) {
      if (result instanceof Error) continue
      // As if its sender's first: so that it is executable.
      pool.add({ ...result, nonce: 0n })
    }
    await nextTurn()
  }
  createSelection(pool, head.baseFee).take(raws.length, head.gasLimit)
}
