import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const require = createRequire(import.meta.url)

export interface Anvil {
  readonly port: number
  close(): Promise<void>
}

/** An anvil process on a free port, for comparisons. */
export async function startAnvil(args: readonly string[] = []): Promise<Anvil> {
  const child = spawn(anvilPath(), ['--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`anvil ended with code ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const listening = /Listening on .*:(\d+)/.exec(line)
      if (listening) resolve(Number(listening[1]))
    })
  })
  return {
    port,
    async close() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** The program itself, not npm's launcher: signals must reach it. */
function anvilPath(): string {
  const processor = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${process.platform}-${processor}`
  const launcher = createRequire(require.resolve('@foundry-rs/anvil/package.json'))
  return join(launcher.resolve(`${name}/package.json`), '..', 'bin', 'anvil')
}
