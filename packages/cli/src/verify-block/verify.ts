import { createProgram, type Program, ProgramError } from '@altlayer/engine'
import { differingHeaderFields, type Hash, type Header, headerToRpc } from '@altlayer/protocol'
import type { BlockFixture } from './fixture.ts'

/** What stateless execution of a fixture came to. */
export interface Verification {
  readonly header: Header
  readonly hash: Hash
  readonly matches: boolean
  /** First field in which the header differs from the expected one, where the fixture has that. */
  readonly difference?: {
    readonly field: string
    readonly expected: string | undefined
    readonly actual: string | undefined
  }
  /** Of execution, from opening the block to its sealed header; in milliseconds. */
  readonly milliseconds: number
}

/** Execution stopped; `transaction` is the index of the one that ran, if one did. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError'
  readonly transaction: number | undefined

  constructor(cause: ProgramError, transaction: number | undefined) {
    const place = transaction === undefined ? '' : `transaction ${transaction}: `
    super(`${place}${cause.message} (${cause.code})`, { cause })
    this.transaction = transaction
  }
}

/**
 * Executes a fixture's block with nothing but its witness and compares the hash. Throws VerificationError when
 * the witness lacks a preimage or has a wrong one, or the block is not valid.
 */
export function verifyBlock(fixture: BlockFixture): Verification {
  const witness = new Map([...fixture.witness].map(([hash, bytes]) => [hash.slice(4), bytes]))
  const program = createProgram(
    { preimage: (key) => witness.get(Buffer.from(key.subarray(1)).toString('hex')) },
    { config: fixture.config },
  )
  const start = performance.now()
  const { header, hash } = execute(program, fixture)
  const milliseconds = performance.now() - start
  const matches = hash === fixture.expectedHash
  const difference = matches ? undefined : firstDifference(header, fixture.expectedHeader)
  return { header, hash, matches, milliseconds, ...(difference && { difference }) }
}

function execute(program: Program, { parent, attributes, transactions }: BlockFixture) {
  let running: number | undefined
  try {
    program.open(parent, attributes)
    for (const [index, raw] of transactions.entries()) {
      running = index
      program.transaction(raw)
    }
    running = undefined
    return program.seal()
  } catch (error) {
    if (error instanceof ProgramError) throw new VerificationError(error, running)
    throw error
  }
}

function firstDifference(actual: Header, expected: Header | undefined): Verification['difference'] {
  if (expected === undefined) return undefined
  const [field] = differingHeaderFields(expected, actual)
  if (field === undefined) return undefined
  return { field, expected: headerToRpc(expected)[field], actual: headerToRpc(actual)[field] }
}
