import { parentPort, workerData } from 'node:worker_threads'
import type { Address, Genesis, Hash } from '@altlayer/protocol'
import type { CallRequest, ExecutionWitness, SimulateRequest, TracerConfig } from '../api.ts'
import { createSenderHint } from '../building/open-block.ts'
import { EngineError } from '../errors.ts'
import {
  abandon,
  type ExecutionContext,
  type ExecutionPoint,
  type Overlay,
  openPoint,
} from '../execution/context.ts'
import { type Estimate, estimateGas } from '../execution/estimate.ts'
import type { ReplayBlock } from '../execution/replay.ts'
import { type SimulationBase, simulate } from '../execution/simulate.ts'
import { traceCall, traceTransactions } from '../execution/trace.ts'
import { executionWitness } from '../execution/witness.ts'
import { ProgramError } from '../program/errors.ts'
import type { AccountProof, ExecutionResult } from '../program/types.ts'
import { type PreimageKind, readPreimage } from '../store/chain-store.ts'
import { openLmdbStore } from '../store/lmdb.ts'
import { TracerError } from '../trace/index.ts'
import { handOver, serve } from './channel.ts'
import { createStateProgram } from './state-program.ts'

// A thread for calls, traces, proofs: reads the database, writes nothing.

export interface CallerData {
  readonly directory: string
  readonly genesis: Genesis
  /** Number of the task to interrupt, as one i32. */
  readonly interrupt: SharedArrayBuffer
}

/** A call's parameters without the reference, which the point replaces. */
export type Call = Omit<CallRequest, 'block' | 'timeout'>

/** JSON in UTF-8. */
export interface JsonBytes {
  readonly json: Uint8Array
}

/** What a thread can be asked; `task` is the number under which it can be interrupted. */
type Task<T> = T & { readonly task: number }

const { directory, genesis, interrupt } = workerData as CallerData
const store = openLmdbStore(directory)
const flag = new Int32Array(interrupt)
const hint = createSenderHint()
let current = 0
let traceSink: ((event: Uint8Array) => void) | undefined
let traceStop: (() => boolean) | undefined
let overlay: Overlay | undefined
let recorder: ((kind: PreimageKind, data: Uint8Array) => void) | undefined

const program = createStateProgram(store, genesis.config, 'call', {
  preimage(key) {
    const simulated = overlay?.get(key)
    if (simulated !== undefined) return simulated
    const found = readPreimage(store, key)
    if (found !== undefined) recorder?.(found.kind, found.data)
    return found?.data
  },
  output(_kind, hash, data) {
    overlay?.put(hash, data)
  },
  trace: (event) => traceSink?.(event),
  interrupted: () => Atomics.load(flag, 0) === current || traceStop?.() === true,
  sender: hint.answer,
})

const context: ExecutionContext = {
  config: genesis.config,
  program,
  hint,
  setTraceSink(sink, stop) {
    traceSink = sink
    traceStop = stop
  },
  setOverlay(next) {
    overlay = next
  },
  setRecorder(next) {
    recorder = next
  },
}

/** Runs a task on a fresh view of the database; what it leaves open is forgotten. */
function run<T>(task: number, work: () => T): T {
  current = task
  store.refresh()
  try {
    return work()
  } catch (error) {
    if (error instanceof ProgramError && error.code === 'INTERRUPTED')
      throw new EngineError('timeout', 'execution aborted: it took longer than it may')
    throw error
  } finally {
    abandon(program)
  }
}

const handlers = {
  call: ({ task, point, call }: Task<{ point: ExecutionPoint; call: Call }>): ExecutionResult =>
    run(task, () => {
      openPoint(program, point, call.overrides, call.blockOverrides)
      return program.message(call.message, call.options)
    }),

  estimate: (request: Task<{ point: ExecutionPoint; call: Call; gasCap: bigint }>): Estimate =>
    run(request.task, () => {
      const { point, call, gasCap } = request
      openPoint(program, point, call.overrides, call.blockOverrides)
      return estimateGas(program, call.message, call.options, gasCap)
    }),

  traceCall: (
    request: Task<{ point: ExecutionPoint; call: Call; config: TracerConfig }>,
  ): JsonBytes =>
    run(request.task, () =>
      jsonBytes(traceCall(context, request.point, request.call, request.config)),
    ),

  traceBlock: (
    request: Task<{ block: ReplayBlock; config: TracerConfig; only?: number }>,
  ): JsonBytes =>
    run(request.task, () => {
      const { block, config, only } = request
      const traces = traceTransactions(context, block, config, only)
      return jsonBytes(only === undefined ? traces : traces[0]?.result)
    }),

  simulate: (request: Task<{ base: SimulationBase; request: Omit<SimulateRequest, 'block'> }>) =>
    run(request.task, () => simulate(context, request.base, request.request)),

  witness: ({ task, block }: Task<{ block: ReplayBlock }>): ExecutionWitness =>
    run(task, () => executionWitness(context, block)),

  proof: (
    request: Task<{ point: ExecutionPoint; address: Address; slots: readonly Hash[] }>,
  ): AccountProof =>
    run(request.task, () => {
      openPoint(program, request.point)
      return program.proof(request.address, request.slots)
    }),

  close: () => store.close(),
}

/** Written here: the text moves to the thread that sends it. */
function jsonBytes(value: unknown): JsonBytes {
  try {
    const json = new TextEncoder().encode(JSON.stringify(value ?? null))
    return handOver({ json }, [json])
  } catch (error) {
    // Beyond the longest string of the runtime.
    if (error instanceof RangeError) throw new TracerError('the trace is too large')
    throw error
  }
}

export type CallerHandlers = typeof handlers

if (parentPort !== null) serve(parentPort, handlers)
