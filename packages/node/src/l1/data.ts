import {
  encodedTransactionFromRpc,
  encodeReceipt,
  type Hash,
  type Header,
  headerFromRpc,
  headerHash,
  MalformedInputError,
  orderedTrieRoot,
  parseArray,
  parseObject,
  quantity,
  receiptFromRpc,
} from '@altlayer/protocol'
import { checked, connectL1, type L1ClientOptions, L1Error } from './client.ts'
import { networkForms } from './network-form.ts'

/** An L1 block with its transactions, which are those of its transactions root. */
export interface L1FullBlock {
  readonly hash: Hash
  readonly header: Header
  /** EIP-2718 encodings, blob transactions without their sidecars. */
  readonly transactions: readonly Uint8Array[]
  /** What the transactions trie holds, where that is something else; see `network-form.ts`. */
  readonly leaves?: readonly Uint8Array[]
}

/** What derivation reads of L1. Every method rejects with L1Error when L1 does not answer with what was asked. */
export interface L1Data {
  /** By number or hash; undefined: L1 does not have it. */
  block(ref: bigint | Hash): Promise<L1FullBlock | undefined>
  /** Consensus encodings of a block's receipts, which are those of its receipts root. */
  receipts(block: { readonly hash: Hash; readonly header: Header }): Promise<readonly Uint8Array[]>
  close(): void
}

/** Reads whole L1 blocks over HTTP. Everything counts only if it hashes to the block's hash. */
export function createL1Data(options: L1ClientOptions): L1Data {
  const { request, close } = connectL1({ timeout: 20_000, ...options })
  return {
    close,
    async block(ref) {
      const byNumber = typeof ref === 'bigint'
      const method = byNumber ? 'eth_getBlockByNumber' : 'eth_getBlockByHash'
      const name = byNumber ? quantity(ref) : ref
      const json = await request(method, [name, true])
      if (json === null || json === undefined) return undefined
      const block = checked(`${method} ${name}`, () => parseFullBlock(json, ref))
      const { transactionsRoot } = block.header
      if (orderedTrieRoot(block.transactions) === transactionsRoot) return block
      const leaves = await networkForms(request, block.transactions)
      checked(`${method} ${name}`, () => expectRoot('block.transactions', leaves, transactionsRoot))
      return { ...block, leaves }
    },
    async receipts({ hash, header }) {
      const json = await request('eth_getBlockReceipts', [hash])
      if (json === null || json === undefined)
        throw new L1Error(`L1 does not know the receipts of block ${hash}`)
      return checked(`eth_getBlockReceipts ${hash}`, () => {
        const receipts = parseArray(json, 'receipts').map((receipt, i) =>
          encodeReceipt(receiptFromRpc(receipt, `receipts[${i}]`)),
        )
        expectRoot('receipts', receipts, header.receiptsRoot)
        return receipts
      })
    },
  }
}

/** The caller checks the transactions' root. */
function parseFullBlock(json: unknown, ref: bigint | Hash): L1FullBlock {
  const header = headerFromRpc(json, 'block')
  const hash = headerHash(header)
  const has = typeof ref === 'bigint' ? header.number : hash
  if (has !== ref) throw new MalformedInputError('block', `${ref}`, `${has}`)
  const list = parseArray(parseObject(json, 'block').transactions, 'block.transactions')
  const transactions = list.map((item, i) =>
    encodedTransactionFromRpc(item, `block.transactions[${i}]`),
  )
  return { hash, header, transactions }
}

function expectRoot(path: string, items: readonly Uint8Array[], expected: Hash): void {
  const root = orderedTrieRoot(items)
  if (root !== expected) throw new MalformedInputError(`${path} (their root)`, expected, root)
}
