import { spawn } from 'node:child_process'

export interface RunResult {
  readonly code: number
  readonly output: string
}

/** Runs a command, keeping its output and, unless it is to be quiet, passing it through. A signal counts as exit code 1. */
export function run(
  command: string,
  args: readonly string[],
  {
    quiet = false,
    ...options
  }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly quiet?: boolean },
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: string[] = []
    for (const [stream, sink] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        chunks.push(text)
        if (!quiet) sink.write(text)
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output: chunks.join('') }))
  })
}
