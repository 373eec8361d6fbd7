import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Address } from '@altlayer/protocol'
import { undoAtEnd } from './undo.ts'

/** What `altlayer up --json` prints when it is ready, as far as it is used here. */
export interface Ready {
  readonly l1: { readonly url: string; readonly chainId: number }
  readonly l2: { readonly url: string; readonly chainId: number }
  readonly addresses: Readonly<Record<string, Address>>
}

/** A local network of our own, as a process. */
export interface Network {
  readonly ready: Ready
  readonly process: ChildProcess
  readonly secondsToReady: number
  /** Seconds from the start until ALT and restaking stand; of a network that has them. */
  readonly secondsToRestaking: Promise<number>
  stop(): Promise<void>
}

const cli = join(import.meta.dirname, '../../packages/cli/src/main.ts')

/**
 * Runs `altlayer up` on free ports until it is ready, without ALT and restaking, which would take the
 * processor from what is measured. Throws with what it printed when it ends before.
 */
export async function startNetwork(dataDir: string, restaking = false): Promise<Network> {
  const [l1Port, l2Port] = [await freePort(), await freePort()]
  const args = ['--l1-port', `${l1Port}`, '--l2-port', `${l2Port}`, '--data-dir', dataDir, '--json']
  if (!restaking) args.push('--no-restaking')
  const start = performance.now()
  const child = spawn(process.execPath, [cli, 'up', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const stop = undoAtEnd(() => endProcess(child, 'SIGINT'))
  try {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const ready = JSON.parse(await nextLine(child, lines)) as Ready
    const since = () => (performance.now() - start) / 1000
    const secondsToReady = since()
    const secondsToRestaking = nextLine(child, lines).then(since)
    // Most networks end without it.
    secondsToRestaking.catch(() => undefined)
    return { ready, process: child, secondsToReady, secondsToRestaking, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function nextLine(child: ChildProcess, lines: Interface): Promise<string> {
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors = (errors + text).slice(-4000)
  })
  return Promise.race([
    once(lines, 'line').then(([text]) => text as string),
    once(child, 'exit').then(([code]) => {
      throw new Error(`altlayer up ended with ${code}:\n${errors}`)
    }),
  ])
}

/** Sends a signal and waits for the end; does nothing to a process that has ended. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

/** A directory for the time of a benchmark. Remove it when whatever writes there has ended. */
export async function temporaryDirectory(): Promise<{
  readonly path: string
  remove(): Promise<void>
}> {
  const path = await mkdtemp(join(tmpdir(), 'altlayer-bench-'))
  return { path, remove: undoAtEnd(() => rm(path, { recursive: true, force: true })) }
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
