import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DEV_MNEMONIC, FUNDED_ACCOUNTS } from '../accounts.ts'
import { rpc } from '../l1/rpc.ts'
import { anvilPath, startKept } from './process.ts'
import { keepOlder, type RestoredState, restoreState, stateFiles } from './state.ts'

export interface AnvilOptions {
  /** Holds the chain's state and the log. Created when missing. */
  readonly folder: string
  /** TCP port on 127.0.0.1; 0 picks a free one. */
  readonly port: number
  readonly chainId: number
  /** Seconds between blocks. */
  readonly blockTime: number
  /** Seconds between writes of the state. Default 10. */
  readonly stateInterval?: number
  /** Hears the process group of the started program, so that it can be ended if we are killed. */
  readonly onProcess?: (pid: number) => void
  readonly signal?: AbortSignal
}

export interface Anvil {
  readonly url: string
  readonly port: number
  /** The chain continued from an older dump than the last: its later blocks are gone. */
  readonly rolledBackTo?: Date
  /** Mines a block at once, beside the regular ones. */
  mine(): Promise<void>
  /** Resolves when it has ended, asked or not; `output` is the end of its log. */
  readonly exited: Promise<{ readonly code: number | null; readonly output: string }>
  /** Lets it write its state and end. Idempotent. */
  stop(): Promise<void>
}

/** Another program listens on the port. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError'
  readonly port: number
  constructor(port: number, cause: unknown) {
    super(`port ${port} on 127.0.0.1 is taken by another program`, { cause })
    this.port = port
  }
}

/** Anvil ended or stayed silent instead of serving. */
export class AnvilStartError extends Error {
  override readonly name = 'AnvilStartError'
}

/** Longest time from start to the first answer; loading a large state is slow. */
const START_TIMEOUT = 120_000
/** Longest time to write the state at the end before it is killed, which loses what came since the last dump. */
const STOP_TIMEOUT = 60_000

/** Free ports that are tried where any will do: another program may take one before anvil does. */
const ATTEMPTS = 5

/** Blocks that a transaction must not exceed; today's Ethereum limit. */
const GAS_LIMIT = 60_000_000
/** Every so many dumps of the state one is kept as the older one. */
const COPY_EVERY = 6
/** Finalized is this many blocks behind safe, and safe behind latest: short, a local network never forks. */
const SLOTS_IN_EPOCH = 2

/**
 * Starts anvil with Prague rules on 127.0.0.1, continuing the chain that `folder` holds, and waits until
 * it answers. Throws PortTakenError, AnvilStartError, DamagedStateError, AnvilMissingError.
 */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  options.signal?.throwIfAborted()
  mkdirSync(options.folder, { recursive: true })
  const restored = restoreState(stateFiles(options.folder))
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(options.port)
    try {
      return await startAt(port, restored, options)
    } catch (error) {
      const another = error instanceof PortTakenError && options.port === 0 && attempt < ATTEMPTS
      if (!another) throw error
    }
  }
}

async function startAt(
  port: number,
  restored: RestoredState,
  options: AnvilOptions,
): Promise<Anvil> {
  const files = stateFiles(options.folder)
  const { stateInterval = 10 } = options
  const logPath = join(options.folder, 'anvil.log')
  const kept = startKept(
    anvilPath(),
    [
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...['--chain-id', String(options.chainId), '--hardfork', 'prague'],
      ...['--mnemonic', DEV_MNEMONIC, '--accounts', String(FUNDED_ACCOUNTS)],
      ...['--block-time', String(options.blockTime), '--gas-limit', String(GAS_LIMIT)],
      ...['--slots-in-an-epoch', String(SLOTS_IN_EPOCH)],
      // No cache outside of our folder.
      ...['--max-persisted-states', '0'],
      ...(restored.path ? ['--load-state', restored.path] : []),
      ...['--dump-state', files.dump, '--state-interval', String(stateInterval)],
      '--quiet',
    ],
    logPath,
  )
  if (kept.pid !== undefined) options.onProcess?.(kept.pid)
  const exited = kept.exited.then(({ code }) => ({ code, output: logTail(logPath) }))
  const keeping = setInterval(() => void keepOlder(files), stateInterval * 1_000 * COPY_EVERY)
  exited.catch(() => undefined).finally(() => clearInterval(keeping))
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= stopWithin(kept, STOP_TIMEOUT)
    return stopped
  }
  const url = urlOf(port)
  try {
    await untilReady(port, options, exited)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    port,
    ...(restored.rolledBackTo && { rolledBackTo: restored.rolledBackTo }),
    mine: async () => {
      await rpc(url, 'evm_mine', [])
    },
    exited,
    stop,
  }
}

const urlOf = (port: number) => `http://127.0.0.1:${port}`

/** The port, or a free one for 0. Throws PortTakenError. */
async function freePort(port: number): Promise<number> {
  const server = createServer()
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', (error) => {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        reject(taken ? new PortTakenError(port, error) : error)
      })
      server.listen(port, '127.0.0.1', () => {
        const address = server.address()
        if (address === null || typeof address === 'string') reject(new Error('no TCP address'))
        else resolve(address.port)
      })
    })
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
}

async function untilReady(
  port: number,
  options: AnvilOptions,
  exited: Anvil['exited'],
): Promise<void> {
  const url = urlOf(port)
  let ended: { code: number | null; output: string } | undefined
  exited.then(
    (end) => {
      ended = end
    },
    () => undefined,
  )
  const deadline = performance.now() + START_TIMEOUT
  for (;;) {
    options.signal?.throwIfAborted()
    if (ended !== undefined) {
      const error = new AnvilStartError(`anvil ended with code ${ended.code}: ${ended.output}`)
      throw /address already in use/i.test(ended.output) ? new PortTakenError(port, error) : error
    }
    const chainId = await rpc<string>(url, 'eth_chainId', [], 1_000).catch(() => undefined)
    if (chainId !== undefined) {
      if (Number(chainId) === options.chainId) return
      throw new AnvilStartError(
        `expected chain ${options.chainId} at ${url}, another program answers with ${chainId}`,
      )
    }
    if (performance.now() > deadline)
      throw new AnvilStartError(`anvil did not answer within ${START_TIMEOUT / 1_000} s`)
    await sleep(20)
  }
}

async function stopWithin(
  kept: { exited: Promise<unknown>; stop(): void; kill(): void },
  milliseconds: number,
): Promise<void> {
  kept.stop()
  const timer = setTimeout(() => kept.kill(), milliseconds)
  await kept.exited.catch(() => undefined)
  clearTimeout(timer)
}

function logTail(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().slice(-2_000) : ''
}
