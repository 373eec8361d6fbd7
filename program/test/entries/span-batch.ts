// Entry of the span batch tests: the batch at `inputAt`.
import { arenaReset } from '../../src/arena'
import { spanDecode } from '../../src/derive/span-batch'
import { clearHostError } from '../../src/host'
import { INPUT } from '../../src/layout'

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
