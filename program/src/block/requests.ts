// Execution layer requests (EIP-7685): deposits from logs (EIP-6110), withdrawal and consolidation requests from
// their contracts (EIP-7002, EIP-7251). Ethereum mode, since Prague.

import { STATUS_BAD_DEPOSIT_LOG, STATUS_OK, STATUS_SYSTEM_CALL_FAILED } from '../../shared/status'
import { arenaAllocUninitialized } from '../arena'
import { messageReturnLength } from '../evm/message'
import { hostError } from '../host'
import { RETURN_DATA } from '../layout'
import { wordEqual } from '../num/word'
import { itemIsList, itemLen, itemNext, itemStart, rlpItem } from '../rlp/decode'
import { receiptList, transactionCount } from './current'
import { depositContract } from './rules'
import { sha256 } from './sha256'
import { CONSOLIDATION_REQUESTS, WITHDRAWAL_REQUESTS, systemCall } from './system'

const REQUEST_TYPES: i32 = 3
const DEPOSIT_SIZE: usize = 192
const DEPOSIT_EVENT_SIZE: usize = 576

/** keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)") */
const DEPOSIT_EVENT: usize = memory.data<u8>([
  0x64, 0x9b, 0xbc, 0x62, 0xd0, 0xe3, 0x13, 0x42, 0xaf, 0xea, 0x4e, 0x5c, 0xd8, 0x2d, 0x40, 0x49,
  0xe7, 0xe1, 0xee, 0x91, 0x2f, 0xc0, 0x88, 0x9a, 0xa7, 0x90, 0x80, 0x3b, 0xe3, 0x90, 0x38, 0xc5,
])
// The event's data: five offsets, then each field's length and content.
const FIELD_OFFSETS: usize = memory.data<u32>([160, 256, 320, 384, 512])
const FIELD_SIZES: usize = memory.data<u32>([48, 32, 8, 96, 8])

/** Requests of each type: type byte and data, (u32 address, u32 length); length 1 means none. */
const requests: usize = memory.data(24, 8)
const digests: usize = memory.data(96, 8)

/** Number of the block's requests. */
export let requestCount: i32 = 0

/** Collects the block's requests after its last transaction. Returns a status. */
export function collectRequests(): i32 {
  requestCount = 0
  const status = collectDeposits()
  if (status != STATUS_OK) return status
  for (let type = 1; type < REQUEST_TYPES; type++) {
    if (!systemCall(type == 1 ? WITHDRAWAL_REQUESTS : CONSOLIDATION_REQUESTS, 0, 0)) {
      return hostError != 0 ? hostError : STATUS_SYSTEM_CALL_FAILED
    }
    const at = reserve(type, messageReturnLength)
    if (hostError != 0) return hostError
    memory.copy(at, RETURN_DATA, messageReturnLength)
  }
  return STATUS_OK
}

/** Room for the data of a type's requests, behind the type byte. */
function reserve(type: i32, len: usize): usize {
  const request = arenaAllocUninitialized(1 + len)
  if (hostError != 0) return request
  store<u8>(request, <u8>type)
  store<u32>(requests + (type << 3), <u32>request)
  store<u32>(requests + (type << 3), 1 + <u32>len, 4)
  if (len > 0) requestCount++
  return request + 1
}

export function requestPtr(type: i32): usize {
  return <usize>load<u32>(requests + (type << 3))
}

/** Bytes of the type's requests with their type byte; 1 when there are none. */
export function requestLength(type: i32): usize {
  return <usize>load<u32>(requests + (type << 3), 4)
}

/** sha256 over the sha256 of each non-empty request (EIP-7685), to 32 bytes at `out`. */
export function requestsHash(out: usize): void {
  let at = digests
  for (let type = 0; type < REQUEST_TYPES; type++) {
    if (requestLength(type) <= 1) continue
    sha256(requestPtr(type), requestLength(type), at)
    at += 32
  }
  sha256(digests, at - digests, out)
}

// --- deposits ---

let deposits: usize = 0
let depositCount: usize = 0

function collectDeposits(): i32 {
  const contract = depositContract()
  // Twice over the logs: count, then copy.
  deposits = 0
  depositCount = 0
  if (contract != 0 && !eachDeposit(contract)) return STATUS_BAD_DEPOSIT_LOG
  deposits = reserve(0, depositCount * DEPOSIT_SIZE)
  if (hostError != 0) return hostError
  depositCount = 0
  if (contract != 0) eachDeposit(contract)
  return STATUS_OK
}

/** Visits the deposit logs of all receipts; false when one is malformed. */
function eachDeposit(contract: usize): bool {
  for (let i: usize = 0; i < <usize>transactionCount; i++) {
    let ptr = <usize>load<u32>(receiptList + (i << 3))
    const end = ptr + <usize>load<u32>(receiptList + (i << 3), 4)
    if (load<u8>(ptr) < 0xc0) ptr++
    rlpItem(ptr, end)
    // status, cumulative gas, bloom, logs
    rlpItem(itemStart, end)
    rlpItem(itemNext, end)
    rlpItem(itemNext, end)
    rlpItem(itemNext, end)
    const logsEnd = itemNext
    for (let log = itemStart; log < logsEnd; ) {
      rlpItem(log, logsEnd)
      log = itemNext
      if (!visitLog(itemStart, itemNext, contract)) return false
    }
  }
  return true
}

/** The log with payload [ptr, end): false when it is a malformed deposit. */
function visitLog(ptr: usize, end: usize, contract: usize): bool {
  rlpItem(ptr, end)
  if (memory.compare(itemStart, contract, 20) != 0) return true
  rlpItem(itemNext, end)
  const topics = itemStart
  const data = itemNext
  if (itemLen < 33 || !wordEqual(topics + 1, DEPOSIT_EVENT)) return true
  rlpItem(data, end)
  if (itemIsList || itemLen != DEPOSIT_EVENT_SIZE) return false
  return visitDeposit(itemStart)
}

function visitDeposit(data: usize): bool {
  let to = deposits + depositCount * DEPOSIT_SIZE
  for (let i: usize = 0; i < 5; i++) {
    const offset = <usize>load<u32>(FIELD_OFFSETS + (i << 2))
    const size = <usize>load<u32>(FIELD_SIZES + (i << 2))
    if (!isNumber(data + (i << 5), offset) || !isNumber(data + offset, size)) return false
    if (deposits != 0) {
      memory.copy(to, data + offset + 32, size)
      to += size
    }
  }
  depositCount++
  return true
}

/** Whether the 32 bytes at `ptr` are `value`. */
function isNumber(ptr: usize, value: usize): bool {
  return (
    (load<u64>(ptr) | load<u64>(ptr, 8) | load<u64>(ptr, 16)) == 0 && bswap(load<u64>(ptr, 24)) == <u64>value
  )
}
