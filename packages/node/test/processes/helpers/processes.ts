import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A child process of a test, with all that it said. */
export interface TestProcess {
  readonly pid: number
  output(): string
  running(): boolean
  /** Sends a signal; resolves when the process has ended, unless the signal only stops or continues it. */
  signal(name: NodeJS.Signals): Promise<void>
}

const children = new Set<ChildProcess>()
// A test that was killed leaves nothing behind.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** What is kept of a process's output, characters. */
const OUTPUT_MAX = 400_000

export function startProcess(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): TestProcess {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_MAX)
    })
  const closed = once(child, 'close').then(() => {
    children.delete(child)
  })
  const running = () => child.exitCode === null && child.signalCode === null
  return {
    pid: child.pid ?? 0,
    output: () => output,
    running,
    async signal(name) {
      if (!running()) return
      child.kill(name)
      if (name === 'SIGSTOP' || name === 'SIGCONT') return
      // A stopped process does not see what would end it.
      if (name !== 'SIGKILL') child.kill('SIGCONT')
      await closed
    },
  }
}
