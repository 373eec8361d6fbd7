import { readFileSync } from 'node:fs'
import { type Address, MalformedInputError, parseAddress, parseObject } from '@altlayer/protocol'
import { createSender, type Sender } from '@altlayer/vital/l1'
import {
  BaseError,
  createPublicClient,
  HttpRequestError,
  http,
  type PublicClient,
  TimeoutError,
  type Transport,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { CommandError } from '../command.ts'

/** VITAL's game type, "VITA" in ASCII. */
export { VITAL_GAME_TYPE } from '@altlayer/launch'

/** Calls that go to L1 in one request at most: a game is read in some dozens. */
const BATCH = 200

/** Its errors name the L1 by its origin: the rest of a URL is often a key. */
export function connectToL1(url: string): PublicClient {
  const batching = http(url, { batch: { batchSize: BATCH, wait: 5 }, retryCount: 2 })
  const transport: Transport = (config) => {
    const inner = batching(config)
    const request = async (...args: Parameters<typeof inner.request>) => {
      try {
        return await inner.request(...args)
      } catch (error) {
        throw withoutUrl(error, url)
      }
    }
    return { ...inner, request: request as typeof inner.request }
  }
  return createPublicClient({ transport, cacheTime: 0 }) as PublicClient
}

/** The error, with the origin where it or what caused it has the URL. */
function withoutUrl(error: unknown, url: string): unknown {
  const { origin, href } = new URL(url)
  for (let at = error; at instanceof Error; at = at.cause) {
    const texts = at as unknown as Record<string, unknown>
    for (const name of ['message', 'shortMessage', 'details', 'stack', 'url']) {
      const text = texts[name]
      if (typeof text === 'string')
        texts[name] = text.replaceAll(href, origin).replaceAll(url, origin)
    }
    const lines = texts.metaMessages
    if (Array.isArray(lines))
      texts.metaMessages = lines.map((line) =>
        String(line).replaceAll(href, origin).replaceAll(url, origin),
      )
  }
  return error
}

/** What an L1 that does not answer means to a command that asks it once. Throws CommandError for it. */
export async function askL1<T>(url: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    const found =
      error instanceof BaseError &&
      error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError)
    if (!found) throw error
    const { details, shortMessage, cause } = found as BaseError
    // `fetch` says no more than that it failed; why is in its cause.
    const reason = (cause as Error | undefined)?.cause
    const told = (reason instanceof Error && reason.message) || details || shortMessage
    throw new CommandError(`L1 at ${new URL(url).origin} does not answer: ${told}`, {
      cause: error,
    })
  }
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
