import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import {
  createProofServer,
  type DerivationOptions,
  type PreimageOrigin,
  type ProofClaim,
  type ProofSource,
  runProof,
  serve,
} from '@altlayer/engine'
import { type Hash, hexToBytes } from '@altlayer/protocol'
import { parseElf } from '../elf.ts'
import { createProgramHost } from '../program-host.ts'
import { recordTrace, type Trace } from '../trace.ts'
import type { StepWitness } from '../witness.ts'

// One trace a thread: the program runs in V8, where what it misses can be fetched, then on the machine.

/** What a trace is about. */
export interface TraceClaim extends ProofClaim {
  /** The L2 block whose output root is agreed. */
  readonly agreedNumber: bigint
}

export interface TraceJob {
  readonly claim: TraceClaim
  readonly options: DerivationOptions
  /** The program's ELF file. */
  readonly program: string
  /** A module that exports `createRpcProofSource`, and what it is called with beside the agreed block's number. */
  readonly source: { readonly module: string; readonly options: object }
}

/** A trace, as far as a game asks for it. */
export interface TraceSummary {
  readonly steps: bigint
  readonly exitCode: number
  /** What the same program found in V8: the two must agree. */
  readonly valid: boolean
}

export type TraceHandlers = {
  run(): Promise<TraceSummary>
  stateHashAt(step: bigint): Hash
  witnessAt(step: bigint): { readonly witness: StepWitness; readonly origin?: PreimageOrigin }
  close(): void
}

/** V8 and the machine do not agree on how the program ends. */
class DisagreementError extends Error {
  override readonly name = 'DisagreementError'
}

const job = workerData as TraceJob
const server = createProofServer(job.claim, job.options)
let trace: Trace | undefined

async function run(): Promise<TraceSummary> {
  const { createRpcProofSource } = (await import(job.source.module)) as {
    createRpcProofSource(options: object): ProofSource & { close(): void }
  }
  const { agreedNumber } = job.claim
  const source = createRpcProofSource({ ...job.source.options, agreedNumber })
  try {
    const { valid } = await runProof(source, job.claim, job.options, server)
    trace = recordTrace(parseElf(readFileSync(job.program)), createProgramHost(server))
    const { steps, exitCode } = trace
    if (exitCode !== (valid ? 0 : 1))
      throw new DisagreementError(`V8 finds the claim ${valid}, the machine exits with ${exitCode}`)
    return { steps, exitCode, valid }
  } finally {
    source.close()
  }
}

function recorded(): Trace {
  if (trace === undefined) throw new Error('the trace was not run')
  return trace
}

const handlers: TraceHandlers = {
  run,
  stateHashAt: (step) => recorded().stateHashAt(step),
  witnessAt(step) {
    const witness = recorded().witnessAt(step)
    const key = witness.preimage?.key
    const origin = key === undefined ? undefined : server.origin(hexToBytes(key))
    return origin === undefined ? { witness } : { witness, origin }
  },
  close: () => undefined,
}

if (parentPort === null) throw new Error('trace-worker.ts runs as a worker thread')
serve(parentPort, handlers)
