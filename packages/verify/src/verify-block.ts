import {
  type ChainConfig,
  type Hash,
  type Header,
  headerFromRpc,
  MalformedInputError,
  quantity,
} from '@altlayer/protocol'
import { RpcAnswerTooLarge, type RpcClient, RpcRefusal, RpcUnavailable } from '@altlayer/rpc/client'
import { type ClaimedBlock, checkParent, parseBlock } from './block.ts'
import type { BlockExecutor } from './execute.ts'
import { finalProblem, inputOf, type Judgement, judgeBlock } from './judge.ts'
import { createPreimages, type PreimageLimits, type Preimages } from './preimages.ts'
import { compareReceipts } from './receipts.ts'
import { type Problem, type Verdict, VerificationProblem, type WitnessReport } from './verdict.ts'
import { type Capabilities, openWitness, type WitnessSource } from './witness/source.ts'

/** A rollup as one thread verifies it. */
export interface ForeignRollup {
  readonly config: ChainConfig
  readonly rpc: RpcClient
  readonly executor: BlockExecutor
  /** Starts as `{ refused: new Set() }`. */
  readonly capabilities: Capabilities
}

export interface VerifyOptions {
  /** Compare the receipts that the RPC shows, too. Default true. */
  readonly receipts?: boolean
  readonly limits?: PreimageLimits
  /** Times a block is executed while preimages are missing. Default 20 000. */
  readonly attempts?: number
  /** Milliseconds for the whole block. Default 120 000. */
  readonly timeout?: number
}

const DEFAULT_ATTEMPTS = 20_000
const DEFAULT_TIMEOUT = 120_000
const RECEIPTS = 'eth_getBlockReceipts'

/**
 * Verifies one block with what an RPC says of it, by number or hash. Never rejects for anything that the RPC
 * says or fails to say: that is the verdict.
 *
 * @example
 * const verdict = await verifyForeignBlock(rollup, 132796000n)
 * if (verdict.status !== 'valid') console.error(verdict.problem?.message)
 */
export async function verifyForeignBlock(
  rollup: ForeignRollup,
  wanted: bigint | Hash,
  options: VerifyOptions = {},
): Promise<Verdict> {
  const start = performance.now()
  const known: { block?: ClaimedBlock } = {}
  let executing = 0
  const base = () => ({
    ...(typeof wanted === 'bigint' ? { number: wanted } : { hash: wanted }),
    ...(known.block && describeBlock(known.block)),
    milliseconds: { total: performance.now() - start, execution: executing },
  })
  try {
    const block = await fetchBlock(rollup.rpc, wanted)
    known.block = block
    if (block.header.number === 0n)
      throw new VerificationProblem({
        code: 'PARENT_HEADER',
        message: 'the genesis block has no parent to follow from',
      })
    const receipts = fetchReceipts(rollup, block, options.receipts ?? true)
    const { judgement, source, preimages, attempts } = await execute(rollup, block, start, options)
    const { status, execution } = judgement
    executing = execution.milliseconds
    const comparison = execution.sealed
      ? await receiptsProblem(receipts, block, judgement)
      : { problem: undefined, receipts: undefined }
    const found = worst(judgement.problem, comparison.problem)
    const problem = found && printable(finalProblem(found, block))
    return {
      status: status === 'valid' && problem !== undefined ? 'unverified' : status,
      ...(problem && { problem }),
      ...base(),
      ...(execution.sealed && {
        gasUsed: execution.header.gasUsed,
        stateRoot: execution.header.stateRoot,
        receiptsRoot: execution.header.receiptsRoot,
      }),
      ...(comparison.receipts && { receipts: comparison.receipts }),
      witness: witnessReport(source.kind, preimages, attempts),
    }
  } catch (error) {
    return { status: 'unverified', problem: printable(problemOf(error)), ...base() }
  }
}

/** What every verdict says of its block. */
function describeBlock({ hash, header, transactions }: ClaimedBlock) {
  return {
    number: header.number,
    hash,
    parentHash: header.parentHash,
    timestamp: header.timestamp,
    transactions: transactions.length,
  }
}

export function witnessReport(
  source: WitnessReport['source'],
  preimages: Preimages,
  attempts: number,
): WitnessReport {
  const { items, bytes, used } = preimages
  return { source, items, bytes, used, attempts }
}

async function fetchBlock(rpc: RpcClient, wanted: bigint | Hash): Promise<ClaimedBlock> {
  const byNumber = typeof wanted === 'bigint'
  const method = byNumber ? 'eth_getBlockByNumber' : 'eth_getBlockByHash'
  const name = byNumber ? quantity(wanted) : wanted
  const json = await rpc.request(method, [name, true])
  if (json === null)
    throw new VerificationProblem({
      code: 'UNKNOWN_BLOCK',
      message: `${rpc.origin} does not have block ${wanted}`,
    })
  return parseBlock(json, wanted)
}

