import { MalformedInputError } from './errors.ts'
import { encodeHeader, headerFromItem } from './header.ts'
import { hexToBytes } from './hex.ts'
import {
  decodeRlp,
  encodeRlp,
  encodeRlpList,
  itemAt,
  listItems,
  listOf,
  type RlpItem,
  rlpAddress,
  rlpBytes,
  rlpUint64,
  uint64Bytes,
} from './rlp.ts'
import { TX_LEGACY, transactionType } from './transaction.ts'
import type { Address, Header } from './types.ts'

/** EIP-4895. `amount` in gwei. */
export interface BlockWithdrawal {
  readonly index: bigint
  readonly validatorIndex: bigint
  readonly address: Address
  readonly amount: bigint
}

/** A block as its RLP holds it (`debug_getRawBlock`, `chain.rlp`), after the merge: no uncles. */
export interface RawBlock {
  readonly header: Header
  /** EIP-2718 encodings, in order. */
  readonly transactions: readonly Uint8Array[]
  /** Since Shanghai. */
  readonly withdrawals?: readonly BlockWithdrawal[]
}

/** The RLP of a block. Throws MalformedInputError. */
export function encodeBlock(block: RawBlock): Uint8Array {
  const body = [
    encodeHeader(block.header),
    encodeRlpList(block.transactions.map(encodeInBlock)),
    encodeRlp([]),
  ]
  if (block.withdrawals) body.push(encodeRlp(block.withdrawals.map(withdrawalFields)))
  return encodeRlpList(body)
}

/** The block whose RLP `bytes` are. Transactions are not decoded further. Throws MalformedInputError. */
export function decodeBlock(bytes: Uint8Array, path = 'block'): RawBlock {
  return blockFromItem(decodeRlp(bytes, path), path)
}

/** The blocks of a file in which they follow one another, as in geth's `chain.rlp`. Throws MalformedInputError. */
export function decodeBlocks(bytes: Uint8Array, path = 'blocks'): readonly RawBlock[] {
  const blocks: RawBlock[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const at = `${path}[${blocks.length}]`
    const item = itemAt(bytes, offset, at)
    blocks.push(blockFromItem(item, at))
    offset += item.encoding.length
  }
  return blocks
}

function blockFromItem(item: RlpItem, path: string): RawBlock {
  const [header, transactions, uncles, withdrawals] = listOf(item, 3, 4, path)
  if (listItems(uncles as RlpItem, `${path}.uncles`).length > 0)
    throw new MalformedInputError(`${path}.uncles`, 'none', 'some')
  return {
    header: headerFromItem(header as RlpItem, `${path}.header`),
    transactions: listItems(transactions as RlpItem, `${path}.transactions`).map((tx, i) =>
      decodeInBlock(tx, `${path}.transactions[${i}]`),
    ),
    ...(withdrawals && {
      withdrawals: listItems(withdrawals, `${path}.withdrawals`).map((entry, i) =>
        decodeWithdrawal(entry, `${path}.withdrawals[${i}]`),
      ),
    }),
  }
}

// A block holds a legacy transaction as the list it is, any other as a string (EIP-2718).
function encodeInBlock(raw: Uint8Array, index: number): Uint8Array {
  return transactionType(raw, `block.transactions[${index}]`) === TX_LEGACY ? raw : encodeRlp(raw)
}

function decodeInBlock(item: RlpItem, path: string): Uint8Array {
  if (item.list) return item.encoding
  const raw = rlpBytes(item, path)
  if (transactionType(raw, path) === TX_LEGACY)
    throw new MalformedInputError(path, 'a legacy transaction as a list', 'a string')
  return raw
}

function withdrawalFields(withdrawal: BlockWithdrawal): Uint8Array[] {
  return [
    uint64Bytes(withdrawal.index, 'withdrawal.index'),
    uint64Bytes(withdrawal.validatorIndex, 'withdrawal.validatorIndex'),
    hexToBytes(withdrawal.address, 'withdrawal.address', 20),
    uint64Bytes(withdrawal.amount, 'withdrawal.amount'),
  ]
}

function decodeWithdrawal(item: RlpItem, path: string): BlockWithdrawal {
  const [index, validatorIndex, address, amount] = listOf(item, 4, 4, path)
  return {
    index: rlpUint64(index, `${path}.index`),
    validatorIndex: rlpUint64(validatorIndex, `${path}.validatorIndex`),
    address: rlpAddress(address, `${path}.address`),
    amount: rlpUint64(amount, `${path}.amount`),
  }
}
