import type { ChainConfig, Hash, Header } from '@altlayer/protocol'
import { differingHeaderFields } from '@altlayer/protocol'
import { EngineError } from '../errors.ts'
import { ProgramError } from '../program/errors.ts'
import type { Program, SealedBlock, Withdrawal } from '../program/types.ts'
import type { BlockRecord } from '../store/chain-store.ts'
import { attributesOf } from './attributes.ts'
import { type OpenBlock, openBlock, type SenderHint, type SignedTransaction } from './open-block.ts'

/** A block from outside, its hash already compared with its header. */
export interface ForeignBlock {
  readonly header: Header
  readonly hash: Hash
  readonly transactions: readonly SignedTransaction[]
  readonly withdrawals?: readonly Withdrawal[]
}

/**
 * Executes a block on its parent's state and compares every header field. Returns why it is not valid,
 * or undefined: then the block is sealed on `program`, ready to commit.
 */
export function executeForeign(
  program: Program,
  hint: SenderHint,
  config: ChainConfig,
  parent: { readonly header: Header; readonly hash: Hash },
  block: ForeignBlock,
): { readonly error: string } | { readonly record: BlockRecord } {
  const { header } = block
  if (header.number !== parent.header.number + 1n)
    return { error: `invalid number: have ${header.number}, parent has ${parent.header.number}` }
  let open: OpenBlock
  try {
    open = openBlock(program, hint, parent, attributesOf(config, header, block.withdrawals))
  } catch (error) {
    return { error: validationError(error) }
  }
  for (const [index, transaction] of block.transactions.entries())
    try {
      open.force(transaction)
    } catch (error) {
      abort(program)
      return { error: `invalid transaction ${index}: ${validationError(error)}` }
    }
  try {
    const sealed = open.seal()
    const field = differingHeaderFields(header, sealed.header)[0]
    if (field !== undefined) {
      abort(program)
      return {
        error: `invalid ${field}: have ${shown(header[field])}, want ${shown(sealed.header[field])}`,
      }
    }
    return { record: recordOf(open, sealed) }
  } catch (error) {
    abort(program)
    return { error: validationError(error) }
  }
}

/** What is stored of a sealed block. */
export function recordOf(open: OpenBlock, sealed: SealedBlock): BlockRecord {
  // Since Shanghai every block has the list, also where the attributes left out an empty one.
  const withdrawals = sealed.header.withdrawalsRoot === undefined ? undefined : open.withdrawals
  return {
    hash: sealed.hash,
    headerRlp: sealed.headerRlp,
    body: { transactions: open.transactions, ...(withdrawals && { withdrawals }) },
    receipts: open.receipts(),
    manifest: open.manifest,
  }
}

/**
 * Host and input problems are ours, not the block's, and a fork we do not know is not ours to judge by;
 * everything else makes the block invalid.
 */
function validationError(error: unknown): string {
  if (error instanceof ProgramError && error.code === 'UNSUPPORTED_FORK')
    throw new EngineError('invalid', error.message)
  if (error instanceof ProgramError && error.status >= 50) return error.message
  if (error instanceof ProgramError && error.code === 'BAD_INPUT') return error.message
  throw error
}

/** Forgets the open block; after a host error there is none. */
function abort(program: Program): void {
  try {
    program.abort()
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
  }
}

function shown(value: string | bigint | undefined): string {
  if (value === undefined) return 'nothing'
  const text = String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
