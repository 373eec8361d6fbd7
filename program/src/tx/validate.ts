// Whether the decoded transaction can be executed now, in geth's order of checks (Yellow Paper 6.2; EIP-1559,
// 2681, 3607, 3860, 4844, 7623, 7702). Nothing is changed.

import { MODE_OP, SPEC_CANCUN, SPEC_PRAGUE, SPEC_SHANGHAI } from '../../shared/abi'
import {
  STATUS_OK,
  STATUS_TX_BLOB_CREATE,
  STATUS_TX_BLOB_FEE_CAP_TOO_LOW,
  STATUS_TX_BLOB_GAS_LIMIT,
  STATUS_TX_BLOB_HASH_VERSION,
  STATUS_TX_BLOCK_GAS_LIMIT,
  STATUS_TX_CHAIN_ID,
  STATUS_TX_FEE_CAP_TOO_LOW,
  STATUS_TX_FLOOR_DATA_GAS,
  STATUS_TX_INIT_CODE_SIZE,
  STATUS_TX_INSUFFICIENT_FUNDS,
  STATUS_TX_INSUFFICIENT_FUNDS_FOR_TRANSFER,
  STATUS_TX_INTRINSIC_GAS,
  STATUS_TX_NONCE_MAX,
  STATUS_TX_NONCE_TOO_HIGH,
  STATUS_TX_NONCE_TOO_LOW,
  STATUS_TX_NO_AUTHORIZATIONS,
  STATUS_TX_NO_BLOBS,
  STATUS_TX_SENDER_NOT_EOA,
  STATUS_TX_SET_CODE_CREATE,
  STATUS_TX_TIP_ABOVE_FEE_CAP,
  STATUS_TX_TYPE,
} from '../../shared/status'
import {
  blockBaseFee,
  blockBlobBaseFee,
  blockBlobGasUsed,
  blockFork,
  blockGasLeft,
  blockSpec,
} from '../block/current'
import { GAS_PER_BLOB } from '../block/fees'
import { blobMaximum, chainId, mode } from '../block/rules'
import { isDelegated } from '../evm/delegation'
import { wordAdd, wordCopy, wordIsZero, wordLess } from '../num/word'
import { operatorFee } from '../op/fees'
import { accountBalance, accountHasCode, accountNonce } from '../state/accounts'
import {
  TYPE_BLOB,
  TYPE_DEPOSIT,
  TYPE_DYNAMIC_FEE,
  TYPE_SET_CODE,
  txAuthorizationCount,
  txBlobCount,
  txBlobHashes,
  txChainId,
  txDataLen,
  txGasLimit,
  txMaxFee,
  txMaxFeePerBlobGas,
  txMaxPriorityFee,
  txNonce,
  txTo,
  txType,
  txUnprotected,
  txValue,
} from './decode'
import { computeIntrinsicGas, floorDataGas, intrinsicGas } from './intrinsic'
import { outcomeGasPrice, outcomeL1Fee } from './outcome'
import { reject, rejectWords } from './reject'
import { weiMul } from './wei'

export const INIT_CODE_MAX: u64 = 49_152
const BLOB_HASH_VERSION: u8 = 0x01
/** A blob hash in the list: a one-byte prefix and 32 bytes. */
const BLOB_HASH_ITEM: usize = 33

/** What the transaction pays for blob gas: the block's blob base fee, or 0 (`eth_call`). Word. */
export const blobGasPrice: usize = memory.data(32, 8)

/** What to subtract from the sender's balance: gas, blob gas and the rollup's fees, from `checkBalance`. Word. */
export const purchase: usize = memory.data(32, 8)

/** Whether the block's rules know the type, and the signature is for this chain. */
export function checkType(): i32 {
  const known =
    txType <= TYPE_DYNAMIC_FEE ||
    (txType == TYPE_BLOB && mode != MODE_OP && blockSpec >= SPEC_CANCUN) ||
    (txType == TYPE_SET_CODE && blockSpec >= SPEC_PRAGUE) ||
    (txType == TYPE_DEPOSIT && mode == MODE_OP)
  if (!known) return reject(STATUS_TX_TYPE, txType, 0)
  if (txType == TYPE_DEPOSIT || txUnprotected || txChainId == chainId) return STATUS_OK
  return reject(STATUS_TX_CHAIN_ID, txChainId, chainId)
}

/** Nonce, and no code but a delegation. */
export function checkSender(sender: usize): i32 {
  const status = checkNonce(sender)
  if (status != STATUS_OK) return status
  if (accountHasCode(sender) && !isDelegated(sender)) return reject(STATUS_TX_SENDER_NOT_EOA, 0, 0)
  return STATUS_OK
}

/** The nonce against the sender's. */
export function checkNonce(sender: usize): i32 {
  const nonce = accountNonce(sender)
  if (txNonce < nonce) return reject(STATUS_TX_NONCE_TOO_LOW, txNonce, nonce)
  if (txNonce > nonce) return reject(STATUS_TX_NONCE_TOO_HIGH, txNonce, nonce)
  return nonce == u64.MAX_VALUE ? reject(STATUS_TX_NONCE_MAX, nonce, 0) : STATUS_OK
}

/** Fee caps against the block's fees. */
export function checkFees(): i32 {
  if (wordLess(txMaxFee, txMaxPriorityFee)) {
    return rejectWords(STATUS_TX_TIP_ABOVE_FEE_CAP, txMaxPriorityFee, txMaxFee)
  }
  if (wordLess(txMaxFee, blockBaseFee)) return rejectWords(STATUS_TX_FEE_CAP_TOO_LOW, txMaxFee, blockBaseFee)
  return STATUS_OK
}

