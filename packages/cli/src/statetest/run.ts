import { createProgram, isRejection, type Program } from '@altlayer/engine'
import {
  type BlobSchedule,
  type ChainConfig,
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeRlp,
  type ForkTimes,
  GAS_PER_BLOB,
  type Hash,
  type Header,
  hexToBytes,
  keccak256Hex,
  type Log,
  ZERO_HASH,
} from '@altlayer/protocol'
import type { StateTest, TestCase } from './parse.ts'
import { ImpossibleTransactionError } from './transaction.ts'

/** How one case ended. */
export interface CaseResult {
  /** undefined: passed. */
  readonly failure?: string
  readonly root?: Hash
  readonly logs?: Hash
}

/** Runs cases; keeps the program instances between them. */
export interface Runner {
  run(test: StateTest, fork: string, testCase: TestCase): CaseResult
}

const FORKS: Readonly<Record<string, ForkTimes>> = {
  Paris: {},
  Shanghai: { shanghai: 0n },
  Cancun: { shanghai: 0n, cancun: 0n },
  Prague: { shanghai: 0n, cancun: 0n, prague: 0n },
}

/** Why cases of a fork cannot run; undefined when they can. */
export function unsupported(fork: string): string | undefined {
  if (fork in FORKS) return undefined
  return `the rules of ${fork} are not part of the program, which knows ${Object.keys(FORKS).join(', ')}`
}

/**
 * Runs state tests in programs of `ethereum` mode. A test's prestate is written and committed like a genesis
 * allocation; the case's transaction then runs in the environment the file gives, without a block around it.
 */
export function createRunner(): Runner {
  const programs = new Map<string, Instance>()
  let prestate: { readonly test: StateTest; readonly fork: string; readonly root: Hash } | undefined

  return {
    run(test, fork, testCase) {
      const config = chainConfig(test, fork)
      const key = JSON.stringify(config, (_, value) =>
        typeof value === 'bigint' ? value.toString() : value,
      )
      let instance = programs.get(key)
      if (instance === undefined) {
        instance = createInstance(config)
        programs.set(key, instance)
      }
      if (prestate?.test !== test || prestate.fork !== fork) {
        prestate = { test, fork, root: writePrestate(instance, test) }
      }
      return runCase(instance.program, headerOf(test, fork, config, prestate.root), testCase)
    },
  }
}

interface Instance {
  readonly program: Program
  readonly preimages: Map<string, Uint8Array>
}

function createInstance(config: ChainConfig): Instance {
  const preimages = new Map<string, Uint8Array>()
  const program = createProgram(
    {
      preimage: (key) => preimages.get(idOf(key)),
      output: (_, hash, data) => void preimages.set(idOf(hash), data.slice()),
    },
    { config },
  )
  return { program, preimages }
}

/** What a typed preimage key and the hash it was made from share. */
function idOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset + 1, 31).toString('latin1')
}

function chainConfig(test: StateTest, fork: string): ChainConfig {
  return {
    mode: 'ethereum',
    chainId: test.chainId,
    forks: FORKS[fork] as ForkTimes,
    blobSchedule: {
      cancun: test.blobSchedules.get('Cancun') ?? CANCUN_BLOBS,
      prague: test.blobSchedules.get('Prague') ?? PRAGUE_BLOBS,
    },
  }
}

// EIP-4844 and EIP-7691, for files without a schedule of their own.
const CANCUN_BLOBS: BlobSchedule = { target: 3, max: 6, baseFeeUpdateFraction: 3338477n }
const PRAGUE_BLOBS: BlobSchedule = { target: 6, max: 9, baseFeeUpdateFraction: 5007716n }

