import { attributesOf } from '@altlayer/engine'
import type { ChainConfig, Header } from '@altlayer/protocol'
import { type ClaimedBlock, checkParent } from './block.ts'
import {
  type BlockExecutor,
  type Execution,
  executionProblem,
  headerDifference,
  type PreimageReader,
} from './execute.ts'
import type { Problem } from './verdict.ts'

/** What is known of a block after it was executed. */
export interface Judgement {
  readonly status: 'valid' | 'invalid' | 'unverified'
  readonly problem?: Problem
  readonly execution: Execution
}

/**
 * Executes a block on its parent and compares all. Throws VerificationProblem where the two headers do not fit
 * together; whether what is missing can be had is the caller's affair.
 */
export function judgeBlock(
  executor: BlockExecutor,
  config: ChainConfig,
  parent: Header,
  block: ClaimedBlock,
  preimages: PreimageReader,
): Judgement {
  checkParent(parent, block)
  const { header, transactions } = block
  const attributes = attributesOf(config, header, undefined)
  const execution = executor.run({ parent, attributes, transactions }, preimages)
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
  const hashes = `the header shown hashes to ${block.headerHash}, not to the block's hash ${block.hash}`
  return {
    status: 'unverified',
    problem: {
      code: 'HEADER_HASH',
      message: computedIsBlock ? `${hashes}: ${named}` : hashes,
      ...(computedIsBlock && found),
    },
  }
}
