import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Address, Hex } from 'viem'
import { freePort } from '../../../launch/test/free-port.ts'
import { binary } from './process.ts'

/** What `altlayer up --json` prints when it is ready. */
export interface ReadyInfo {
  readonly dataDir: string
  readonly l1: { readonly url: string; readonly chainId: number }
  readonly l2: { readonly url: string; readonly webSocketUrl: string; readonly chainId: number }
  readonly accounts: readonly { readonly address: Address; readonly privateKey: Hex }[]
  readonly addresses: Readonly<Record<string, Address>>
  readonly roleKeys: Readonly<Record<string, Hex>>
}

export interface Network extends ReadyInfo {
  readonly process: ChildProcess & { readonly pid: number }
  /** What it said on standard error so far. */
  output(): string
  /** Sends a signal, waits for the end, returns the exit code (null when a signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/**
 * Starts `altlayer up` as a process of its own on free ports and waits until it says that it is
 * ready.
 */
export async function startNetwork(
  dataDir: string,
  more: readonly string[] = [],
): Promise<Network> {
  const ports = ['--l1-port', String(await freePort()), '--l2-port', String(await freePort())]
  const args = ['up', '--json', '--data-dir', dataDir, ...ports, ...more]
  const child = spawn(process.execPath, [binary, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  }) as ChildProcess & { readonly pid: number }
  let stderr = ''
  let stdout = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ready = new Promise<ReadyInfo>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const end = stdout.indexOf('\n')
      if (end >= 0) resolve(JSON.parse(stdout.slice(0, end)) as ReadyInfo)
    })
    child.once('close', (code) => {
      reject(new Error(`altlayer up ended with exit code ${code}:\n${stderr}`))
    })
  })
  const info = await ready
  return {
    ...info,
    process: child,
    output: () => stderr,
    async stop(signal = 'SIGINT') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      child.kill(signal)
      const [code] = (await once(child, 'close')) as [number | null]
      return code
    },
  }
}
