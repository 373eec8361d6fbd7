import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
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

/** What it prints next, of ALT and restaking. */
export interface RestakingInfo {
  readonly ready: boolean
  readonly epoch: number
  readonly operator: Address
  readonly l1: {
    readonly contracts: Readonly<Record<string, Address>>
    readonly vaults: readonly { readonly asset: Address | 'ALT'; readonly address: Address }[]
  }
  readonly l2: { readonly contracts: Readonly<Record<string, Address>> }
}

export interface Network extends ReadyInfo {
  readonly process: ChildProcess & { readonly pid: number }
  /** Of a network that was started with ALT and restaking: resolves when they stand, or failed. */
  readonly restaking: Promise<RestakingInfo>
  /** What it said on standard error so far. */
  output(): string
  /** Sends a signal, waits for the end, returns the exit code (null when a signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/**
 * Starts `altlayer up` as a process of its own on free ports and waits until it says that it is
 * ready. ALT and restaking take processor time: only where they are asked for.
 */
export async function startNetwork(
  dataDir: string,
  more: readonly string[] = [],
  restaking = false,
): Promise<Network> {
  const ports = ['--l1-port', String(await freePort()), '--l2-port', String(await freePort())]
  const args = ['up', '--json', '--data-dir', dataDir, ...ports, ...more]
  if (!restaking) args.push('--no-restaking')
  const child = spawn(process.execPath, [binary, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  }) as ChildProcess & { readonly pid: number }
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const next = new Map<string, (line: Record<string, unknown>) => void>()
  lines.on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>
    next.get('restaking' in line ? 'restaking' : 'ready')?.(line)
  })
  const said = <T>(name: string) =>
    new Promise<T>((resolve, reject) => {
      next.set(name, (line) => resolve(line as T))
      child.once('close', (code) => {
        reject(new Error(`altlayer up ended with exit code ${code}:\n${stderr}`))
      })
    })
  const restaked = said<{ readonly restaking: RestakingInfo }>('restaking').then(
    (line) => line.restaking,
  )
  // Most networks end without it.
  restaked.catch(() => undefined)
  const info = await said<ReadyInfo>('ready')
  return {
    ...info,
    process: child,
    restaking: restaked,
    output: () => stderr,
    async stop(signal = 'SIGINT') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      child.kill(signal)
      const [code] = (await once(child, 'close')) as [number | null]
      return code
    },
  }
}
