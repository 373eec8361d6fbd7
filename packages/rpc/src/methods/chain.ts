import type { Block, BlockRef } from '@altlayer/engine'
import { bytesToHex, type Hash, type Hex, quantity } from '@altlayer/protocol'
import type { Api } from '../api.ts'
import {
  blockReceipts,
  formatBlock,
  formatBlockTransaction,
  formatHeader,
} from '../format/block.ts'
import { formatReceipt, receiptByHash } from '../format/receipt.ts'
import { formatPoolTransaction } from '../format/transaction.ts'
import { isOpenBlock, LATEST, rawTransaction, requireHeader } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import { blockNumber, blockRef, boolean, hash, optional, uint64 } from '../params.ts'
import type { Json } from '../rollup.ts'
import {
  arrayOf,
  blockSchema,
  dataSchema,
  headerSchema,
  nullable,
  quantitySchema,
  receiptSchema,
  transactionSchema,
} from '../schemas.ts'

const blockParam = param('Block', blockNumber)
const hashParam = param('Block hash', hash)
const indexParam = param('Index', uint64)
const fullParam = param('Hydrated transactions', optional(boolean))

/** Blocks, transactions and receipts. */
export function chainMethods(api: Api): readonly Method[] {
  const { engine, logTimestamps } = api

  function getBlock(ref: BlockRef, full: boolean | undefined): Json {
    const block = engine.block(ref)
    if (block === undefined) return null
    return formatBlock(engine, block, {
      full: full ?? false,
      pending: isOpenBlock(engine, ref, block),
    })
  }

  function getHeader(ref: BlockRef): Json {
    return ofBlock(ref, (block) => ({
      ...formatHeader(block.header, block.hash),
      ...(isOpenBlock(engine, ref, block) ? { hash: null, nonce: null } : {}),
    }))
  }

  /** `answer` for the block, or null when it is unknown. */
  function ofBlock(ref: BlockRef, answer: (block: Block) => Json): Json {
    const block = engine.block(ref)
    return block === undefined ? null : answer(block)
  }

  function transactionAt(ref: BlockRef, index: bigint): Json {
    return ofBlock(ref, (block) => {
      const position = Number(index)
      if (position >= block.transactions.length) return null
      const pending = isOpenBlock(engine, ref, block)
      const receipt = blockReceipts(engine, block, pending)?.[position]
      const from = receipt?.from ?? engine.senders(block.hash)?.[position]
      if (from === undefined) return null
      return formatBlockTransaction(block, position, from, receipt, pending)
    })
  }

  /** Empty, as in geth, when there is none. */
  function rawTransactionAt(ref: BlockRef, index: bigint): Hex {
    const raw = engine.block(ref)?.transactions[Number(index)]
    return raw === undefined ? '0x' : bytesToHex(raw)
  }

  function transactionByHash(transactionHash: Hash): Json {
    const place = engine.transactionLocation(transactionHash)
    if (place === undefined) {
      const pooled = engine.pool.get(transactionHash)
      return pooled === undefined ? null : formatPoolTransaction(pooled)
    }
    const block = engine.block({ hash: place.blockHash })
    if (block === undefined) return null
    const receipt = engine.receipts(place.blockHash)?.[place.index]
    return formatBlockTransaction(block, place.index, place.from, receipt, false)
  }

  function receiptsOf(ref: BlockRef): Json {
    return ofBlock(ref, (block) => {
      const receipts = blockReceipts(engine, block, isOpenBlock(engine, ref, block)) ?? []
      return receipts.map((one) => formatReceipt(one, block.header.timestamp, logTimestamps))
    })
  }

  const count = ['Count', nullable(quantitySchema)] as const
  const transaction = ['Transaction', nullable(transactionSchema)] as const
  const block = ['Block', nullable(blockSchema)] as const
  const header = ['Header', nullable(headerSchema)] as const
  const rawResult = ['Encoded transaction', dataSchema] as const
  const transactionCount = (ref: BlockRef) =>
    ofBlock(ref, ({ transactions }) => quantity(transactions.length))
  // There are no uncles after the merge.
  const uncleCount = (ref: BlockRef) => ofBlock(ref, () => '0x0')

  return [
    method({
      name: 'eth_blockNumber',
      summary: 'Number of the most recent block.',
      result: ['Block number', quantitySchema],
      handler: () => quantity(requireHeader(engine, LATEST).header.number),
    }),
    method({
      name: 'eth_getBlockByHash',
      summary: 'A block by its hash.',
      params: [hashParam, fullParam],
      result: block,
      handler: ([blockHash, full]) => getBlock({ hash: blockHash }, full),
    }),
    method({
      name: 'eth_getBlockByNumber',
      summary: 'A block by its number or a tag.',
      params: [blockParam, fullParam],
      result: block,
      handler: ([ref, full]) => getBlock(ref, full),
    }),
    method({
      name: 'eth_getHeaderByHash',
      summary: 'The header of a block by its hash.',
      params: [hashParam],
      result: header,
      handler: ([blockHash]) => getHeader({ hash: blockHash }),
    }),
    method({
      name: 'eth_getHeaderByNumber',
      summary: 'The header of a block by its number or a tag.',
      params: [blockParam],
      result: header,
      handler: ([ref]) => getHeader(ref),
    }),
    method({
      name: 'eth_getBlockTransactionCountByHash',
      summary: 'Number of transactions in a block.',
      params: [hashParam],
      result: count,
      handler: ([blockHash]) => transactionCount({ hash: blockHash }),
    }),
    method({
      name: 'eth_getBlockTransactionCountByNumber',
      summary: 'Number of transactions in a block.',
      params: [blockParam],
      result: count,
      handler: ([ref]) => transactionCount(ref),
    }),
    method({
      name: 'eth_getUncleCountByBlockHash',
      summary: 'Number of uncles of a block: none.',
      params: [hashParam],
      result: count,
      handler: ([blockHash]) => uncleCount({ hash: blockHash }),
    }),
    method({
      name: 'eth_getUncleCountByBlockNumber',
      summary: 'Number of uncles of a block: none.',
      params: [blockParam],
      result: count,
      handler: ([ref]) => uncleCount(ref),
    }),
    method({
      name: 'eth_getUncleByBlockHashAndIndex',
      summary: 'An uncle: there is none.',
      params: [hashParam, indexParam],
      result: block,
      handler: () => null,
    }),
    method({
      name: 'eth_getUncleByBlockNumberAndIndex',
      summary: 'An uncle: there is none.',
      params: [blockParam, indexParam],
      result: block,
      handler: () => null,
    }),
    method({
      name: 'eth_getTransactionByHash',
      summary: 'A transaction of the chain or of the pool.',
      params: [param('Transaction hash', hash)],
      result: transaction,
      handler: ([transactionHash]) => transactionByHash(transactionHash),
    }),
    method({
      name: 'eth_getRawTransactionByHash',
      summary: 'Encoding of a transaction of the chain or of the pool (EIP-2718).',
      params: [param('Transaction hash', hash)],
      result: rawResult,
      handler: ([transactionHash]) => rawTransaction(engine, transactionHash),
    }),
    method({
      name: 'eth_getRawTransactionByBlockHashAndIndex',
      summary: 'Encoding of a transaction by its place (EIP-2718).',
      params: [hashParam, indexParam],
      result: rawResult,
      handler: ([blockHash, index]) => rawTransactionAt({ hash: blockHash }, index),
    }),
    method({
      name: 'eth_getRawTransactionByBlockNumberAndIndex',
      summary: 'Encoding of a transaction by its place (EIP-2718).',
      params: [blockParam, indexParam],
      result: rawResult,
      handler: ([ref, index]) => rawTransactionAt(ref, index),
    }),
    method({
      name: 'eth_getTransactionByBlockHashAndIndex',
      summary: 'A transaction by its place.',
      params: [hashParam, indexParam],
      result: transaction,
      handler: ([blockHash, index]) => transactionAt({ hash: blockHash }, index),
    }),
    method({
      name: 'eth_getTransactionByBlockNumberAndIndex',
      summary: 'A transaction by its place.',
      params: [blockParam, indexParam],
      result: transaction,
      handler: ([ref, index]) => transactionAt(ref, index),
    }),
    method({
      name: 'eth_getTransactionReceipt',
      summary: 'The receipt of a transaction in the chain.',
      params: [param('Transaction hash', hash)],
      result: ['Receipt', nullable(receiptSchema)],
      handler: ([transactionHash]) => receiptByHash(api, transactionHash) ?? null,
    }),
    method({
      name: 'eth_getBlockReceipts',
      summary: 'All receipts of a block.',
      params: [param('Block', blockRef)],
      result: ['Receipts', nullable(arrayOf(receiptSchema))],
      handler: ([ref]) => receiptsOf(ref),
    }),
  ]
}
