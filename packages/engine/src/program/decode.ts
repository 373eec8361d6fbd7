import { HALT_REVERT, HALT_SUCCESS } from '@altlayer/program/shared/halt.ts'
import * as layout from '@altlayer/program/shared/result.ts'
import {
  type Address,
  decodeHeader,
  type Hash,
  type Hex,
  ZERO_ADDRESS,
  ZERO_HASH,
} from '@altlayer/protocol'
import { haltReason } from '../trace/halt.ts'
import { ProgramError, type ProgramErrorContext } from './errors.ts'
import type { MemoryReader } from './memory.ts'
import type {
  AccountDiff,
  AccountProof,
  AccountState,
  BlockEnvironment,
  ExecutionResult,
  Log,
  SealedBlock,
  TransactionResult,
} from './types.ts'

// What the program leaves in its result region (program/shared/result.ts), at `at`, as values.

const FIRST_BLOCK_STATUS = 50
const FIRST_REJECTION_STATUS = 100
const STATUS_MALFORMED_HEADER = 58
const FIRST_DERIVE_STATUS = 150

/**
 * The error of a status other than 0. A zero sender is one that was not recovered, unless it is `from`, a
 * message's.
 */
export function readError(
  memory: MemoryReader,
  at: number,
  status: number,
  from?: Address,
): ProgramError {
  const recovered = memory.address(at + layout.ERROR_SENDER)
  const sender = recovered === ZERO_ADDRESS ? from : recovered
  const rejected = status >= FIRST_REJECTION_STATUS && status < FIRST_DERIVE_STATUS
  const key = memory.hash(at + layout.ERROR_KEY)
  const context: ProgramErrorContext = {
    ...(status >= FIRST_BLOCK_STATUS && {
      have: memory.word(at + layout.ERROR_HAVE),
      want: memory.word(at + layout.ERROR_WANT),
    }),
    ...(rejected && sender !== undefined && { sender }),
    ...(key !== ZERO_HASH &&
      (status < FIRST_BLOCK_STATUS ||
        status >= FIRST_DERIVE_STATUS ||
        status === STATUS_MALFORMED_HEADER) && { key }),
    ...(status < FIRST_BLOCK_STATUS && readPlace(memory, at)),
  }
  return new ProgramError(status, context)
}

/** Whose record a host error is about. */
function readPlace(
  memory: MemoryReader,
  at: number,
): Pick<ProgramErrorContext, 'account' | 'slot'> {
  const place = memory.u32(at + layout.ERROR_PLACE)
  return {
    ...(place >= 1 && { account: memory.address(at + layout.ERROR_ACCOUNT) }),
    ...(place >= 2 && { slot: memory.hash(at + layout.ERROR_SLOT) }),
  }
}

/** Result of `message`. */
export function readExecution(memory: MemoryReader, at: number): ExecutionResult {
  const halt = memory.u32(at + layout.EXECUTION_HALT)
  const flags = memory.u32(at + layout.EXECUTION_FLAGS)
  const returnLength = memory.u32(at + layout.EXECUTION_RETURN_LENGTH)
  const error = haltReason(halt)
  return {
    status: halt === HALT_SUCCESS ? 'success' : halt === HALT_REVERT ? 'revert' : 'halt',
    ...(error !== undefined && { error }),
    gasUsed: memory.u64(at + layout.EXECUTION_GAS_USED),
    gasRefunded: memory.u64(at + layout.EXECUTION_GAS_REFUNDED),
    maxGasUsed: memory.u64(at + layout.EXECUTION_MAX_GAS_USED),
    returnData: memory.copy(at + layout.EXECUTION_SIZE, returnLength),
    logs: readLogs(
      memory,
      at + memory.u32(at + layout.EXECUTION_LOGS),
      memory.u32(at + layout.EXECUTION_LOGS_LENGTH),
    ),
    ...((flags & layout.EXECUTION_FLAG_CONTRACT) !== 0 && {
      contractAddress: memory.address(at + layout.EXECUTION_CONTRACT),
    }),
  }
}

