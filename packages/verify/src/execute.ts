import {
  type BlockAttributes,
  createProgram,
  type Program,
  ProgramError,
  type TransactionResult,
} from '@altlayer/engine'
import {
  type ChainConfig,
  differingHeaderFields,
  type Hash,
  type Header,
  headerToRpc,
} from '@altlayer/protocol'
import type { Problem } from './verdict.ts'

/** What a block is executed from. */
export interface ExecutionInput {
  readonly parent: Header
  readonly attributes: BlockAttributes
  /** EIP-2718 encodings, in order. */
  readonly transactions: readonly Uint8Array[]
}

/** The bytes behind a typed preimage key, or undefined. */
export type PreimageReader = (key: Uint8Array) => Uint8Array | undefined

/** What is kept of an executed transaction; its logs stand in the receipt. */
export type ExecutedTransaction = Omit<TransactionResult, 'returnData' | 'logs'>

export type Execution =
  | {
      readonly sealed: true
      readonly header: Header
      readonly hash: Hash
      readonly results: readonly ExecutedTransaction[]
      readonly milliseconds: number
    }
  | {
      readonly sealed: false
      readonly error: ProgramError
      /** Index of the transaction that ran. */
      readonly transaction?: number
      readonly milliseconds: number
    }

/** Executes blocks of one chain without its state. */
export interface BlockExecutor {
  /** Executes a block; what the executor keeps of earlier ones was hashed when it came. */
  run(input: ExecutionInput, preimages: PreimageReader): Execution
  /**
   * What the transactions lack when each is executed alone on the parent's state: less than they lack one after the
   * other, and known all at once. For asking, not for judging.
   */
  lacking(input: ExecutionInput, preimages: PreimageReader): readonly MissingPreimage[]
  /** Forgets all state, so that every preimage is asked for again. */
  clear(): void
}

/** A preimage that was not there, and whose it is where that is known. */
export type MissingPreimage = Pick<Problem, 'account' | 'slot'> & { readonly key: Hash }

export interface ExecutorOptions {
  readonly config: ChainConfig
  /** Trie nodes kept between blocks. Default 32 MiB. */
  readonly nodeCacheBytes?: number
  /** Codes kept between blocks. Default 16 MiB. */
  readonly codeCacheBytes?: number
  /** Milliseconds that a block may run: its gas limit is only what a header claims. Default 20 000. */
  readonly timeLimit?: number
}

const DEFAULT_NODE_CACHE = 32 << 20
const DEFAULT_CODE_CACHE = 16 << 20
const DEFAULT_TIME_LIMIT = 20_000
/** Of a block: what its gas limit allows is only a claim. */
const MAX_RECEIPT_BYTES = 128 << 20
/** program/shared/status.ts. */
const STATUS_INTERRUPTED = 5
const STATUS_RESULT_FULL = 8

/** Throws MalformedInputError for a configuration that is out of range, and ProgramNotBuiltError. */
export function createExecutor(options: ExecutorOptions): BlockExecutor {
  let reader: PreimageReader | undefined
  let deadline = 0
  const isLate = () => performance.now() > deadline
  const program = createProgram(
    { preimage: (key) => reader?.(key), interrupted: isLate },
    {
      config: options.config,
      nodeCacheBytes: options.nodeCacheBytes ?? DEFAULT_NODE_CACHE,
      codeCacheBytes: options.codeCacheBytes ?? DEFAULT_CODE_CACHE,
    },
  )
  const reading = <T>(preimages: PreimageReader, use: () => T): T => {
    reader = preimages
    deadline = performance.now() + (options.timeLimit ?? DEFAULT_TIME_LIMIT)
    try {
      return use()
    } finally {
      reader = undefined
      close(program)
    }
  }
  return {
    run: (input, preimages) => reading(preimages, () => execute(program, input, isLate)),
    lacking: (input, preimages) => reading(preimages, () => lacking(program, input, isLate)),
    clear: () => program.clearCache(),
  }
}

