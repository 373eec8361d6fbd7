import { describe, MalformedInputError } from './errors.ts'
import { bytesToHex, concatBytes, hexToBytes } from './hex.ts'
import { keccak256, keccak256Hex } from './keccak.ts'
import {
  decodeRlp,
  encodeRlp,
  encodeRlpList,
  listItems,
  listOf,
  type RlpItem,
  type RlpValue,
  rlpAddress,
  rlpBytes,
  rlpHash,
  rlpHex,
  rlpUint,
  rlpUint64,
  uint64Bytes,
  uintBytes,
} from './rlp.ts'
import type { Address, Hash, Hex } from './types.ts'

/** EIP-2718 types; 0x7e is the OP Stack's deposit. */
export const TX_LEGACY = 0
export const TX_ACCESS_LIST = 1
export const TX_DYNAMIC_FEE = 2
export const TX_BLOB = 3
export const TX_SET_CODE = 4
export const TX_DEPOSIT = 0x7e

export type AccessList = readonly {
  readonly address: Address
  readonly storageKeys: readonly Hash[]
}[]

/** An EIP-7702 authorization with its signature. */
export interface SignedAuthorization {
  readonly chainId: bigint
  readonly address: Address
  readonly nonce: bigint
  readonly yParity: number
  readonly r: bigint
  readonly s: bigint
}

interface Common {
  readonly gas: bigint
  /** undefined: creates a contract. */
  readonly to?: Address
  readonly value: bigint
  readonly data: Hex
}

interface Signed extends Common {
  readonly nonce: bigint
  readonly r: bigint
  readonly s: bigint
}

interface Typed extends Signed {
  readonly chainId: bigint
  readonly accessList: AccessList
  /** 0 or 1. */
  readonly yParity: number
}

interface FeeMarket extends Typed {
  readonly maxPriorityFeePerGas: bigint
  readonly maxFeePerGas: bigint
}

export interface LegacyTransaction extends Signed {
  readonly type: typeof TX_LEGACY
  readonly gasPrice: bigint
  /** 27 or 28, or with EIP-155 35 + 2 * chain id + parity. */
  readonly v: bigint
}

export interface AccessListTransaction extends Typed {
  readonly type: typeof TX_ACCESS_LIST
  readonly gasPrice: bigint
}

export interface DynamicFeeTransaction extends FeeMarket {
  readonly type: typeof TX_DYNAMIC_FEE
}

export interface BlobTransaction extends FeeMarket {
  readonly type: typeof TX_BLOB
  readonly to: Address
  readonly maxFeePerBlobGas: bigint
  readonly blobVersionedHashes: readonly Hash[]
}

export interface SetCodeTransaction extends FeeMarket {
  readonly type: typeof TX_SET_CODE
  readonly to: Address
  readonly authorizationList: readonly SignedAuthorization[]
}

/** OP Stack specs, "Deposits: The Deposited Transaction Type". */
export interface DepositTransaction extends Common {
  readonly type: typeof TX_DEPOSIT
  readonly sourceHash: Hash
  readonly from: Address
  /** Wei minted on L2, zero for none. */
  readonly mint: bigint
  /** Always false since Regolith. */
  readonly isSystemTransaction: boolean
}

export type SignedTransaction =
  | LegacyTransaction
  | AccessListTransaction
  | DynamicFeeTransaction
  | BlobTransaction
  | SetCodeTransaction
export type Transaction = SignedTransaction | DepositTransaction

/** The type of an encoded transaction: its first byte, or 0 for the list of a legacy one. Throws MalformedInputError. */
export function transactionType(raw: Uint8Array, path = 'transaction'): number {
  const first = raw[0]
  if (first === undefined) throw new MalformedInputError(path, 'a transaction', 'no bytes')
  if (first >= 0xc0) return TX_LEGACY
  if (first === 0 || first > 0x7f)
    throw new MalformedInputError(
      path,
      'a transaction type or a list',
      `byte 0x${first.toString(16)}`,
    )
  return first
}

/** The transaction hash: keccak256 of the encoding. */
export function transactionHash(raw: Uint8Array): Hash {
  return keccak256Hex(raw)
}

/**
 * Decodes an EIP-2718 transaction as it stands in a block (blob transactions without their sidecar).
 * Strict: what decodes encodes to the same bytes. Signatures are not verified.
 * Throws MalformedInputError.
 *
 * @example
 * const { type, nonce } = decodeTransaction(hexToBytes(raw))
 */
