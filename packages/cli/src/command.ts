import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { closest } from './help.ts'

/** One option of a command; `value` names its argument in the help, without it the option is a flag. */
export interface OptionSpec {
  readonly summary: string
  readonly value?: string
  readonly short?: string
  readonly multiple?: boolean
  /** Shown in the help; the command itself applies it. */
  readonly default?: string
}

export type OptionTable = Readonly<Record<string, OptionSpec>>

/**
 * One `altlayer` command. A file of `src/commands` exports one, `src/commands/index.ts` lists it.
 * Keep such a file light (heavy packages are imported inside `run`): `altlayer --help` loads all.
 */
export interface Command {
  readonly name: string
  /** One line, for the list of commands. */
  readonly summary: string
  /** What follows the name: `[options] PATH...` */
  readonly usage: string
  readonly options: OptionTable
  /** A command line that works as it stands. */
  readonly example: string
  /** More for `--help`: paragraphs, already wrapped. */
  readonly details?: string
  /**
   * Runs with the arguments after the name (never `--help`). Resolves to the exit code: 0 done,
   * 1 failed or found failures. Throws UsageError for bad arguments (exit code 2), and
   * CommandError for failures whose message is enough for the user.
   */
  run(args: readonly string[]): Promise<number>
}

/** Bad arguments: exit code 2 and a pointer to the command's help. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A failure that the user can act on: its message is printed without a stack, exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** Values by option name: string, list of strings where `multiple`, true for a flag. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]?: T[K] extends { readonly value: string }
    ? T[K] extends { readonly multiple: true }
      ? readonly string[]
      : string
    : boolean
}

export interface ParsedArgs<T extends OptionTable> {
  readonly values: OptionValues<T>
  readonly positionals: readonly string[]
}

/**
 * Parses arguments by a table of options. Positionals are refused unless allowed.
 * @throws UsageError naming the argument that is wrong.
 */
export function parseOptions<const T extends OptionTable>(
  table: T,
  args: readonly string[],
  allowPositionals = false,
): ParsedArgs<T> {
  const options: ParseArgsOptionsConfig = {}
  for (const [name, spec] of Object.entries(table)) {
    options[name] = {
      type: spec.value === undefined ? 'boolean' : 'string',
      ...(spec.short !== undefined && { short: spec.short }),
      ...(spec.multiple && { multiple: true }),
    }
  }
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals, strict: true })
    return { values: parsed.values as OptionValues<T>, positionals: parsed.positionals }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(explain(error, table), { cause: error })
  }
}

/**
 * A whole number in [min, max] from an option's text.
 * @throws UsageError
 */
export function parseNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${option} takes a whole number from ${min} to ${max}, not '${text}'`)
  }
  return value
}

/**
 * An http or https URL from an option's text.
 * @throws UsageError
 */
export function parseUrl(option: string, text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return text
  throw new UsageError(`--${option} takes an http or https URL, not '${text}'`)
}

/**
 * The action that a command's first argument names.
 * @throws UsageError with the actions there are, and the closest one.
 */
export function parseAction(
  command: string,
  actions: ReadonlySet<string>,
  text: string | undefined,
): string {
  if (text !== undefined && actions.has(text)) return text
  const list = `${command} takes one of ${[...actions].join(', ')}`
  if (text === undefined) throw new UsageError(`${list} first`)
  const guess = closest(text, [...actions])
  throw new UsageError(`${list}, not '${text}'${guess ? `; did you mean '${guess}'?` : ''}`)
}

/** What node:util refused, without its advice over several lines. */
function explain({ message }: TypeError, table: OptionTable): string {
  const [what = message] = message.split(/\. |\.?\n/)
  const name = /^Option '(?:-\w, )?--([^ ']+)/.exec(what)?.[1]
  const value = name === undefined ? undefined : table[name]?.value
  if (what.endsWith('argument missing')) return `--${name} takes a value: --${name} ${value}`
  if (what.endsWith('argument is ambiguous'))
    return `--${name} takes a value; one that begins with '-' is written --${name}=-...`
  if (/^Unknown option '-\d/.test(what))
    return `${what}; an argument that begins with '-' comes after '--'`
  return what
}