function execute(
  program: Program,
  { parent, attributes, transactions }: ExecutionInput,
  isLate: () => boolean,
): Execution {
  const start = performance.now()
  const results: ExecutedTransaction[] = []
  let receiptBytes = 0
  let running: number | undefined
  try {
    program.open(parent, attributes)
    for (const [index, raw] of transactions.entries()) {
      running = index
      // A short transaction never asks whether it is late.
      if (isLate()) throw new ProgramError(STATUS_INTERRUPTED)
      const { returnData: _, logs: __, ...result } = program.transaction(raw)
      receiptBytes += result.receipt.length
      if (receiptBytes > MAX_RECEIPT_BYTES) throw new ProgramError(STATUS_RESULT_FULL)
      results.push(result)
    }
    running = undefined
    const { header, hash } = program.seal()
    return { sealed: true, header, hash, results, milliseconds: performance.now() - start }
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
    return {
      sealed: false,
      error,
      ...(running !== undefined && { transaction: running }),
      milliseconds: performance.now() - start,
    }
  }
}

function lacking(
  program: Program,
  { parent, attributes, transactions }: ExecutionInput,
  isLate: () => boolean,
): readonly MissingPreimage[] {
  const missing = new Map<Hash, MissingPreimage>()
  for (const raw of transactions) {
    if (isLate()) break
    try {
      program.open(parent, attributes)
      program.transaction(raw)
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error
      const { key, account, slot } = error.context
      if (error.code === 'MISSING_PREIMAGE' && key !== undefined)
        missing.set(key, { key, ...(account && { account }), ...(slot && { slot }) })
    }
    close(program)
  }
  return [...missing.values()]
}

/** Forgets the open block; after a host error there is none. */
function close(program: Program): void {
  try {
    program.abort()
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
  }
}

/** Statuses from here on are the block's or a transaction's fault (program/shared/status.ts). */
const FIRST_BLOCK_STATUS = 50

/** What a failed execution says of the block. */
export function executionProblem(error: ProgramError, transaction: number | undefined): Problem {
  const place = transaction === undefined ? '' : `transaction ${transaction}: `
  const { key, account, slot } = error.context
  const owner = account === undefined ? '' : `, of account ${account}`
  const at = slot === undefined ? '' : `, slot ${slot}`
  return {
    code: codeOf(error),
    message: `${place}${error.message}${owner}${at} (${error.code})`,
    ...(transaction !== undefined && { transaction }),
    ...(key !== undefined && { key }),
    ...(account !== undefined && { account }),
    ...(slot !== undefined && { slot }),
  }
}

function codeOf(error: ProgramError): Problem['code'] {
  switch (error.code) {
    case 'UNSUPPORTED_FORK':
      return 'UNSUPPORTED_FORK'
    case 'MISSING_PREIMAGE':
      return 'MISSING_PREIMAGE'
    case 'BAD_PREIMAGE':
    case 'MALFORMED_NODE':
    case 'MALFORMED_HEADER':
    case 'PREIMAGE_TOO_LARGE':
      return 'BAD_PREIMAGE'
    case 'ARENA_FULL':
    case 'INTERRUPTED':
    case 'CODE_TOO_LARGE':
    case 'RESULT_FULL':
      return 'LIMIT'
    case 'BAD_INPUT':
      return 'MALFORMED'
    default:
      if (error.status >= FIRST_BLOCK_STATUS) return 'BLOCK_RULES'
      throw error
  }
}

/** The first header field in which execution gives another value than `claimed` has; undefined: none. */
export function headerDifference(
  computed: Header,
  claimed: Header,
): { readonly field: string; readonly expected: string; readonly actual: string } | undefined {
  const [field] = differingHeaderFields(claimed, computed)
  if (field === undefined) return undefined
  return {
    field,
    expected: headerToRpc(computed)[field] ?? 'nothing',
    actual: headerToRpc(claimed)[field] ?? 'nothing',
  }
}
