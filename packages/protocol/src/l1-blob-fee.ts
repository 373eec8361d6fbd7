import { fakeExponential } from './base-fee.ts'
import type { RollupConfig } from './rollup-config.ts'
import type { Header } from './types.ts'

/** From `time` on (seconds) an L1's blob base fee has this update fraction (EIP-4844). */
export interface BlobFork {
  readonly time: bigint
  readonly fraction: bigint
}

/** Update fractions that an L1's headers show by themselves: EIP-4844's and EIP-7691's. */
export const CANCUN_BLOB_FRACTION = 3_338_477n
export const PRAGUE_BLOB_FRACTION = 5_007_716n

/** Update fractions of the "blob parameter only" forks of public L1s (EIP-7892), whose times differ. */
function publicForks(bpo1: bigint, bpo2: bigint): readonly BlobFork[] {
  return [
    { time: bpo1, fraction: 8_346_193n },
    { time: bpo2, fraction: 11_684_671n },
  ]
}

/** Blob parameter forks of public L1s, oldest first. A header does not show them, unlike Prague. */
const PUBLIC_L1S: Readonly<Record<string, readonly BlobFork[]>> = {
  // Mainnet
  '1': publicForks(1_765_290_071n, 1_767_747_671n),
  // Sepolia
  '11155111': publicForks(1_761_017_184n, 1_761_607_008n),
  // Holesky
  '17000': publicForks(1_759_800_000n, 1_760_389_824n),
  // Hoodi
  '560048': publicForks(1_762_365_720n, 1_762_955_544n),
}

/** What tells the blob parameters of a rollup's L1. */
type L1Rules = Pick<RollupConfig, 'l1ChainId' | 'l1BlobForks'>

/**
 * Blob parameter forks of a rollup's L1, oldest first: those that were given (`parseL1ChainConfig`), or what is known of a
 * public L1. Where there are none, Cancun's and Prague's parameters count, as the headers show them.
 */
export function l1BlobForks({ l1ChainId, l1BlobForks: given }: L1Rules): readonly BlobFork[] {
  return given ?? PUBLIC_L1S[String(l1ChainId)] ?? []
}

/**
 * Price of a unit of blob gas in an L1 block, in wei (EIP-4844); 1 before Cancun, as the OP Stack
 * has it.
 */
export function l1BlobBaseFee(header: Header, rules: L1Rules): bigint {
  if (header.excessBlobGas === undefined) return 1n
  const shown = header.requestsHash === undefined ? CANCUN_BLOB_FRACTION : PRAGUE_BLOB_FRACTION
  const scheduled = l1BlobForks(rules).findLast(({ time }) => header.timestamp >= time)
  return fakeExponential(1n, header.excessBlobGas, scheduled?.fraction ?? shown)
}

/**
 * As `l1BlobBaseFee`, as a rollup's L1 attributes have it: where `pectraBlobScheduleTime` is set, L1 blocks before it
 * count by Cancun's parameters (OP Stack specs, "Pectra Blob Schedule").
 */
export function attributesBlobBaseFee(
  header: Header,
  config: L1Rules & Pick<RollupConfig, 'pectraBlobScheduleTime'>,
): bigint {
  const { pectraBlobScheduleTime } = config
  if (
    pectraBlobScheduleTime === undefined ||
    header.timestamp >= pectraBlobScheduleTime ||
    header.excessBlobGas === undefined
  )
    return l1BlobBaseFee(header, config)
  return fakeExponential(1n, header.excessBlobGas, CANCUN_BLOB_FRACTION)
}
