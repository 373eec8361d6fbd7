import type { MessagePort, Transferable, Worker } from 'node:worker_threads'
import {
  EngineError,
  type EngineErrorCode,
  messageOf,
  PoolError,
  type PoolErrorCode,
} from '../errors.ts'
import { ProgramError, type ProgramErrorContext } from '../program/errors.ts'
import { TracerError } from '../trace/index.ts'

// Calls between threads: one message there, one back, matched by number. A port keeps the order.

interface Request {
  readonly id: number
  readonly method: string
  readonly argument: unknown
}

type Response =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorRecord }

/** An error as it crosses threads: structured cloning would lose its class and code. */
export interface ErrorRecord {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  /** Of a ProgramError. */
  readonly status?: number
  readonly context?: ProgramErrorContext
}

export function errorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: 'Error', message: messageOf(error) }
  if (error instanceof ProgramError) {
    const { name, message, status, context } = error
    return { name, message, status, context }
  }
  const code = (error as { code?: unknown }).code
  return {
    name: error.name,
    message: error.message,
    ...(code !== undefined && { code: String(code) }),
    ...(error.stack !== undefined && { stack: error.stack }),
  }
}

/** A class of errors that are whole again from their message. */
export type NamedError = new (message: string) => Error

/** The error of a record; what is not a named error of ours, nor of one of `classes`, is `internal`. */
export function errorOf(record: ErrorRecord, classes: readonly NamedError[] = []): Error {
  if (record.name === 'EngineError')
    return new EngineError(record.code as EngineErrorCode, record.message)
  if (record.name === 'PoolError')
    return new PoolError(record.code as PoolErrorCode, record.message)
  if (record.name === 'ProgramError' && record.status !== undefined)
    return new ProgramError(record.status, record.context)
  // What the program's encoders refuse is a value out of its range, and the caller's.
  if (record.name === 'MalformedInputError') return new EngineError('invalid', record.message)
  if (record.name === 'TracerError') return new TracerError(record.message)
  const named = classes.find(({ name }) => name === record.name)
  if (named !== undefined) return new named(record.message)
  const error = new EngineError('internal', `${record.name}: ${record.message}`)
  if (record.stack !== undefined) error.stack = record.stack
  return error
}

/** Methods with one argument; the answer may be a promise. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>

/** The same methods from another thread. */
export type Remote<T extends Handlers> = {
  readonly [K in keyof T]: (
    argument: Parameters<T[K]>[0],
    transfer?: readonly Transferable[],
  ) => Promise<Awaited<ReturnType<T[K]>>>
}

/** Memory of a result that moves instead of being copied. */
const TRANSFER = Symbol('transfer')

/** Marks buffers inside `value` as handed over to the caller. */
export function handOver<T extends object>(value: T, buffers: readonly Uint8Array[]): T {
  const whole = buffers.filter((each) => each.byteLength === each.buffer.byteLength)
  return Object.assign(value, { [TRANSFER]: [...new Set(whole.map((each) => each.buffer))] })
}

/**
 * Answers requests on `port` with `handlers`, one after the other. The method `close` ends the thread
 * after its answer: by itself, since ending it from outside can hit native code in the middle of a call.
 */
export function serve(port: MessagePort, handlers: Handlers): void {
  port.on('message', async ({ id, method, argument }: Request) => {
    try {
      const handler = handlers[method] as ((argument: unknown) => unknown) | undefined
      if (handler === undefined) throw new Error(`no method ${method}`)
      const pending = handler(argument)
      const result = pending instanceof Promise ? await pending : pending
      const transfer = (result as { [TRANSFER]?: Transferable[] } | undefined)?.[TRANSFER] ?? []
      port.postMessage({ id, result } satisfies Response, transfer)
    } catch (error) {
      port.postMessage({ id, error: errorRecord(error) } satisfies Response)
    } finally {
      if (method === 'close') port.close()
    }
  })
}

/**
 * Milliseconds a thread has to end when asked: as many as a slow machine takes, since terminating one in the middle of
 * native code can end the whole process (SIGTRAP).
 */
const STOP_TIMEOUT = 60_000

/** Asks a thread that serves `close` to end, and waits for it; one that does not answer is terminated. */
export async function stopThread(worker: Worker, connection: Connection<Handlers>): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  if (connection.ended) return
  const timer = setTimeout(() => void worker.terminate(), STOP_TIMEOUT)
  const closed = connection.remote.close as (argument: undefined) => Promise<unknown>
  closed(undefined).catch(() => {})
  await ended
  clearTimeout(timer)
}

export interface Connection<T extends Handlers> {
  readonly remote: Remote<T>
  /** Requests without an answer so far. */
  readonly waiting: number
  /** Whether the thread has ended. */
  readonly ended: boolean
  /** Rejects what waits, and whatever comes later, with `error`. */
  fail(error: Error): void
}

/**
 * Calls the handlers that `worker` serves. When the worker dies, what waits is rejected. Errors of
 * `classes` come back as such; others that the engine does not name as EngineError `internal`.
 */
export function connect<T extends Handlers>(
  worker: Worker,
  classes: readonly NamedError[] = [],
): Connection<T> {
  const waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >()
  let next = 0
  let failure: Error | undefined
  let ended = false

  const fail = (error: Error): void => {
    failure ??= error
    for (const { reject } of waiting.values()) reject(failure)
    waiting.clear()
  }
  worker.on('message', (response: Response) => {
    const entry = waiting.get(response.id)
    waiting.delete(response.id)
    if (entry === undefined) return
    if ('error' in response) entry.reject(errorOf(response.error, classes))
    else entry.resolve(response.result)
  })
  worker.on('error', (error) => fail(errorOf(errorRecord(error), classes)))
  worker.on('exit', (code) => {
    ended = true
    fail(new EngineError('closed', `the worker ended with code ${code}`))
  })

  const call = (method: string, argument: unknown, transfer: readonly Transferable[] = []) =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure)
      const id = next++
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, method, argument } satisfies Request, transfer)
    })
  return {
    remote: new Proxy({} as Remote<T>, {
      get: (_, method) => (argument: unknown, transfer?: readonly Transferable[]) =>
        call(String(method), argument, transfer),
    }),
    get waiting() {
      return waiting.size
    },
    get ended() {
      return ended
    },
    fail,
  }
}
