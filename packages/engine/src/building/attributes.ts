import type { ChainConfig, Header, Hex } from '@altlayer/protocol'
import { isForkActive } from '@altlayer/protocol'
import type { BlockAttributes, Withdrawal } from '../program/types.ts'

/** The attributes from which a block with this header was built. */
export function attributesOf(
  config: ChainConfig,
  header: Header,
  withdrawals: readonly Withdrawal[] | undefined,
): BlockAttributes {
  const op = config.mode === 'op'
  return {
    timestamp: header.timestamp,
    prevRandao: header.mixHash,
    feeRecipient: header.miner,
    gasLimit: header.gasLimit,
    ...(header.parentBeaconBlockRoot !== undefined && {
      parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    }),
    ...(withdrawals !== undefined && { withdrawals }),
    ...(op && isForkActive(config.forks, 'holocene', header.timestamp)
      ? { eip1559Params: holoceneParams(header.extraData) }
      : {}),
    ...(op ? {} : { extraData: header.extraData }),
  }
}

// Holocene's extra data is a version byte and the 8 bytes of parameters; what is not in that form gives
// parameters the program refuses, or a block whose extra data differs.
function holoceneParams(extraData: Hex): Hex {
  const params = `0x${extraData.slice(4)}` as const
  return params.length === 18 ? params : '0x0000000000000000'
}
