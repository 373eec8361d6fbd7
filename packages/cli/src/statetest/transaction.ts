import {
  type AccessList,
  type Address,
  accessListFromRpc,
  authorizationFromRpc,
  encodeTransaction,
  type Hash,
  type Hex,
  MalformedInputError,
  optional,
  parseAddress,
  parseArray,
  parseData,
  parseHash,
  parseInteger,
  parseObject,
  type SignedAuthorization,
  type SignedTransaction,
  signingHash,
  TX_ACCESS_LIST,
  TX_BLOB,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
  TX_SET_CODE,
} from '@altlayer/protocol'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/** The `transaction` of a state test: lists of data, gas limits and values, of which a case takes one each. */
export interface TransactionTemplate {
  readonly data: readonly Hex[]
  readonly gasLimits: readonly bigint[]
  readonly values: readonly bigint[]
  /** One for each of `data`. */
  readonly accessLists: readonly (AccessList | undefined)[]
  readonly nonce: bigint
  readonly to: Address | undefined
  readonly gasPrice: bigint | undefined
  readonly maxFeePerGas: bigint | undefined
  readonly maxPriorityFeePerGas: bigint | undefined
  readonly maxFeePerBlobGas: bigint | undefined
  readonly blobVersionedHashes: readonly Hash[] | undefined
  readonly authorizationList: readonly SignedAuthorization[] | undefined
  readonly secretKey: Hash | undefined
}

/** Reads a state test's `transaction`. Throws MalformedInputError naming the member. */
export function parseTemplate(value: unknown, path: string): TransactionTemplate {
  const tx = parseObject(value, path)
  const list = <T>(name: string, parse: (value: unknown, path: string) => T): readonly T[] =>
    parseArray(tx[name], `${path}.${name}`).map((item, i) => parse(item, `${path}.${name}[${i}]`))
  const lists = <T>(name: string, parse: (value: unknown, path: string) => T) =>
    tx[name] === undefined ? undefined : list(name, parse)
  const integer = (name: string) => optional(tx[name], `${path}.${name}`, amount)
  return {
    data: list('data', parseData),
    gasLimits: list('gasLimit', amount),
    values: list('value', amount),
    accessLists: lists('accessLists', (item, at) => optional(item, at, accessListFromRpc)) ?? [],
    nonce: amount(tx.nonce, `${path}.nonce`),
    to: tx.to === '' ? undefined : optional(tx.to, `${path}.to`, parseAddress),
    gasPrice: integer('gasPrice'),
    maxFeePerGas: integer('maxFeePerGas'),
    maxPriorityFeePerGas: integer('maxPriorityFeePerGas'),
    maxFeePerBlobGas: integer('maxFeePerBlobGas'),
    blobVersionedHashes: lists('blobVersionedHashes', parseHash),
    authorizationList: lists('authorizationList', (item, at) =>
      // Files write numbers with leading zeros too.
      authorizationFromRpc(item, at, parseInteger),
    ),
    secretKey: optional(tx.secretKey, `${path}.secretKey`, parseHash),
  }
}

// Amounts past 256 bits are there to be refused; older files write them `0x:bigint 0x...`.
const AMOUNT_MAX = 1n << 512n

function amount(value: unknown, path: string): bigint {
  const text = typeof value === 'string' ? value.replace(/^0x:bigint /, '') : value
  return parseInteger(text, path, AMOUNT_MAX)
}

/** A template's values that no transaction can hold: refused before there are bytes. */
export class ImpossibleTransactionError extends Error {
  override readonly name = 'ImpossibleTransactionError'
}

/**
 * Signs the transaction of one case with the template's key; a legacy one without EIP-155, as the suite does.
 * Throws MalformedInputError when the template lacks what its type needs, and ImpossibleTransactionError.
 */
export function buildTransaction(
  template: TransactionTemplate,
  indexes: { readonly data: number; readonly gas: number; readonly value: number },
  chainId: bigint,
): Uint8Array {
  const { secretKey } = template
  if (secretKey === undefined) {
    throw new MalformedInputError('transaction.secretKey', 'a key, as there are no txbytes', 'none')
  }
  const unsigned = assemble(template, indexes, chainId)
  try {
    return sign(unsigned, secretKey)
  } catch (error) {
    if (error instanceof MalformedInputError) throw new ImpossibleTransactionError(error.message)
    throw error
  }
}

function sign(unsigned: SignedTransaction, secretKey: Hash): Uint8Array {
  const signature = secp256k1.sign(signingHash(unsigned), Buffer.from(secretKey.slice(2), 'hex'), {
    prehash: false,
    format: 'recovered',
  })
  const parity = signature[0] as number
  const r = BigInt(`0x${Buffer.from(signature.subarray(1, 33)).toString('hex')}`)
  const s = BigInt(`0x${Buffer.from(signature.subarray(33, 65)).toString('hex')}`)
  return encodeTransaction(
    unsigned.type === TX_LEGACY
      ? { ...unsigned, v: unsigned.v + BigInt(parity), r, s }
      : { ...unsigned, yParity: parity, r, s },
  )
}

function assemble(
  template: TransactionTemplate,
  indexes: { readonly data: number; readonly gas: number; readonly value: number },
  chainId: bigint,
): SignedTransaction {
  const { nonce, to, maxFeePerGas, blobVersionedHashes, authorizationList } = template
  const accessList = template.accessLists[indexes.data]
  const common = {
    nonce,
    gas: template.gasLimits[indexes.gas] as bigint,
    value: template.values[indexes.value] as bigint,
    data: template.data[indexes.data] as Hex,
    r: 0n,
    s: 0n,
  }
  const recipient = to === undefined ? {} : { to }
  const typed = { ...common, chainId, accessList: accessList ?? [], yParity: 0 }
  if (maxFeePerGas === undefined) {
    const gasPrice = demand(template.gasPrice, 'gasPrice')
    return accessList === undefined
      ? { type: TX_LEGACY, ...common, ...recipient, gasPrice, v: 27n }
      : { type: TX_ACCESS_LIST, ...typed, ...recipient, gasPrice }
  }
  const maxPriorityFeePerGas = demand(template.maxPriorityFeePerGas, 'maxPriorityFeePerGas')
  const fees = { ...typed, maxFeePerGas, maxPriorityFeePerGas }
  if (authorizationList !== undefined) {
    return { type: TX_SET_CODE, ...fees, to: demandRecipient(to), authorizationList }
  }
  if (blobVersionedHashes !== undefined || template.maxFeePerBlobGas !== undefined) {
    const maxFeePerBlobGas = demand(template.maxFeePerBlobGas, 'maxFeePerBlobGas')
    const hashes = blobVersionedHashes ?? []
    return {
      type: TX_BLOB,
      ...fees,
      to: demandRecipient(to),
      maxFeePerBlobGas,
      blobVersionedHashes: hashes,
    }
  }
  return { type: TX_DYNAMIC_FEE, ...fees, ...recipient }
}

function demandRecipient(to: Address | undefined): Address {
  if (to === undefined) throw new ImpossibleTransactionError('this type cannot create a contract')
  return to
}

function demand<T>(value: T | undefined, name: string): T {
  if (value === undefined) {
    throw new MalformedInputError(`transaction.${name}`, 'a value for this type', 'nothing')
  }
  return value
}