export function decodeTransaction(raw: Uint8Array, path = 'transaction'): Transaction {
  const type = transactionType(raw, path)
  if (type === TX_LEGACY) return decodeLegacy(decodeRlp(raw, path), path)
  const item = decodeRlp(raw.subarray(1), path)
  switch (type) {
    case TX_ACCESS_LIST:
      return decodeAccessList(item, path)
    case TX_DYNAMIC_FEE:
      return { type, ...feeMarket(listOf(item, 12, 12, path), 9, path) }
    case TX_BLOB:
      return decodeBlob(item, path)
    case TX_SET_CODE:
      return decodeSetCode(item, path)
    case TX_DEPOSIT:
      return decodeDeposit(item, path)
    default:
      throw new MalformedInputError(`${path}.type`, 'a known transaction type', describe(type))
  }
}

/** The EIP-2718 encoding of a transaction; the inverse of `decodeTransaction`. Throws MalformedInputError. */
export function encodeTransaction(tx: Transaction): Uint8Array {
  const fields = payload(tx)
  if (tx.type === TX_DEPOSIT) return concatBytes(Uint8Array.of(tx.type), encodeRlp(fields))
  const signature = [
    uintBytes(tx.type === TX_LEGACY ? tx.v : BigInt(tx.yParity), 'transaction.v'),
    uintBytes(tx.r, 'transaction.r'),
    uintBytes(tx.s, 'transaction.s'),
  ]
  const rlp = encodeRlp([...fields, ...signature])
  return tx.type === TX_LEGACY ? rlp : concatBytes(Uint8Array.of(tx.type), rlp)
}

/** EIP-155 chain id of a legacy transaction's `v`; undefined for one without replay protection. */
export function legacyChainId(v: bigint): bigint | undefined {
  return v >= 35n ? (v - 35n) / 2n : undefined
}

/** The parity of the signature's y, 0 or 1. Throws MalformedInputError for a `v` that no signature has. */
export function signatureParity(tx: SignedTransaction): number {
  if (tx.type !== TX_LEGACY) return tx.yParity
  if (tx.v === 27n || tx.v === 28n) return Number(tx.v - 27n)
  if (tx.v >= 35n) return Number((tx.v - 35n) % 2n)
  throw new MalformedInputError('transaction.v', '27, 28 or at least 35', `${tx.v}`)
}

/** The hash that the sender signed. */
export function signingHash(tx: SignedTransaction): Uint8Array {
  const fields = payload(tx)
  if (tx.type !== TX_LEGACY)
    return keccak256(concatBytes(Uint8Array.of(tx.type), encodeRlp(fields)))
  const chainId = legacyChainId(tx.v)
  if (chainId === undefined) return keccak256(encodeRlp(fields))
  return keccak256(encodeRlp([...fields, uintBytes(chainId), new Uint8Array(0), new Uint8Array(0)]))
}

/**
 * `signingHash` of a transaction that was decoded from `raw`, without encoding its fields again: what is
 * signed stands in `raw` before the signature.
 */
export function signingHashOf(raw: Uint8Array, tx: SignedTransaction): Uint8Array {
  const typed = tx.type !== TX_LEGACY
  const list = typed ? 1 : 0
  const prefix = raw[list] as number
  const start = list + (prefix < 0xf8 ? 1 : prefix - 0xf6)
  const v = typed ? BigInt(tx.yParity) : tx.v
  const end = raw.length - uintSize(v) - uintSize(tx.r) - uintSize(tx.s)
  const fields = raw.subarray(start, end)
  if (typed) return keccak256(concatBytes(Uint8Array.of(tx.type), encodeRlpList([fields])))
  const chainId = legacyChainId(tx.v)
  if (chainId === undefined) return keccak256(encodeRlpList([fields]))
  return keccak256(encodeRlpList([fields, encodeRlp(uintBytes(chainId)), EMPTY_STRINGS]))
}

/** Two empty strings in RLP: EIP-155 has them where r and s will stand. */
const EMPTY_STRINGS = Uint8Array.of(0x80, 0x80)

/** Bytes of an unsigned integer of at most 256 bits in RLP. */
function uintSize(value: bigint): number {
  if (value < 0x80n) return 1
  if (value >> 248n !== 0n) return 33
  return 1 + uintBytes(value).length
}

