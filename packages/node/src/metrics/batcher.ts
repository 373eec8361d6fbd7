import type { Registry } from 'prom-client'
import { BLOB_DATA_MAX } from '../batcher/blob.ts'
import type { BatcherObserver } from '../batcher/service.ts'
import type { BatcherEvent } from '../batcher/state.ts'
import { metricsFactory } from './registry.ts'

// op-batcher's names where it has the thing, so that its dashboards and alerts fit; docs/metrics.md lists them.

const GWEI = 1e9

/** The batcher's metrics, in `registry`. */
export function createBatcherMetrics(registry: Registry): BatcherObserver {
  const { counter, gauge, histogram } = metricsFactory(registry, 'op_batcher_default')
  const refs = gauge('refs_number', 'Block numbers, by layer and type', ['layer', 'type'])
  const channels = counter('channel_total', 'Channels by stage', ['stage'])
  const transactions = counter('batcher_tx_total', 'Transactions by stage', ['stage'])
  const pendingBlocks = gauge('pending_blocks_count', 'Blocks that wait for a channel', ['stage'])
  const pendingBytes = gauge(
    'pending_blocks_bytes_current',
    'Bytes of transactions in the blocks that wait for a channel',
  )
  const pendingBytesTotal = counter(
    'pending_blocks_bytes_total',
    'Bytes of transactions in all blocks that were loaded',
  )
  const pendingDaBytes = gauge(
    'pending_da_bytes',
    'Estimated bytes on L1 of the blocks that wait for a channel',
  )
  const unsafeDaBytes = gauge(
    'unsafe_da_bytes',
    'Estimated bytes on L1 of all blocks that are not there',
  )
  const channelQueue = gauge('channel_queue_length', 'Channels that are open or not safe yet')
  const inputBytes = gauge('input_bytes', 'Bytes that went into the last channel', ['stage'])
  const inputBytesTotal = counter('input_bytes_total', 'Bytes that went into channels')
  const outputBytes = gauge('output_bytes', 'Bytes of the last channel, compressed')
  const outputBytesTotal = counter('output_bytes_total', 'Bytes of channels, compressed')
  const channelFrames = gauge('channel_num_frames', 'Frames of the last channel')
  const ratio = histogram(
    'channel_compr_ratio',
    'Bytes of a channel by the bytes that went into it',
    [0.1, 0.2, ...Array.from({ length: 14 }, (_, i) => (30 + i * 5) / 100)],
  )
  const blobUsed = histogram(
    'blob_used_bytes',
    'Bytes of data in a blob',
    Array.from({ length: 14 }, (_, i) => (i * BLOB_DATA_MAX) / 13),
  )
  const intensity = gauge('throttle_intensity', 'From 0, no throttling, to 1', ['type'])
  const maxTxSize = gauge('throttle_max_tx_size', 'Limit on transactions in bytes; 0: none')
  const maxBlockSize = gauge('throttle_max_block_size', 'Limit on blocks in bytes; 0: none')
  const balance = gauge('balance', 'ETH that the account has')
  const nonce = gauge('txmgr_current_nonce', 'Nonce of the next transaction')
  const feeGwei = gauge('txmgr_tx_fee_gwei', 'Fee of the last included transaction')
  const gasBump = gauge('txmgr_tx_gas_bump', 'Times that fees were raised for the last transaction')
  const published = counter('txmgr_publish_total', 'Transactions that L1 took')
  const refused = counter('txmgr_tx_publish_error_count', 'Transactions that L1 refused')
  const rpcErrors = counter('txmgr_rpc_error_count', 'Times that L1 did not answer')
  const pending = gauge('pending_transactions', 'Transactions that are in no block')
  const bytes = counter('tx_bytes_total', 'Bytes of data in included transactions', ['da'])
  const gas = counter('tx_gas_total', 'Gas that included transactions used', ['da'])
  const blobGas = counter('tx_blob_gas_total', 'Blob gas that included transactions used')
  const fees = counter('tx_fee_gwei_total', 'Fees of included transactions', ['da'])
  const lastBytes = gauge('tx_bytes', 'Bytes of data in the last included transaction', ['da'])
  const lastGas = gauge('tx_gas', 'Gas that the last included transaction used', ['da'])
  const blobs = counter('blobs_total', 'Blobs that were sent')
  const resets = counter('resets_total', 'Times that the batcher began anew')
  gauge('up', '1 while the batcher runs').set(1)

  function record(event: BatcherEvent): void {
    switch (event.kind) {
      case 'reset':
        resets.inc()
        break
      case 'blocks-loaded':
        refs.set({ layer: 'l2', type: 'loaded' }, Number(event.last))
        pendingBytesTotal.inc(event.bytes)
        break
      case 'channel-opened':
        channels.inc({ stage: 'opened' })
        break
      case 'channel-closed':
        closed(event)
        break
      case 'channel-submitted':
        channels.inc({ stage: 'fully_submitted' })
        break
      case 'channel-lost':
        channels.inc({ stage: 'timed_out' })
        break
      case 'transaction-sent':
        sent(event)
        break
      case 'transaction-included':
        included(event)
        break
      case 'transaction-dropped':
        transactions.inc({ stage: 'dropped' })
        break
      case 'transaction-refused':
        transactions.inc({ stage: 'failed' })
        refused.inc()
        break
      case 'settled':
        break
    }
  }

  function closed(event: Extract<BatcherEvent, { kind: 'channel-closed' }>): void {
    channels.inc({ stage: 'closed' })
    inputBytes.set({ stage: 'closed' }, event.inputBytes)
    inputBytesTotal.inc(event.inputBytes)
    outputBytes.set(event.outputBytes)
    outputBytesTotal.inc(event.outputBytes)
    channelFrames.set(event.frames)
    if (event.inputBytes > 0) ratio.observe(event.outputBytes / event.inputBytes)
    refs.set({ layer: 'l2', type: 'added' }, Number(event.to))
  }

  function sent(event: Extract<BatcherEvent, { kind: 'transaction-sent' }>): void {
    published.inc()
    gasBump.set(event.attempt - 1)
    if (event.attempt > 1) return
    transactions.inc({ stage: 'submitted' })
    if (event.carrier !== 'blobs') return
    blobs.inc(event.bytes.length)
    for (const used of event.bytes) blobUsed.observe(used)
  }

  function included(event: Extract<BatcherEvent, { kind: 'transaction-included' }>): void {
    const { gasUsed, gasPrice, blobGasUsed, blobGasPrice } = event.inclusion
    const da = event.carrier
    const gwei = Number(gasUsed * gasPrice + blobGasUsed * blobGasPrice) / GWEI
    transactions.inc({ stage: 'success' })
    bytes.inc({ da }, event.bytes)
    gas.inc({ da }, Number(gasUsed))
    blobGas.inc(Number(blobGasUsed))
    fees.inc({ da }, gwei)
    lastBytes.set({ da }, event.bytes)
    lastGas.set({ da }, Number(gasUsed))
    feeGwei.set(gwei)
  }

  return {
    event: record,
    step({ figures, l1Head, balance: wei }) {
      pendingBlocks.set({ stage: 'loaded' }, figures.pendingBlocks)
      pendingBytes.set(figures.pendingBytes)
      pendingDaBytes.set(figures.pendingDaBytes)
      channelQueue.set(figures.channels)
      pending.set(figures.pendingTransactions)
      if (figures.nonce !== undefined) nonce.set(figures.nonce)
      refs.set({ layer: 'l1', type: 'latest' }, Number(l1Head))
      balance.set(Number(wei) / 1e18)
    },
    throttled(throttle, waiting) {
      intensity.set({ type: 'linear' }, throttle.intensity)
      maxTxSize.set(throttle.maxTxSize)
      maxBlockSize.set(throttle.maxBlockSize)
      unsafeDaBytes.set(waiting)
    },
    failed: () => rpcErrors.inc(),
  }
}
