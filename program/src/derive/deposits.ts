// Deposit transactions: their encoding, and those that users made by logs of the portal (OP Stack specs, "Deposits").

import { hostError } from '../host'
import { keccak256 } from '../keccak/keccak'
import { rlpBytesLength, rlpListLength, rlpU64Length, rlpWriteBytes, rlpWriteList, rlpWriteU64 } from '../rlp/encode'
import { TYPE_DEPOSIT } from '../tx/decode'
import { isZero, sameAddress, sameHash, storeWord, wordToU64 } from './bytes'
import { portalAddress } from './config'
import { output, reserve } from './output'
import {
  logAddress,
  logData,
  logDataLength,
  logIndex,
  logTopic,
  logTopicCount,
  logsNext,
  logsOpen,
} from './receipts'

/** keccak256 of `TransactionDeposited(address,address,uint256,bytes)`. */
const TRANSACTION_DEPOSITED: usize = memory.data<u8>([
  0xb3, 0x81, 0x35, 0x68, 0xd9, 0x99, 0x1f, 0xc9, 0x51, 0x96, 0x1f, 0xcb, 0x4c, 0x78, 0x48, 0x93,
  0x57, 0x42, 0x40, 0xa2, 0x89, 0x25, 0x60, 0x4d, 0x09, 0xfc, 0x57, 0x7c, 0x55, 0xbb, 0x7c, 0x32,
], 8)

// Domains of source hashes.
const USER_DEPOSIT: u64 = 0
const L1_ATTRIBUTES: u64 = 1

const identifier: usize = memory.data(64, 8)
const source: usize = memory.data(64, 8)

/** Hash of an L1 block and a number in a domain, to 32 bytes at `out`. */
function sourceHash(domain: u64, blockHash: usize, number: u64, out: usize): void {
  memory.copy(identifier, blockHash, 32)
  storeWord(identifier + 32, number)
  storeWord(source, domain)
  keccak256(identifier, 64, source + 32)
  keccak256(source, 64, out)
}

const hash: usize = memory.data(32, 8)
const zero: usize = memory.data(32, 8)

/**
 * Appends a deposit to the attributes' transactions (output.ts). `to` is 20 bytes, or 0: creates a contract; mint and
 * value are 32 bytes big-endian. Sets `hostError` when there is no room.
 */
function writeDeposit(
  from: usize,
  to: usize,
  mint: usize,
  value: usize,
  gas: u64,
  isSystem: bool,
  data: usize,
  dataLength: usize,
): void {
  const mintStart = mint + leadingZeros(mint)
  const valueStart = value + leadingZeros(value)
  const content =
    33 + 21 + (to == 0 ? 1 : 21) +
    rlpBytesLength(mintStart, mint + 32 - mintStart) +
    rlpBytesLength(valueStart, value + 32 - valueStart) +
    rlpU64Length(gas) + 1 +
    rlpBytesLength(data, dataLength)
  if (!reserve(1 + rlpListLength(content))) return
  let out = output
  store<u8>(out++, <u8>TYPE_DEPOSIT)
  out = rlpWriteList(out, content)
  out = rlpWriteBytes(out, hash, 32)
  out = rlpWriteBytes(out, from, 20)
  out = rlpWriteBytes(out, to, to == 0 ? 0 : 20)
  out = rlpWriteBytes(out, mintStart, mint + 32 - mintStart)
  out = rlpWriteBytes(out, valueStart, value + 32 - valueStart)
  out = rlpWriteU64(out, gas)
  out = rlpWriteU64(out, isSystem ? 1 : 0)
  rlpWriteBytes(out, data, dataLength)
}

function leadingZeros(word: usize): usize {
  let zeros: usize = 0
  while (zeros < 32 && load<u8>(word + zeros) == 0) zeros++
  return zeros
}

/** Appends the deposit that sets the L1 attributes: `data` is its call. */
export function writeAttributesDeposit(
  from: usize,
  to: usize,
  l1Hash: usize,
  sequenceNumber: u64,
  gas: u64,
  isSystem: bool,
  data: usize,
  dataLength: usize,
): void {
  sourceHash(L1_ATTRIBUTES, l1Hash, sequenceNumber, hash)
  writeDeposit(from, to, zero, zero, gas, isSystem, data, dataLength)
}

/**
 * Appends the deposits in `count` receipts of the L1 block with hash `l1Hash`. Returns how many; -1 when a log of the
 * portal is no deposit, or with `hostError` set.
 */
export function writeUserDeposits(receipts: usize, count: u32, l1Hash: usize): i32 {
  let deposits: i32 = 0
  logsOpen(receipts, count)
  let state = logsNext()
  for (; state > 0; state = logsNext()) {
    if (!sameAddress(logAddress, portalAddress) || logTopicCount == 0) continue
    if (!sameHash(logTopic(0), TRANSACTION_DEPOSITED)) continue
    if (!writeUserDeposit(l1Hash) || hostError != 0) return -1
    deposits++
  }
  return state == 0 ? deposits : -1
}

/** Topics: sender, recipient, version 0. Data: `bytes` with mint, value, u64 gas, bool isCreation, data, packed. */
function writeUserDeposit(l1Hash: usize): bool {
  if (logTopicCount != 4 || !isZero(logTopic(3), 32)) return false
  if (!isZero(logTopic(1), 12) || !isZero(logTopic(2), 12)) return false
  if (logDataLength < 64 || wordToU64(logData) != 32) return false
  const length = wordToU64(logData + 32)
  if (length < 73 || length > <u64>(logDataLength - 64)) return false
  const opaque = logData + 64
  const size = <usize>length
  const padded = (size + 31) & ~31
  if (logDataLength != 64 + padded || !isZero(opaque + size, padded - size)) return false
  const creation = load<u8>(opaque, 72)
  if (creation > 1) return false
  sourceHash(USER_DEPOSIT, l1Hash, logIndex, hash)
  const gas = bswap(load<u64>(opaque, 64))
  const to = creation == 1 ? 0 : logTopic(2) + 12
  writeDeposit(logTopic(1) + 12, to, opaque, opaque + 32, gas, false, opaque + 73, size - 73)
  return true
}
