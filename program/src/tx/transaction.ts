// Executes an encoded transaction in the open block, or rejects it without a trace.

import { MODE_OP } from '../../shared/abi'
import { STATUS_OK, STATUS_TX_MALFORMED, STATUS_TX_SIGNATURE } from '../../shared/status'
import { addGasUsed, addTransaction, blockBlobBaseFee, blockFork } from '../block/current'
import { GAS_PER_BLOB } from '../block/fees'
import { encodeReceipt, receiptLength } from '../block/receipt'
import { mode } from '../block/rules'
import { arenaAllocUninitialized } from '../arena'
import { hostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { wordCopy } from '../num/word'
import { loadFeeParameters } from '../op/attributes'
import { executeDeposit } from '../op/deposit'
import { l1DataFee } from '../op/fees'
import { account, accountNonce } from '../state/accounts'
import { txBegin, txEnd } from '../state/transaction'
import { TYPE_DEPOSIT, decodeTransaction, txBlobCount, txType } from './decode'
import {
  clearOutcome,
  outcomeBlobGas,
  outcomeGasUsed,
  outcomeHash,
  outcomeL1Fee,
  outcomeSender,
  setOutcomeBlobGas,
} from './outcome'
import { reject } from './reject'
import { buyGas, execute, prepare, settleFees } from './run'
import { recoverSender } from './signature'
import {
  blobGasPrice,
  checkBalance,
  checkBlobGas,
  checkBlobs,
  checkBlockGas,
  checkFees,
  checkGas,
  checkSender,
  checkSetCode,
  checkType,
  computeGasPrice,
} from './validate'

/** Address of the last transaction's receipt, in the block arena. */
export let receiptPtr: usize = 0

/**
 * Executes the transaction encoded at [ptr, ptr + len) and includes it in the block. Returns a status; after a
 * rejection (100..149) the state is as before, after a host error the block is lost.
 */
export function executeTransaction(ptr: usize, len: usize): i32 {
  memory.fill(outcomeSender, 0, 20)
  if (!decodeTransaction(ptr, ptr + len)) return reject(STATUS_TX_MALFORMED, 0, 0)
  let status = checkType()
  if (status != STATUS_OK) return status
  status = txType == TYPE_DEPOSIT ? executeDeposit() : executeSigned(ptr, len)
  if (hostError != 0) return hostError
  if (status != STATUS_OK) return status
  txEnd()
  keccak256(ptr, len, outcomeHash)
  addGasUsed(outcomeGasUsed, outcomeBlobGas)
  receiptPtr = encodeReceipt()
  // The block keeps the encoding for its transactions root.
  const raw = arenaAllocUninitialized(len)
  if (hostError != 0) return hostError
  memory.copy(raw, ptr, len)
  addTransaction(raw, len, receiptPtr, receiptLength)
  return hostError
}

function executeSigned(raw: usize, len: usize): i32 {
  if (!recoverSender(outcomeSender)) return reject(STATUS_TX_SIGNATURE, 0, 0)
  const rollupFees = mode == MODE_OP
  if (rollupFees) loadFeeParameters()
  const sender = account(outcomeSender)
  clearOutcome(accountNonce(sender))
  const status = checkSigned(sender, raw, len, rollupFees)
  if (hostError != 0 || status != STATUS_OK) return status
  txBegin()
  prepare()
  buyGas()
  setOutcomeBlobGas(<u64>txBlobCount * GAS_PER_BLOB)
  execute()
  settleFees(rollupFees)
  return STATUS_OK
}

function checkSigned(sender: usize, raw: usize, len: usize, rollupFees: bool): i32 {
  let status = checkSender(sender)
  if (status == STATUS_OK) status = checkFees()
  if (status == STATUS_OK) status = checkBlobs(true)
  if (status == STATUS_OK) status = checkSetCode()
  if (status != STATUS_OK) return status
  computeGasPrice()
  wordCopy(blobGasPrice, blockBlobBaseFee)
  // A fee of more than 256 bits becomes the largest word, which nobody can pay.
  if (rollupFees) l1DataFee(blockFork, raw, len, outcomeL1Fee)
  status = checkBalance(sender, rollupFees)
  if (status == STATUS_OK) status = checkBlockGas()
  if (status == STATUS_OK) status = checkBlobGas()
  if (status == STATUS_OK) status = checkGas()
  return status
}
