import {
  type BlockId,
  encodedTransactionFromRpc,
  type Hash,
  type Header,
  headerFromRpc,
  headerHash,
  MalformedInputError,
  orderedTrieRoot,
  parseArray,
  parseHash,
  parseObject,
  transactionHash,
} from '@altlayer/protocol'
import { VerificationProblem } from './verdict.ts'

/** A block as an RPC shows it: its header hashes to `hash`, its transactions are those of the header. */
export interface ForeignBlock {
  readonly hash: Hash
  readonly header: Header
  /** EIP-2718 encodings, in order. */
  readonly transactions: readonly Uint8Array[]
}

/** A block's answer before its header is checked: an RPC may show a header that is not the hash's. */
export interface ClaimedBlock extends ForeignBlock {
  /** Hash of the header that was shown. */
  readonly headerHash: Hash
}

/** Most transactions looked at: past it a block's JSON is not a block of any chain. */
const MAX_TRANSACTIONS = 200_000

/**
 * Reads a block of `eth_getBlockBy*` with whole transactions. `wanted` is the hash or the number it was
 * asked for by. The transactions are checked against the header's root, the header against nothing yet. Throws
 * MalformedInputError and VerificationProblem.
 */
export function parseBlock(json: unknown, wanted: Hash | bigint): ClaimedBlock {
  const object = parseObject(json, 'block')
  const header = headerFromRpc(object, 'block')
  const shown = parseHash(object.hash, 'block.hash')
  const hash = typeof wanted === 'bigint' ? shown : wanted
  if (shown !== hash) throw new MalformedInputError('block.hash', hash, shown)
  if (typeof wanted === 'bigint' && header.number !== wanted)
    throw new MalformedInputError('block.number', `${wanted}`, `${header.number}`)
  const list = parseArray(object.transactions, 'block.transactions')
  if (list.length > MAX_TRANSACTIONS)
    throw new MalformedInputError(
      'block.transactions',
      `at most ${MAX_TRANSACTIONS}`,
      `${list.length}`,
    )
  const transactions = list.map((item, i) =>
    encodedTransactionFromRpc(item, `block.transactions[${i}]`),
  )
  const root = orderedTrieRoot(transactions)
  if (root !== header.transactionsRoot)
    throw transactionsProblem(list, transactions, header.transactionsRoot, root)
  return { hash, header, transactions, headerHash: headerHash(header) }
}

/** The first transaction that is not what its own hash says; else only the roots can be compared. */
function transactionsProblem(
  list: readonly unknown[],
  transactions: readonly Uint8Array[],
  expected: Hash,
  actual: Hash,
): VerificationProblem {
  const roots = `transactions root: the header has ${expected}, those shown have ${actual}`
  for (const [index, raw] of transactions.entries()) {
    const path = `block.transactions[${index}]`
    const claimed = parseHash(parseObject(list[index], path).hash, `${path}.hash`)
    const computed = transactionHash(raw)
    if (claimed !== computed)
      return new VerificationProblem({
        code: 'TRANSACTIONS',
        message: `transaction ${index}: its fields hash to ${computed}, it is shown as ${claimed}; ${roots}`,
        transaction: index,
        field: 'hash',
        expected: claimed,
        actual: computed,
      })
  }
  return new VerificationProblem({
    code: 'TRANSACTIONS',
    message: roots,
    field: 'transactionsRoot',
    expected,
    actual,
  })
}

/**
 * Checks that `parent` is the header of the block before. Throws VerificationProblem.
 */
export function checkParent(parent: Header, block: { readonly header: Header }): void {
  const { header } = block
  const hash = headerHash(parent)
  if (hash !== header.parentHash)
    throw new VerificationProblem({
      code: 'PARENT_HEADER',
      message: `the parent's header hashes to ${hash}, the block names ${header.parentHash}`,
      field: 'parentHash',
      expected: header.parentHash,
      actual: hash,
    })
  if (parent.number + 1n !== header.number)
    throw new VerificationProblem({
      code: 'BLOCK_RULES',
      message: `block number ${header.number} does not follow its parent's, ${parent.number}`,
      field: 'number',
      expected: `${parent.number + 1n}`,
      actual: `${header.number}`,
    })
}

/** Number and hash of a block of `eth_getBlockBy*` with hashes only, its header checked; and its header. */
export function parseHeader(json: unknown, path = 'block'): BlockId & { readonly header: Header } {
  const header = headerFromRpc(json, path)
  const hash = parseHash(parseObject(json, path).hash, `${path}.hash`)
  const computed = headerHash(header)
  if (computed !== hash) throw new MalformedInputError(`${path}.hash`, computed, hash)
  return { number: header.number, hash, header }
}
