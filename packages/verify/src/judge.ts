import { attributesOf } from '@altlayer/engine'
import type { ChainConfig, Header } from '@altlayer/protocol'
import type { ClaimedBlock } from './block.ts'
import {
  type BlockExecutor,
  type Execution,
  type ExecutionInput,
  executionProblem,
  headerDifference,
  type PreimageReader,
} from './execute.ts'
import type { Problem } from './verdict.ts'

/** What a block is executed from. */
export function inputOf(config: ChainConfig, parent: Header, block: ClaimedBlock): ExecutionInput {
  const { header, transactions } = block
  return { parent, attributes: attributesOf(config, header, undefined), transactions }
}

/** What is known of a block after it was executed. */
export interface Judgement {
  readonly status: 'valid' | 'invalid' | 'unverified'
  readonly problem?: Problem
  readonly execution: Execution
}

/**
 * Executes a block on its parent, which `checkParent` let pass, and compares all. Whether what is missing can be
 * had is the caller's affair.
 */
export function judgeBlock(
  executor: BlockExecutor,
  input: ExecutionInput,
  block: ClaimedBlock,
  preimages: PreimageReader,
): Judgement {
  const execution = executor.run(input, preimages)
  if (!execution.sealed) {
    const problem = executionProblem(execution.error, execution.transaction)
    // What breaks the rules under a header that is not the hash's is not the block.
    const proven = problem.code === 'BLOCK_RULES' && block.headerHash === block.hash
    return { status: proven ? 'invalid' : 'unverified', problem, execution }
  }
  if (execution.hash === block.hash && block.headerHash === block.hash)
    return { status: 'valid', execution }
  return { ...mismatch(execution.header, block, execution.hash === block.hash), execution }
}

function mismatch(
  computed: Header,
  block: ClaimedBlock,
  computedIsBlock: boolean,
): { readonly status: 'invalid' | 'unverified'; readonly problem: Problem } {
  const found = headerDifference(computed, block.header)
  const named =
    found === undefined
      ? ''
      : `${found.field} is ${found.expected} by execution, the header has ${found.actual}`
  if (block.headerHash === block.hash)
    return {
      status: 'invalid',
      problem: { code: 'HEADER_FIELD', message: `wrong header: ${named}`, ...found },
    }
  const hashes = notTheHash(block)
  return {
    status: 'unverified',
    problem: {
      code: 'HEADER_HASH',
      message: computedIsBlock ? `${hashes}: ${named}` : hashes,
      ...(computedIsBlock && found),
    },
  }
}

function notTheHash({ headerHash, hash }: ClaimedBlock): string {
  return `the header shown hashes to ${headerHash}, not to the block's hash ${hash}`
}

/** The problem of a block; whatever came of executing under a header that is not the hash's, that is the first. */
export function finalProblem(problem: Problem, block: ClaimedBlock): Problem {
  if (block.headerHash === block.hash || problem.code === 'HEADER_HASH') return problem
  return { code: 'HEADER_HASH', message: `${notTheHash(block)}; ${problem.message}` }
}
