import { join } from 'node:path'
import type { Address, Hash, Hex } from '@altlayer/protocol'
import { eventually } from '../../../../launch/test/eventually.ts'
import { freePort } from '../../../../launch/test/free-port.ts'
import { rpc } from './json-rpc.ts'
import { startProcess, type TestProcess } from './processes.ts'

export interface L1Ref {
  readonly hash: Hash
  readonly number: number
  readonly timestamp: number
}

export interface L2Ref {
  readonly hash: Hash
  readonly number: number
  readonly parentHash: Hash
  readonly timestamp: number
  readonly l1origin: { readonly hash: Hash; readonly number: number }
  readonly sequenceNumber: number
}

/** What `optimism_syncStatus` tells, as far as tests look at it. */
export interface SyncStatus {
  readonly current_l1: L1Ref
  readonly head_l1: L1Ref
  readonly finalized_l1: L1Ref
  readonly unsafe_l2: L2Ref
  readonly safe_l2: L2Ref
  readonly finalized_l2: L2Ref
}

export interface L2BlockJson {
  readonly number: Hex
  readonly hash: Hash
  readonly timestamp: Hex
  readonly transactions: readonly Hash[]
}

export interface RollupNodeOptions {
  readonly name: string
  readonly l1Url: string
  readonly configPath: string
  /** The node's data are below it, by its name. */
  readonly folder: string
  readonly beaconUrls?: readonly string[]
  readonly sequencer?: {
    /** Posts batches; undefined: the test does, or nobody. */
    readonly batcherKey?: Hex
    /** More options; those of the same name as the others here take their place. */
    readonly args?: readonly string[]
  }
}

/** `altlayer node` as a process. */
export interface TestNode {
  readonly name: string
  readonly url: string
  readonly isSequencer: boolean
  process(): TestProcess
  /** Everything said since its first start. */
  log(): string
  status(): Promise<SyncStatus>
  block(ref: number | Hash | 'latest' | 'safe' | 'finalized'): Promise<L2BlockJson | undefined>
  /** Wei, in the safe block. */
  balance(address: Address): Promise<bigint>
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on its data, which may have been removed. */
  start(): Promise<void>
}

// Not bin/altlayer.js: what that starts would survive a SIGKILL.
const cli = join(import.meta.dirname, '../../../../cli/src/main.ts')

/** L1 blocks come every second. */
const BATCHER = [
  ...['--data-availability-type', 'calldata', '--max-channel-duration', '2'],
  ...['--poll-interval', '100', '--resubmission-timeout', '6', '--sub-safety-margin', '4'],
]

export async function startNode(options: RollupNodeOptions): Promise<TestNode> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { sequencer, beaconUrls = [] } = options
  let before = ''
  let running: TestProcess

  async function start(): Promise<void> {
    if (running !== undefined) before += `${running.output()}\n--- ${options.name} restarts\n`
    running = startProcess(
      process.execPath,
      [
        ...[cli, 'node', '--l1', options.l1Url, '--config', options.configPath],
        ...['--data-dir', join(options.folder, options.name), '--port', String(port)],
        ...['--l1-poll-interval', '100', '--verbose', '--p2p.disable'],
        ...beaconUrls.flatMap((beacon) => ['--beacon', beacon]),
        ...(sequencer ? ['--sequencer', ...BATCHER, ...(sequencer.args ?? [])] : []),
      ],
      {
        ...process.env,
        ...(sequencer?.batcherKey && { ALTLAYER_BATCHER_KEY: sequencer.batcherKey }),
      },
    )
    const state = await eventually(
      `${options.name} listens`,
      () => {
        if (!running.running()) return 'ended'
        return running.output().includes('node listens on') && 'listens'
      },
      () => running.output(),
    )
    if (state === 'ended') throw new Error(`${options.name} ended:\n${running.output()}`)
  }

  await start()
  return {
    name: options.name,
    url,
    isSequencer: sequencer !== undefined,
    process: () => running,
    log: () => before + running.output(),
    status: () => rpc(url, 'optimism_syncStatus'),
    async block(ref) {
      const byHash = typeof ref === 'string' && ref.startsWith('0x')
      const method = byHash ? 'eth_getBlockByHash' : 'eth_getBlockByNumber'
      const name = typeof ref === 'number' ? `0x${ref.toString(16)}` : ref
      return (await rpc<L2BlockJson | null>(url, method, [name, false])) ?? undefined
    },
    balance: async (address) => BigInt(await rpc<Hex>(url, 'eth_getBalance', [address, 'safe'])),
    stop: (signal = 'SIGTERM') => running.signal(signal),
    start,
  }
}
