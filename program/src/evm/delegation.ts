// EIP-7702 delegations: code of 23 bytes, 0xef0100 and the address whose code runs instead.

import { wordFromAddress } from '../num/word'
import { codeBytes, codeLength, codeOf } from './code'

const DESIGNATOR_LENGTH: usize = 23

/** Whether an entry's code is a delegation. */
// @ts-ignore: decorator
@inline
export function isDesignator(entry: usize): bool {
  if (codeLength(entry) != DESIGNATOR_LENGTH) return false
  const code = codeBytes(entry)
  return load<u8>(code) == 0xef && load<u8>(code, 1) == 0x01 && load<u8>(code, 2) == 0
}

/** Whether an account's code is a delegation; false with `hostError` set when it cannot be had. */
export function isDelegated(account: usize): bool {
  const entry = codeOf(account)
  return entry != 0 && isDesignator(entry)
}

/** The address, as a word, that a delegation points to. */
export function delegateOf(entry: usize, word: usize): void {
  wordFromAddress(word, codeBytes(entry) + 3)
}
