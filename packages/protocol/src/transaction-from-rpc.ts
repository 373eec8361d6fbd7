import { describe, MalformedInputError } from './errors.ts'
import { MAX_UINT64, parseAddress, parseData, parseHash, parseQuantity } from './hex.ts'
import { type JsonObject, optional, parseArray, parseObject } from './json.ts'
import {
  type AccessList,
  type DepositTransaction,
  encodeTransaction,
  type SignedAuthorization,
  type Transaction,
  TX_ACCESS_LIST,
  TX_BLOB,
  TX_DEPOSIT,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
  TX_SET_CODE,
} from './transaction.ts'

/** Reads a JSON value as an integer of at most `max`. */
export type IntegerReader = (value: unknown, path: string, max?: bigint) => bigint

/**
 * The transaction in a JSON-RPC transaction object (execution-apis; deposits as op-geth writes them). The
 * inverse of `transactionToRpc`: what the object says of block, sender and hash is ignored. Nothing is
 * verified: compare `encodeTransaction` of the block's with its transactions root. Throws
 * MalformedInputError, also for a type that neither Ethereum nor the OP Stack has.
 *
 * @example
 * const transactions = block.transactions.map((tx, i) => transactionFromRpc(tx, `transactions[${i}]`))
 * assert.equal(orderedTrieRoot(transactions.map(encodeTransaction)), header.transactionsRoot)
 */
export function transactionFromRpc(value: unknown, path = 'transaction'): Transaction {
  const json = parseObject(value, path)
  const quantity = (name: string, max?: bigint) => parseQuantity(json[name], `${path}.${name}`, max)
  // The oldest clients leave the type out.
  const type = Number(
    optional(json.type, `${path}.type`, (v, at) => parseQuantity(v, at, 0xffn)) ?? 0n,
  )
  if (type === TX_DEPOSIT) return parseDeposit(json, path)
  if (type > TX_SET_CODE)
    throw new MalformedInputError(
      `${path}.type`,
      'a transaction type from 0 to 4, or 0x7e',
      describe(json.type),
    )
  const to = optional(json.to, `${path}.to`, parseAddress)
  const common = {
    nonce: quantity('nonce', MAX_UINT64),
    gas: quantity('gas', MAX_UINT64),
    ...(to !== undefined && { to }),
    value: quantity('value'),
    data: parseData(json.input, `${path}.input`),
    r: quantity('r'),
    s: quantity('s'),
  }
  if (type === TX_LEGACY)
    return { type, ...common, gasPrice: quantity('gasPrice'), v: quantity('v') }
  const typed = {
    ...common,
    chainId: quantity('chainId'),
    accessList: optional(json.accessList, `${path}.accessList`, accessListFromRpc) ?? [],
    yParity: Number(parseQuantity(json.yParity ?? json.v, `${path}.yParity`, 1n)),
  }
  if (type === TX_ACCESS_LIST) return { type, ...typed, gasPrice: quantity('gasPrice') }
  const fees = {
    ...typed,
    maxPriorityFeePerGas: quantity('maxPriorityFeePerGas'),
    maxFeePerGas: quantity('maxFeePerGas'),
  }
  if (type === TX_DYNAMIC_FEE) return { type, ...fees }
  const list = <T>(name: string, parse: (item: unknown, at: string) => T): readonly T[] =>
    parseArray(json[name], `${path}.${name}`).map((item, i) => parse(item, `${path}.${name}[${i}]`))
  const recipient = () => parseAddress(json.to, `${path}.to`)
  if (type === TX_BLOB)
    return {
      type,
      ...fees,
      to: recipient(),
      maxFeePerBlobGas: quantity('maxFeePerBlobGas'),
      blobVersionedHashes: list('blobVersionedHashes', parseHash),
    }
  return {
    type: TX_SET_CODE,
    ...fees,
    to: recipient(),
    authorizationList: list('authorizationList', (item, at) => authorizationFromRpc(item, at)),
  }
}

/** As `transactionFromRpc`, encoded (EIP-2718): what stands in a block. */
export function encodedTransactionFromRpc(value: unknown, path = 'transaction'): Uint8Array {
  return encodeTransaction(transactionFromRpc(value, path))
}

function parseDeposit(json: JsonObject, path: string): DepositTransaction {
  const to = optional(json.to, `${path}.to`, parseAddress)
  const mint = optional(json.mint, `${path}.mint`, (value, at) => parseQuantity(value, at))
  const isSystemTransaction = json.isSystemTx ?? false
  if (typeof isSystemTransaction !== 'boolean')
    throw new MalformedInputError(`${path}.isSystemTx`, 'a boolean', describe(isSystemTransaction))
  return {
    type: TX_DEPOSIT,
    sourceHash: parseHash(json.sourceHash, `${path}.sourceHash`),
    from: parseAddress(json.from, `${path}.from`),
    ...(to !== undefined && { to }),
    mint: mint ?? 0n,
    value: parseQuantity(json.value, `${path}.value`),
    gas: parseQuantity(json.gas, `${path}.gas`, MAX_UINT64),
    isSystemTransaction,
    data: parseData(json.input, `${path}.input`),
  }
}

/** An EIP-2930 access list in JSON. Throws MalformedInputError. */
export function accessListFromRpc(value: unknown, path: string): AccessList {
  return parseArray(value, path).map((entry, i) => {
    const json = parseObject(entry, `${path}[${i}]`)
    return {
      address: parseAddress(json.address, `${path}[${i}].address`),
      storageKeys: parseArray(json.storageKeys, `${path}[${i}].storageKeys`).map((key, j) =>
        parseHash(key, `${path}[${i}].storageKeys[${j}]`),
      ),
    }
  })
}

/**
 * A signed EIP-7702 authorization in JSON; `integer` reads its numbers, by default as JSON-RPC quantities.
 * Throws MalformedInputError.
 */
export function authorizationFromRpc(
  value: unknown,
  path: string,
  integer: IntegerReader = parseQuantity,
): SignedAuthorization {
  const json = parseObject(value, path)
  const read = (name: string, max?: bigint) => integer(json[name], `${path}.${name}`, max)
  return {
    chainId: read('chainId'),
    address: parseAddress(json.address, `${path}.address`),
    nonce: read('nonce', MAX_UINT64),
    // Bounded by 2^8 in the encoding; one that is no parity makes the authorization void, not the transaction.
    yParity: Number(integer(json.yParity ?? json.v, `${path}.yParity`, 0xffn)),
    r: read('r'),
    s: read('s'),
  }
}
