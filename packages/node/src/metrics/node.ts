import type { Block, Engine } from '@altlayer/engine'
import type { Hash, RollupConfig } from '@altlayer/protocol'
import type { Registry } from 'prom-client'
import { parentOf } from '../chain/parent.ts'
import type { DerivedHeads } from '../derivation/verifier.ts'
import type { L1Block } from '../l1/client.ts'
import type { L1Follower } from '../l1/follower.ts'
import { metricsFactory } from './registry.ts'

export interface NodeMetricsOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly follower: L1Follower
  readonly l1Genesis: L1Block
  readonly derived: () => DerivedHeads | undefined
  /** As in `altlayer/0.1.0`. */
  readonly version: string
  readonly peers?: () => number
}

/** The node's metrics, under op-node's names: they are read from the node when they are asked for. */
export function registerNodeMetrics(registry: Registry, options: NodeMetricsOptions): void {
  const { engine, follower, derived, config, l1Genesis } = options
  const { gauge, counter } = metricsFactory(registry, 'op_node_default')
  gauge('info', 'Version of the node', ['version']).set({ version: options.version }, 1)
  gauge('up', '1 while the node runs').set(1)

  /** Every head that there is: layer, type, number, time in seconds, hash. */
  function heads(): readonly Head[] {
    const now = derived()
    const { latest, safe, finalized } = follower.heads()
    const stored = (tag: 'safe' | 'finalized') => engine.block({ tag }) ?? engine.genesis
    const l2: readonly (readonly [string, Block])[] = [
      ['l2_unsafe', engine.block({ tag: 'latest' }) ?? engine.genesis],
      ['l2_safe', now?.safe ?? stored('safe')],
      ['l2_pending_safe', now?.pendingSafe ?? stored('safe')],
      ['l2_finalized', now?.finalized ?? stored('finalized')],
    ]
    const l1 = {
      l1_head: latest,
      l1_safe: safe,
      l1_finalized: finalized,
      l1_derived: now?.currentL1,
    }
    return [
      ...Object.entries(l1).flatMap(([type, block]) => (block ? [headOf('l1', type, block)] : [])),
      ...l2.flatMap(([type, block]) => {
        const { origin } = parentOf(config, block, l1Genesis)
        return [
          headOf('l2', type, block),
          {
            ...{ layer: 'l1_origin', type, number: Number(origin.number) },
            ...{ time: Number(origin.timestamp), hash: origin.hash },
          },
        ]
      }),
    ]
  }

  const labels = ['layer', 'type'] as const
  gauge('refs_number', 'Block numbers, by layer and type', labels, (metric) => {
    for (const { layer, type, number } of heads()) metric.set({ layer, type }, number)
  })
  gauge('refs_time', 'Times of these blocks, in seconds', labels, (metric) => {
    for (const { layer, type, time } of heads()) metric.set({ layer, type }, time)
  })
  gauge('refs_hash', 'Their hashes, cut down to a number', labels, (metric) => {
    for (const { layer, type, hash } of heads()) metric.set({ layer, type }, hashNumber(hash))
  })
  gauge('derivation_idle', '1 if all of L1 is derived', [], (metric) =>
    metric.set(derived()?.idle === true ? 1 : 0),
  )
  gauge('peer_count', 'Peers that are connected', [], (metric) =>
    metric.set(options.peers?.() ?? 0),
  )
  gauge('txpool_transactions', 'Transactions in the pool', ['status'], (metric) => {
    const { pending, queued } = engine.pool.status()
    metric.set({ status: 'pending' }, pending)
    metric.set({ status: 'queued' }, queued)
  })
  const transactions = counter(
    'transactions_sequenced_total',
    'Transactions in canonical blocks since the start, deposits included',
  )
  const reorgs = counter('l2_reorgs_total', 'Times that canonical blocks were replaced')
  engine.on('head', ({ reverted, applied }) => {
    transactions.inc(applied.reduce((sum, block) => sum + block.transactions.length, 0))
    if (reverted.length > 0) reorgs.inc()
  })
}

interface Head {
  readonly layer: string
  readonly type: string
  readonly number: number
  /** Seconds. */
  readonly time: number
  readonly hash: Hash
}

function headOf(layer: string, type: string, { header, hash }: L1Block | Block): Head {
  return { layer, type, number: Number(header.number), time: Number(header.timestamp), hash }
}

/** The first eight bytes, little-endian: graphs show where two nodes part. */
function hashNumber(hash: Hash): number {
  return Number(Buffer.from(hash.slice(2, 18), 'hex').readBigUInt64LE())
}
