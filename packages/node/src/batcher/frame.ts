import { concatBytes, MalformedInputError } from '@altlayer/protocol'

/** First byte of a batcher transaction's data. */
const DERIVATION_VERSION_0 = 0

/** Bytes of a frame besides its data: channel id, number, length, end marker. */
export const FRAME_OVERHEAD = 23

/** A frame's data may not be longer (OP Stack spec, MAX_FRAME_LEN). */
export const MAX_FRAME_LENGTH = 1_000_000

const CHANNEL_ID_SIZE = 16
const MAX_FRAMES = 65_536

/** A piece of a channel (OP Stack spec, derivation, "Frame Format"). */
export interface Frame {
  /** 16 bytes, random per channel. */
  readonly channelId: Uint8Array
  readonly number: number
  readonly data: Uint8Array
  readonly isLast: boolean
}

/**
 * Cuts a channel's compressed stream into frames of at most `maxFrameSize` bytes, overhead included.
 * An empty stream is one empty frame. Throws MalformedInputError for a size that holds no data, or when
 * the channel would need more than 65 536 frames.
 */
export function splitFrames(
  channelId: Uint8Array,
  stream: Uint8Array,
  maxFrameSize: number,
): readonly Frame[] {
  if (channelId.length !== CHANNEL_ID_SIZE)
    throw new MalformedInputError('channelId', '16 bytes', `${channelId.length} bytes`)
  const room = Math.min(maxFrameSize - FRAME_OVERHEAD, MAX_FRAME_LENGTH)
  if (room < 1)
    throw new MalformedInputError('maxFrameSize', `over ${FRAME_OVERHEAD}`, `${maxFrameSize}`)
  const count = Math.max(1, Math.ceil(stream.length / room))
  if (count > MAX_FRAMES)
    throw new MalformedInputError('channel', `at most ${MAX_FRAMES} frames`, `${count}`)
  return Array.from({ length: count }, (_, number) => ({
    channelId,
    number,
    data: stream.subarray(number * room, (number + 1) * room),
    isLast: number === count - 1,
  }))
}

/** The data of a batcher transaction that carries these frames. */
export function encodeFrames(frames: readonly Frame[]): Uint8Array {
  return concatBytes(Uint8Array.of(DERIVATION_VERSION_0), ...frames.map(encodeFrame))
}

function encodeFrame({ channelId, number, data, isLast }: Frame): Uint8Array {
  const bytes = new Uint8Array(FRAME_OVERHEAD + data.length)
  const view = new DataView(bytes.buffer)
  bytes.set(channelId)
  view.setUint16(16, number)
  view.setUint32(18, data.length)
  bytes.set(data, 22)
  bytes[bytes.length - 1] = isLast ? 1 : 0
  return bytes
}
