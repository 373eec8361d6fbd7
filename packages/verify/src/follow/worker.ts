import { parentPort, workerData } from 'node:worker_threads'
import { serve } from '@altlayer/engine'
import type { ChainConfig } from '@altlayer/protocol'
import { createRpcClient, type RpcLimits } from '@altlayer/rpc/client'
import { createExecutor, type ExecutorOptions } from '../execute.ts'
import type { Verdict } from '../verdict.ts'
import { type ForeignRollup, type VerifyOptions, verifyForeignBlock } from '../verify-block.ts'

// A thread that verifies blocks of several rollups, some at a time: while one is fetched another is executed.

/** What a thread is started with. */
export interface WorkerData {
  readonly rollups: readonly { readonly rpc: string; readonly config: ChainConfig }[]
  readonly options: VerifyOptions
  readonly executor: Omit<ExecutorOptions, 'config'>
  readonly limits: Partial<RpcLimits>
}

export interface WorkerHandlers {
  readonly [name: string]: (argument: never) => unknown
  readonly verify: (job: { readonly rollup: number; readonly number: bigint }) => Promise<Verdict>
  readonly close: (argument: undefined) => void
}

const data = workerData as WorkerData
/** Milliseconds after which a method that an RPC did not have is asked for again: it may have been upgraded. */
const FORGET_REFUSALS = 600_000
const opened = new Map<number, ForeignRollup>()

/** An instance of the program a rollup, made when its first block comes. */
function rollup(index: number): ForeignRollup {
  const known = opened.get(index)
  if (known !== undefined) return known
  const { rpc, config } = data.rollups[index] as WorkerData['rollups'][number]
  const made: ForeignRollup = {
    config,
    rpc: createRpcClient(rpc, data.limits),
    executor: createExecutor({ config, ...data.executor }),
    capabilities: { refused: new Set() },
  }
  opened.set(index, made)
  return made
}

setInterval(() => {
  for (const { capabilities } of opened.values()) capabilities.refused.clear()
}, FORGET_REFUSALS).unref()

const handlers: WorkerHandlers = {
  async verify({ rollup: index, number }) {
    const verdict = await verifyForeignBlock(rollup(index), number, data.options)
    // The program's memory never shrinks: a block that went to the limits shall not cost it for good.
    if (verdict.problem?.code === 'LIMIT') opened.delete(index)
    return verdict
  },
  close() {
    for (const { rpc } of opened.values()) rpc.close()
  },
}

if (parentPort === null) throw new Error('this is a thread of follow/service.ts')
serve(parentPort, handlers)
