import {
  bytesToHex,
  type ConsensusReceipt,
  createAddress,
  decodeReceipt,
  decodeTransaction,
  encodeReceipt,
  equalBytes,
  hexToBytes,
  type JsonObject,
  type L1Attributes,
  MalformedInputError,
  parseArray,
  parseL1Attributes,
  parseObject,
  quantity,
  receiptFromRpc,
  TX_DEPOSIT,
} from '@altlayer/protocol'
import type { ForeignBlock } from './block.ts'
import type { ExecutedTransaction } from './execute.ts'
import type { Problem } from './verdict.ts'

/**
 * Compares the receipts that `eth_getBlockReceipts` shows with what execution gave: the consensus fields, and
 * the others (addresses, gas, L1 fee and its parts, places of the logs) where they are shown. Returns the first
 * difference. Throws MalformedInputError for what is no list of receipts.
 */
export function compareReceipts(
  json: unknown,
  block: ForeignBlock,
  results: readonly ExecutedTransaction[],
): Problem | undefined {
  const list = parseArray(json, 'receipts')
  if (list.length !== results.length)
    return difference(undefined, 'length', `${results.length}`, `${list.length}`)
  const attributes = l1AttributesOf(block)
  let firstLog = 0
  for (const [index, result] of results.entries()) {
    const path = `receipts[${index}]`
    const object = parseObject(list[index], path)
    const own = decodeReceipt(result.receipt)
    const problem =
      consensusDifference(own, result, receiptFromRpc(object, path), index) ??
      shownDifference(object, shownFields(block, index, result, attributes), index) ??
      logDifference(object, block, result, index, firstLog)
    if (problem !== undefined) return problem
    firstLog += own.logs.length
  }
  return undefined
}

function difference(
  transaction: number | undefined,
  field: string,
  expected: string,
  actual: string,
): Problem {
  const place = transaction === undefined ? 'receipts' : `receipt ${transaction}`
  return {
    code: 'RECEIPT',
    message: `${place}: ${field} is ${expected}, the RPC shows ${actual}`,
    ...(transaction !== undefined && { transaction }),
    field,
    expected,
    actual,
  }
}

/** Fields that the receipts root commits to. */
function consensusDifference(
  own: ConsensusReceipt,
  result: ExecutedTransaction,
  shown: ConsensusReceipt,
  index: number,
): Problem | undefined {
  const { depositNonce, depositReceiptVersion, ...common } = shown
  // Before Canyon the nonce of a deposit is shown and not committed to.
  const committed =
    depositReceiptVersion === undefined
      ? common
      : { ...common, ...(depositNonce !== undefined && { depositNonce }), depositReceiptVersion }
  if (equalBytes(encodeReceipt(committed), result.receipt)) {
    if (depositNonce === undefined || result.depositNonce === depositNonce) return undefined
    return difference(index, 'depositNonce', `${result.depositNonce}`, `${depositNonce}`)
  }
  const names = ['type', 'status', 'cumulativeGasUsed', 'depositNonce', 'depositReceiptVersion']
  for (const name of names as (keyof ConsensusReceipt)[])
    if (own[name] !== shown[name])
      return difference(index, name, text(own[name]), text(shown[name]))
  if (own.logs.length !== shown.logs.length)
    return difference(index, 'logs.length', `${own.logs.length}`, `${shown.logs.length}`)
  for (const [at, log] of own.logs.entries()) {
    const other = shown.logs[at] as typeof log
    if (log.address !== other.address)
      return difference(index, `logs[${at}].address`, log.address, other.address)
    if (log.data !== other.data)
      return difference(index, `logs[${at}].data`, text(log.data), text(other.data))
    if (log.topics.join() !== other.topics.join())
      return difference(index, `logs[${at}].topics`, log.topics.join(), other.topics.join())
  }
  return difference(index, 'logsBloom', text(own.logsBloom), text(shown.logsBloom))
}

