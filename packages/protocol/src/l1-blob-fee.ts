import { fakeExponential } from './base-fee.ts'
import type { RollupConfig } from './rollup-config.ts'
import type { Header } from './types.ts'

// EIP-4844 and EIP-7691; the later ones are EIP-7892's "blob parameter only" forks.
const CANCUN = 3_338_477n
const PRAGUE = 5_007_716n
const BPO1 = 8_346_193n
const BPO2 = 11_684_671n

/** Blob parameter forks of public L1s, newest first. A header does not show them, unlike Prague. */
const schedules: Readonly<
  Record<string, readonly { readonly from: bigint; readonly fraction: bigint }[]>
> = {
  // Mainnet
  '1': [
    { from: 1_767_747_671n, fraction: BPO2 },
    { from: 1_765_290_071n, fraction: BPO1 },
  ],
  // Sepolia
  '11155111': [
    { from: 1_761_607_008n, fraction: BPO2 },
    { from: 1_761_017_184n, fraction: BPO1 },
  ],
  // Hoodi
  '560048': [
    { from: 1_762_955_544n, fraction: BPO2 },
    { from: 1_762_365_720n, fraction: BPO1 },
  ],
}

/** Blob parameter forks of an L1 after Prague, oldest first: time in seconds, base fee update fraction. */
export function l1BlobForks(
  l1ChainId: bigint,
): readonly { readonly time: bigint; readonly fraction: bigint }[] {
  const forks = schedules[String(l1ChainId)] ?? []
  return forks.map(({ from, fraction }) => ({ time: from, fraction })).reverse()
}

/**
 * Price of a unit of blob gas in an L1 block, in wei (EIP-4844); 1 before Cancun, as the OP Stack
 * has it. An L1 that is not public follows Prague once its headers show it.
 */
export function l1BlobBaseFee(header: Header, l1ChainId: bigint): bigint {
  if (header.excessBlobGas === undefined) return 1n
  const scheduled = schedules[String(l1ChainId)]?.find(({ from }) => header.timestamp >= from)
  const fraction = scheduled?.fraction ?? (header.requestsHash === undefined ? CANCUN : PRAGUE)
  return fakeExponential(1n, header.excessBlobGas, fraction)
}

/**
 * As `l1BlobBaseFee`, as a rollup's L1 attributes have it: where `pectraBlobScheduleTime` is set, L1 blocks before it
 * count by Cancun's parameters (OP Stack specs, "Pectra Blob Schedule").
 */
export function attributesBlobBaseFee(
  header: Header,
  config: Pick<RollupConfig, 'l1ChainId' | 'pectraBlobScheduleTime'>,
): bigint {
  const { l1ChainId, pectraBlobScheduleTime } = config
  if (
    pectraBlobScheduleTime === undefined ||
    header.timestamp >= pectraBlobScheduleTime ||
    header.excessBlobGas === undefined
  )
    return l1BlobBaseFee(header, l1ChainId)
  return fakeExponential(1n, header.excessBlobGas, CANCUN)
}
