import { readFileSync } from 'node:fs'
import { type Address, MalformedInputError, parseAddress, parseObject } from '@altlayer/protocol'
import { createSender, type Sender } from '@altlayer/vital/l1'
import { createPublicClient, http, type PublicClient } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { CommandError } from '../command.ts'

/** VITAL's game type, "VITA" in ASCII. */
export { VITAL_GAME_TYPE } from '@altlayer/launch'

/** Calls that go to L1 in one request at most: a game is read in some dozens. */
const BATCH = 200

export function connectToL1(url: string): PublicClient {
  const transport = http(url, { batch: { batchSize: BATCH, wait: 5 }, retryCount: 2 })
  return createPublicClient({ transport, cacheTime: 0 }) as PublicClient
}

/** Address of a contract in an `addresses.json`. Throws CommandError. */
export function readContractAddress(path: string, name: string): Address {
  return readJson(path, (json) =>
    parseAddress(parseObject(json, 'addresses')[name], `addresses.${name}`),
  )
}

/** A JSON file, parsed. Throws CommandError that names the file and what is wrong with it. */
export function readJson<T>(path: string, parse: (json: unknown) => T): T {
  try {
    return parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const foreseen = error instanceof MalformedInputError || error instanceof SyntaxError
    if (!foreseen && code === undefined) throw error
    throw new CommandError(`${path}: ${foreseen ? message : code}`, { cause: error })
  }
}

/** The account whose key an environment variable holds: an option would be seen by `ps`. */
export async function senderFrom(
  variable: string,
  client: PublicClient,
  maxFeePerGas: bigint,
): Promise<Sender> {
  const key = process.env[variable]
  if (key === undefined || !/^0x[0-9a-fA-F]{64}$/.test(key)) {
    throw new CommandError(`${variable} must hold a key of 32 bytes, 0x and 64 hex digits`)
  }
  const account = privateKeyToAccount(key as `0x${string}`)
  return createSender({ client, account, chainId: await client.getChainId(), maxFeePerGas })
}
