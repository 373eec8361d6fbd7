import type { Block, Engine, Receipt } from '@altlayer/engine'
import {
  type Address,
  type Hash,
  type Header,
  headerToRpc,
  quantity,
  transactionHash,
} from '@altlayer/protocol'
import type { Json } from '../rollup.ts'
import { formatTransaction } from './transaction.ts'

/** The header as newHeads shows it. */
export function formatHeader(header: Header, hash: Hash): Record<string, Json> {
  return { ...headerToRpc(header), hash }
}

export interface BlockView {
  /** Full transactions instead of their hashes. */
  readonly full: boolean
  /** The open block: it has no hash yet. */
  readonly pending: boolean
}

/** A block as eth_getBlockBy* show it. */
export function formatBlock(engine: Engine, block: Block, view: BlockView): Json {
  return {
    ...blockFields(engine, block),
    ...(view.pending ? { hash: null, nonce: null } : {}),
    transactions: formatTransactions(engine, block, view),
  }
}

/** What a block shows besides its transactions. */
export function blockFields(engine: Engine, block: Block): Record<string, Json> {
  return {
    ...formatHeader(block.header, block.hash),
    size: quantity(block.size),
    // Every block after the genesis is a proof-of-stake block and adds nothing.
    totalDifficulty: quantity(engine.genesis.header.difficulty),
    uncles: [],
    ...(block.withdrawals === undefined
      ? {}
      : {
          withdrawals: block.withdrawals.map((withdrawal) => ({
            index: quantity(withdrawal.index),
            validatorIndex: quantity(withdrawal.validatorIndex),
            address: withdrawal.address,
            amount: quantity(withdrawal.amount),
          })),
        }),
  }
}

function formatTransactions(engine: Engine, block: Block, view: BlockView): readonly Json[] {
  if (!view.full) {
    if (!view.pending) return transactionHashes(block)
    return block.transactions.map((raw) => transactionHash(raw))
  }
  const receipts = blockReceipts(engine, block, view.pending)
  const senders = receipts?.map(({ from }) => from) ?? engine.senders(block.hash) ?? []
  return block.transactions.map((_, index) =>
    formatBlockTransaction(
      block,
      index,
      senders[index] as Address,
      receipts?.[index],
      view.pending,
    ),
  )
}

/** One transaction of a block, as eth_getTransactionBy* show it. */
export function formatBlockTransaction(
  block: Block,
  index: number,
  from: Address,
  receipt: Receipt | undefined,
  pending: boolean,
): Json {
  const { header, hash, transactions } = block
  const raw = transactions[index] as Uint8Array
  return formatTransaction(raw, {
    hash: receipt?.transactionHash ?? transactionHash(raw),
    from,
    receipt,
    ...(pending ? {} : { block: { hash, number: header.number, index } }),
    ...(header.baseFeePerGas === undefined ? {} : { baseFeePerGas: header.baseFeePerGas }),
  })
}

export function blockReceipts(
  engine: Engine,
  block: Block,
  pending: boolean,
): readonly Receipt[] | undefined {
  return pending ? engine.pendingReceipts() : engine.receipts(block.hash)
}

const CACHED_BLOCKS = 64
const hashesByBlock = new Map<Hash, readonly Hash[]>()

/** Hashes of a sealed block's transactions; those of the last blocks asked for are kept, as wallets poll the head. */
export function transactionHashes(block: Block): readonly Hash[] {
  const cached = hashesByBlock.get(block.hash)
  if (cached !== undefined) return cached
  const hashes = block.transactions.map((raw) => transactionHash(raw))
  const oldest = hashesByBlock.keys().next()
  if (hashesByBlock.size >= CACHED_BLOCKS && !oldest.done) hashesByBlock.delete(oldest.value)
  hashesByBlock.set(block.hash, hashes)
  return hashes
}
