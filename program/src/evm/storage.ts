// SLOAD, SSTORE, TLOAD, TSTORE. Each function returns what is left of `gas`, negative when it did not
// suffice or a host error stands.

import { hostError } from '../host'
import { wordCopy, wordEqual, wordIsZero } from '../num/word'
import { refundCounter, setRefundCounter } from '../state/journal'
import { SLOT_ORIGINAL, SLOT_VALUE } from '../state/records'
import { setSlot, slot, transientLoad, transientStore, warmSlot } from '../state/storage'
import { GAS_COLD_SLOT, GAS_WARM } from './gas'

/** EIP-2200: SSTORE needs more gas than a call's stipend left. */
const SENTRY: i64 = 2300
const SET: i64 = 20000
/** SSTORE_RESET_GAS of EIP-2929: 5000 less the cold access. */
const RESET: i64 = 2900
/** EIP-3529. */
const CLEAR_REFUND: i64 = 4800

/** The slot with the key at `sp`; its value replaces the key. */
export function opSload(account: usize, sp: usize, gas: i64): i64 {
  const record = slot(account, sp)
  if (hostError != 0) return -1
  wordCopy(sp, record + SLOT_VALUE)
  return gas - (warmSlot(record) ? GAS_COLD_SLOT : GAS_WARM)
}

/** Words: key, value. Costs and refunds by EIP-2200, EIP-2929 and EIP-3529. */
export function opSstore(account: usize, sp: usize, gas: i64): i64 {
  if (gas <= SENTRY) return -1
  const record = slot(account, sp)
  if (hostError != 0) return -1
  if (warmSlot(record)) gas -= GAS_COLD_SLOT
  const current = record + SLOT_VALUE
  const original = record + SLOT_ORIGINAL
  const value = sp + 32
  if (wordEqual(current, value)) return gas - GAS_WARM
  let refund = refundCounter
  if (wordEqual(original, current)) {
    if (wordIsZero(original)) gas -= SET
    else {
      gas -= RESET
      if (wordIsZero(value)) refund += CLEAR_REFUND
    }
  } else {
    gas -= GAS_WARM
    if (!wordIsZero(original)) {
      if (wordIsZero(current)) refund -= CLEAR_REFUND
      else if (wordIsZero(value)) refund += CLEAR_REFUND
    }
    if (wordEqual(original, value)) refund += wordIsZero(original) ? SET - GAS_WARM : RESET - GAS_WARM
  }
  if (gas < 0) return gas
  setSlot(record, value)
  setRefundCounter(refund)
  return gas
}

/** The transient slot with the key at `sp`; its value replaces the key. */
export function opTload(account: usize, sp: usize): void {
  wordCopy(sp, transientLoad(account, sp))
}

/** Words: key, value. */
export function opTstore(account: usize, sp: usize): void {
  transientStore(account, sp, sp + 32)
}
