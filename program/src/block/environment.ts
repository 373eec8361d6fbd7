// The open block's environment, for hosts (shared/result.ts, ENVIRONMENT_*).

import {
  ENVIRONMENT_BASE_FEE,
  ENVIRONMENT_BLOB_BASE_FEE,
  ENVIRONMENT_FEE_RECIPIENT,
  ENVIRONMENT_GAS_LIMIT,
  ENVIRONMENT_NUMBER,
  ENVIRONMENT_PREV_RANDAO,
  ENVIRONMENT_SIZE,
  ENVIRONMENT_TIMESTAMP,
} from '../../shared/result'
import { wordCopy } from '../num/word'
import {
  blockBaseFee,
  blockBlobBaseFee,
  blockCoinbase,
  blockGasLimit,
  blockNumber,
  blockPrevRandao,
  blockTimestamp,
} from './current'

/** Writes the record to `out`; returns its length. */
export function writeEnvironment(out: usize): usize {
  store<u64>(out + ENVIRONMENT_NUMBER, blockNumber)
  store<u64>(out + ENVIRONMENT_TIMESTAMP, blockTimestamp)
  store<u64>(out + ENVIRONMENT_GAS_LIMIT, blockGasLimit)
  wordCopy(out + ENVIRONMENT_BASE_FEE, blockBaseFee)
  wordCopy(out + ENVIRONMENT_BLOB_BASE_FEE, blockBlobBaseFee)
  memory.copy(out + ENVIRONMENT_PREV_RANDAO, blockPrevRandao, 32)
  memory.copy(out + ENVIRONMENT_FEE_RECIPIENT, blockCoinbase, 20)
  return ENVIRONMENT_SIZE
}
