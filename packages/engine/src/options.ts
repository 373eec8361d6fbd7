import { availableParallelism } from 'node:os'
import type { Genesis } from '@altlayer/protocol'
import { EngineError } from './errors.ts'
import { DEFAULT_POOL_LIMITS, type PoolLimits } from './pool/types.ts'

export interface EngineOptions {
  /** The chain: its config, its first header, its allocation; `parseGenesis` reads it from a file. */
  readonly genesis: Genesis
  /** Directory of the database and the pool's journal; made when missing. One engine at a time uses it. */
  readonly dataDir: string
  /** Pool settings; geth's defaults. */
  readonly pool?: Partial<PoolLimits>
  /** Milliseconds between two looks into the pool while a block is open. Default 200. */
  readonly slotTime?: number
  /** Milliseconds that sealing waits at most for what has come since the last look into the pool. Default 50. */
  readonly lastLook?: number
  /** Milliseconds a call, trace or simulation may take unless it says otherwise. Default 5000. */
  readonly callTimeout?: number
  /** Threads for calls, traces, proofs. Default: the processors less one, 2 to 4. */
  readonly callWorkers?: number
  /** Calls that may wait for a thread before more are refused as `busy`. Default 1024. */
  readonly callQueue?: number
  /** Threads that recover senders. Default: half the processors, 1 to 4. */
  readonly senderWorkers?: number
  /** Run transactions of a chain that is thrown away, soon after the start. Default false. */
  readonly warmUp?: boolean
  /** Hears of what an operator should know: a journal's torn end, a call thread replaced. */
  readonly log?: (level: 'info' | 'warn' | 'error', message: string) => void
}

/** Options with every default filled in. */
export type ResolvedOptions = Omit<Required<EngineOptions>, 'pool'> & { readonly pool: PoolLimits }

/** Fills in defaults and checks ranges. Throws EngineError `invalid` naming the option. */
export function resolveOptions(options: EngineOptions): ResolvedOptions {
  const processors = availableParallelism()
  const resolved: ResolvedOptions = {
    genesis: options.genesis,
    dataDir: options.dataDir,
    pool: { ...DEFAULT_POOL_LIMITS, ...options.pool },
    slotTime: options.slotTime ?? 200,
    lastLook: options.lastLook ?? 50,
    callTimeout: options.callTimeout ?? 5000,
    callWorkers: options.callWorkers ?? Math.min(4, Math.max(2, processors - 1)),
    callQueue: options.callQueue ?? 1024,
    senderWorkers: options.senderWorkers ?? Math.min(4, Math.max(1, processors >> 1)),
    warmUp: options.warmUp ?? false,
    log: options.log ?? (() => {}),
  }
  if (typeof options.dataDir !== 'string' || options.dataDir.length === 0)
    throw new EngineError('invalid', 'dataDir: expected a path, got nothing')
  checkRange('slotTime', resolved.slotTime, 1, 60_000)
  checkRange('lastLook', resolved.lastLook, 1, 60_000)
  checkRange('callTimeout', resolved.callTimeout, 1, 3_600_000)
  checkRange('callWorkers', resolved.callWorkers, 1, 64)
  checkRange('callQueue', resolved.callQueue, 1, 1_000_000)
  checkRange('senderWorkers', resolved.senderWorkers, 1, 64)
  for (const name of ['accountSlots', 'globalSlots', 'accountQueue', 'globalQueue'] as const)
    checkRange(`pool.${name}`, resolved.pool[name], 1, 10_000_000)
  checkRange('pool.lifetime', resolved.pool.lifetime, 1, Number.MAX_SAFE_INTEGER)
  return resolved
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new EngineError(
      'invalid',
      `${name}: expected an integer from ${least} to ${most}, got ${value}`,
    )
}
