import type { ChainConfig } from '@altlayer/protocol'
import {
  createExecutor,
  createRpcClient,
  type FollowService,
  startFollowing,
  verifyForeignBlock,
} from '../../src/index.ts'

// The process whose memory is watched.

interface Served {
  readonly url: string
  readonly config: ChainConfig
}

export interface SoakTask {
  readonly rollups: readonly Served[]
  /** Real blocks that are verified again and again. */
  readonly real: readonly (Served & { readonly number: bigint })[]
  /** Blocks to follow, of each rollup. */
  readonly blocks: number
}

export interface Reading {
  readonly followed: number
  readonly real: number
  /** Bytes. */
  readonly rss: number
  readonly heap: number
}

/** Caches that are full within the warm-up: what grows after it is no cache. */
const SMALL = { nodeCacheBytes: 2 << 20, codeCacheBytes: 4 << 20 } as const
/** Blocks between two readings. */
const EVERY = 200

process.once('message', (task: SoakTask) => void run(task))

async function run({ rollups, real, blocks }: SoakTask): Promise<void> {
  let followed = 0
  let verified = 0
  const done = Promise.withResolvers<void>()
  const service: FollowService = startFollowing({
    rollups: rollups.map(({ url, config }) => ({
      rpc: url,
      rules: { config, name: `chain ${config.chainId}`, from: 'the soak' },
      from: 1n,
    })),
    workers: 1,
    executor: SMALL,
    onEvent(_, event) {
      if (event.type !== 'block') return
      const { status, problem } = event.verdict
      if (status !== 'valid') return done.reject(new Error(problem?.message))
      followed++
      if (followed % EVERY === 0) tell({ followed, real: verified })
      if (followed === blocks * rollups.length) done.resolve()
    },
  })
  let going = true
  const repeated = (async () => {
    const open = real.map(({ url, config, number }) => ({
      number,
      rollup: {
        config,
        rpc: createRpcClient(url),
        executor: createExecutor({ config, ...SMALL }),
        capabilities: { refused: new Set<string>() },
      },
    }))
    while (going)
      for (const { rollup, number } of open) {
        rollup.executor.clear()
        const { status, problem } = await verifyForeignBlock(rollup, number)
        if (status !== 'valid') throw new Error(problem?.message)
        verified++
      }
  })()
  await Promise.race([done.promise, repeated])
  going = false
  await repeated
  await service.close()
  process.disconnect()
}

function tell(counts: Pick<Reading, 'followed' | 'real'>): void {
  const { rss, heapUsed } = process.memoryUsage()
  process.send?.({ ...counts, rss, heap: heapUsed } satisfies Reading)
}
