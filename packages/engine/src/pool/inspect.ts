import {
  type Address,
  bigintToBytes,
  bytesToHex,
  concatBytes,
  decodeRlp,
  decodeTransaction,
  encodeRlp,
  GAS_PER_BLOB,
  hexToBytes,
  keccak256,
  legacyChainId,
  listItems,
  listOf,
  MalformedInputError,
  type RlpItem,
  rlpBytes,
  type SignedAuthorization,
  type SignedTransaction,
  signatureParity,
  signingHashOf,
  TX_BLOB,
  TX_DEPOSIT,
  TX_LEGACY,
  TX_SET_CODE,
  transactionHash,
  transactionType,
  uintBytes,
  versionedHash,
} from '@altlayer/protocol'
import { PoolError } from '../errors.ts'
import { MAX_TRANSACTION_SIZE, type PooledTransaction } from './types.ts'

/** What of the chain's rules a transaction can be checked against without any state. */
export interface TransactionRules {
  readonly chainId: bigint
  readonly mode: 'op' | 'ethereum'
  /** Forks active in the block that comes next. */
  readonly shanghai: boolean
  readonly prague: boolean
}

/** The signer's 20 bytes, or undefined when no key made the signature. */
export type Recover = (
  hash: Uint8Array,
  yParity: number,
  r: Uint8Array,
  s: Uint8Array,
) => Uint8Array | undefined

/** Order of secp256k1, and half of it: EIP-2's limit for s. */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const HALF_ORDER = CURVE_ORDER / 2n
const MAX_UINT256 = (1n << 256n) - 1n
const MAX_NONCE = (1n << 64n) - 1n
/** EIP-3860. */
const MAX_INIT_CODE_SIZE = 49_152
const COMMITMENT_SIZE = 48
const AUTHORIZATION_MAGIC = 5
const ZERO_DIGIT = '0'.charCodeAt(0)

/**
 * Everything that can be said of a transaction without state: it decodes, is signed for this chain, and
 * its gas covers what it is charged before it runs. Throws PoolError.
 */
export function inspectTransaction(
  input: Uint8Array,
  rules: TransactionRules,
  recover: Recover,
): PooledTransaction {
  const { raw, transaction } = malformedIsRefused(() => decodeSupported(input, rules))
  checkFees(transaction)
  checkGas(transaction, rules)
  const chainId =
    transaction.type === TX_LEGACY ? legacyChainId(transaction.v) : transaction.chainId
  if (chainId !== undefined && chainId !== rules.chainId)
    throw new PoolError(
      'chainId',
      `invalid sender: invalid chain id for signer: have ${chainId} want ${rules.chainId}`,
    )
  const parity = malformedIsRefused(() => signatureParity(transaction))
  const from = recoverSigner(
    signingHashOf(raw, transaction),
    { yParity: parity, r: transaction.r, s: transaction.s },
    recover,
  )
  if (from === undefined) throw new PoolError('invalidSender', 'invalid sender')
  return {
    hash: transactionHash(raw),
    raw,
    from,
    nonce: transaction.nonce,
    type: transaction.type,
    gas: transaction.gas,
    feeCap: feeCapOf(transaction),
    tip: tipOf(transaction),
    cost: transaction.gas * feeCapOf(transaction) + transaction.value + blobCost(transaction),
    authorities:
      transaction.type === TX_SET_CODE
        ? authorities(transaction.authorizationList, rules, recover)
        : [],
  }
}

/** Refuses what the pool would not take of any size. Throws PoolError. */
export function requireSupportedType(input: Uint8Array, rules: TransactionRules): void {
  malformedIsRefused(() => supportedType(input, rules))
}

function supportedType(input: Uint8Array, rules: TransactionRules): number {
  const type = transactionType(input)
  if (
    type === TX_DEPOSIT ||
    (type === TX_BLOB && rules.mode === 'op') ||
    (type === TX_SET_CODE && !rules.prague)
  )
    throw new PoolError(
      'typeNotSupported',
      `transaction type not supported: tx type ${type} not supported by this pool`,
    )
  return type
}

function decodeSupported(
  input: Uint8Array,
  rules: TransactionRules,
): { readonly raw: Uint8Array; readonly transaction: SignedTransaction } {
  const type = supportedType(input, rules)
  const raw = type === TX_BLOB ? withoutSidecar(input) : input
  if (raw.length > MAX_TRANSACTION_SIZE)
    throw new PoolError(
      'oversized',
      `oversized data: transaction size ${raw.length}, limit ${MAX_TRANSACTION_SIZE}`,
    )
  return { raw, transaction: decodeTransaction(raw) as SignedTransaction }
}

function malformedIsRefused<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof MalformedInputError)
      throw new PoolError('malformed', `malformed transaction: ${error.message}`, { cause: error })
    throw error
  }
}

/**
 * A blob transaction from outside comes with its blobs, commitments and proofs (EIP-4844, "Networking");
 * a block has it without. Nobody takes the blobs any further here, so that only what the block relies on
 * is checked: that the commitments are those the transaction names.
 */
function withoutSidecar(input: Uint8Array): Uint8Array {
  const outer = decodeRlp(input.subarray(1), 'transaction')
  if (!outer.list || (outer.payload[0] ?? 0) < 0xc0) return input
  const items = listOf(outer, 4, 5, 'transaction')
  const inner = items[0] as RlpItem
  const raw = concatBytes(Uint8Array.of(TX_BLOB), inner.encoding)
  const transaction = decodeTransaction(raw)
  const commitments = listItems(items.at(-2) as RlpItem, 'transaction.commitments')
  const named = transaction.type === TX_BLOB ? transaction.blobVersionedHashes : []
  if (commitments.length !== named.length)
    throw new MalformedInputError(
      'transaction.commitments',
      `${named.length} commitments`,
      `${commitments.length}`,
    )
  commitments.forEach((commitment, index) => {
    const path = `transaction.commitments[${index}]`
    const versioned = versionedHash(rlpBytes(commitment, path, COMMITMENT_SIZE))
    if (versioned !== named[index])
      throw new MalformedInputError(path, `the commitment of ${named[index]}`, versioned)
  })
  return raw
}