/** Fields that follow from the block and its execution, as JSON-RPC writes them. */
function shownFields(
  { hash, header, transactions }: ForeignBlock,
  index: number,
  result: ExecutedTransaction,
  attributes: L1Attributes | undefined,
): Readonly<Record<string, string | null>> {
  const { from, to, nonce } = result
  const contract =
    to === undefined ? (result.contractAddress ?? createAddress(from, nonce)) : undefined
  return {
    transactionHash: result.hash,
    transactionIndex: quantity(index),
    blockHash: hash,
    blockNumber: quantity(header.number),
    from,
    to: to ?? null,
    contractAddress: contract ?? null,
    gasUsed: quantity(result.gasUsed),
    effectiveGasPrice: quantity(result.effectiveGasPrice),
    ...(transactions[index]?.[0] !== TX_DEPOSIT && l1FeeFields(result, attributes)),
  }
}

function l1FeeFields(
  { l1Fee, l1GasUsed }: ExecutedTransaction,
  attributes: L1Attributes | undefined,
): Record<string, string> {
  if (l1Fee === undefined) return {}
  const fee = {
    l1Fee: quantity(l1Fee),
    ...(l1GasUsed !== undefined && { l1GasUsed: quantity(l1GasUsed) }),
  }
  if (attributes === undefined) return fee
  const price = { ...fee, l1GasPrice: quantity(attributes.baseFee) }
  if (attributes.version === 'bedrock') return price
  return {
    ...price,
    l1BaseFeeScalar: quantity(attributes.baseFeeScalar),
    l1BlobBaseFee: quantity(attributes.blobBaseFee),
    l1BlobBaseFeeScalar: quantity(attributes.blobBaseFeeScalar),
    ...(attributes.version === 'isthmus' && {
      operatorFeeScalar: quantity(attributes.operatorFeeScalar),
      operatorFeeConstant: quantity(attributes.operatorFeeConstant),
    }),
  }
}

/** What a client leaves out it does not claim. */
function shownDifference(
  object: JsonObject,
  fields: Readonly<Record<string, string | null>>,
  index: number,
  prefix = '',
): Problem | undefined {
  for (const [name, expected] of Object.entries(fields)) {
    const value = object[name]
    if (value === undefined || (value === null && OPTIONAL.has(name))) continue
    const actual = typeof value === 'string' ? value.toLowerCase() : value
    if (actual !== expected)
      return difference(index, `${prefix}${name}`, expected ?? 'null', text(value))
  }
  return undefined
}

/** Shown as null where there is none, by some clients. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'l1Fee',
  'l1GasUsed',
  'l1GasPrice',
  'l1BaseFeeScalar',
  'l1BlobBaseFee',
  'l1BlobBaseFeeScalar',
  'operatorFeeScalar',
  'operatorFeeConstant',
  'contractAddress',
])

/** Where each log says it stands. */
function logDifference(
  object: JsonObject,
  { hash, header }: ForeignBlock,
  result: ExecutedTransaction,
  index: number,
  firstLog: number,
): Problem | undefined {
  const logs = parseArray(object.logs, `receipts[${index}].logs`)
  for (const [at, log] of logs.entries()) {
    const path = `logs[${at}]`
    const fields = {
      logIndex: quantity(firstLog + at),
      transactionHash: result.hash,
      transactionIndex: quantity(index),
      blockHash: hash,
      blockNumber: quantity(header.number),
      removed: false,
    }
    const shown = parseObject(log, `receipts[${index}].${path}`)
    const { removed, ...named } = fields
    const problem = shownDifference(shown, named, index, `${path}.`)
    if (problem !== undefined) return problem
    if (shown.removed !== undefined && shown.removed !== removed)
      return difference(index, `${path}.removed`, 'false', text(shown.removed))
  }
  return undefined
}

/** What the block's first transaction says of L1; undefined where it is none of its kind. */
function l1AttributesOf({ transactions }: ForeignBlock): L1Attributes | undefined {
  const first = transactions[0]
  if (first === undefined || first[0] !== TX_DEPOSIT) return undefined
  try {
    return parseL1Attributes(hexToBytes(decodeTransaction(first).data))
  } catch (error) {
    if (error instanceof MalformedInputError) return undefined
    throw error
  }
}

const SHOWN_LENGTH = 200

function text(value: unknown): string {
  const whole =
    value instanceof Uint8Array
      ? bytesToHex(value)
      : value === undefined
        ? 'nothing'
        : String(value)
  return whole.length > SHOWN_LENGTH ? `${whole.slice(0, SHOWN_LENGTH)}…` : whole
}
