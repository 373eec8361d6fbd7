import {
  type Block,
  type DerivedAttributes,
  type Engine,
  EngineError,
  type ForkchoiceState,
} from '@altlayer/engine'
import {
  encodeHoloceneExtraData,
  equalBytes,
  type Hex,
  parseEip1559ParamsHex,
  type RollupConfig,
} from '@altlayer/protocol'

/** The engine refused what derivation asked of it. */
export class DerivationError extends Error {
  override readonly name = 'DerivationError'
}

/** The canonical block after `parent`, if it is what the attributes would make. */
export function existingBlock(
  engine: Engine,
  config: RollupConfig,
  parent: Block,
  { attributes }: DerivedAttributes,
): Block | undefined {
  const block = engine.block({ number: parent.header.number + 1n })
  if (block === undefined || block.header.parentHash !== parent.hash) return undefined
  const { header, transactions } = block
  const same =
    header.timestamp === attributes.timestamp &&
    header.mixHash === attributes.prevRandao &&
    header.gasLimit === attributes.gasLimit &&
    header.miner === attributes.feeRecipient &&
    header.parentBeaconBlockRoot === attributes.parentBeaconBlockRoot &&
    (attributes.eip1559Params === undefined ||
      header.extraData === extraDataOf(config, attributes.eip1559Params)) &&
    transactions.length === attributes.transactions.length &&
    transactions.every((raw, i) => equalBytes(raw, attributes.transactions[i] as Uint8Array))
  return same ? block : undefined
}

/** The block that attributes make, or why there is none: they hold a transaction that no block can have. */
export type MadeBlock =
  | { readonly block: Block }
  | { readonly block: undefined; readonly reason: string }

/** Makes and stores the block on `state`'s head. Rejects with DerivationError. */
export async function makeBlock(
  engine: Engine,
  state: ForkchoiceState,
  { attributes, parent }: DerivedAttributes,
): Promise<MadeBlock> {
  // By itself first: what is invalid afterwards are the attributes.
  await engine.forkchoiceUpdated(state)
  let begun: Awaited<ReturnType<Engine['forkchoiceUpdated']>>
  try {
    begun = await engine.forkchoiceUpdated(state, attributes)
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'invalid') throw error
    return { block: undefined, reason: error.message }
  }
  if (begun.payloadId === undefined)
    throw new DerivationError(`L2 block ${parent.number + 1n} cannot be begun`)
  const payload = await engine.getPayload(begun.payloadId)
  const { status, validationError } = await engine.newPayload(payload)
  const block = engine.block({ hash: payload.blockHash })
  if (status !== 'VALID' || block === undefined)
    throw new DerivationError(`L2 block ${payload.blockHash} is ${status}: ${validationError}`)
  return { block }
}

/** A block's extra data since Holocene; parameters of zero stand for the chain's own (specs, "Holocene"). */
function extraDataOf({ eip1559 }: RollupConfig, params: Hex): Hex {
  const { denominator, elasticity } = parseEip1559ParamsHex(params)
  if (denominator !== 0) return encodeHoloceneExtraData({ denominator, elasticity })
  return encodeHoloceneExtraData({
    denominator: Number(eip1559.denominatorCanyon),
    elasticity: Number(eip1559.elasticity),
  })
}
