import { Worker } from 'node:worker_threads'
import { type Connection, connect, type PreimageOrigin, stopThread } from '@altlayer/engine'
import { bytesToBigint, bytesToHex, type Hash } from '@altlayer/protocol'
import type { LoadablePreimage, LoadableStep } from '../player/perform.ts'
import { createPool } from './pool.ts'
import type { TraceClaim, TraceHandlers, TraceJob, TraceSummary } from './trace-worker.ts'

/** Proves that a blob has a field element: KZG point evaluation. */
export type ProveElement = (
  blob: Uint8Array,
  index: number,
) => Promise<{ readonly z: bigint; readonly y: bigint; readonly proof: Uint8Array }>

export interface TracesOptions extends Omit<TraceJob, 'claim'> {
  /** Traces at a time: who asks for one more waits. Each takes up to a gigabyte and a thread. */
  readonly capacity: number
  /** Milliseconds for which a trace that is not asked for is kept; default: for as long as there is room. */
  readonly keep?: number
  readonly proveElement: ProveElement
}

/** Runs of the program, kept for as long as games ask about them. */
export interface Traces {
  /** Hash of the machine's state after `steps` instructions. Rejects with what the run rejects with. */
  stateHash(claim: TraceClaim, steps: bigint): Promise<Hash>
  /** What executes the instruction after `steps` of them. */
  witness(claim: TraceClaim, steps: bigint): Promise<LoadableStep>
  /** How the run ended. */
  summary(claim: TraceClaim): Promise<TraceSummary>
  close(): Promise<void>
}

/** Milliseconds between two questions of one game, at most. */
const LINGER = 250

interface Running {
  readonly worker: Worker
  readonly connection: Connection<TraceHandlers>
  readonly summary: Promise<TraceSummary>
}

export function createTraces(options: TracesOptions): Traces {
  const { capacity, keep, proveElement, ...job } = options
  const pool = createPool<Running>({
    capacity,
    linger: LINGER,
    ...(keep !== undefined && { keep }),
    end: ({ worker, connection }) => stopThread(worker, connection),
    // A run that failed is tried again when it is asked for again.
    isBroken: ({ summary, connection }) =>
      summary.then(
        () => connection.ended,
        () => true,
      ),
  })

  function start(claim: TraceClaim): Running {
    const worker = new Worker(new URL('./trace-worker.ts', import.meta.url), {
      workerData: { ...job, claim } satisfies TraceJob,
    })
    const connection = connect<TraceHandlers>(worker)
    const summary = connection.remote.run(undefined as never)
    // Whoever asks hears of it.
    summary.catch(() => undefined)
    return { worker, connection, summary }
  }

  function ask<T>(claim: TraceClaim, question: (trace: Running) => Promise<T>): Promise<T> {
    return pool.use(
      nameOf(claim),
      () => start(claim),
      async (trace) => {
        await trace.summary
        return question(trace)
      },
    )
  }

  return {
    stateHash: (claim, steps) =>
      ask(claim, ({ connection }) => connection.remote.stateHashAt(steps)),
    async witness(claim, steps) {
      const { witness, origin } = await ask(claim, ({ connection }) =>
        connection.remote.witnessAt(steps),
      )
      const { stateData, proof, preimage } = witness
      if (preimage === undefined) return { stateData, proof }
      const load = origin && (await loadable(origin, proveElement))
      return { stateData, proof, preimage: { ...preimage, load } }
    },
    summary: (claim) => ask(claim, ({ summary }) => summary),
    close: () => pool.close(),
  }
}

async function loadable(origin: PreimageOrigin, prove: ProveElement): Promise<LoadablePreimage> {
  if (origin.kind === 'blob') {
    const { z, y, proof } = await prove(origin.blob, origin.index)
    const commitment = bytesToHex(origin.commitment)
    return { kind: 'blob', z, y, commitment, proof: bytesToHex(proof) }
  }
  if (origin.kind === 'precompile') {
    const { request } = origin
    return {
      kind: 'precompile',
      precompile: bytesToHex(request.subarray(0, 20)),
      requiredGas: bytesToBigint(request.subarray(20, 28)),
      input: bytesToHex(request.subarray(28)),
    }
  }
  return { kind: origin.kind, data: bytesToHex(origin.bytes) }
}

function nameOf({ l1Head, agreedOutput, claimedOutput, claimedNumber }: TraceClaim): string {
  return [l1Head, agreedOutput, claimedOutput, claimedNumber].join(' ')
}