/** Result of `transaction`. */
export function readTransaction(memory: MemoryReader, at: number): TransactionResult {
  const flags = memory.u32(at + layout.EXECUTION_FLAGS)
  const receiptStart = at + layout.EXECUTION_SIZE + memory.u32(at + layout.EXECUTION_RETURN_LENGTH)
  const nonce = memory.u64(at + layout.EXECUTION_NONCE)
  return {
    ...readExecution(memory, at),
    hash: memory.hash(at + layout.EXECUTION_HASH),
    type: memory.u32(at + layout.EXECUTION_TYPE),
    from: memory.address(at + layout.EXECUTION_FROM),
    ...((flags & layout.EXECUTION_FLAG_TO) !== 0 && {
      to: memory.address(at + layout.EXECUTION_TO),
    }),
    nonce,
    effectiveGasPrice: memory.word(at + layout.EXECUTION_GAS_PRICE),
    cumulativeGasUsed: memory.u64(at + layout.EXECUTION_CUMULATIVE_GAS),
    receipt: memory.copy(receiptStart, memory.u32(at + layout.EXECUTION_RECEIPT_LENGTH)),
    ...((flags & layout.EXECUTION_FLAG_BLOB) !== 0 && {
      blobGasUsed: memory.u64(at + layout.EXECUTION_BLOB_GAS),
    }),
    ...((flags & layout.EXECUTION_FLAG_DEPOSIT_NONCE) !== 0 && { depositNonce: nonce }),
    ...((flags & layout.EXECUTION_FLAG_DEPOSIT_VERSION) !== 0 && { depositReceiptVersion: 1n }),
    ...((flags & layout.EXECUTION_FLAG_FEES) !== 0 && {
      l1Fee: memory.word(at + layout.EXECUTION_L1_FEE),
      l1GasUsed: memory.u64(at + layout.EXECUTION_L1_GAS),
      operatorFee: memory.word(at + layout.EXECUTION_OPERATOR_FEE),
    }),
  }
}

/** RLP items [address, topics, data], written by the program: no check is needed. */
function readLogs(memory: MemoryReader, at: number, length: number): readonly Log[] {
  const logs: Log[] = []
  for (const end = at + length; at < end; ) {
    const log = readItem(memory.bytes, at)
    const topics = readItem(memory.bytes, log.start + 21)
    const data = readItem(memory.bytes, topics.end)
    const hashes: Hash[] = []
    for (let topic = topics.start; topic < topics.end; topic += 33)
      hashes.push(memory.hash(topic + 1))
    logs.push({
      address: memory.address(log.start + 1),
      topics: hashes,
      data: memory.hex(data.start, data.end - data.start),
    })
    at = log.end
  }
  return logs
}

/** Payload of the RLP item at `at`. */
function readItem(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  const prefix = bytes[at] as number
  if (prefix < 0x80) return { start: at, end: at + 1 }
  const short = prefix - (prefix < 0xc0 ? 0x80 : 0xc0)
  if (short <= 55) return { start: at + 1, end: at + 1 + short }
  let length = 0
  for (let i = 1; i <= short - 55; i++) length = length * 256 + (bytes[at + i] as number)
  const start = at + 1 + short - 55
  return { start, end: start + length }
}

/** Result of `account`. */
export function readAccount(memory: MemoryReader, at: number): AccountState | undefined {
  return memory.u32(at + layout.ACCOUNT_EXISTS) === 0
    ? undefined
    : readState(memory, at + layout.ACCOUNT_NONCE)
}

/** Nonce, balance, code hash, storage root. */
function readState(memory: MemoryReader, at: number): AccountState {
  return {
    nonce: memory.u64(at),
    balance: memory.word(at + 8),
    codeHash: memory.hash(at + 40),
    storageRoot: memory.hash(at + 72),
  }
}