async function fetchParent(rpc: RpcClient, block: ClaimedBlock): Promise<Header> {
  const json = await rpc.request('eth_getBlockByHash', [block.header.parentHash, false])
  if (json === null)
    throw new VerificationProblem({
      code: 'PARENT_HEADER',
      message:
        block.headerHash === block.hash
          ? `${rpc.origin} does not have the parent, ${block.header.parentHash}`
          : `the header shown hashes to ${block.headerHash}, not to the block's hash ${block.hash}; ${rpc.origin} does not have a parent ${block.header.parentHash}`,
    })
  const parent = headerFromRpc(json, 'parent')
  checkParent(parent, block)
  return parent
}

interface Executed {
  readonly judgement: Judgement
  readonly source: WitnessSource
  readonly preimages: Preimages
  readonly attempts: number
}

/** Executes the block, and again while what it misses can be had. */
async function execute(
  { rpc, config, executor, capabilities }: ForeignRollup,
  block: ClaimedBlock,
  start: number,
  options: VerifyOptions,
): Promise<Executed> {
  const preimages = createPreimages(options.limits)
  const [parent, source] = await Promise.all([
    fetchParent(rpc, block),
    openWitness(rpc, capabilities, block, preimages),
  ])
  const input = inputOf(config, parent, block)
  const most = options.attempts ?? DEFAULT_ATTEMPTS
  const timeout = options.timeout ?? DEFAULT_TIMEOUT
  for (let attempts = 1; ; attempts++) {
    const judgement = judgeBlock(executor, input, block, preimages.get)
    const { problem } = judgement
    const key = problem?.code === 'MISSING_PREIMAGE' ? problem.key : undefined
    if (problem === undefined || key === undefined)
      return { judgement, source, preimages, attempts }
    const elapsed = performance.now() - start
    if (attempts >= most || elapsed > timeout)
      throw new VerificationProblem({
        ...problem,
        code: 'LIMIT',
        message: `not enough of the state after ${attempts} attempts in ${Math.round(elapsed)} ms: ${problem.message}`,
      })
    await source.fetch([{ ...problem, key }, ...executor.lacking(input, preimages.get)])
    if (!preimages.has(key))
      return { judgement: withRefusals(judgement, problem, source), source, preimages, attempts }
  }
}

/** Why the missing preimage was not to be had, from the RPC's mouth. */
function withRefusals(judgement: Judgement, problem: Problem, source: WitnessSource): Judgement {
  if (source.refusals.length === 0) return judgement
  const message = `${problem.message}; ${[...new Set(source.refusals)].join('; ')}`
  return { ...judgement, problem: { ...problem, message } }
}

type ReceiptsAnswer = { readonly json: unknown } | { readonly none: 'not served' | 'not asked' }

/** Asked for while the block is executed; a failure is kept until it is looked at. */
async function fetchReceipts(
  { rpc, capabilities }: ForeignRollup,
  block: ClaimedBlock,
  wanted: boolean,
): Promise<ReceiptsAnswer | { readonly failure: unknown }> {
  if (!wanted) return { none: 'not asked' }
  if (capabilities.refused.has(RECEIPTS)) return { none: 'not served' }
  try {
    return { json: await rpc.request(RECEIPTS, [block.hash]) }
  } catch (failure) {
    if (!(failure instanceof RpcRefusal) || !failure.unsupported) return { failure }
    capabilities.refused.add(RECEIPTS)
    return { none: 'not served' }
  }
}

async function receiptsProblem(
  asked: ReturnType<typeof fetchReceipts>,
  block: ClaimedBlock,
  { execution }: Judgement,
): Promise<{ readonly problem?: Problem; readonly receipts?: Verdict['receipts'] }> {
  const answer = await asked
  if ('none' in answer) return { receipts: answer.none }
  if ('failure' in answer) return { problem: problemOf(answer.failure) }
  if (!execution.sealed) return {}
  try {
    const problem = compareReceipts(answer.json, block, execution.results)
    return { receipts: 'compared', ...(problem && { problem }) }
  } catch (error) {
    return { receipts: 'compared', problem: problemOf(error) }
  }
}

/**
 * A wrong header comes first, with the receipt that differs from the block's own as its probable place; a wrong
 * receipt alone says that the RPC shows what is not the block's.
 */
function worst(header: Problem | undefined, receipt: Problem | undefined): Problem | undefined {
  if (header === undefined || receipt === undefined) return header ?? receipt
  if (receipt.code !== 'RECEIPT') return header
  return { ...header, message: `${header.message}; ${receipt.message}` }
}

const MESSAGE_LENGTH = 2000
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g

/** An RPC has a say in messages: no control characters, no endless text. */
function printable(problem: Problem): Problem {
  const clean = (text: string) => text.slice(0, MESSAGE_LENGTH).replace(CONTROLS, ' ')
  return {
    ...problem,
    message: clean(problem.message),
    ...(problem.actual !== undefined && { actual: clean(problem.actual) }),
  }
}

/** Whatever an RPC's answers lead to; anything else is a fault of ours and thrown on. */
function problemOf(error: unknown): Problem {
  if (error instanceof VerificationProblem) return error.problem
  if (error instanceof MalformedInputError) return { code: 'MALFORMED', message: error.message }
  if (error instanceof RpcAnswerTooLarge) return { code: 'LIMIT', message: error.message }
  if (error instanceof RpcRefusal) return { code: 'REFUSED', message: error.message }
  if (error instanceof RpcUnavailable) return { code: 'RPC', message: error.message }
  throw error
}
