// The L1 fee parameters of the open block, from the L1Block predeploy's storage.

import { FORK_ECOTONE, FORK_ISTHMUS } from '../../shared/abi'
import { blockFork } from '../block/current'
import { wordCopy, wordIsZero, wordSet } from '../num/word'
import { account } from '../state/accounts'
import { sloadRaw } from '../state/storage'
import {
  SLOT_BASE_FEE,
  SLOT_BLOB_BASE_FEE,
  SLOT_FEE_SCALARS,
  SLOT_OPERATOR_FEE,
  SLOT_OVERHEAD,
  SLOT_SCALAR,
  l1BaseFee,
  l1BlobBaseFee,
  l1FeeScalars,
  l1Overhead,
  l1Scalar,
  operatorFeeParams,
} from './fees'
import { L1_BLOCK } from './predeploys'

let loaded: bool = false
const key: usize = memory.data(32, 8)

/** A new block is open: its parameters are not known yet. */
export function forgetFeeParameters(): void {
  loaded = false
}

/**
 * Reads the parameters unless this block's are read already. The block's first non-deposit transaction does:
 * the L1 attributes deposit ran before it, and nothing after it changes them.
 */
export function loadFeeParameters(): void {
  if (loaded) return
  loaded = true
  const contract = account(L1_BLOCK)
  read(contract, SLOT_BASE_FEE, l1BaseFee)
  wordSet(l1BlobBaseFee, 0)
  wordSet(l1FeeScalars, 0)
  wordSet(operatorFeeParams, 0)
  if (blockFork >= FORK_ECOTONE) {
    read(contract, SLOT_FEE_SCALARS, l1FeeScalars)
    read(contract, SLOT_BLOB_BASE_FEE, l1BlobBaseFee)
  }
  // Bedrock's formula still holds in the first Ecotone block.
  const bedrock = blockFork < FORK_ECOTONE || (load<u64>(l1FeeScalars, 8) == 0 && wordIsZero(l1BlobBaseFee))
  if (bedrock) {
    read(contract, SLOT_OVERHEAD, l1Overhead)
    read(contract, SLOT_SCALAR, l1Scalar)
  }
  if (blockFork >= FORK_ISTHMUS) read(contract, SLOT_OPERATOR_FEE, operatorFeeParams)
}

function read(contract: usize, number: u64, into: usize): void {
  wordSet(key, number)
  wordCopy(into, sloadRaw(contract, key))
}
