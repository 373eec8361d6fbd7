import type { ChainReader } from '@altlayer/launch/deploy'
import type { Address } from '@altlayer/protocol'
import { type PublicClient, zeroAddress } from 'viem'
import type { AltDeployment } from '../deploy/deploy.ts'
import { sameAddress } from '../deploy/names.ts'
import { type G1Point, proofOfPossession, publicKeyOf } from '../keys/bn254.ts'
import { abiOf, type Call, contractAddress, makeCall, NEVER_PAST } from './call.ts'
import { eventsBackwards } from './logs.ts'

/** A key that an operator registered and that is not in force yet. */
export interface PendingKey {
  readonly key: G1Point
  /** Unix time. */
  readonly activeFrom: bigint
}

/** The key cannot take the place of the one in force. */
export class RotationError extends Error {
  override readonly name = 'RotationError'
}

/** Arguments of OperatorRegistry's `register` and `rotate`: both keys and the proof of possession. */
export function keyArguments(
  deployment: AltDeployment,
  operator: Address,
  secret: Uint8Array,
): readonly unknown[] {
  const registry = contractAddress(deployment, 'OperatorRegistry')
  const { g1, g2 } = publicKeyOf(secret)
  return [g1, g2, proofOfPossession(secret, operator, BigInt(deployment.chainId), registry)]
}

/** The key that waits for its time, if one does. @param now Unix time of the newest block. */
export async function pendingKey(
  client: PublicClient,
  chain: ChainReader,
  deployment: AltDeployment,
  operator: Address,
  now: bigint,
): Promise<PendingKey | undefined> {
  const registered = eventsBackwards<{ readonly keyG1: G1Point; readonly activeFrom: number }>(
    client,
    {
      address: contractAddress(deployment, 'OperatorRegistry'),
      abi: abiOf.operators(),
      eventName: 'KeyRegistered',
      args: { operator },
    },
  )
  const { value } = await registered.next()
  if (value === undefined || BigInt(value.activeFrom) <= now) return undefined
  // Who deregisters takes it back.
  const last = await chain.read<G1Point>(
    contractAddress(deployment, 'OperatorRegistry'),
    abiOf.operators(),
    'keyAt',
    [operator, NEVER_PAST],
  )
  if (last.x !== value.keyG1.x || last.y !== value.keyG1.y) return undefined
  return { key: value.keyG1, activeFrom: BigInt(value.activeFrom) }
}

/**
 * Puts another BN254 key in the place of the operator's, once the registry's delay has passed; until then, and
 * for the epochs before, the old one signs. Throws RotationError, InvalidSecretError.
 */
export async function rotationCall(options: {
  readonly client: PublicClient
  readonly chain: ChainReader
  readonly deployment: AltDeployment
  readonly operator: Address
  readonly secret: Uint8Array
  /** Unix time of the newest block. */
  readonly now: bigint
}): Promise<{ readonly call: Call; readonly activeFrom: bigint }> {
  const { client, chain, deployment, operator, secret, now } = options
  const registry = contractAddress(deployment, 'OperatorRegistry')
  const read = <T>(name: string, args: readonly unknown[] = []) =>
    chain.read<T>(registry, abiOf.operators(), name, args)
  if (!(await read<boolean>('isRegistered', [operator])))
    throw new RotationError(`${operator} has no key to rotate: it registers first`)
  const { g1 } = publicKeyOf(secret)
  const holder = await read<Address>('holderOf', [g1])
  if (!sameAddress(holder, zeroAddress))
    throw new RotationError(`the new key was used by ${holder} before: make another`)
  const pending = await pendingKey(client, chain, deployment, operator, now)
  if (pending !== undefined)
    throw new RotationError(
      `${operator} is rotating already: again from ${new Date(Number(pending.activeFrom) * 1_000).toISOString()} on`,
    )
  const args = keyArguments(deployment, operator, secret)
  return {
    call: makeCall('Rotate the BN254 key', registry, abiOf.operators(), 'rotate', args),
    activeFrom: now + BigInt(await read<number>('ROTATION_DELAY')),
  }
}
