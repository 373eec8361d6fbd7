// Deposit transactions (OP Stack specs, "Deposits"): authenticated by derivation, they pay no fee and are always
// included. What fails leaves the mint and the nonce increment.

import { FORK_CANYON, FORK_REGOLITH } from '../../shared/abi'
import { HALT_INIT_CODE_SIZE, HALT_INSUFFICIENT_BALANCE, HALT_OUT_OF_GAS, HALT_SYSTEM_DEPOSIT } from '../../shared/halt'
import {
  STATUS_OK,
  STATUS_TX_BLOCK_GAS_LIMIT,
  STATUS_TX_FLOOR_DATA_GAS,
  STATUS_TX_INIT_CODE_SIZE,
  STATUS_TX_INTRINSIC_GAS,
} from '../../shared/status'
import { blockFork } from '../block/current'
import { wordIsZero } from '../num/word'
import { account, accountNonce, addBalance, setNonce } from '../state/accounts'
import { checkpoint, revertTo } from '../state/journal'
import { txBegin } from '../state/transaction'
import { txDepositFrom, txGasLimit, txIsSystem, txMint } from '../tx/decode'
import {
  clearOutcome,
  outcomeSender,
  setOutcomeGas,
  setOutcomeHalt,
} from '../tx/outcome'
import { execute, prepare } from '../tx/run'
import { checkBlockGas, checkGas, checkValue } from '../tx/validate'

/** Since Regolith a receipt names the sender's nonce before, since Canyon in its consensus encoding. */
export function depositHasNonce(): bool {
  return blockFork >= FORK_REGOLITH
}

export function depositHasVersion(): bool {
  return blockFork >= FORK_CANYON
}

/** Executes the decoded deposit up to, not including, `txEnd`. The status is 0, or says that the block is full. */
export function executeDeposit(): i32 {
  // Before Regolith the L1 attributes transaction uses no gas of the block.
  const isFree = txIsSystem && blockFork < FORK_REGOLITH
  if (!isFree && checkBlockGas() != STATUS_OK) return STATUS_TX_BLOCK_GAS_LIMIT
  memory.copy(outcomeSender, txDepositFrom, 20)
  txBegin()
  const sender = account(outcomeSender)
  clearOutcome(accountNonce(sender))
  if (!wordIsZero(txMint)) addBalance(sender, txMint)
  const start = checkpoint()
  const failure = findFailure(sender)
  if (failure != 0) {
    fail(sender, start, failure)
  } else {
    prepare()
    execute()
  }
  if (blockFork < FORK_REGOLITH) {
    // Recorded as using all of its gas, or none.
    const used = txIsSystem ? 0 : txGasLimit
    setOutcomeGas(used, 0, used)
  }
  return STATUS_OK
}

/** Why the deposit cannot even start (HALT_*), or 0. */
function findFailure(sender: usize): i32 {
  if (txIsSystem && blockFork >= FORK_REGOLITH) return HALT_SYSTEM_DEPOSIT
  const status = checkGas()
  if (status == STATUS_TX_INTRINSIC_GAS || status == STATUS_TX_FLOOR_DATA_GAS) return HALT_OUT_OF_GAS
  if (checkValue(sender) != STATUS_OK) return HALT_INSUFFICIENT_BALANCE
  return status == STATUS_TX_INIT_CODE_SIZE ? HALT_INIT_CODE_SIZE : 0
}

function fail(sender: usize, start: i32, halt: i32): void {
  revertTo(start)
  setNonce(sender, accountNonce(sender) + 1)
  setOutcomeHalt(halt)
  setOutcomeGas(txGasLimit, 0, txGasLimit)
}
