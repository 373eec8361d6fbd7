// SELFDESTRUCT.

import { HALT_SUCCESS } from '../../shared/halt'
import { SPEC_CANCUN } from '../../shared/abi'
import { hostError } from '../host'
import { wordCopy, wordIsZero } from '../num/word'
import {
  accountByWord,
  accountExists,
  accountFlags,
  accountIsEmpty,
  addBalance,
  markSelfdestruct,
  setBalance,
  subBalance,
  touch,
  warmAddress,
} from '../state/accounts'
import { ACCOUNT_BALANCE, ACCOUNT_FLAG_CREATED, ACCOUNT_WORD } from '../state/records'
import { envSpec, envTrace } from './env'
import { FRAME_ACCOUNT, FRAME_DEPTH } from './frame'
import { GAS_COLD_ACCOUNT, GAS_NEW_ACCOUNT, GAS_SELFDESTRUCT } from './gas'
import { setReturnDataLength } from './memory'
import { OP_SELFDESTRUCT } from './opcodes'
import { isPrecompile } from './precompiles'
import { traceEnter, traceExit } from './trace'

const amount: usize = memory.data(32, 8)
const zero: usize = memory.data(32, 8)

/**
 * Sends the balance to the beneficiary in the word at `sp` and destroys the account: from Cancun on only one
 * that was created in the same transaction (EIP-6780). Returns what is left of `gas`, negative when it did not
 * suffice or a host error stands.
 */
export function opSelfdestruct(frame: usize, sp: usize, gas: i64): i64 {
  const account = <usize>load<u32>(frame, FRAME_ACCOUNT)
  const beneficiary = accountByWord(sp)
  if (hostError != 0) return -1
  const start = gas
  gas -= GAS_SELFDESTRUCT
  if (warmAddress(beneficiary) && !isPrecompile(sp)) gas -= GAS_COLD_ACCOUNT
  if (!wordIsZero(account + ACCOUNT_BALANCE) && accountIsEmpty(beneficiary)) gas -= GAS_NEW_ACCOUNT
  if (gas < 0) return gas
  setReturnDataLength(0)

  wordCopy(amount, account + ACCOUNT_BALANCE)
  if (wordIsZero(amount)) {
    if (accountExists(beneficiary) && accountIsEmpty(beneficiary)) touch(beneficiary)
  } else {
    subBalance(account, amount)
    addBalance(beneficiary, amount)
  }
  if (envSpec < SPEC_CANCUN || (accountFlags(account) & ACCOUNT_FLAG_CREATED) != 0) {
    markSelfdestruct(account)
    // What it sent to itself is burned.
    setBalance(account, zero)
  }
  if (envTrace != 0) {
    const depth = load<i32>(frame, FRAME_DEPTH) + 1
    const from = account + ACCOUNT_WORD
    traceEnter(OP_SELFDESTRUCT, depth, 0, 0, start - gas, from, beneficiary + ACCOUNT_WORD, amount, 0, 0)
    traceExit(OP_SELFDESTRUCT, depth, HALT_SUCCESS, 0, 0)
  }
  return gas
}
