import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commands } from '../../src/commands/index.ts'
import { run as runCommandLine } from '../../src/run.ts'

export const binary = join(import.meta.dirname, '../../bin/altlayer.js')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finished> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Runs `altlayer`, by default with the Node.js that runs the tests. */
export function altlayer(args: readonly string[], node = process.execPath): Promise<Finished> {
  return run(node, [binary, ...args])
}

/** Runs a command line in this process: for commands that print and return. One at a time. */
export async function altlayerHere(args: readonly string[]): Promise<Finished> {
  const lines: { readonly out: string[]; readonly error: string[] } = { out: [], error: [] }
  const { log } = console
  console.log = (line: unknown) => void lines.out.push(String(line))
  try {
    const code = await runCommandLine(commands, args, {
      out: (line) => lines.out.push(line),
      error: (line) => lines.error.push(line),
    })
    return { code, stdout: lines.out.join('\n'), stderr: lines.error.join('\n') }
  } finally {
    console.log = log
  }
}

/** A process in a group of its own that does nothing until it is told to end. */
export async function idleProcess(): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  await once(child.stdout, 'data')
  if (child.pid === undefined) throw new Error('the idle process did not start')
  return child as ChildProcess & { readonly pid: number }
}

export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly name: string
}

/** Every process below a process, children before grandchildren. */
export function descendants(pid: number): readonly ProcessEntry[] {
  const all = existsSync('/proc/self/stat') ? processesByProc() : processesByPs()
  const found: ProcessEntry[] = []
  for (let level = [pid]; level.length > 0; ) {
    const children = all.filter(({ parent }) => level.includes(parent))
    found.push(...children)
    level = children.map((child) => child.pid)
  }
  return found
}

function processesByProc(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const end = stat.lastIndexOf(')')
        const [, parent] = stat.slice(end + 2).split(' ')
        return [
          {
            pid: Number(name),
            parent: Number(parent),
            name: stat.slice(stat.indexOf('(') + 1, end),
          },
        ]
      } catch {
        // It ended meanwhile.
        return []
      }
    })
}

function processesByPs(): ProcessEntry[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, path] = line.trim().split(/\s+/)
    return path
      ? [{ pid: Number(pid), parent: Number(parent), name: path.split('/').at(-1) ?? '' }]
      : []
  })
}
