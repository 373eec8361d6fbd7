import type { AccountOverride } from '@altlayer/engine'
import {
  type Address,
  type BlobSchedule,
  type Hash,
  hexToBytes,
  type JsonObject,
  MAX_UINT64,
  optional,
  parseAddress,
  parseArray,
  parseData,
  parseHash,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'
import { buildTransaction, parseTemplate, type TransactionTemplate } from './transaction.ts'

/** The block a state test runs in. */
export interface TestEnvironment {
  readonly coinbase: Address
  readonly difficulty: bigint
  readonly gasLimit: bigint
  readonly number: bigint
  readonly timestamp: bigint
  readonly baseFee: bigint
  readonly prevRandao: Hash
  /** undefined: from the parent's, below, or 0. */
  readonly excessBlobGas: bigint | undefined
  readonly parentExcessBlobGas: bigint
  readonly parentBlobGasUsed: bigint
}

/** What one case must end with. */
export interface TestCase {
  /** Place in the transaction's lists of data, gas limits and values. */
  readonly indexes: { readonly data: number; readonly gas: number; readonly value: number }
  readonly root: Hash
  /** keccak256 of the RLP of the logs. */
  readonly logs: Hash
  /** Why the transaction must be refused, in the suite's words; undefined: it must be included. */
  readonly exception: string | undefined
  /** The signed transaction; given by the file, or built from the template and its key. */
  transaction(): Uint8Array
}

export interface StateTest {
  readonly name: string
  readonly chainId: bigint
  readonly environment: TestEnvironment
  readonly prestate: readonly AccountOverride[]
  /** By fork name, as in the file. */
  readonly cases: ReadonlyMap<string, readonly TestCase[]>
  readonly blobSchedules: ReadonlyMap<string, BlobSchedule>
}

/** Whether a JSON value has the shape of a state test file, well-formed or not. */
export function isStateTestFile(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false
  const tests = Object.values(json)
  return (
    tests.length > 0 &&
    tests.every(
      (test) =>
        typeof test === 'object' && test !== null && 'transaction' in test && 'post' in test,
    )
  )
}

/**
 * Reads a state test file in the format of ethereum/tests and execution-spec-tests (GeneralStateTests:
 * `env`, `pre`, `transaction`, `post` by fork). Throws MalformedInputError naming the member.
 */
export function parseStateTests(json: unknown): readonly StateTest[] {
  return Object.entries(parseObject(json, 'file')).map(([name, test]) => parseTest(name, test))
}

function parseTest(name: string, value: unknown): StateTest {
  const test = parseObject(value, name)
  const config = optional(test.config, 'config', parseObject) ?? {}
  const template = parseTemplate(test.transaction, 'transaction')
  const chainId = optional(config.chainid, 'config.chainid', parseInteger) ?? 1n
  const cases = Object.entries(parseObject(test.post, 'post')).map(
    ([fork, posts]) =>
      [
        fork,
        parseArray(posts, `post.${fork}`).map((post, index) =>
          parseCase(post, `post.${fork}[${index}]`, template, chainId),
        ),
      ] as const,
  )
  return {
    name,
    chainId,
    environment: parseEnvironment(parseObject(test.env, 'env')),
    prestate: Object.entries(parseObject(test.pre, 'pre')).map(([address, account]) =>
      parseAccount(address, account),
    ),
    cases: new Map(cases),
    blobSchedules: parseBlobSchedules(
      optional(config.blobSchedule, 'config.blobSchedule', parseObject),
    ),
  }
}

function parseCase(
  value: unknown,
  path: string,
  template: TransactionTemplate,
  chainId: bigint,
): TestCase {
  const post = parseObject(value, path)
  const places = parseObject(post.indexes, `${path}.indexes`)
  const index = (name: string, length: number) =>
    Number(parseInteger(places[name], `${path}.indexes.${name}`, BigInt(length - 1)))
  const indexes = {
    data: index('data', template.data.length),
    gas: index('gas', template.gasLimits.length),
    value: index('value', template.values.length),
  }
  const raw = optional(post.txbytes, `${path}.txbytes`, parseData)
  return {
    indexes,
    root: parseHash(post.hash, `${path}.hash`),
    logs: parseHash(post.logs, `${path}.logs`),
    exception: post.expectException === undefined ? undefined : String(post.expectException),
    transaction: () =>
      raw === undefined ? buildTransaction(template, indexes, chainId) : hexToBytes(raw),
  }
}

// Defaults are those that the suite's older files count on.
const DEFAULT_BASE_FEE = 10n

function parseEnvironment(env: JsonObject): TestEnvironment {
  const integer = (name: string, max?: bigint) => parseInteger(env[name], `env.${name}`, max)
  const u64 = (name: string) => integer(name, MAX_UINT64)
  const given = (name: string) => optional(env[name], `env.${name}`, parseInteger)
  const difficulty = given('currentDifficulty') ?? 0n
  const random = given('currentRandom') ?? difficulty
  return {
    coinbase: parseAddress(env.currentCoinbase, 'env.currentCoinbase'),
    difficulty,
    gasLimit: u64('currentGasLimit'),
    number: u64('currentNumber'),
    timestamp: u64('currentTimestamp'),
    baseFee: given('currentBaseFee') ?? DEFAULT_BASE_FEE,
    prevRandao: word(random),
    excessBlobGas: given('currentExcessBlobGas'),
    parentExcessBlobGas: given('parentExcessBlobGas') ?? 0n,
    parentBlobGasUsed: given('parentBlobGasUsed') ?? 0n,
  }
}

function parseAccount(name: string, value: unknown): AccountOverride {
  const path = `pre.${name}`
  const account = parseObject(value, path)
  const storage = optional(account.storage, `${path}.storage`, parseObject) ?? {}
  return {
    address: parseAddress(name, path),
    balance: parseInteger(account.balance, `${path}.balance`),
    nonce: parseInteger(account.nonce, `${path}.nonce`, MAX_UINT64),
    code: hexToBytes(String(account.code), `${path}.code`),
    state: Object.entries(storage).map(([slot, content]) => [
      word(parseInteger(slot, `${path}.storage`)),
      word(parseInteger(content, `${path}.storage.${slot}`)),
    ]),
  }
}

function parseBlobSchedules(schedules: JsonObject | undefined): ReadonlyMap<string, BlobSchedule> {
  return new Map(
    Object.entries(schedules ?? {}).map(([fork, value]) => {
      const path = `config.blobSchedule.${fork}`
      const schedule = parseObject(value, path)
      const integer = (name: string) => parseInteger(schedule[name], `${path}.${name}`, MAX_UINT64)
      return [
        fork,
        {
          target: Number(integer('target')),
          max: Number(integer('max')),
          baseFeeUpdateFraction: integer('baseFeeUpdateFraction'),
        },
      ]
    }),
  )
}

function word(value: bigint): Hash {
  return `0x${value.toString(16).padStart(64, '0')}`
}