/** Effective gas price (EIP-1559), to `outcomeGasPrice`: min(base fee + tip, fee cap). */
export function computeGasPrice(): void {
  if (wordAdd(outcomeGasPrice, blockBaseFee, txMaxPriorityFee) != 0 || wordLess(txMaxFee, outcomeGasPrice)) {
    wordCopy(outcomeGasPrice, txMaxFee)
  }
}

/** Form of a blob transaction or message. `checkFeeCap`: the blob fee cap too. */
export function checkBlobs(checkFeeCap: bool): i32 {
  if (txType != TYPE_BLOB) return STATUS_OK
  if (txTo == 0) return reject(STATUS_TX_BLOB_CREATE, 0, 0)
  if (txBlobCount == 0) return reject(STATUS_TX_NO_BLOBS, 0, 0)
  for (let i = 0; i < txBlobCount; i++) {
    if (load<u8>(txBlobHashes + <usize>i * BLOB_HASH_ITEM + 1) != BLOB_HASH_VERSION) {
      return reject(STATUS_TX_BLOB_HASH_VERSION, i, 0)
    }
  }
  if (checkFeeCap && wordLess(txMaxFeePerBlobGas, blockBlobBaseFee)) {
    return rejectWords(STATUS_TX_BLOB_FEE_CAP_TOO_LOW, txMaxFeePerBlobGas, blockBlobBaseFee)
  }
  return STATUS_OK
}

/** Blob gas that is left in the block. */
export function checkBlobGas(): i32 {
  if (txType != TYPE_BLOB) return STATUS_OK
  const wanted = <u64>txBlobCount * GAS_PER_BLOB
  const most = blobMaximum(blockSpec) * GAS_PER_BLOB
  const left = most > blockBlobGasUsed ? most - blockBlobGasUsed : 0
  return wanted > left ? reject(STATUS_TX_BLOB_GAS_LIMIT, wanted, left) : STATUS_OK
}

export function checkSetCode(): i32 {
  if (txType != TYPE_SET_CODE) return STATUS_OK
  if (txTo == 0) return reject(STATUS_TX_SET_CODE_CREATE, 0, 0)
  if (txAuthorizationCount == 0) return reject(STATUS_TX_NO_AUTHORIZATIONS, 0, 0)
  return STATUS_OK
}

const required: usize = memory.data(32, 8)
const term: usize = memory.data(32, 8)

/**
 * Whether the sender can pay the most the transaction may cost: gas and blobs at their caps, value, and the
 * L1 fee in `outcomeL1Fee` and operator fee when `rollupFees`. Sets `purchase` from `outcomeGasPrice`.
 */
export function checkBalance(sender: usize, rollupFees: bool): i32 {
  let overflow = weiMul(required, txMaxFee, txGasLimit)
  overflow |= wordAdd(required, required, txValue)
  // What is really paid is never more, so it overflows only when `required` does.
  weiMul(purchase, outcomeGasPrice, txGasLimit)
  if (txBlobCount > 0) {
    const blobGas = <u64>txBlobCount * GAS_PER_BLOB
    overflow |= weiMul(term, txMaxFeePerBlobGas, blobGas)
    overflow |= wordAdd(required, required, term)
    weiMul(term, blobGasPrice, blobGas)
    wordAdd(purchase, purchase, term)
  }
  if (rollupFees) {
    overflow |= wordAdd(required, required, outcomeL1Fee)
    wordAdd(purchase, purchase, outcomeL1Fee)
    operatorFee(blockFork, txGasLimit, term)
    overflow |= wordAdd(required, required, term)
    wordAdd(purchase, purchase, term)
  }
  if (overflow != 0) memory.fill(required, 0xff, 32)
  if (overflow != 0 || wordLess(accountBalance(sender), required)) {
    return rejectWords(STATUS_TX_INSUFFICIENT_FUNDS, accountBalance(sender), required)
  }
  return STATUS_OK
}

/** Whether the block has gas left for it. */
export function checkBlockGas(): i32 {
  const left = blockGasLeft()
  return txGasLimit > left ? reject(STATUS_TX_BLOCK_GAS_LIMIT, left, txGasLimit) : STATUS_OK
}

/** Intrinsic gas, floor and init code size; computes the two former. */
export function checkGas(): i32 {
  computeIntrinsicGas(blockSpec)
  if (txGasLimit < intrinsicGas) return reject(STATUS_TX_INTRINSIC_GAS, txGasLimit, intrinsicGas)
  if (txGasLimit < floorDataGas) return reject(STATUS_TX_FLOOR_DATA_GAS, txGasLimit, floorDataGas)
  if (txTo == 0 && blockSpec >= SPEC_SHANGHAI && <u64>txDataLen > INIT_CODE_MAX) {
    return reject(STATUS_TX_INIT_CODE_SIZE, <u64>txDataLen, INIT_CODE_MAX)
  }
  return STATUS_OK
}

/** Whether the sender has the value once the gas is bought. */
export function checkValue(sender: usize): i32 {
  if (wordIsZero(txValue)) return STATUS_OK
  return wordLess(accountBalance(sender), txValue)
    ? rejectWords(STATUS_TX_INSUFFICIENT_FUNDS_FOR_TRANSFER, accountBalance(sender), txValue)
    : STATUS_OK
}
