import {
  type Address,
  BLOOM_BYTES,
  bytesToHex,
  type ChainConfig,
  concatBytes,
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeHeader,
  estimatedDaSize,
  type Header,
  type Hex,
  hexToBytes,
  isForkActive,
  ZERO_HASH,
} from '@altlayer/protocol'
import type { Block, DaLimits, ExecutionPayload, PayloadAttributes, Receipt } from '../api.ts'
import { blockSize } from '../chain/block-size.ts'
import type { SealedHeader } from '../chain/chain.ts'
import { completeReceipts } from '../chain/receipts.ts'
import type { TransactionPool } from '../pool/pool.ts'
import { createSelection, type DaRoom, type Selection } from '../pool/selection.ts'
import type { PooledTransaction } from '../pool/types.ts'
import type { AccountDiff } from '../program/types.ts'
import { decodeReceipts, type StoredReceipt } from '../store/receipts.ts'
import type { BuilderHandlers, OpenedBlock } from '../workers/builder.ts'
import type { Remote } from '../workers/channel.ts'
import { packBytes, packedBuffers } from '../workers/pack.ts'
import { type ExecutedBatch, INCLUDED, LATER } from './open-block.ts'

/** A block being built on the builder thread, as the main thread sees it. */
export interface Payload {
  readonly id: Hex
  readonly parent: SealedHeader
  readonly attributes: PayloadAttributes
  /** Set by `seal`. */
  readonly sealed: ExecutionPayload | undefined
  /** The block so far; its roots are not known yet, its hash is zero. */
  block(): Block
  receipts(): readonly Receipt[]
  /** Net changes of the block so far, by account. */
  changes(): Promise<ReadonlyMap<Address, AccountDiff>>
  /** A pool transaction became executable. */
  offer(transaction: PooledTransaction): void
  /** Adds nothing more; resolves when nothing is being added any more. */
  stop(): Promise<void>
  /** Takes what the pool has now, for a moment, stops and seals. */
  seal(): Promise<ExecutionPayload>
}

export interface PayloadContext {
  readonly config: ChainConfig
  readonly builder: Remote<BuilderHandlers>
  readonly pool: TransactionPool
  readonly slotTime: number
  readonly lastLook: number
  /** The limits in force. */
  readonly daLimits: () => DaLimits
  /** Transactions were added. */
  readonly onChange: () => void
  readonly log: (level: 'info' | 'error', message: string) => void
}

/** Transactions given to the builder at once. */
const BATCH_SIZE = 256
/** And their gas limits together, unless it is one transaction. */
const BATCH_GAS = 10_000_000n
const TRANSFER_GAS = 21_000n

