import type { L1Client } from '@altlayer/launch/deploy'
import type { Hash } from '@altlayer/protocol'
import type { AltDeployment } from '../deploy/deploy.ts'
import { serviceKind } from '../deploy/restaking.ts'
import { abiOf, type Call, contractAddress, makeCall } from '../operations/call.ts'
import { operatorStatus, seatCall, serviceId } from '../operations/operator.ts'
import { sendIndependent, sendTogether } from '../operations/send.ts'
import { rollCall } from '../operations/tables.ts'
import { LOCAL_SERVICES } from './config.ts'

/** Least stake of an operator of a local service, wei, by quorum: 32 restaked ether, 10 000 ALT. */
const MIN_STAKE = [32n * 10n ** 18n, 10_000n * 10n ** 18n] as const

/** The rollup's owner opens its services, where they are not. */
export async function openServices(
  owner: L1Client,
  deployment: AltDeployment,
  l2ChainId: number,
): Promise<void> {
  const rollups = contractAddress(deployment, 'RollupRegistry')
  const { timestamp } = await owner.public.getBlock()
  const calls: Call[] = []
  for (const kind of LOCAL_SERVICES) {
    const service = serviceId(BigInt(l2ChainId), kind)
    const { enabled } = await owner.read<{ readonly enabled: boolean }>(
      rollups,
      abiOf.rollups(),
      'settingsAt',
      [service, timestamp],
    )
    if (enabled) continue
    const settings = { enabled: true, minStake: MIN_STAKE }
    calls.push(
      makeCall(`Open ${kind}`, rollups, abiOf.rollups(), 'configureService', [
        BigInt(l2ChainId),
        serviceKind(kind),
        settings,
      ]),
    )
  }
  await sendTogether(owner, calls)
}

/**
 * Takes the operator's seats, where its stake counts, and rolls the tables of the epoch that the chain is
 * in. Anyone may roll; here the operator does. Returns the epoch.
 */
export async function keepTables(
  operator: L1Client,
  deployment: AltDeployment,
  l2ChainId: number,
): Promise<number> {
  const services = LOCAL_SERVICES.map((kind) => ({
    kind,
    service: serviceId(BigInt(l2ChainId), kind),
  }))
  const { account } = operator
  const seats: Call[] = []
  for (const { service } of services) {
    const status = await operatorStatus({ chain: operator, deployment, operator: account, service })
    const hasStake = status.stake.every((stake, quorum) => stake >= (MIN_STAKE[quorum] ?? 0n))
    if (!status.seated && hasStake) seats.push(seatCall(deployment, service))
  }
  await sendIndependent(operator, seats)
  for (;;) {
    const epoch = await currentEpoch(operator, deployment)
    const isDone = await Promise.all(
      services.map(({ service }) => isRolled(operator, deployment, service, epoch)),
    )
    const missing = services.filter((_, index) => !isDone[index])
    if (missing.length === 0) return epoch
    const rolls = missing.map(({ kind, service }) =>
      rollCall(deployment, service, `Roll the table of ${kind}`),
    )
    await sendIndependent(operator, rolls)
  }
}

/** Epoch that the newest block is in. */
export async function currentEpoch(chain: L1Client, deployment: AltDeployment): Promise<number> {
  const table = contractAddress(deployment, 'StakeTable')
  return Number(await chain.read(table, abiOf.table(), 'currentEpoch'))
}

/** Whether the epoch has a table of the service. */
async function isRolled(
  chain: L1Client,
  deployment: AltDeployment,
  service: Hash,
  epoch: number,
): Promise<boolean> {
  // Once another has begun nobody can roll the last one.
  if ((await currentEpoch(chain, deployment)) !== epoch) return true
  const table = contractAddress(deployment, 'StakeTable')
  return chain.read<boolean>(table, abiOf.table(), 'isUsable', [service, epoch])
}