function decodeLegacy(item: RlpItem, path: string): LegacyTransaction {
  const items = listOf(item, 9, 9, path)
  return {
    type: TX_LEGACY,
    nonce: rlpUint64(items[0], `${path}.nonce`),
    gasPrice: rlpUint(items[1], `${path}.gasPrice`),
    gas: rlpUint64(items[2], `${path}.gas`),
    ...recipient(items[3], path),
    value: rlpUint(items[4], `${path}.value`),
    data: rlpHex(items[5], `${path}.data`),
    v: rlpUint(items[6], `${path}.v`),
    r: rlpUint(items[7], `${path}.r`),
    s: rlpUint(items[8], `${path}.s`),
  }
}

function decodeAccessList(item: RlpItem, path: string): AccessListTransaction {
  const items = listOf(item, 11, 11, path)
  return {
    type: TX_ACCESS_LIST,
    chainId: rlpUint(items[0], `${path}.chainId`),
    nonce: rlpUint64(items[1], `${path}.nonce`),
    gasPrice: rlpUint(items[2], `${path}.gasPrice`),
    gas: rlpUint64(items[3], `${path}.gas`),
    ...recipient(items[4], path),
    value: rlpUint(items[5], `${path}.value`),
    data: rlpHex(items[6], `${path}.data`),
    accessList: decodeAccessListItem(items[7], `${path}.accessList`),
    ...signature(items, 8, path),
  }
}

// Types 2, 3 and 4 begin alike; `signatureAt` is where their signature stands.
function feeMarket(items: readonly RlpItem[], signatureAt: number, path: string): FeeMarket {
  return {
    chainId: rlpUint(items[0], `${path}.chainId`),
    nonce: rlpUint64(items[1], `${path}.nonce`),
    maxPriorityFeePerGas: rlpUint(items[2], `${path}.maxPriorityFeePerGas`),
    maxFeePerGas: rlpUint(items[3], `${path}.maxFeePerGas`),
    gas: rlpUint64(items[4], `${path}.gas`),
    ...recipient(items[5], path),
    value: rlpUint(items[6], `${path}.value`),
    data: rlpHex(items[7], `${path}.data`),
    accessList: decodeAccessListItem(items[8], `${path}.accessList`),
    ...signature(items, signatureAt, path),
  }
}

function decodeBlob(item: RlpItem, path: string): BlobTransaction {
  const items = listOf(item, 14, 14, path)
  const hashes = listItems(items[10] as RlpItem, `${path}.blobVersionedHashes`)
  return {
    type: TX_BLOB,
    ...feeMarket(items, 11, path),
    to: rlpAddress(items[5], `${path}.to`),
    maxFeePerBlobGas: rlpUint(items[9], `${path}.maxFeePerBlobGas`),
    blobVersionedHashes: hashes.map((hash, i) =>
      rlpHash(hash, `${path}.blobVersionedHashes[${i}]`),
    ),
  }
}

function decodeSetCode(item: RlpItem, path: string): SetCodeTransaction {
  const items = listOf(item, 13, 13, path)
  const list = listItems(items[9] as RlpItem, `${path}.authorizationList`)
  return {
    type: TX_SET_CODE,
    ...feeMarket(items, 10, path),
    to: rlpAddress(items[5], `${path}.to`),
    authorizationList: list.map((entry, i) =>
      decodeAuthorization(entry, `${path}.authorizationList[${i}]`),
    ),
  }
}

function decodeAuthorization(item: RlpItem, path: string): SignedAuthorization {
  const items = listOf(item, 6, 6, path)
  return {
    chainId: rlpUint(items[0], `${path}.chainId`),
    address: rlpAddress(items[1], `${path}.address`),
    nonce: rlpUint64(items[2], `${path}.nonce`),
    // EIP-7702 bounds it by 2^8; a value that is no parity makes the authorization void, not the transaction.
    yParity: Number(rlpUint(items[3], `${path}.yParity`, 1)),
    r: rlpUint(items[4], `${path}.r`),
    s: rlpUint(items[5], `${path}.s`),
  }
}

function decodeDeposit(item: RlpItem, path: string): DepositTransaction {
  const items = listOf(item, 8, 8, path)
  return {
    type: TX_DEPOSIT,
    sourceHash: rlpHash(items[0], `${path}.sourceHash`),
    from: rlpAddress(items[1], `${path}.from`),
    ...recipient(items[2], path),
    mint: rlpUint(items[3], `${path}.mint`),
    value: rlpUint(items[4], `${path}.value`),
    gas: rlpUint64(items[5], `${path}.gas`),
    isSystemTransaction: parity(items[6], `${path}.isSystemTransaction`) === 1,
    data: rlpHex(items[7], `${path}.data`),
  }
}

