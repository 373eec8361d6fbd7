import type { ChainReader } from '@altlayer/launch/deploy'
import type { Hash } from '@altlayer/protocol'
import type { AltDeployment } from '../deploy/deploy.ts'
import { abiOf, type Call, contractAddress, makeCall } from './call.ts'

/** Seats read in one transaction: 15 million gas at most. */
const PAGE = 25n

/** Reads the next seats of the current epoch into the service's table. Anyone may. */
export function rollCall(deployment: AltDeployment, service: Hash, title = 'Roll the table'): Call {
  const table = contractAddress(deployment, 'StakeTable')
  return makeCall(title, table, abiOf.table(), 'roll', [service, PAGE])
}

/** The calls that the current epoch's table still takes; none where it is complete. */
export async function rollCalls(
  chain: ChainReader,
  deployment: AltDeployment,
  service: Hash,
): Promise<{ readonly calls: readonly Call[]; readonly epoch: number; readonly epochEnd: bigint }> {
  const table = contractAddress(deployment, 'StakeTable')
  const read = <T>(name: string, ...args: readonly unknown[]) =>
    chain.read<T>(table, abiOf.table(), name, args)
  const epoch = Number(await read('currentEpoch'))
  const [isUsable, left, end] = await Promise.all([
    read<boolean>('isUsable', service, epoch),
    read<bigint>('remainingSeats', service),
    read<number>('epochStart', epoch + 1),
  ])
  // A table without seats takes a call too.
  const pages = isUsable ? 0 : Math.max(1, Math.ceil(Number(left) / Number(PAGE)))
  const calls = Array.from({ length: pages }, (_, page) =>
    rollCall(deployment, service, `Roll the table of epoch ${epoch}, ${page + 1} of ${pages}`),
  )
  return { calls, epoch, epochEnd: BigInt(end) }
}
