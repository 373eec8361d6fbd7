import { quantity } from './hex.ts'
import {
  type AccessList,
  legacyChainId,
  type SignedAuthorization,
  type Transaction,
  TX_ACCESS_LIST,
  TX_BLOB,
  TX_DEPOSIT,
  TX_LEGACY,
  TX_SET_CODE,
} from './transaction.ts'
import type { Address, Hash, Hex } from './types.ts'

/** What a transaction object of JSON-RPC says that the transaction alone does not. */
export interface TransactionContext {
  readonly hash: Hash
  readonly from: Address
  /** Absent while the transaction is pending. */
  readonly block?: { readonly hash: Hash; readonly number: bigint; readonly index: number }
  /** Of the block it is in (or is expected in): gives `gasPrice` of types 2 to 4. */
  readonly baseFeePerGas?: bigint
  /** From the receipt of a deposit (Regolith). */
  readonly depositNonce?: bigint
  /** From the receipt of a deposit (Canyon). */
  readonly depositReceiptVersion?: bigint
}

type Json = Hex | null | boolean | readonly Json[] | { readonly [name: string]: Json }

/**
 * A transaction as execution-apis and, for deposits, op-geth write it: `nonce` of a deposit is the one it
 * was executed with, its signature is zero.
 */
export function transactionToRpc(
  tx: Transaction,
  context: TransactionContext,
): Record<string, Json> {
  const { block } = context
  return {
    type: quantity(tx.type),
    ...(chainIdOf(tx) !== undefined && { chainId: quantity(chainIdOf(tx) as bigint) }),
    nonce: quantity(tx.type === TX_DEPOSIT ? (context.depositNonce ?? 0n) : tx.nonce),
    gas: quantity(tx.gas),
    ...fees(tx, context.baseFeePerGas),
    to: tx.to ?? null,
    value: quantity(tx.value),
    input: tx.data,
    ...typeFields(tx, context),
    ...signatureFields(tx),
    hash: context.hash,
    from: context.from,
    blockHash: block?.hash ?? null,
    blockNumber: block === undefined ? null : quantity(block.number),
    transactionIndex: block === undefined ? null : quantity(block.index),
  }
}

/** Wei per gas that a transaction pays in a block with this base fee. */
export function effectiveGasPrice(tx: Transaction, baseFeePerGas: bigint): bigint {
  if (tx.type === TX_DEPOSIT) return 0n
  if (tx.type === TX_LEGACY || tx.type === TX_ACCESS_LIST) return tx.gasPrice
  const withTip = baseFeePerGas + tx.maxPriorityFeePerGas
  if (withTip > tx.maxFeePerGas) return tx.maxFeePerGas
  return withTip
}

function chainIdOf(tx: Transaction): bigint | undefined {
  if (tx.type === TX_DEPOSIT) return undefined
  return tx.type === TX_LEGACY ? legacyChainId(tx.v) : tx.chainId
}

function fees(tx: Transaction, baseFeePerGas: bigint | undefined): Record<string, Hex> {
  if (tx.type === TX_DEPOSIT) return { gasPrice: '0x0' }
  if (tx.type === TX_LEGACY || tx.type === TX_ACCESS_LIST)
    return { gasPrice: quantity(tx.gasPrice) }
  const price = baseFeePerGas === undefined ? tx.maxFeePerGas : effectiveGasPrice(tx, baseFeePerGas)
  return {
    gasPrice: quantity(price),
    maxFeePerGas: quantity(tx.maxFeePerGas),
    maxPriorityFeePerGas: quantity(tx.maxPriorityFeePerGas),
  }
}

function typeFields(tx: Transaction, context: TransactionContext): Record<string, Json> {
  switch (tx.type) {
    case TX_LEGACY:
      return {}
    case TX_DEPOSIT:
      return {
        sourceHash: tx.sourceHash,
        mint: quantity(tx.mint),
        ...(tx.isSystemTransaction && { isSystemTx: true }),
        ...(context.depositReceiptVersion !== undefined && {
          depositReceiptVersion: quantity(context.depositReceiptVersion),
        }),
      }
    case TX_BLOB:
      return {
        accessList: accessListToRpc(tx.accessList),
        maxFeePerBlobGas: quantity(tx.maxFeePerBlobGas),
        blobVersionedHashes: tx.blobVersionedHashes,
      }
    case TX_SET_CODE:
      return {
        accessList: accessListToRpc(tx.accessList),
        authorizationList: tx.authorizationList.map(authorizationToRpc),
      }
    default:
      return { accessList: accessListToRpc(tx.accessList) }
  }
}

function signatureFields(tx: Transaction): Record<string, Hex> {
  if (tx.type === TX_DEPOSIT) return { v: '0x0', r: '0x0', s: '0x0' }
  const rs = { r: quantity(tx.r), s: quantity(tx.s) }
  if (tx.type === TX_LEGACY) return { v: quantity(tx.v), ...rs }
  return { v: quantity(tx.yParity), ...rs, yParity: quantity(tx.yParity) }
}

function accessListToRpc(list: AccessList): Json {
  return list.map(({ address, storageKeys }) => ({ address, storageKeys }))
}

function authorizationToRpc(authorization: SignedAuthorization): Json {
  return {
    chainId: quantity(authorization.chainId),
    address: authorization.address,
    nonce: quantity(authorization.nonce),
    yParity: quantity(authorization.yParity),
    r: quantity(authorization.r),
    s: quantity(authorization.s),
  }
}
