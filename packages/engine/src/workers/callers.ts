import { Worker } from 'node:worker_threads'
import type { Genesis } from '@altlayer/protocol'
import { EngineError } from '../errors.ts'
import type { CallerData, CallerHandlers } from './caller.ts'
import { type Connection, connect, stopThread } from './channel.ts'

type Method = Exclude<keyof CallerHandlers, 'close'>
type Argument<M extends Method> = Omit<Parameters<CallerHandlers[M]>[0], 'task'>
type Answer<M extends Method> = Awaited<ReturnType<CallerHandlers[M]>>

/** Threads that execute calls: one task each at a time, others wait in a queue. */
export interface CallThreads {
  /**
   * Rejects with EngineError `timeout` after `timeout` milliseconds, queueing included; `busy` when too
   * much is waiting already.
   */
  run<M extends Method>(method: M, argument: Argument<M>, timeout: number): Promise<Answer<M>>
  close(): Promise<void>
}

export interface CallThreadOptions {
  readonly count: number
  readonly queue: number
  readonly directory: string
  readonly genesis: Genesis
  readonly log: (level: 'warn', message: string) => void
}

/**
 * Milliseconds an interrupted thread has to answer before it is replaced. The program looks at the flag
 * every million gas or so, a few milliseconds; this is for a thread that hangs, since ending one from
 * outside while it is in native code can take the process with it.
 */
const GRACE = 10_000
/** A thread that ended sooner than this after its start is not replaced before that long. */
const RESTART_DELAY = 1000

interface Thread {
  readonly worker: Worker
  readonly connection: Connection<CallerHandlers>
  /** Set to a task's number to interrupt it. */
  readonly flag: Int32Array
  /** Number of the running task. */
  task: number | undefined
  gone: boolean
  readonly started: number
}

interface Task {
  readonly id: number
  readonly method: Method
  readonly argument: object
  readonly deadline: number
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
  settled: boolean
}

export function startCallThreads(options: CallThreadOptions): CallThreads {
  const threads: Thread[] = []
  let queue: Task[] = []
  let nextId = 1
  let closed = false

  const start = (): void => {
    const interrupt = new SharedArrayBuffer(4)
    const data: CallerData = {
      directory: options.directory,
      genesis: options.genesis,
      interrupt,
    }
    const worker = new Worker(new URL('./caller.ts', import.meta.url), { workerData: data })
    const thread: Thread = {
      worker,
      connection: connect<CallerHandlers>(worker),
      flag: new Int32Array(interrupt),
      task: undefined,
      gone: false,
      started: performance.now(),
    }
    threads.push(thread)
    worker.on('exit', () => replace(thread, 'ended by itself'))
  }

  const replace = (thread: Thread, why: string): void => {
    if (thread.gone || closed) return
    thread.gone = true
    threads.splice(threads.indexOf(thread), 1)
    options.log('warn', `a call thread ${why}; another takes its place`)
    void thread.worker.terminate()
    const restart = (): void => {
      if (closed) return
      start()
      pump()
    }
    // Whatever ends a thread at once would end the next one as well: do not spin.
    if (performance.now() - thread.started > RESTART_DELAY) restart()
    else setTimeout(restart, RESTART_DELAY).unref()
  }

  const settle = (task: Task, act: () => void): void => {
    if (task.settled) return
    task.settled = true
    act()
  }

  const execute = async (thread: Thread, task: Task): Promise<void> => {
    thread.task = task.id
    const left = task.deadline - performance.now()
    let grace: NodeJS.Timeout | undefined
    const timer = setTimeout(() => {
      Atomics.store(thread.flag, 0, task.id)
      grace = setTimeout(() => {
        settle(task, () => task.reject(timedOut()))
        replace(thread, 'did not stop when interrupted')
      }, GRACE)
    }, left)
    try {
      const remote = thread.connection.remote[task.method] as (argument: object) => Promise<never>
      const answer = await remote({ ...task.argument, task: task.id })
      settle(task, () => task.resolve(answer))
    } catch (error) {
      settle(task, () => task.reject(error as Error))
    } finally {
      clearTimeout(timer)
      clearTimeout(grace)
      thread.task = undefined
      pump()
    }
  }

  const pump = (): void => {
    while (queue.length > 0) {
      const thread = threads.find(({ task, gone }) => task === undefined && !gone)
      if (thread === undefined) return
      const task = queue.shift() as Task
      if (task.deadline <= performance.now()) settle(task, () => task.reject(timedOut()))
      else void execute(thread, task)
    }
  }

  for (let index = 0; index < options.count; index++) start()

  return {
    run(method, argument, timeout) {
      if (closed) return Promise.reject(new EngineError('closed', 'the engine is closed'))
      if (queue.length >= options.queue)
        return Promise.reject(
          new EngineError('busy', `${queue.length} calls are waiting already, try again later`),
        )
      return new Promise((resolve, reject) => {
        queue.push({
          id: nextId++ & 0x7fffffff,
          method,
          argument,
          deadline: performance.now() + timeout,
          resolve: resolve as (value: never) => void,
          reject,
          settled: false,
        })
        pump()
      })
    },
    async close() {
      if (closed) return
      closed = true
      const error = new EngineError('closed', 'the engine is closed')
      for (const task of queue) settle(task, () => task.reject(error))
      queue = []
      await Promise.all(
        threads.map(({ worker, connection, flag, task }) => {
          if (task !== undefined) Atomics.store(flag, 0, task)
          return stopThread(worker, connection)
        }),
      )
    },
  }
}

function timedOut(): EngineError {
  return new EngineError('timeout', 'execution aborted: it took longer than it may')
}