/** Follows a block that the builder has opened, and fills it from the pool every slot. */
export function createPayload(
  context: PayloadContext,
  id: Hex,
  parent: SealedHeader,
  attributes: PayloadAttributes,
  opened: OpenedBlock,
): Payload {
  const { config, builder, pool } = context
  const { environment } = opened
  const transactions: Uint8Array[] = [...(attributes.transactions ?? [])]
  const records: Uint8Array[] = [opened.receipts]
  /** Transactions from the pool, and what the first `counted` of them take on L1. */
  const pooled: PooledTransaction[] = []
  let counted = 0
  let daBytes = 0
  let { gasLeft } = opened
  let stopped = false
  /** When the last look into the pool ends; set when the block is to be sealed. */
  let deadline = Number.POSITIVE_INFINITY
  let failure: unknown
  let filling: Promise<void> = Promise.resolve()
  let sealed: ExecutionPayload | undefined
  // What was computed of the block's present content.
  let view: { readonly block: Block; readonly receipts: readonly Receipt[] } | undefined
  let changes: Promise<ReadonlyMap<Address, AccountDiff>> | undefined
  const selection: Selection | undefined =
    attributes.noTxPool === true ? undefined : createSelection(pool, environment.baseFeePerGas)

  /** What the pool's transactions may still take on L1: counted only while there is a limit. */
  const roomOf = ({ transaction, block }: DaLimits): DaRoom | undefined => {
    if (transaction === 0 && block === 0) return undefined
    for (; counted < pooled.length; counted++)
      daBytes += estimatedDaSize((pooled[counted] as PooledTransaction).raw)
    return {
      transaction: transaction === 0 ? Number.POSITIVE_INFINITY : transaction,
      block: block === 0 ? Number.POSITIVE_INFINITY : block - daBytes,
    }
  }

  const fill = async (from: Selection): Promise<void> => {
    let changed = false
    while (!stopped && gasLeft >= TRANSFER_GAS && performance.now() < deadline) {
      const batch = from.take(BATCH_SIZE, BATCH_GAS, roomOf(context.daLimits()))
      if (batch.length === 0) break
      const raws = packBytes(batch.map(({ raw }) => raw))
      const senders = batch.map(({ from: sender }) => sender)
      const result = await builder.execute({ id, raws, senders }, packedBuffers(raws))
      const before = transactions.length
      apply(from, batch, result)
      changed ||= transactions.length > before
    }
    if (changed) context.onChange()
  }

  const apply = (
    from: Selection,
    batch: readonly PooledTransaction[],
    { outcomes, reasons, receipts, gasLeft: left }: ExecutedBatch,
  ): void => {
    for (const [index, transaction] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) {
        from.returned(transaction)
      } else if (outcome === INCLUDED) {
        transactions.push(transaction.raw)
        pooled.push(transaction)
      } else if (outcome === LATER) {
        from.skip(transaction.from)
      } else {
        context.log('info', `pool: dropped ${transaction.hash}: ${reasons.get(index)}`)
        pool.remove(transaction.hash)
        from.returned(transaction)
      }
    }
    records.push(receipts)
    gasLeft = left
    view = undefined
    changes = undefined
  }

  const look = (from: Selection): Promise<void> =>
    fill(from).catch((error: unknown) => {
      stopped = true
      failure = error
      context.log('error', `building ${id} failed: ${String(error)}`)
    })

  let timer: NodeJS.Timeout | undefined
  if (selection !== undefined) {
    const slot = (): void => {
      filling = look(selection).then(() => {
        if (!stopped && deadline === Number.POSITIVE_INFINITY)
          timer = setTimeout(slot, context.slotTime)
      })
    }
    slot()
  }

  const pendingView = () => {
    if (view !== undefined) return view
    const stored = decodeReceipts(concatBytes(...records))
    const header = pendingHeader(
      config,
      parent,
      attributes,
      opened,
      environment.gasLimit - gasLeft,
      unionOfBlooms(stored),
    )
    const block: Block = {
      header,
      hash: ZERO_HASH,
      transactions: [...transactions],
      ...(attributes.withdrawals !== undefined && { withdrawals: attributes.withdrawals }),
      size: blockSize(encodeHeader(header).length, transactions, attributes.withdrawals),
    }
    view = { block, receipts: completeReceipts(config, block, stored) }
    return view
  }

  const stop = async (): Promise<void> => {
    stopped = true
    clearTimeout(timer)
    await filling
  }

  /** What came since the last slot belongs in this block, not in the next. */
  const lookOnceMore = async (): Promise<void> => {
    if (selection === undefined || stopped) return
    deadline = performance.now() + context.lastLook
    clearTimeout(timer)
    await filling
    if (stopped) return
    filling = look(selection)
    await filling
  }

  return {
    id,
    parent,
    attributes,
    get sealed() {
      return sealed
    },
    block: () => pendingView().block,
    receipts: () => pendingView().receipts,
    changes() {
      changes ??= builder
        .diff(id)
        .then((diff) => new Map(diff.map((change) => [change.address, change])))
      return changes
    },
    offer: (transaction) => selection?.offer(transaction),
    stop,
    async seal() {
      await lookOnceMore()
      await stop()
      if (failure !== undefined) throw failure
      if (sealed === undefined) {
        const { header, hash } = await builder.seal(id)
        sealed = {
          header,
          blockHash: hash,
          transactions: [...transactions],
          ...(header.withdrawalsRoot !== undefined && {
            withdrawals: attributes.withdrawals ?? [],
          }),
        }
      }
      return sealed
    },
  }
}

/** A block's bloom is that of its receipts together; hashing their logs again would cost far more. */
function unionOfBlooms(receipts: readonly StoredReceipt[]): Hex {
  const union = new Uint8Array(BLOOM_BYTES)
  for (const { logs, logsBloom } of receipts) {
    if (logs.length === 0) continue
    const bloom = hexToBytes(logsBloom)
    for (let at = 0; at < BLOOM_BYTES; at++)
      union[at] = (union[at] as number) | (bloom[at] as number)
  }
  return bytesToHex(union)
}

function pendingHeader(
  config: ChainConfig,
  parent: SealedHeader,
  attributes: PayloadAttributes,
  { environment }: OpenedBlock,
  gasUsed: bigint,
  bloom: Hex,
): Header {
  const op = config.mode === 'op'
  const active = (
    ethereum: 'shanghai' | 'cancun' | 'prague',
    of: 'canyon' | 'ecotone' | 'isthmus',
  ) => isForkActive(config.forks, op ? of : ethereum, environment.timestamp)
  return {
    parentHash: parent.hash,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: environment.feeRecipient,
    stateRoot: ZERO_HASH,
    transactionsRoot: ZERO_HASH,
    receiptsRoot: ZERO_HASH,
    logsBloom: bloom,
    difficulty: 0n,
    number: environment.number,
    gasLimit: environment.gasLimit,
    gasUsed,
    timestamp: environment.timestamp,
    extraData: attributes.extraData ?? (op ? parent.header.extraData : '0x'),
    mixHash: environment.prevRandao,
    nonce: '0x0000000000000000',
    baseFeePerGas: environment.baseFeePerGas,
    ...(active('shanghai', 'canyon') && { withdrawalsRoot: EMPTY_ROOT }),
    ...(active('cancun', 'ecotone') && {
      blobGasUsed: 0n,
      excessBlobGas: 0n,
      parentBeaconBlockRoot: attributes.parentBeaconBlockRoot ?? ZERO_HASH,
    }),
    ...(active('prague', 'isthmus') && { requestsHash: EMPTY_REQUESTS_HASH }),
  }
}
