import { concatBytes, MalformedInputError } from '@altlayer/protocol'
import { MAX_GOSSIP_SIZE } from '../gossip/message.ts'
import {
  type BlockPayload,
  type ClaimedPayload,
  type PayloadVersion,
  verifyBlockHash,
} from '../payload/payload.ts'
import { decodePayload, encodePayload } from '../payload/ssz.ts'
import { maxFramedLength, snappyFrame, snappyUnframe } from '../snappy/frame.ts'

// payload_by_number: a little-endian u64 asks, a result code, a version and a framed payload answer
// (OP Stack specs, "Req-Resp").

export const REQUEST_SIZE = 8
const HEAD_SIZE = 5
/** Most bytes of a response. */
export const MAX_RESPONSE_SIZE = HEAD_SIZE + maxFramedLength(MAX_GOSSIP_SIZE)

export const RESULT_SUCCESS = 0
/** Why a request is not answered with a payload. */
export const RESULT_NOT_FOUND = 1
export const RESULT_INVALID_REQUEST = 2
export const RESULT_OTHER_ERROR = 3

export type FailureCode =
  | typeof RESULT_NOT_FOUND
  | typeof RESULT_INVALID_REQUEST
  | typeof RESULT_OTHER_ERROR

/** A peer answered with another result than success. */
export class RequestRefusedError extends Error {
  override readonly name = 'RequestRefusedError'
  readonly code: number

  constructor(code: number) {
    const words = ['success', 'not found', 'invalid request', 'other error']
    super(`the peer answered with result ${code} (${words[code] ?? 'unknown'})`)
    this.code = code
  }
}

/** A peer answered with something that is not the block that was asked for. */
export class WrongPayloadError extends Error {
  override readonly name = 'WrongPayloadError'
}

export function payloadByNumberProtocol(chainId: bigint): string {
  return `/opstack/req/payload_by_number/${chainId}/0`
}

export function encodeRequest(number: bigint): Uint8Array {
  const bytes = new Uint8Array(REQUEST_SIZE)
  new DataView(bytes.buffer).setBigUint64(0, number, true)
  return bytes
}

/** @throws MalformedInputError */
export function decodeRequest(bytes: Uint8Array): bigint {
  if (bytes.length !== REQUEST_SIZE)
    throw new MalformedInputError('request', `${REQUEST_SIZE} bytes`, `${bytes.length}`)
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
}

/** The version a response names: 0 before Ecotone, 1 Ecotone, 2 Isthmus. */
function responseVersion(version: PayloadVersion): number {
  return Math.max(0, version - 2)
}

export function encodeResponse(payload: BlockPayload, version: PayloadVersion): Uint8Array {
  const head = new Uint8Array(HEAD_SIZE)
  head[0] = RESULT_SUCCESS
  new DataView(head.buffer).setUint32(1, responseVersion(version), true)
  return concatBytes(head, snappyFrame(encodePayload(payload, version)))
}

export function encodeFailure(code: FailureCode): Uint8Array {
  return Uint8Array.of(code)
}

/**
 * The block in a response, its number and hash checked. `version` is that of blocks of this number; what the
 * response says must fit. (op-node names every version from Ecotone on 1.)
 * @throws RequestRefusedError, WrongPayloadError
 */
export function decodeResponse(
  bytes: Uint8Array,
  number: bigint,
  version: PayloadVersion,
): BlockPayload {
  const code = bytes[0]
  if (code === undefined) throw new WrongPayloadError('the response is empty')
  if (code !== RESULT_SUCCESS) throw new RequestRefusedError(code)
  const claimed = claimedPayload(bytes, version)
  if (claimed.header.number !== number)
    throw new WrongPayloadError(`block ${claimed.header.number} came for block ${number}`)
  const payload = verifyBlockHash(claimed)
  if (payload === undefined)
    throw new WrongPayloadError(`block ${number} does not hash to ${claimed.blockHash}`)
  return payload
}

function claimedPayload(bytes: Uint8Array, version: PayloadVersion): ClaimedPayload {
  try {
    if (bytes.length < HEAD_SIZE)
      throw new MalformedInputError('response', `${HEAD_SIZE} bytes or more`, `${bytes.length}`)
    const named = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true)
    if (Math.min(named, 1) !== Math.min(responseVersion(version), 1) || named > 2)
      throw new MalformedInputError('response.version', `${responseVersion(version)}`, `${named}`)
    return decodePayload(snappyUnframe(bytes.subarray(HEAD_SIZE), MAX_GOSSIP_SIZE), version)
  } catch (error) {
    if (!(error instanceof MalformedInputError)) throw error
    throw new WrongPayloadError(error.message, { cause: error })
  }
}
