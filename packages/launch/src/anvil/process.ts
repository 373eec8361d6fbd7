import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

/** npm carries no anvil for this platform, or its optional package was not installed. */
export class AnvilMissingError extends Error {
  override readonly name = 'AnvilMissingError'
}

/** Path of npm's anvil program itself, not of its launcher: signals must reach it. */
export function anvilPath(): string {
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const program = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  try {
    return join(require.resolve(`${name}/package.json`), '..', 'bin', program)
  } catch (cause) {
    throw new AnvilMissingError(`${name} is not installed: run "npm ci"`, { cause })
  }
}

// Keeps the program beside a reader of standard input: when our end of the pipe closes, because we
// closed it or because we died in whatever way, the program gets SIGTERM. So it outlives us by no
// more than it takes to write its state. SIGTERM to the keeper does the same; a trapped signal ends
// `wait`, so it waits until the program is gone.
const KEEPER = `
"$@" </dev/null 3<&- & child=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM
{ cat <&3 >/dev/null; kill -TERM "$child" 2>/dev/null; } & watcher=$!
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
kill "$watcher" 2>/dev/null
exit "$code"
`

/** A program that ends when we do. */
export interface KeptProcess {
  /** Leader of the process group that ends with the program; undefined when it did not start. */
  readonly pid: number | undefined
  /** Resolves once it has ended. */
  readonly exited: Promise<{ readonly code: number | null }>
  /** Asks it to end. Idempotent. */
  stop(): void
  /** Ends it at once, with what it holds. */
  kill(): void
}

/**
 * Starts a program in a process group of its own (a terminal's Ctrl-C does not reach it) that never
 * outlives this process. Standard output and error go to a file.
 */
export function startKept(
  program: string,
  args: readonly string[],
  outputPath: string,
): KeptProcess {
  const output = openSync(outputPath, 'w')
  // The pipe is descriptor 3, as shells give background jobs an empty standard input.
  const child: ChildProcess = spawn('/bin/sh', ['-c', KEEPER, 'keeper', program, ...args], {
    stdio: ['ignore', output, output, 'pipe'],
    detached: true,
  })
  closeSync(output)
  const pipe = child.stdio[3]
  const exited = new Promise<{ code: number | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      pipe?.destroy()
      resolve({ code })
    })
  })
  // A failure to start is seen by whoever awaits `exited`.
  exited.catch(() => undefined)
  return {
    pid: child.pid,
    exited,
    stop: () => pipe?.destroy(),
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid)
    },
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