function feeCapOf(transaction: SignedTransaction): bigint {
  return 'gasPrice' in transaction ? transaction.gasPrice : transaction.maxFeePerGas
}

function tipOf(transaction: SignedTransaction): bigint {
  return 'gasPrice' in transaction ? transaction.gasPrice : transaction.maxPriorityFeePerGas
}

function blobCost(transaction: SignedTransaction): bigint {
  if (transaction.type !== TX_BLOB) return 0n
  return (
    GAS_PER_BLOB * BigInt(transaction.blobVersionedHashes.length) * transaction.maxFeePerBlobGas
  )
}

function checkFees(transaction: SignedTransaction): void {
  const tip = tipOf(transaction)
  const feeCap = feeCapOf(transaction)
  if (tip > feeCap)
    throw new PoolError(
      'tipAboveFeeCap',
      `max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: ${tip}, maxFeePerGas: ${feeCap}`,
    )
  if (transaction.nonce === MAX_NONCE) throw new PoolError('nonceMax', 'nonce has max value')
  if (transaction.gas * feeCap + transaction.value + blobCost(transaction) > MAX_UINT256)
    throw new PoolError(
      'insufficientFunds',
      'insufficient funds for gas * price + value: the cost exceeds 256 bits',
    )
}

function checkGas(transaction: SignedTransaction, rules: TransactionRules): void {
  const size = (transaction.data.length - 2) / 2
  if (transaction.to === undefined && rules.shanghai && size > MAX_INIT_CODE_SIZE)
    throw new PoolError(
      'initCodeSize',
      `max initcode size exceeded: code size ${size}, limit ${MAX_INIT_CODE_SIZE}`,
    )
  if (transaction.type === TX_SET_CODE && transaction.authorizationList.length === 0)
    throw new PoolError(
      'emptyAuthorizations',
      'set code tx must have at least one authorization tuple',
    )
  const { intrinsic, floor } = gasBounds(transaction, rules)
  if (transaction.gas < intrinsic)
    throw new PoolError(
      'intrinsicGas',
      `intrinsic gas too low: gas ${transaction.gas}, minimum needed ${intrinsic}`,
    )
  if (rules.prague && transaction.gas < floor)
    throw new PoolError(
      'floorGas',
      `insufficient gas for floor data gas cost: gas ${transaction.gas}, minimum needed ${floor}`,
    )
}

/** Gas charged before execution (EIP-2028, 2930, 3860, 7702) and EIP-7623's floor. */
function gasBounds(
  transaction: SignedTransaction,
  rules: TransactionRules,
): { readonly intrinsic: bigint; readonly floor: bigint } {
  const { data } = transaction
  const size = (data.length - 2) / 2
  let zeros = 0
  for (let at = 2; at < data.length; at += 2)
    if (data.charCodeAt(at) === ZERO_DIGIT && data.charCodeAt(at + 1) === ZERO_DIGIT) zeros++
  const creates = transaction.to === undefined
  const accessList = transaction.type === TX_LEGACY ? [] : transaction.accessList
  const slots = accessList.reduce((sum, { storageKeys }) => sum + storageKeys.length, 0)
  const intrinsic =
    21_000 +
    (creates ? 32_000 : 0) +
    (creates && rules.shanghai ? 2 * Math.ceil(size / 32) : 0) +
    4 * zeros +
    16 * (size - zeros) +
    2_400 * accessList.length +
    1_900 * slots +
    25_000 * (transaction.type === TX_SET_CODE ? transaction.authorizationList.length : 0)
  const tokens = zeros + 4 * (size - zeros)
  return { intrinsic: BigInt(intrinsic), floor: BigInt(21_000 + 10 * tokens) }
}

/** A signature's parity, r and s. */
export interface Signature {
  readonly yParity: number
  readonly r: bigint
  readonly s: bigint
}

/** Who signed `hash`; undefined when nobody did, or with a high s (EIP-2). */
export function recoverSigner(
  hash: Uint8Array,
  { yParity, r, s }: Signature,
  recover: Recover,
): Address | undefined {
  if (r === 0n || r >= CURVE_ORDER || s === 0n || s > HALF_ORDER || yParity > 1) return undefined
  const address = recover(hash, yParity, bigintToBytes(r, 32), bigintToBytes(s, 32))
  return address && bytesToHex(address)
}

/** Who signed the authorizations that can take effect on this chain. */
function authorities(
  list: readonly SignedAuthorization[],
  rules: TransactionRules,
  recover: Recover,
): readonly Address[] {
  const found = new Set<Address>()
  for (const authorization of list) {
    const { chainId, nonce } = authorization
    if ((chainId !== 0n && chainId !== rules.chainId) || nonce === MAX_NONCE) continue
    const authority = recoverSigner(authorizationHash(authorization), authorization, recover)
    if (authority !== undefined) found.add(authority)
  }
  return [...found]
}

/** EIP-7702: the authority signs keccak256(0x05 ++ rlp([chain id, address, nonce])). */
function authorizationHash({ chainId, address, nonce }: SignedAuthorization): Uint8Array {
  const message = encodeRlp([uintBytes(chainId), hexToBytes(address), uintBytes(nonce)])
  return keccak256(concatBytes(Uint8Array.of(AUTHORIZATION_MAGIC), message))
}
