import type { Block, Engine, Receipt } from '@altlayer/engine'
import { type Header, nextBaseFee } from '@altlayer/protocol'

/** Wei per gas: what op-geth suggests while blocks have room, unless told otherwise. */
const MIN_SUGGESTED_TIP = 1_000_000n

/** Wei per gas of the block after this one; 0 on a chain without base fee. */
export function upcomingBaseFee({ config }: Engine, header: Header): bigint {
  return header.baseFeePerGas === undefined
    ? 0n
    : nextBaseFee(config, header, header.timestamp + 1n)
}

/**
 * A priority fee in wei. As op-geth: the minimum while the last block had room for one more of its
 * largest transactions, else a tenth above the median of what the block paid.
 */
export function suggestedTip(engine: Engine, block: Block): bigint {
  const receipts = engine.receipts(block.hash) ?? []
  let largest = 0n
  for (const receipt of receipts) if (receipt.gasUsed > largest) largest = receipt.gasUsed
  const { gasUsed, gasLimit, baseFeePerGas = 0n } = block.header
  if (gasUsed + largest <= gasLimit) return MIN_SUGGESTED_TIP
  const tips = rewards(receipts, baseFeePerGas).map(({ tip }) => tip)
  const median = tips[Math.floor(tips.length / 2)] ?? 0n
  const raised = median + median / 10n
  return raised > MIN_SUGGESTED_TIP ? raised : MIN_SUGGESTED_TIP
}

export interface Reward {
  readonly tip: bigint
  readonly gasUsed: bigint
}

/** Tips paid in a block, lowest first. Deposits pay none and do not compete. */
export function rewards(receipts: readonly Receipt[], baseFee: bigint): readonly Reward[] {
  return receipts
    .filter(({ depositNonce, type }) => depositNonce === undefined && type !== 0x7e)
    .map(({ effectiveGasPrice, gasUsed }) => ({ tip: effectiveGasPrice - baseFee, gasUsed }))
    .toSorted((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
}
