// EIP-7702: authorizations that set an account's code to a delegation.

import { account, accountExists, accountHasCode, accountNonce, setNonce, warmAddress } from '../state/accounts'
import { setCode } from '../state/code'
import { refundCounter, setRefundCounter } from '../state/journal'
import { wordHigh } from '../num/word'
import { hostError } from '../host'
import { isDelegated } from '../evm/delegation'
import { chainId } from '../block/rules'
import { itemNext, itemStart, rlpItem, rlpList } from '../rlp/decode'
import {
  authAddress,
  authChainId,
  authNext,
  authNonce,
  authR,
  authS,
  authYParity,
  decodeAuthorization,
  txAuthorizations,
  txAuthorizationsEnd,
} from './decode'
import { authorizationHash } from './hash'
import { recoverSigner } from './signature'

/** What an authority that is already in the state gives back: PER_EMPTY_ACCOUNT_COST - PER_AUTH_BASE_COST. */
const EXISTING_AUTHORITY_REFUND: i64 = 12_500

const hash: usize = memory.data(32, 8)
const authority: usize = memory.data(20, 8)
/** 0xef0100 ++ address. */
const delegation: usize = memory.data(23, 8)

/** Applies the decoded transaction's authorizations in order; invalid ones are skipped. */
export function applyAuthorizations(): void {
  for (let ptr = txAuthorizations; ptr < txAuthorizationsEnd && hostError == 0; ptr = authNext) {
    decodeAuthorization(ptr, txAuthorizationsEnd)
    applyAuthorization(ptr)
  }
}

function applyAuthorization(ptr: usize): void {
  const chain = load<u64>(authChainId)
  if (wordHigh(authChainId) != 0 || (chain != 0 && chain != chainId)) return
  if (authNonce == u64.MAX_VALUE) return
  // The signed fields are the first three, chainId, address and nonce.
  rlpList(ptr, txAuthorizationsEnd)
  const start = itemStart
  const next = itemNext
  for (let end = start, i = 0; i < 3; i++, end = itemNext) rlpItem(end, next)
  authorizationHash(start, itemNext, hash)
  if (!recoverSigner(hash, authYParity, authR, authS, authority)) return
  const record = account(authority)
  warmAddress(record)
  if (accountHasCode(record) && !isDelegated(record)) return
  if (hostError != 0 || accountNonce(record) != authNonce) return
  if (accountExists(record)) setRefundCounter(refundCounter + EXISTING_AUTHORITY_REFUND)
  if (isZeroAddress(authAddress)) {
    // The zero address clears the delegation.
    setCode(record, 0, 0)
  } else {
    store<u8>(delegation, 0xef)
    store<u8>(delegation, 0x01, 1)
    store<u8>(delegation, 0x00, 2)
    memory.copy(delegation + 3, authAddress, 20)
    setCode(record, delegation, 23)
  }
  setNonce(record, authNonce + 1)
}

function isZeroAddress(ptr: usize): bool {
  return (load<u64>(ptr) | load<u64>(ptr, 8) | <u64>load<u32>(ptr, 16)) == 0
}
