import { existsSync } from 'node:fs'
import { connectL1, type L1Client } from '@altlayer/launch/deploy'
import { type Address, bytesToHex } from '@altlayer/protocol'
import {
  type AltDeployment,
  type Call,
  readDeployment,
  sendCalls,
  simulate,
} from '@altlayer/restaking'
import { createPublicClient, http, type PublicClient } from 'viem'
import { CommandError, UsageError } from '../command.ts'
import { askL1 } from '../vital/connect.ts'
import { accountOf, openKey } from './keys.ts'
import type { ChainContext } from './options.ts'
import { readPassword } from './password.ts'

/** A chain and what of ALT stands on it. */
export interface Session {
  readonly context: ChainContext
  readonly deployment: AltDeployment
  readonly client: PublicClient
  readonly reader: Pick<L1Client, 'read' | 'storage' | 'code'>
}

/** Requests of one batch, which public nodes limit. */
const READS_AT_ONCE = 50

/** Throws CommandError where the chain is not the deployment's, and what reading its file throws. */
export async function openSession(context: ChainContext): Promise<Session> {
  if (!existsSync(context.deploymentPath))
    throw new CommandError(
      `there is no ${context.deploymentPath}: altlayer up writes it once ALT stands on its network, altlayer alt deploy elsewhere`,
    )
  const deployment = readDeployment(context.deploymentPath)
  const client = createPublicClient({
    // Many small reads: some at a time in one request.
    transport: http(context.url, { batch: { batchSize: READS_AT_ONCE } }),
    cacheTime: 0,
  }) as PublicClient
  const chainId = await askL1(context.url, () => client.getChainId())
  if (chainId !== deployment.chainId)
    throw new CommandError(
      `${new URL(context.url).origin} serves chain ${chainId}, ${context.deploymentPath} is of ${deployment.chainId}`,
    )
  const reader: Session['reader'] = {
    read: async (address, abi, functionName, args = []) =>
      (await client.readContract({ address, abi, functionName, args })) as never,
    storage: async (address, slot) => (await client.getStorageAt({ address, slot })) ?? '0x',
    code: async (address) => (await client.getCode({ address })) ?? '0x',
  }
  return { context, deployment, client, reader }
}

/** The account that `--key` names. @throws UsageError */
export function sessionAccount({ context }: Session): Address {
  return accountOf(context.keysDir, keyName(context))
}

function keyName({ key }: ChainContext): string {
  if (key === undefined)
    throw new UsageError('--key is required: whose account it is, by the name of its keystore')
  return key
}

/** The password of this run's keystores, asked for once. */
export function passwordOf(context: ChainContext): () => Promise<string> {
  let asked: Promise<string> | undefined
  return () => {
    asked ??= readPassword({ file: context.passwordFile, confirm: false })
    return asked
  }
}

/** A client that signs with `--key`. */
export async function signingClient(
  context: ChainContext,
  chainId: number,
  password = passwordOf(context),
): Promise<L1Client> {
  const secret = await openKey(context.keysDir, keyName(context), 'ecdsa', await password())
  return connectL1({ url: context.url, key: bytesToHex(secret), chainId })
}

/**
 * Sends calls, or with `--dry-run` only says what they would take. `result` is what else the caller has to
 * say. Returns the exit code.
 */
export async function perform(
  session: Session,
  calls: readonly Call[],
  result: Readonly<Record<string, unknown>> = {},
  password = passwordOf(session.context),
): Promise<number> {
  const { context, client, deployment } = session
  const from = sessionAccount(session)
  const tried = await simulate(client, from, calls)
  if (context.dryRun) {
    const gas = tried.reduce((sum, call) => sum + call.gas, 0n)
    if (context.json)
      print({ from, calls: tried.map(({ call, gas }) => ({ ...call, gas })), gas, ...result })
    else {
      for (const { call, gas } of tried)
        console.log(`${call.title}\n  to ${call.to}, ${gas} gas\n  ${call.data}`)
      console.log(`${tried.length} calls from ${from}, ${gas} gas; nothing was sent`)
    }
    return 0
  }
  const transactions: Record<string, unknown>[] = []
  if (calls.length > 0) {
    const signer = await signingClient(context, deployment.chainId, password)
    await sendCalls(signer, calls, ({ title }, transaction) => {
      transactions.push({ title, transaction })
      if (!context.json) console.log(`${title}: ${transaction}`)
    })
  } else if (!context.json) console.log('nothing to send')
  if (context.json) print({ from, transactions, ...result })
  return 0
}

/** One JSON object on a line; integers of any size as decimal text. */
export function print(value: unknown): void {
  console.log(
    JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? String(member) : member)),
  )
}

/** A Unix time for a person. */
export function timeText(unix: bigint): string {
  return new Date(Number(unix) * 1_000).toISOString()
}
