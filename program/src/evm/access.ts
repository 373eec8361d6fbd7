// Instructions that look at accounts and blocks. The operand is the word at `sp`, which the result replaces;
// each function returns what is left of `gas`, negative when it did not suffice or a host error stands.

import { blockHashAt } from '../block/ancestors'
import { hostError } from '../host'
import { wordCopy, wordFromBytes, wordHigh, wordSet } from '../num/word'
import { accountByWord, accountIsEmpty, warmAddress } from '../state/accounts'
import { ACCOUNT_BALANCE, ACCOUNT_CODE_HASH } from '../state/records'
import { codeBytes, codeLength, codeOf } from './code'
import { copyToMemory } from './copy'
import { envBlobHashCount, envBlobHashes, envNumber } from './env'
import { GAS_COLD_ACCOUNT, GAS_WARM } from './gas'
import { isPrecompile } from './precompiles'

/** Cost of using an address (EIP-2929), which becomes warm. Precompiles are warm from the start. */
export function accessGas(account: usize, address: usize): i64 {
  return warmAddress(account) && !isPrecompile(address) ? GAS_COLD_ACCOUNT : GAS_WARM
}

export function opBalance(sp: usize, gas: i64): i64 {
  const account = accountByWord(sp)
  if (hostError != 0) return -1
  gas -= accessGas(account, sp)
  wordCopy(sp, account + ACCOUNT_BALANCE)
  return gas
}

export function opExtCodeSize(sp: usize, gas: i64): i64 {
  const account = accountByWord(sp)
  if (hostError != 0) return -1
  gas -= accessGas(account, sp)
  if (gas < 0) return gas
  const code = codeOf(account)
  if (code == 0) return -1
  wordSet(sp, codeLength(code))
  return gas
}

/** The hash of an account's code; 0 for an empty account (EIP-1052). */
export function opExtCodeHash(sp: usize, gas: i64): i64 {
  const account = accountByWord(sp)
  if (hostError != 0) return -1
  gas -= accessGas(account, sp)
  if (accountIsEmpty(account)) wordSet(sp, 0)
  else wordFromBytes(sp, account + ACCOUNT_CODE_HASH)
  return gas
}

/** Words: address, target, offset, length. */
export function opExtCodeCopy(sp: usize, gas: i64): i64 {
  const account = accountByWord(sp)
  if (hostError != 0) return -1
  gas -= accessGas(account, sp)
  if (gas < 0) return gas
  const code = codeOf(account)
  if (code == 0) return -1
  return copyToMemory(sp + 32, codeBytes(code), codeLength(code), gas)
}

const hash: usize = memory.data(32, 8)

/** Hash of one of the last 256 blocks, else 0. */
export function opBlockHash(sp: usize, gas: i64): i64 {
  const number = load<u64>(sp)
  if (wordHigh(sp) != 0 || number >= envNumber || envNumber - number > 256) {
    wordSet(sp, 0)
    return gas
  }
  blockHashAt(number, hash)
  if (hostError != 0) return -1
  wordFromBytes(sp, hash)
  return gas
}

/** BLOBHASH (EIP-4844): 0 past the last blob. */
export function opBlobHash(sp: usize): void {
  const index = load<u64>(sp)
  if (wordHigh(sp) != 0 || index >= <u64>envBlobHashCount) wordSet(sp, 0)
  else wordFromBytes(sp, envBlobHashes + (<usize>index << 5))
}
