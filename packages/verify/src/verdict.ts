import type { Address, Hash } from '@altlayer/protocol'

/**
 * What kept a block from being verified. The first group is about the block: whoever has the same header,
 * parent and rules finds the same. The second is about what an RPC said of it: it proves nothing against the
 * block.
 */
export type ProblemCode =
  /** A transaction or the attributes break the rules: no such block can be built on the parent. */
  | 'BLOCK_RULES'
  /** Executing the block gives another header. */
  | 'HEADER_FIELD'
  // --- the answers ---
  /** The header does not hash to the block's hash. */
  | 'HEADER_HASH'
  /** The parent's header does not hash to `parentHash`, or has another number than the one before. */
  | 'PARENT_HEADER'
  /** The transactions are not those of the header's transactions root. */
  | 'TRANSACTIONS'
  /** A trie node, a code or an ancestor's header was not to be had. */
  | 'MISSING_PREIMAGE'
  /** A preimage hashes to another hash than it was given for, or is malformed. */
  | 'BAD_PREIMAGE'
  /** The block is valid, and the receipts that the RPC shows for it are others than its own. */
  | 'RECEIPT'
  /** The chain's configuration names a fork whose rules this version does not have. */
  | 'UNSUPPORTED_FORK'
  /** An answer is not in the form it should have. */
  | 'MALFORMED'
  /** An answer, or what a block needs, is larger than allowed. */
  | 'LIMIT'
  /** The RPC does not have the block. */
  | 'UNKNOWN_BLOCK'
  /** The RPC answered with an error. */
  | 'REFUSED'
  /** The RPC did not answer. */
  | 'RPC'

export interface Problem {
  readonly code: ProblemCode
  /** For people: what was expected, what came, where. */
  readonly message: string
  /** Index of the transaction (or receipt) it is about. */
  readonly transaction?: number
  /** The first header field, or the receipt's member, that differs. */
  readonly field?: string
  /** What the rules give for it. */
  readonly expected?: string
  /** What the header or the receipt says. */
  readonly actual?: string
  /** Hash of the preimage that was missing or bad, and whose state it belongs to where that is known. */
  readonly key?: Hash
  readonly account?: Address
  readonly slot?: Hash
}

/**
 * `valid`: under the rules of the chain's configuration the block with hash `hash` follows from its parent.
 * That is all it says and it says all of it: the hash commits to the parent, to every transaction, to all
 * state and to all receipts, so neither unused nor repeated witness data can make it true or false.
 * `invalid`: it provably does not. `unverified`: neither was shown.
 */
export type Status = 'valid' | 'invalid' | 'unverified'

export interface Verdict {
  readonly status: Status
  /** Absent when valid. */
  readonly problem?: Problem
  readonly number?: bigint
  /** The block's hash as it was asked for or as the RPC calls it; when valid, the computed one. */
  readonly hash?: Hash
  readonly parentHash?: Hash
  /** Seconds. */
  readonly timestamp?: bigint
  readonly transactions?: number
  /** Of execution; the next two likewise. Absent unless the block was executed to its end. */
  readonly gasUsed?: bigint
  readonly stateRoot?: Hash
  readonly receiptsRoot?: Hash
  /** Whether the RPC's own receipts were compared too, by field. */
  readonly receipts?: 'compared' | 'not served' | 'not asked'
  readonly witness?: WitnessReport
  /** Milliseconds: in all, and of executing (the last attempt). */
  readonly milliseconds: { readonly total: number; readonly execution: number }
}

/** Where the state came from. */
export interface WitnessReport {
  /** `executionWitness`: `debug_executionWitness`; `proofs`: `eth_getProof`, `debug_dbGet` and their like. */
  readonly source: 'executionWitness' | 'proofs' | 'given'
  /** Preimages given, and their bytes. */
  readonly items: number
  readonly bytes: number
  /** How many of them execution asked for. */
  readonly used: number
  /** Times the block was executed, once more for every preimage that had to be asked for. */
  readonly attempts: number
}

/** A verdict's cause while it is being worked out. */
export class VerificationProblem extends Error {
  override readonly name = 'VerificationProblem'
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options)
    this.problem = problem
  }
}

/** A verdict as JSON says it: bigints as decimal strings, milliseconds to two places. */
export function verdictToJson(verdict: Verdict): Record<string, unknown> {
  const { number, timestamp, gasUsed, milliseconds, status, problem, hash, ...rest } = verdict
  const decimal = (value: bigint | undefined) => value?.toString()
  const round = (value: number) => Math.round(value * 100) / 100
  return {
    status,
    number: decimal(number),
    hash,
    timestamp: decimal(timestamp),
    ...rest,
    gasUsed: decimal(gasUsed),
    problem,
    milliseconds: { total: round(milliseconds.total), execution: round(milliseconds.execution) },
  }
}
