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

type Result = Readonly<Record<string, unknown>>

/** What else a command has to say, asked for once its calls are sent: members of its JSON, and lines for a person. */
export interface Note {
  readonly result: Result
  readonly lines: readonly string[]
}

/**
 * Sends calls, or with `--dry-run` only says what they would take. `more` is what else the caller has to
 * say. Returns the exit code.
 */
export async function perform(
  session: Session,
  calls: readonly Call[],
  more: Result | (() => Promise<Note>) = {},
  password = passwordOf(session.context),
): Promise<number> {
  const note = async (): Promise<Note> =>
    typeof more === 'function' ? more() : { result: more, lines: [] }
  const { context, client, deployment } = session
  const from = sessionAccount(session)
  const tried = await simulate(client, from, calls)
  if (context.dryRun) {
    const gas = tried.reduce((sum, call) => sum + call.gas, 0n)
    const { result, lines } = await note()
    if (context.json)
      print({ from, calls: tried.map(({ call, gas }) => ({ ...call, gas })), gas, ...result })
    else {
      for (const { call, gas } of tried)
        console.log(`${call.title}\n  to ${call.to}, ${gas} gas\n  ${call.data}`)
      console.log(`${tried.length} calls from ${from}, ${gas} gas; nothing was sent`)
      for (const line of lines) console.log(line)
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
  const { result, lines } = await note()
  if (context.json) print({ from, transactions, ...result })
  else for (const line of lines) console.log(line)
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

/** A Unix time to come, and how long that is from `now`, the chain's. */
export function waitText(unix: bigint, now: bigint): string {
  return unix > now ? `${timeText(unix)}, in ${durationText(unix - now)}` : timeText(unix)
}

const UNITS = [
  ['day', 86_400n],
  ['hour', 3_600n],
  ['minute', 60n],
  ['second', 1n],
] as const

/** Seconds in the two largest units that it has: "6 days 23 hours". */
export function durationText(seconds: bigint): string {
  const first = UNITS.findIndex(([, size]) => seconds >= size)
  if (first < 0) return '0 seconds'
  let left = seconds
  const parts = UNITS.slice(first, first + 2).map(([name, size]) => {
    const count = left / size
    left -= count * size
    return count === 0n ? '' : `${count} ${name}${count === 1n ? '' : 's'}`
  })
  return parts.filter((part) => part !== '').join(' ')
}