function decodeAccessListItem(item: RlpItem | undefined, path: string): AccessList {
  return listItems(item as RlpItem, path).map((entry, i) => {
    const at = `${path}[${i}]`
    const [address, keys] = listOf(entry, 2, 2, at)
    return {
      address: rlpAddress(address, `${at}.address`),
      storageKeys: listItems(keys as RlpItem, `${at}.storageKeys`).map((key, k) =>
        rlpHash(key, `${at}.storageKeys[${k}]`),
      ),
    }
  })
}

function recipient(item: RlpItem | undefined, path: string): { to?: Address } {
  if (rlpBytes(item, `${path}.to`).length === 0) return {}
  return { to: rlpAddress(item, `${path}.to`) }
}

function signature(items: readonly RlpItem[], at: number, path: string) {
  return {
    yParity: parity(items[at], `${path}.yParity`),
    r: rlpUint(items[at + 1], `${path}.r`),
    s: rlpUint(items[at + 2], `${path}.s`),
  }
}

function parity(item: RlpItem | undefined, path: string): number {
  const value = rlpUint(item, path)
  if (value > 1n) throw new MalformedInputError(path, '0 or 1', `${value}`)
  return Number(value)
}

// The fields before the signature.
function payload(tx: Transaction): RlpValue[] {
  const to = tx.to === undefined ? new Uint8Array(0) : hexToBytes(tx.to, 'transaction.to', 20)
  const value = uintBytes(tx.value, 'transaction.value')
  const gas = uint64Bytes(tx.gas, 'transaction.gas')
  const data = hexToBytes(tx.data, 'transaction.data')
  if (tx.type === TX_DEPOSIT)
    return [
      hexToBytes(tx.sourceHash, 'transaction.sourceHash', 32),
      hexToBytes(tx.from, 'transaction.from', 20),
      to,
      uintBytes(tx.mint, 'transaction.mint'),
      value,
      gas,
      uintBytes(tx.isSystemTransaction ? 1n : 0n),
      data,
    ]
  const nonce = uint64Bytes(tx.nonce, 'transaction.nonce')
  if (tx.type === TX_LEGACY)
    return [nonce, uintBytes(tx.gasPrice, 'transaction.gasPrice'), gas, to, value, data]
  const chainId = uintBytes(tx.chainId, 'transaction.chainId')
  const accessList = encodeAccessList(tx.accessList)
  if (tx.type === TX_ACCESS_LIST)
    return [
      chainId,
      nonce,
      uintBytes(tx.gasPrice, 'transaction.gasPrice'),
      gas,
      to,
      value,
      data,
      accessList,
    ]
  const fees = [
    uintBytes(tx.maxPriorityFeePerGas, 'transaction.maxPriorityFeePerGas'),
    uintBytes(tx.maxFeePerGas, 'transaction.maxFeePerGas'),
  ]
  const head = [chainId, nonce, ...fees, gas, to, value, data, accessList]
  if (tx.type === TX_DYNAMIC_FEE) return head
  if (tx.type === TX_BLOB)
    return [
      ...head,
      uintBytes(tx.maxFeePerBlobGas, 'transaction.maxFeePerBlobGas'),
      tx.blobVersionedHashes.map((hash) => hexToBytes(hash, 'transaction.blobVersionedHashes', 32)),
    ]
  return [...head, tx.authorizationList.map(encodeAuthorization)]
}

function encodeAccessList(list: AccessList): RlpValue {
  return list.map(({ address, storageKeys }) => [
    hexToBytes(address, 'transaction.accessList.address', 20),
    storageKeys.map((key) => hexToBytes(key, 'transaction.accessList.storageKeys', 32)),
  ])
}

function encodeAuthorization(authorization: SignedAuthorization): RlpValue {
  const path = 'transaction.authorizationList'
  return [
    uintBytes(authorization.chainId, `${path}.chainId`),
    hexToBytes(authorization.address, `${path}.address`, 20),
    uint64Bytes(authorization.nonce, `${path}.nonce`),
    uintBytes(BigInt(authorization.yParity), `${path}.yParity`),
    uintBytes(authorization.r, `${path}.r`),
    uintBytes(authorization.s, `${path}.s`),
  ]
}

/** Address that `sender` creates a contract at with its transaction of `nonce`. */
export function createAddress(sender: Address, nonce: bigint): Address {
  const rlp = encodeRlp([hexToBytes(sender, 'sender', 20), uint64Bytes(nonce, 'nonce')])
  return bytesToHex(keccak256(rlp).subarray(12))
}
