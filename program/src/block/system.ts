// System calls (EIP-4788, EIP-2935, EIP-7002, EIP-7251): from the system address, with gas of their own, free.

import { HALT_SUCCESS } from '../../shared/halt'
import { SPEC_CANCUN, SPEC_PRAGUE } from '../../shared/abi'
import { ENV_GAS_PRICE, ENV_ORIGIN, setBlobHashes } from '../evm/env'
import { MESSAGE_CALL, executeMessage } from '../evm/message'
import { hostError } from '../host'
import { wordFromAddress, wordSet } from '../num/word'
import { account, accountHasCode, warmAddress } from '../state/accounts'
import { txBegin, txEnd } from '../state/transaction'
import { blockBeaconRoot, blockHasBeaconRoot, blockParentHash, blockSpec } from './current'

const SYSTEM_GAS: u64 = 30_000_000

const SYSTEM: usize = memory.data<u8>([
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xfe,
])
// EIP-4788
const BEACON_ROOTS: usize = memory.data<u8>([
  0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31, 0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac,
  0x02,
])
// EIP-2935
const HISTORY_STORAGE: usize = memory.data<u8>([
  0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb, 0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29,
  0x35,
])
/** EIP-7002 */
export const WITHDRAWAL_REQUESTS: usize = memory.data<u8>([
  0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e, 0xb5, 0x5e, 0x80, 0xd1, 0x9a, 0xd8, 0x35, 0x79, 0xa6, 0x4c, 0x00, 0x70,
  0x02,
])
/** EIP-7251 */
export const CONSOLIDATION_REQUESTS: usize = memory.data<u8>([
  0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48, 0x86, 0x42, 0xfb, 0x57, 0x9f, 0x8b, 0x00, 0xf3, 0xa5, 0x90, 0x00, 0x72,
  0x51,
])

const zero: usize = memory.data(32, 8)

/** What runs before the first transaction: beacon root, then the parent's hash into the history. */
export function openingCalls(): void {
  if (blockSpec >= SPEC_CANCUN && blockHasBeaconRoot) systemCall(BEACON_ROOTS, blockBeaconRoot, 32)
  if (blockSpec >= SPEC_PRAGUE) systemCall(HISTORY_STORAGE, blockParentHash, 32)
}

/**
 * Calls a system contract; its changes are final. False when it has no code or the call fails, which only
 * matters to those that make requests. The return data stays in its region.
 */
export function systemCall(address: usize, data: usize, len: usize): bool {
  if (hostError != 0) return false
  txBegin()
  const contract = account(address)
  const hasCode = accountHasCode(contract)
  if (!hasCode || hostError != 0) return false
  wordFromAddress(ENV_ORIGIN, SYSTEM)
  wordSet(ENV_GAS_PRICE, 0)
  setBlobHashes(0, 0)
  warmAddress(contract)
  const halt = executeMessage(MESSAGE_CALL, SYSTEM, address, zero, data, len, SYSTEM_GAS, false)
  txEnd()
  return halt == HALT_SUCCESS
}
