// What entry points leave in the result region (shared/result.ts).

import {
  ACCOUNT_BALANCE,
  ACCOUNT_CODE_HASH,
  ACCOUNT_EXISTS,
  ACCOUNT_NONCE,
  ACCOUNT_RESULT_SIZE,
  ACCOUNT_STORAGE_ROOT,
  ERROR_ACCOUNT,
  ERROR_HAVE,
  ERROR_KEY,
  ERROR_PLACE,
  ERROR_SENDER,
  ERROR_SIZE,
  ERROR_SLOT,
  ERROR_WANT,
  EXECUTION_BLOB_GAS,
  EXECUTION_CONTRACT,
  EXECUTION_CUMULATIVE_GAS,
  EXECUTION_FLAGS,
  EXECUTION_FLAG_BLOB,
  EXECUTION_FLAG_CONTRACT,
  EXECUTION_FLAG_DEPOSIT_NONCE,
  EXECUTION_FLAG_DEPOSIT_VERSION,
  EXECUTION_FLAG_FEES,
  EXECUTION_FLAG_TO,
  EXECUTION_FROM,
  EXECUTION_GAS_PRICE,
  EXECUTION_GAS_REFUNDED,
  EXECUTION_GAS_USED,
  EXECUTION_HALT,
  EXECUTION_HASH,
  EXECUTION_L1_FEE,
  EXECUTION_L1_GAS,
  EXECUTION_LOGS,
  EXECUTION_LOGS_LENGTH,
  EXECUTION_MAX_GAS_USED,
  EXECUTION_NONCE,
  EXECUTION_OPERATOR_FEE,
  EXECUTION_RECEIPT_LENGTH,
  EXECUTION_RETURN_LENGTH,
  EXECUTION_SIZE,
  EXECUTION_TO,
  EXECUTION_TYPE,
  SEALED_HASH,
  SEALED_HEADER,
  SEALED_HEADER_LENGTH,
  SEALED_REQUESTS,
} from '../../shared/result'
import { HALT_SUCCESS } from '../../shared/halt'
import { MODE_OP } from '../../shared/abi'
import { STATUS_RESULT_FULL } from '../../shared/status'
import { messageReturnLength } from '../evm/message'
import { hostErrorAccount, hostErrorKey, hostErrorPlace, hostErrorSlot, setHostError } from '../host'
import { RESULT, RESULT_SIZE, RETURN_DATA } from '../layout'
import { wordCopy } from '../num/word'
import { depositHasNonce, depositHasVersion } from '../op/deposit'
import { l1DataGas } from '../op/fees'
import { accountBalance, accountCodeHash, accountExists, accountNonce } from '../state/accounts'
import { ACCOUNT_CURRENT_ROOT } from '../state/records'
import { TYPE_BLOB, TYPE_DEPOSIT, txTo, txType } from '../tx/decode'
import {
  outcomeBlobGas,
  outcomeContract,
  outcomeCreated,
  outcomeGasPrice,
  outcomeGasRefunded,
  outcomeGasUsed,
  outcomeHalt,
  outcomeHash,
  outcomeL1Fee,
  outcomeMaxGasUsed,
  outcomeNonce,
  outcomeOperatorFee,
  outcomeSender,
} from '../tx/outcome'
import { rejectHave, rejectWant } from '../tx/reject'
import { blockGasUsed } from './current'
import { logsLength, receiptLength, receiptLogs, receiptLogsLength, writeLogs } from './receipt'
import { blockHasRequests, sealedHash, sealedHeader, sealedHeaderLength } from './seal'
import { mode } from './rules'
import { requestCount, requestLength, requestPtr } from './requests'

/** Bytes in the result region. */
export let resultLength: usize = 0

export function setResultLength(length: usize): void {
  resultLength = length
}

/** Whether `length` bytes fit the result region; else sets the host error. */
function fits(length: usize): bool {
  if (length <= RESULT_SIZE) return true
  setHostError(STATUS_RESULT_FULL, 0)
  return false
}

export function writeError(): void {
  wordCopy(RESULT + ERROR_HAVE, rejectHave)
  wordCopy(RESULT + ERROR_WANT, rejectWant)
  memory.copy(RESULT + ERROR_KEY, hostErrorKey, 32)
  memory.copy(RESULT + ERROR_SENDER, outcomeSender, 20)
  store<u32>(RESULT + ERROR_PLACE, hostErrorPlace)
  memory.copy(RESULT + ERROR_ACCOUNT, hostErrorAccount, 20)
  memory.copy(RESULT + ERROR_SLOT, hostErrorSlot, 32)
  resultLength = ERROR_SIZE
}

