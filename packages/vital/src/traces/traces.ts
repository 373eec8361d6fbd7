import { Worker } from 'node:worker_threads'
import { type Connection, connect, type PreimageOrigin, stopThread } from '@altlayer/engine'
import { bytesToBigint, bytesToHex, type Hash } from '@altlayer/protocol'
import type { LoadablePreimage, LoadableStep } from '../player/perform.ts'
import type { TraceClaim, TraceHandlers, TraceJob, TraceSummary } from './trace-worker.ts'

/** Proves that a blob has a field element: KZG point evaluation. */
export type ProveElement = (
  blob: Uint8Array,
  index: number,
) => Promise<{ readonly z: bigint; readonly y: bigint; readonly proof: Uint8Array }>

export interface TracesOptions extends Omit<TraceJob, 'claim'> {
  /** Traces kept at a time; the one not asked for longest goes. Each takes up to a gigabyte and a thread. */
  readonly capacity: number
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

interface Running {
  readonly worker: Worker
  readonly connection: Connection<TraceHandlers>
  readonly summary: Promise<TraceSummary>
}

export function createTraces(options: TracesOptions): Traces {
  const { capacity, proveElement, ...job } = options
  /** In the order in which they were asked for last. */
  const running = new Map<string, Running>()
  /** Threads that end. */
  const ending = new Set<Promise<void>>()

  function end(name: string, { worker, connection }: Running): void {
    running.delete(name)
    const ended = stopThread(worker, connection).finally(() => ending.delete(ended))
    ending.add(ended)
  }

  function start(claim: TraceClaim): Running {
    const worker = new Worker(new URL('./trace-worker.ts', import.meta.url), {
      workerData: { ...job, claim } satisfies TraceJob,
    })
    const connection = connect<TraceHandlers>(worker)
    return { worker, connection, summary: connection.remote.run(undefined as never) }
  }

  function open(claim: TraceClaim): Running {
    const name = nameOf(claim)
    const found = running.get(name) ?? start(claim)
    running.delete(name)
    running.set(name, found)
    // A run that failed is tried again when it is asked for again.
    found.summary.catch(() => {
      if (running.get(name) === found) end(name, found)
    })
    for (const [oldest, trace] of running) {
      if (running.size <= capacity) break
      if (trace.connection.waiting === 0) end(oldest, trace)
    }
    return found
  }

  return {
    async stateHash(claim, steps) {
      const { summary, connection } = open(claim)
      await summary
      return connection.remote.stateHashAt(steps)
    },
    async witness(claim, steps) {
      const { summary, connection } = open(claim)
      await summary
      const { witness, origin } = await connection.remote.witnessAt(steps)
      const { stateData, proof, preimage } = witness
      if (preimage === undefined) return { stateData, proof }
      const load = origin && (await loadable(origin, proveElement))
      return { stateData, proof, preimage: { ...preimage, load } }
    },
    summary: (claim) => open(claim).summary,
    async close() {
      for (const [name, trace] of running) end(name, trace)
      await Promise.all(ending)
    },
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
