// Executes the block of the attributes that derivation left in the result region, on the head.

import {
  ATTRIBUTES_BEACON_ROOT,
  ATTRIBUTES_EIP1559,
  ATTRIBUTES_FLAGS,
  ATTRIBUTES_FLAG_BEACON_ROOT,
  ATTRIBUTES_FLAG_EIP1559,
  ATTRIBUTES_GAS_LIMIT,
  ATTRIBUTES_PREV_RANDAO,
  ATTRIBUTES_SIZE,
  ATTRIBUTES_TIMESTAMP,
  ATTRIBUTES_TRANSACTIONS,
} from '../../shared/derive'
import { OUTPUT_TRANSACTIONS } from '../../shared/abi'
import { STATUS_OK } from '../../shared/status'
import { BLOCK_CLOSED, setBlockState } from '../block/current'
import { openBlock } from '../block/open'
import { sealBlock } from '../block/seal'
import { hintState } from '../hints'
import { hostError, output } from '../host'
import { INPUT, RESULT } from '../layout'
import { SEQUENCER_FEE_VAULT } from '../op/predeploys'
import { rlpListLength, rlpU64Length, rlpWriteBytes, rlpWriteList, rlpWriteU64 } from '../rlp/encode'
import { stateCommit } from '../state/commit'
import { executeTransaction } from '../tx/transaction'
import { headAdvance, headHeader, headLength } from './head'

/**
 * Makes the block and takes it as the head. Returns a status: from 50 to 149 the attributes make no valid block, below
 * 50 see `hostError`; the head is then as before.
 */
export function executeAttributes(): i32 {
  hintState(true)
  const status = execute()
  hintState(false)
  setBlockState(BLOCK_CLOSED)
  return hostError != 0 ? hostError : status
}

function execute(): i32 {
  let status = openBlock(INPUT, writeOpening())
  if (status != STATUS_OK) return status
  const count = load<u32>(RESULT + ATTRIBUTES_TRANSACTIONS)
  let transaction = RESULT + ATTRIBUTES_SIZE
  for (let i: u32 = 0; i < count; i++) {
    const length = <usize>load<u32>(transaction)
    status = executeTransaction(transaction + 4, length)
    if (status != STATUS_OK) return status
    transaction += 4 + length
  }
  status = sealBlock()
  if (status != STATUS_OK) return status
  stateCommit()
  if (hostError != 0) return hostError
  const transactions = RESULT + ATTRIBUTES_SIZE
  output(OUTPUT_TRANSACTIONS, transactions, transaction - transactions)
  headAdvance()
  return STATUS_OK
}

/** Writes the input of `openBlock` (its comment has the form); returns its length. */
function writeOpening(): usize {
  const flags = load<u32>(RESULT + ATTRIBUTES_FLAGS)
  const beaconRoot = (flags & ATTRIBUTES_FLAG_BEACON_ROOT) != 0
  const eip1559 = (flags & ATTRIBUTES_FLAG_EIP1559) != 0
  const timestamp = load<u64>(RESULT + ATTRIBUTES_TIMESTAMP)
  const gasLimit = load<u64>(RESULT + ATTRIBUTES_GAS_LIMIT)
  const payload =
    headLength + rlpU64Length(timestamp) + 33 + 21 + rlpU64Length(gasLimit) +
    (beaconRoot ? 34 : 1) + 1 + (eip1559 ? 10 : 1) + 1
  let at = rlpWriteList(INPUT, payload)
  memory.copy(at, headHeader, headLength)
  at = rlpWriteU64(at + headLength, timestamp)
  at = rlpWriteBytes(at, RESULT + ATTRIBUTES_PREV_RANDAO, 32)
  at = rlpWriteBytes(at, SEQUENCER_FEE_VAULT, 20)
  at = rlpWriteU64(at, gasLimit)
  at = rlpWriteList(at, beaconRoot ? 33 : 0)
  if (beaconRoot) at = rlpWriteBytes(at, RESULT + ATTRIBUTES_BEACON_ROOT, 32)
  at = rlpWriteList(at, 0)
  at = rlpWriteList(at, eip1559 ? 9 : 0)
  if (eip1559) at = rlpWriteBytes(at, RESULT + ATTRIBUTES_EIP1559, 8)
  rlpWriteList(at, 0)
  return rlpListLength(payload)
}