function headerOf(test: StateTest, fork: string, config: ChainConfig, stateRoot: Hash): Header {
  const { environment } = test
  const { shanghai, cancun, prague } = config.forks
  return {
    parentHash: conventionalHash(environment.number - 1n),
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: environment.coinbase,
    stateRoot,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: 0n,
    number: environment.number,
    gasLimit: environment.gasLimit,
    gasUsed: 0n,
    timestamp: environment.timestamp,
    extraData: '0x',
    mixHash: environment.prevRandao,
    nonce: '0x0000000000000000',
    baseFeePerGas: environment.baseFee,
    ...(shanghai !== undefined && { withdrawalsRoot: EMPTY_ROOT }),
    ...(cancun !== undefined && {
      blobGasUsed: 0n,
      excessBlobGas: excessBlobGas(test, fork, config),
      parentBeaconBlockRoot: ZERO_HASH,
    }),
    ...(prague !== undefined && { requestsHash: EMPTY_REQUESTS_HASH }),
  }
}

const ancestorsMax = 256n
const ancestors = new Map<bigint, readonly Hash[]>()

/** What BLOCKHASH gives in block `number`, newest first. */
function ancestorHashes(number: bigint): readonly Hash[] {
  let hashes = ancestors.get(number)
  if (hashes === undefined) {
    const count = Number(number < ancestorsMax ? number : ancestorsMax)
    hashes = Array.from({ length: count }, (_, i) => conventionalHash(number - 1n - BigInt(i)))
    ancestors.set(number, hashes)
  }
  return hashes
}

/** The suite's rule for the hash of a block that does not exist: that of its number in decimal digits. */
function conventionalHash(number: bigint): Hash {
  return number < 0n ? ZERO_HASH : keccak256Hex(new TextEncoder().encode(number.toString()))
}

function excessBlobGas(test: StateTest, fork: string, config: ChainConfig): bigint {
  const { excessBlobGas: own, parentExcessBlobGas, parentBlobGasUsed } = test.environment
  if (own !== undefined) return own
  const schedule = config.blobSchedule?.[fork === 'Prague' ? 'prague' : 'cancun'] ?? CANCUN_BLOBS
  const excess = parentExcessBlobGas + parentBlobGasUsed - GAS_PER_BLOB * BigInt(schedule.target)
  return excess > 0n ? excess : 0n
}

function writePrestate({ program, preimages }: Instance, test: StateTest): Hash {
  preimages.clear()
  const empty = headerOf(test, '', { mode: 'ethereum', chainId: 1n, forks: {} }, EMPTY_ROOT)
  program.openAt(empty)
  program.override(test.prestate)
  const root = program.stateRoot()
  program.commit()
  return root
}

function runCase(program: Program, header: Header, testCase: TestCase): CaseResult {
  program.openAt(header, { ancestorHashes: ancestorHashes(header.number) })
  try {
    const outcome = execute(program, testCase)
    const root = program.stateRoot()
    const logs = keccak256Hex(encodeRlp(outcome.logs.map(logFields)))
    return { root, logs, ...judge(testCase, outcome, root, logs) }
  } finally {
    program.abort()
  }
}

interface Outcome {
  readonly logs: readonly Log[]
  /** Why the transaction was refused; undefined: it was included. */
  readonly refused?: string
}

function execute(program: Program, testCase: TestCase): Outcome {
  try {
    return { logs: program.transaction(testCase.transaction()).logs }
  } catch (error) {
    if (!isRejection(error) && !(error instanceof ImpossibleTransactionError)) throw error
    return { logs: [], refused: error.message }
  }
}

function logFields({ address, topics, data }: Log) {
  return [hexToBytes(address), topics.map((topic) => hexToBytes(topic)), hexToBytes(data)]
}

function judge(
  { exception, root: expectedRoot, logs: expectedLogs }: TestCase,
  { refused }: Outcome,
  root: Hash,
  logs: Hash,
): { readonly failure?: string } {
  if (exception === undefined && refused !== undefined) {
    return { failure: `the transaction was refused: ${refused}` }
  }
  if (exception !== undefined && refused === undefined) {
    return { failure: `the transaction was included, it should be refused: ${exception}` }
  }
  if (root !== expectedRoot) return { failure: 'another state root' }
  if (logs !== expectedLogs) return { failure: 'another hash of the logs' }
  return {}
}
