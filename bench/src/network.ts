import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Address } from '@altlayer/protocol'

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
  stop(): Promise<void>
}

const cli = join(import.meta.dirname, '../../packages/cli/src/main.ts')

/** Runs `altlayer up` on free ports until it is ready. Throws with what it printed when it ends before. */
export async function startNetwork(dataDir: string): Promise<Network> {
  const [l1Port, l2Port] = [await freePort(), await freePort()]
  const args = ['--l1-port', `${l1Port}`, '--l2-port', `${l2Port}`, '--data-dir', dataDir, '--json']
  const start = performance.now()
  const child = spawn(process.execPath, [cli, 'up', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    const ready = JSON.parse(await firstLine(child)) as Ready
    const secondsToReady = (performance.now() - start) / 1000
    return { ready, process: child, secondsToReady, stop: () => endProcess(child, 'SIGINT') }
  } catch (error) {
    await endProcess(child, 'SIGINT')
    throw error
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors = (errors + text).slice(-4000)
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => text as string),
    once(child, 'exit').then(([code]) => {
      throw new Error(`altlayer up ended with ${code}:\n${errors}`)
    }),
  ])
  lines.close()
  // Nobody reads further lines: let them go.
  child.stdout?.resume()
  return line
}

/** Sends a signal and waits for the end; does nothing to a process that has ended. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
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
