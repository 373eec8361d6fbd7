import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { serve, workInBackground } from '@altlayer/engine'
import {
  deployLocal,
  type LocalNetwork,
  type LocalPaths,
  type LocalRestaking,
  type RestakingKeeper,
} from '@altlayer/restaking'

// ALT and restaking of a local network, in a thread that blocks need not wait for.

export interface RestakingJob {
  readonly network: LocalNetwork
  readonly paths: LocalPaths
  /** The operator's BN254 key. */
  readonly secret: Uint8Array
}

/** What the thread tells beside the answers to requests. */
export type RestakingMessage =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'ready'; readonly restaking: LocalRestaking }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'rolled'; readonly epoch: number }
  | { readonly kind: 'warning'; readonly error: string }

const port = parentPort
if (port === null) throw new Error('restaking-worker.ts runs as a worker thread')
const job = workerData as RestakingJob
const tell = (message: RestakingMessage) => port.postMessage(message)
const stop = new AbortController()

async function run(): Promise<void> {
  workInBackground()
  const { restaking, keeper } = await deployLocal(
    job.network,
    job.paths,
    job.secret,
    (chain, { step, done, total, found }) => {
      if (!found) tell({ kind: 'step', message: `${chain.toUpperCase()} ${done}/${total} ${step}` })
    },
    stop.signal,
  )
  tell({ kind: 'ready', restaking })
  void keep(keeper, restaking.epoch)
}

/** Milliseconds between looks for a new epoch. */
const POLL_INTERVAL = 5_000

/** Rolls the tables of each epoch while the network runs: certificates need them, and anyone may. */
async function keep(keeper: RestakingKeeper, first: number): Promise<void> {
  let epoch = first
  let failing = false
  while (await sleep(POLL_INTERVAL, true, { signal: stop.signal }).catch(() => false)) {
    try {
      if ((await keeper.currentEpoch()) === epoch) continue
      epoch = await keeper.keep()
      tell({ kind: 'rolled', epoch })
      failing = false
    } catch (error) {
      if (stop.signal.aborted) return
      // Tried again at the next look; told once.
      if (!failing) tell({ kind: 'warning', error: (error as Error).message })
      failing = true
    }
  }
}

const done = run().catch((error: Error) => {
  if (!stop.signal.aborted) tell({ kind: 'failed', error: error.message })
})

const handlers = {
  async close() {
    stop.abort()
    await done
  },
}

export type RestakingHandlers = typeof handlers

serve(port, handlers)
