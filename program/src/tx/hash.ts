// Transaction hash and signing hash (EIP-155, EIP-2718 and the types' own EIPs).

import { arenaAllocUninitialized, arenaMark, arenaRelease } from '../arena'
import { hostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { rlpPrefixLength, rlpU64Length, rlpWriteList, rlpWriteU64 } from '../rlp/encode'
import { TYPE_LEGACY, txChainId, txSignedEnd, txSignedStart, txType, txUnprotected } from './decode'

// An EIP-7702 signing hash starts with this byte.
const AUTHORIZATION_MAGIC: u8 = 0x05

/** keccak256 of what the decoded transaction's sender signed, to 32 bytes at `out`. Not for deposits. */
export function signingHash(out: usize): void {
  if (txType != TYPE_LEGACY) return prefixedHash(<u8>txType, true, txSignedStart, txSignedEnd, 0, out)
  prefixedHash(0, false, txSignedStart, txSignedEnd, txUnprotected ? 0 : txChainId, out)
}

/** The EIP-7702 hash of an authorization: the fields chainId, address, nonce are encoded at [start, end). */
export function authorizationHash(start: usize, end: usize, out: usize): void {
  prefixedHash(AUTHORIZATION_MAGIC, true, start, end, 0, out)
}

/** keccak256([prefix] ++ rlp([fields..., chainId, 0, 0 if chainId is not 0])). */
function prefixedHash(prefix: u8, typed: bool, start: usize, end: usize, chainId: u64, out: usize): void {
  const fields = end - start
  const payload = fields + (chainId == 0 ? 0 : rlpU64Length(chainId) + 2)
  const length = <usize>typed + rlpPrefixLength(payload) + payload
  const mark = arenaMark()
  const buffer = arenaAllocUninitialized(length)
  if (hostError == 0) {
    let at = buffer
    if (typed) store<u8>(at++, prefix)
    at = rlpWriteList(at, payload)
    memory.copy(at, start, fields)
    at += fields
    if (chainId != 0) {
      at = rlpWriteU64(at, chainId)
      store<u16>(at, 0x8080)
      at += 2
    }
    keccak256(buffer, at - buffer, out)
  }
  arenaRelease(mark)
}