/** The outcome and the return data. */
function writeOutcome(flags: i32): void {
  store<u32>(RESULT + EXECUTION_HALT, outcomeHalt)
  store<u64>(RESULT + EXECUTION_GAS_USED, outcomeGasUsed)
  store<u64>(RESULT + EXECUTION_GAS_REFUNDED, outcomeGasRefunded)
  store<u64>(RESULT + EXECUTION_MAX_GAS_USED, outcomeMaxGasUsed)
  store<u64>(RESULT + EXECUTION_CUMULATIVE_GAS, blockGasUsed)
  store<u64>(RESULT + EXECUTION_NONCE, outcomeNonce)
  store<u64>(RESULT + EXECUTION_BLOB_GAS, outcomeBlobGas)
  store<u32>(RESULT + EXECUTION_TYPE, txType)
  wordCopy(RESULT + EXECUTION_GAS_PRICE, outcomeGasPrice)
  wordCopy(RESULT + EXECUTION_L1_FEE, outcomeL1Fee)
  wordCopy(RESULT + EXECUTION_OPERATOR_FEE, outcomeOperatorFee)
  store<u64>(RESULT + EXECUTION_L1_GAS, l1DataGas)
  memory.copy(RESULT + EXECUTION_HASH, outcomeHash, 32)
  memory.copy(RESULT + EXECUTION_FROM, outcomeSender, 20)
  if (txTo != 0) {
    flags |= EXECUTION_FLAG_TO
    memory.copy(RESULT + EXECUTION_TO, txTo, 20)
  }
  if (outcomeCreated && outcomeHalt == HALT_SUCCESS) flags |= EXECUTION_FLAG_CONTRACT
  memory.copy(RESULT + EXECUTION_CONTRACT, outcomeContract, 20)
  store<u32>(RESULT + EXECUTION_FLAGS, flags)
  store<u32>(RESULT + EXECUTION_RETURN_LENGTH, <u32>messageReturnLength)
  memory.copy(RESULT + EXECUTION_SIZE, RETURN_DATA, messageReturnLength)
}

/** After `executeTransaction`; `receipt` is its encoding. */
export function writeTransaction(receipt: usize): void {
  const start = <usize>EXECUTION_SIZE + messageReturnLength
  if (!fits(start + receiptLength)) return
  let flags = 0
  if (txType == TYPE_DEPOSIT) {
    if (depositHasNonce()) flags |= EXECUTION_FLAG_DEPOSIT_NONCE
    if (depositHasVersion()) flags |= EXECUTION_FLAG_DEPOSIT_VERSION
  } else if (mode == MODE_OP) {
    flags |= EXECUTION_FLAG_FEES
  }
  if (txType == TYPE_BLOB) flags |= EXECUTION_FLAG_BLOB
  writeOutcome(flags)
  memory.copy(RESULT + start, receipt, receiptLength)
  store<u32>(RESULT + EXECUTION_RECEIPT_LENGTH, <u32>receiptLength)
  store<u32>(RESULT + EXECUTION_LOGS, <u32>(start + (receiptLogs - receipt)))
  store<u32>(RESULT + EXECUTION_LOGS_LENGTH, <u32>receiptLogsLength)
  resultLength = start + receiptLength
}

/** After `executeCallMessage`. */
export function writeMessage(): void {
  const start = <usize>EXECUTION_SIZE + messageReturnLength
  const logs = logsLength()
  if (!fits(start + logs)) return
  writeOutcome(0)
  writeLogs(RESULT + start + logs)
  store<u32>(RESULT + EXECUTION_RECEIPT_LENGTH, 0)
  store<u32>(RESULT + EXECUTION_LOGS, <u32>start)
  store<u32>(RESULT + EXECUTION_LOGS_LENGTH, <u32>logs)
  resultLength = start + logs
}

/** An account as it is now; its storage root as of the last `stateRoot`. */
export function writeAccount(record: usize): void {
  store<u32>(RESULT + ACCOUNT_EXISTS, accountExists(record) ? 1 : 0)
  store<u64>(RESULT + ACCOUNT_NONCE, accountNonce(record))
  wordCopy(RESULT + ACCOUNT_BALANCE, accountBalance(record))
  wordCopy(RESULT + ACCOUNT_CODE_HASH, accountCodeHash(record))
  wordCopy(RESULT + ACCOUNT_STORAGE_ROOT, record + ACCOUNT_CURRENT_ROOT)
  resultLength = ACCOUNT_RESULT_SIZE
}

/** After `sealBlock`. */
export function writeSealed(): void {
  let length = <usize>SEALED_HEADER + sealedHeaderLength
  const requests = blockHasRequests()
  if (requests) for (let type = 0; type < 3; type++) length += 4 + requestLength(type)
  if (!fits(length)) return
  memory.copy(RESULT + SEALED_HASH, sealedHash, 32)
  store<u32>(RESULT + SEALED_HEADER_LENGTH, <u32>sealedHeaderLength)
  store<u32>(RESULT + SEALED_REQUESTS, requests ? requestCount : 0)
  memory.copy(RESULT + SEALED_HEADER, sealedHeader, sealedHeaderLength)
  let at = RESULT + <usize>SEALED_HEADER + sealedHeaderLength
  if (requests) {
    for (let type = 0; type < 3; type++) {
      const size = requestLength(type)
      if (size <= 1) continue
      store<u32>(at, <u32>size)
      memory.copy(at + 4, requestPtr(type), size)
      at += 4 + size
    }
  }
  resultLength = at - RESULT
}
