import { MalformedInputError } from './errors.ts'
import {
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  concatBytes,
  hexToBytes,
  wordToAddress,
} from './hex.ts'
import { keccak256Hex } from './keccak.ts'
import type { Address, Hash, Hex, Log } from './types.ts'

/** keccak256 of `MessagePassed(uint256,address,address,uint256,uint256,bytes,bytes32)`. */
export const MESSAGE_PASSED_TOPIC: Hash =
  '0x02a52367d10742d8032712c1bb8e0144ff1ec5ffda1ed7d70bb05a2744955054'

/** A message from L2 to L1 (OP Stack specs, "Withdrawals"). */
export interface WithdrawalMessage {
  /** With the message version in its two highest bytes. */
  readonly nonce: bigint
  readonly sender: Address
  readonly target: Address
  /** Wei. */
  readonly value: bigint
  readonly gasLimit: bigint
  readonly data: Hex
}

/** The withdrawal's hash: keccak256 of the ABI encoding of its fields. */
export function withdrawalHash(message: WithdrawalMessage): Hash {
  const data = hexToBytes(message.data, 'withdrawal.data')
  const padded = new Uint8Array(Math.ceil(data.length / 32) * 32)
  padded.set(data)
  return keccak256Hex(
    concatBytes(
      bigintToBytes(message.nonce, 32, 'withdrawal.nonce'),
      addressWord(message.sender, 'withdrawal.sender'),
      addressWord(message.target, 'withdrawal.target'),
      bigintToBytes(message.value, 32, 'withdrawal.value'),
      bigintToBytes(message.gasLimit, 32, 'withdrawal.gasLimit'),
      bigintToBytes(192n, 32),
      bigintToBytes(BigInt(data.length), 32),
      padded,
    ),
  )
}

/** Slot of L2ToL1MessagePasser's `sentMessages` (slot 0) that is true for a sent withdrawal. */
export function sentMessageSlot(hash: Hash): Hash {
  return keccak256Hex(concatBytes(hexToBytes(hash, 'withdrawalHash', 32), new Uint8Array(32)))
}

/**
 * The withdrawal in a MessagePassed log of L2ToL1MessagePasser. Throws MalformedInputError, also when
 * the hash in the log is not the message's.
 */
export function withdrawalFromLog(log: Log, path = 'MessagePassed'): WithdrawalMessage {
  if (log.topics.length !== 4 || log.topics[0] !== MESSAGE_PASSED_TOPIC)
    throw new MalformedInputError(
      `${path}.topics`,
      '4 topics of a withdrawal',
      `${log.topics.length}`,
    )
  const bytes = hexToBytes(log.data, `${path}.data`)
  const word = (index: number) => bytes.subarray(32 * index, 32 * index + 32)
  if (bytes.length < 160 || bytesToBigint(word(2)) !== 128n)
    throw new MalformedInputError(
      `${path}.data`,
      "the event's ABI encoding",
      `${bytes.length} bytes`,
    )
  const length = bytesToBigint(word(4))
  if (length > BigInt(bytes.length - 160))
    throw new MalformedInputError(
      `${path}.data`,
      `${length} bytes of data`,
      `${bytes.length - 160}`,
    )
  const message: WithdrawalMessage = {
    nonce: BigInt(log.topics[1] as Hash),
    sender: wordToAddress(log.topics[2] as Hash, `${path}.topics[2]`),
    target: wordToAddress(log.topics[3] as Hash, `${path}.topics[3]`),
    value: bytesToBigint(word(0)),
    gasLimit: bytesToBigint(word(1)),
    data: bytesToHex(bytes.subarray(160, 160 + Number(length))),
  }
  const hash = withdrawalHash(message)
  if (bytesToHex(word(3)) !== hash)
    throw new MalformedInputError(`${path}.withdrawalHash`, hash, bytesToHex(word(3)))
  return message
}

function addressWord(address: Address, path: string): Uint8Array {
  return concatBytes(new Uint8Array(12), hexToBytes(address, path, 20))
}
