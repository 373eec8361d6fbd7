// Entry of the tests of what batchers post: the bytes at `inputAt`.
import { arenaReset } from '../../src/arena'
import { blobDecode } from '../../src/derive/blob'
import { spanDecode } from '../../src/derive/span-batch'
import { clearHostError } from '../../src/host'
import { INPUT, RESULT } from '../../src/layout'

export {
  spanBlocks,
  spanFirstTx,
  spanOrigin,
  spanOriginChanged,
  spanOriginCheck,
  spanParentCheck,
  spanRelativeTime,
  spanTx,
  spanTxCount,
  spanTxLength,
} from '../../src/derive/span-batch'
export { frameChannel, frameData, frameIsLast, frameLength, frameNext, frameNumber, framesCount } from '../../src/derive/frames'

export function inputAt(): usize {
  return INPUT
}
export function decode(len: usize, chainId: u64): bool {
  arenaReset()
  clearHostError()
  return spanDecode(INPUT, len, chainId)
}
/** Data of the blob at `inputAt`, at `blobAt`; its length or -1. */
export function decodeBlob(): i32 {
  return blobDecode(INPUT, RESULT)
}
export function blobAt(): usize {
  return RESULT + 4
}
