import { type ChildProcess, spawn } from 'node:child_process'

export interface RunResult {
  readonly code: number
  readonly output: string
}

export interface RunOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  /** Keeps the output to itself. */
  readonly quiet?: boolean
  /** Milliseconds after which the command is ended, with what it started. Default: half an hour. */
  readonly limit?: number
}

const LIMIT = 30 * 60_000

/** Each leads a process group, which ends with it where it has to be ended. */
const running = new Set<ChildProcess>()

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

// A terminal's Ctrl-C reaches our group alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    for (const child of running) kill(child)
    process.exit(1)
  })

/**
 * Runs a command, keeping its output and, unless it is to be quiet, passing it through. A signal counts as exit code
 * 1, and so does a command that is not over in time, which its output says.
 */
export function run(
  command: string,
  args: readonly string[],
  { quiet = false, limit = LIMIT, ...options }: RunOptions,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    running.add(child)
    const chunks: string[] = []
    const take = (text: string, sink: NodeJS.WriteStream) => {
      chunks.push(text)
      if (!quiet) sink.write(text)
    }
    const timer = setTimeout(() => {
      const what = args.at(-1) ?? command
      take(`\n✖ ${what} is not over after ${limit / 1_000} s: ended\n`, process.stderr)
      kill(child)
    }, limit)
    for (const [stream, sink] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const)
      stream.setEncoding('utf8').on('data', (text: string) => take(text, sink))
    const over = () => {
      clearTimeout(timer)
      running.delete(child)
    }
    child.on('error', (error) => {
      over()
      reject(error)
    })
    child.on('close', (code) => {
      over()
      resolve({ code: code ?? 1, output: chunks.join('') })
    })
  })
}

/** Does something with each item, `width` at a time, in order. */
export async function each<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