/** Result of `proof` for these slots. */
export function readProof(memory: MemoryReader, at: number, slots: readonly Hash[]): AccountProof {
  const account = readAccount(memory, at)
  let cursor = at + layout.ACCOUNT_RESULT_SIZE
  const nodes = (): readonly Uint8Array[] => {
    const end = cursor + 4 + memory.u32(cursor)
    const proof: Uint8Array[] = []
    for (cursor += 4; cursor < end; ) {
      const item = readItem(memory.bytes, cursor)
      proof.push(memory.copy(item.start, item.end - item.start))
      cursor = item.end
    }
    return proof
  }
  const accountProof = nodes()
  const storageProof = slots.map((slot) => {
    const value = memory.word(cursor)
    cursor += 32
    return { slot, value, proof: nodes() }
  })
  return { account, accountProof, storageProof }
}

/** Result of `seal`. */
export function readSealed(memory: MemoryReader, at: number): SealedBlock {
  const headerRlp = memory.copy(
    at + layout.SEALED_HEADER,
    memory.u32(at + layout.SEALED_HEADER_LENGTH),
  )
  const header = decodeHeader(headerRlp)
  const block = { header, hash: memory.hash(at + layout.SEALED_HASH), headerRlp }
  const count = memory.u32(at + layout.SEALED_REQUESTS)
  // OP Stack blocks have a requests hash too, but never requests.
  if (header.requestsHash === undefined) return block
  const requests: Hex[] = []
  let cursor = at + layout.SEALED_HEADER + headerRlp.length
  for (let i = 0; i < count; i++) {
    const length = memory.u32(cursor)
    requests.push(memory.hex(cursor + 4, length))
    cursor += 4 + length
  }
  return { ...block, requests }
}

/** Result of `diff` and `touched`: `length` bytes of records. */
export function readDiff(memory: MemoryReader, at: number, length: number): readonly AccountDiff[] {
  const accounts: AccountDiff[] = []
  for (const end = at + length; at < end; ) {
    const flags = memory.u32(at + layout.DIFF_FLAGS)
    const slotCount = memory.u32(at + layout.DIFF_SLOTS)
    const beforeLength = memory.u32(at + layout.DIFF_CODE_BEFORE)
    const afterLength = memory.u32(at + layout.DIFF_CODE_AFTER)
    const slots = at + layout.DIFF_SIZE
    const codes = slots + slotCount * layout.DIFF_SLOT_SIZE
    accounts.push({
      address: memory.address(at + layout.DIFF_ADDRESS),
      ...((flags & layout.DIFF_FLAG_BEFORE) !== 0 && {
        before: readState(memory, at + layout.DIFF_BEFORE),
      }),
      ...((flags & layout.DIFF_FLAG_AFTER) !== 0 && {
        after: readState(memory, at + layout.DIFF_AFTER),
      }),
      storage: Array.from({ length: slotCount }, (_, index) => {
        const slot = slots + index * layout.DIFF_SLOT_SIZE
        return [memory.hash(slot), memory.hash(slot + 32), memory.hash(slot + 64)] as const
      }),
      ...(beforeLength > 0 && { codeBefore: memory.copy(codes, beforeLength) }),
      ...(afterLength > 0 && { codeAfter: memory.copy(codes + beforeLength, afterLength) }),
    })
    at = codes + beforeLength + afterLength
  }
  return accounts
}

/** Result of `environment`. */
export function readEnvironment(memory: MemoryReader, at: number): BlockEnvironment {
  return {
    number: memory.u64(at + layout.ENVIRONMENT_NUMBER),
    timestamp: memory.u64(at + layout.ENVIRONMENT_TIMESTAMP),
    gasLimit: memory.u64(at + layout.ENVIRONMENT_GAS_LIMIT),
    feeRecipient: memory.address(at + layout.ENVIRONMENT_FEE_RECIPIENT),
    prevRandao: memory.hash(at + layout.ENVIRONMENT_PREV_RANDAO),
    baseFeePerGas: memory.word(at + layout.ENVIRONMENT_BASE_FEE),
    blobBaseFee: memory.word(at + layout.ENVIRONMENT_BLOB_BASE_FEE),
  }
}
