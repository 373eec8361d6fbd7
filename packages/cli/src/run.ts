import { readFileSync } from 'node:fs'
import { type Command, UsageError } from './command.ts'
import { closest, commandHelp, overview } from './help.ts'

/** Where the command line writes; the process's own streams outside tests. */
export interface Output {
  out(line: string): void
  error(line: string): void
}

/**
 * Runs one command line.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage.
 */
export async function run(
  commands: readonly Command[],
  argv: readonly string[],
  output: Output,
): Promise<number> {
  const [name, ...args] = argv
  if (name === undefined) {
    output.error(overview(commands))
    return 2
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    return help(commands, args, output)
  }
  if (name === '--version' || name === '-v') {
    output.out(version())
    return 0
  }
  const command = commands.find((candidate) => candidate.name === name)
  if (!command) return unknownCommand(commands, name, output)
  if (asksForHelp(args)) {
    output.out(commandHelp(command))
    return 0
  }
  return runCommand(command, args, output)
}

async function runCommand(
  command: Command,
  args: readonly string[],
  output: Output,
): Promise<number> {
  try {
    return await command.run(args)
  } catch (error) {
    if (error instanceof UsageError) {
      output.error(`altlayer ${command.name}: ${withSuggestion(error.message, command)}`)
      output.error(`Run \`altlayer ${command.name} --help\` for its options and an example.`)
      return 2
    }
    output.error(`altlayer ${command.name}: ${describe(error)}`)
    return 1
  }
}

function help(commands: readonly Command[], args: readonly string[], output: Output): number {
  const topic = args[0]
  if (topic === undefined) {
    output.out(overview(commands))
    return 0
  }
  const command = commands.find((candidate) => candidate.name === topic)
  if (!command) return unknownCommand(commands, topic, output)
  output.out(commandHelp(command))
  return 0
}

function unknownCommand(commands: readonly Command[], name: string, output: Output): number {
  const kind = name.startsWith('-') ? 'option' : 'command'
  const known =
    kind === 'option' ? ['--help', '--version'] : commands.map((command) => command.name)
  const guess = closest(name, known)
  output.error(`altlayer: unknown ${kind} '${name}'${guess ? `; did you mean '${guess}'?` : ''}`)
  output.error('Run `altlayer --help` for the list of commands.')
  return 2
}

/** `--help` counts until `--`, which ends the options. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  const options = end < 0 ? args : args.slice(0, end)
  return options.includes('--help') || options.includes('-h')
}

function withSuggestion(message: string, command: Command): string {
  const unknown = /^Unknown option '--([^']+)'/.exec(message)?.[1]
  const guess = unknown && closest(unknown, Object.keys(command.options))
  return guess ? `${message}; did you mean '--${guess}'?` : message
}

/**
 * What a user can act on is said by its message: our errors have names of their own, the system's a
 * system call. Anything else is a fault of ours: where it happened matters.
 */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `failed: ${String(error)}`
  if ('shortMessage' in error && typeof error.shortMessage === 'string')
    return withDetails(error.shortMessage, error)
  const foreseen = !faults.has(error.name) || 'syscall' in error
  return foreseen ? error.message : `failed: ${error.stack ?? `${error.name}: ${error.message}`}`
}

/** viem's errors: their whole message repeats the request, with the URL that may hold a key. */
function withDetails(shortMessage: string, error: Error): string {
  const { details } = error as { readonly details?: unknown }
  const adds = typeof details === 'string' && details !== '' && !shortMessage.includes(details)
  return adds ? `${shortMessage} ${details}` : shortMessage
}

const faults: ReadonlySet<string> = new Set([
  'Error',
  'AssertionError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
])

function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  const { version } = manifest as { version: string }
  return `altlayer ${version} (node ${process.version}, ${process.platform}-${process.arch})`
}
