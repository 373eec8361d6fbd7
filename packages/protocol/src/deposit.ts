import { MalformedInputError } from './errors.ts'
import {
  addressToWord,
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  concatBytes,
  hexToBytes,
  MAX_UINT64,
  wordToAddress,
  ZERO_ADDRESS,
  ZERO_HASH,
} from './hex.ts'
import { keccak256, keccak256Hex } from './keccak.ts'
import { type DepositTransaction, TX_DEPOSIT } from './transaction.ts'
import type { Address, Hash, Hex, Log } from './types.ts'

// OP Stack specs, "Deposits".

/** keccak256 of `TransactionDeposited(address,address,uint256,bytes)`. */
export const TRANSACTION_DEPOSITED_TOPIC: Hash =
  '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32'

/** Domains that keep the source hashes of different kinds of deposits apart. */
const USER_DEPOSIT_DOMAIN = 0n
const L1_ATTRIBUTES_DOMAIN = 1n
const UPGRADE_DOMAIN = 2n

/** Source hash of a deposit that a user made: `logIndex` counts all logs of the L1 block. */
export function userDepositSourceHash(l1BlockHash: Hash, logIndex: bigint): Hash {
  return sourceHash(USER_DEPOSIT_DOMAIN, keccak256(identifier(l1BlockHash, logIndex)))
}

/** Source hash of the L1 attributes deposit: `sequenceNumber` counts L2 blocks of the epoch from 0. */
export function l1AttributesSourceHash(l1BlockHash: Hash, sequenceNumber: bigint): Hash {
  return sourceHash(L1_ATTRIBUTES_DOMAIN, keccak256(identifier(l1BlockHash, sequenceNumber)))
}

/** Source hash of a deposit in a network upgrade, by its intent, such as `Isthmus: L1 Block Deployment`. */
export function upgradeSourceHash(intent: string): Hash {
  return sourceHash(UPGRADE_DOMAIN, keccak256(new TextEncoder().encode(intent)))
}

/** What a user asks the portal for; `mint` is the ETH sent along. */
export interface UserDeposit {
  /** Aliased when it is a contract, see `applyL1ToL2Alias`. */
  readonly from: Address
  /** undefined: creates a contract. */
  readonly to?: Address
  readonly mint: bigint
  readonly value: bigint
  readonly gas: bigint
  readonly data: Hex
}

/** Whether a log of the portal announces a deposit. The caller checks the log's address. */
export function isTransactionDeposited(log: Log): boolean {
  return log.topics[0] === TRANSACTION_DEPOSITED_TOPIC
}

/**
 * The L2 transaction of a TransactionDeposited log of version 0, found at `logIndex` among all logs of
 * the L1 block. Throws MalformedInputError: the portal emits no other form, so such a log means that the
 * data is not that contract's.
 *
 * @example
 * const deposit = depositFromLog(log, l1Block.hash, 4n)
 */
export function depositFromLog(
  log: Log,
  l1BlockHash: Hash,
  logIndex: bigint,
  path = 'TransactionDeposited',
): DepositTransaction {
  if (log.topics.length !== 4 || !isTransactionDeposited(log))
    throw new MalformedInputError(`${path}.topics`, '4 topics of a deposit', `${log.topics.length}`)
  const version = BigInt(log.topics[3] as Hash)
  if (version !== 0n) throw new MalformedInputError(`${path}.version`, '0', `${version}`)
  const opaque = decodeAbiBytes(hexToBytes(log.data, `${path}.data`), path)
  // uint256 mint, uint256 value, uint64 gas, bool isCreation, bytes data: packed.
  if (opaque.length < 73)
    throw new MalformedInputError(`${path}.opaqueData`, 'at least 73 bytes', `${opaque.length}`)
  const creation = opaque[72] as number
  if (creation > 1) throw new MalformedInputError(`${path}.isCreation`, '0 or 1', `${creation}`)
  const to = wordToAddress(log.topics[2] as Hash, `${path}.to`)
  return {
    type: TX_DEPOSIT,
    sourceHash: userDepositSourceHash(l1BlockHash, logIndex),
    from: wordToAddress(log.topics[1] as Hash, `${path}.from`),
    ...(creation === 0 && { to }),
    mint: bytesToBigint(opaque.subarray(0, 32)),
    value: bytesToBigint(opaque.subarray(32, 64)),
    gas: bytesToBigint(opaque.subarray(64, 72)),
    isSystemTransaction: false,
    data: bytesToHex(opaque.subarray(73)),
  }
}

/** The log that the portal at `portal` emits for a deposit. */
export function depositToLog(deposit: UserDeposit, portal: Address): Log {
  if (deposit.gas > MAX_UINT64)
    throw new MalformedInputError('deposit.gas', 'an integer of 64 bits', `${deposit.gas}`)
  const opaque = concatBytes(
    bigintToBytes(deposit.mint, 32),
    bigintToBytes(deposit.value, 32),
    bigintToBytes(deposit.gas, 8),
    Uint8Array.of(deposit.to === undefined ? 1 : 0),
    hexToBytes(deposit.data, 'deposit.data'),
  )
  const padded = new Uint8Array(Math.ceil(opaque.length / 32) * 32)
  padded.set(opaque)
  return {
    address: portal,
    topics: [
      TRANSACTION_DEPOSITED_TOPIC,
      addressToWord(deposit.from),
      addressToWord(deposit.to ?? ZERO_ADDRESS),
      ZERO_HASH,
    ],
    data: bytesToHex(
      concatBytes(bigintToBytes(32n, 32), bigintToBytes(BigInt(opaque.length), 32), padded),
    ),
  }
}

const ALIAS_OFFSET = 0x1111000000000000000000000000000000001111n
const ADDRESS_SPACE = 1n << 160n

/** The L2 sender of a deposit that an L1 contract makes (specs, "Address Aliasing"). */
export function applyL1ToL2Alias(address: Address): Address {
  return toAddress((BigInt(address) + ALIAS_OFFSET) % ADDRESS_SPACE)
}

/** The inverse of `applyL1ToL2Alias`. */
export function undoL1ToL2Alias(address: Address): Address {
  return toAddress((BigInt(address) - ALIAS_OFFSET + ADDRESS_SPACE) % ADDRESS_SPACE)
}

function sourceHash(domain: bigint, id: Uint8Array): Hash {
  return keccak256Hex(concatBytes(bigintToBytes(domain, 32), id))
}

function identifier(l1BlockHash: Hash, index: bigint): Uint8Array {
  return concatBytes(hexToBytes(l1BlockHash, 'l1BlockHash', 32), bigintToBytes(index, 32))
}

// ABI encoding of one `bytes`: offset 32, length, content padded to words with zeros, nothing more.
function decodeAbiBytes(data: Uint8Array, path: string): Uint8Array {
  const malformed = (what: string) =>
    new MalformedInputError(`${path}.data`, 'the ABI encoding of bytes', what)
  if (data.length < 64) throw malformed(`${data.length} bytes`)
  if (bytesToBigint(data.subarray(0, 32)) !== 32n) throw malformed('another offset')
  const length = bytesToBigint(data.subarray(32, 64))
  if (length > BigInt(data.length - 64)) throw malformed(`a length of ${length}`)
  const end = 64 + Number(length)
  if (data.length !== 64 + Math.ceil(Number(length) / 32) * 32)
    throw malformed(`${data.length} bytes`)
  if (data.subarray(end).some((byte) => byte !== 0)) throw malformed('padding that is not zero')
  return data.subarray(64, end)
}

function toAddress(value: bigint): Address {
  return `0x${value.toString(16).padStart(40, '0')}`
}
