import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { type Logger, pino } from 'pino'

export interface LogOptions {
  /** Everything from `info` on, as JSON lines. */
  readonly file: string
  /** Where a person reads the same, and with `verbose` every block. */
  readonly write: (line: string) => void
  readonly verbose: boolean
}

export interface Log {
  readonly logger: Logger
  close(): Promise<void>
}

/** Logs to a file for later and to the terminal for now. */
export function openLog(options: LogOptions): Log {
  mkdirSync(dirname(options.file), { recursive: true })
  const file = createWriteStream(options.file, { flags: 'a' })
  // A full disk must not stop the chain: the terminal still gets the warnings.
  file.on('error', (error) => options.write(`warn   log file: ${error.message}`))
  const terminal = {
    write: (line: string) => options.write(formatLine(JSON.parse(line) as LogRecord)),
  }
  const logger = pino(
    { level: options.verbose ? 'debug' : 'info', base: null },
    pino.multistream([
      { level: 'info', stream: file },
      { level: options.verbose ? 'debug' : 'info', stream: terminal },
    ]),
  )
  return { logger, close: () => endStream(file) }
}

interface LogRecord {
  readonly level: number
  readonly time: number
  readonly msg?: string
  readonly [field: string]: unknown
}

/** One line for a person: time, level unless it is ordinary, message, fields. */
export function formatLine({ level, time, msg, err, ...fields }: LogRecord): string {
  const clock = new Date(time).toISOString().slice(11, 19)
  const name = level >= 50 ? 'error  ' : level >= 40 ? 'warn   ' : ''
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`)
  const cause = reason(err as LoggedError | undefined)
  return [clock, `${name}${msg ?? ''}`, ...rest, ...(cause ? [`(${cause})`] : [])].join('  ')
}

interface LoggedError {
  /** With those of its causes, as pino's serializer has it. */
  readonly message?: string
  /** viem's errors: their message repeats the whole request. */
  readonly shortMessage?: string
  readonly details?: string
}

/** What went wrong in one line; the file has all of it. */
function reason(error: LoggedError | undefined): string | undefined {
  const { message, shortMessage, details } = error ?? {}
  if (shortMessage === undefined) return message && withoutRepeats(firstLine(message))
  const short = shortMessage.split('\n').join(' ')
  return details && !short.includes(details) ? `${short} ${firstLine(details)}` : short
}

const firstLine = (text: string): string => text.split('\n', 1)[0] as string

/** Without the causes that an error's own message ends with already. */
function withoutRepeats(message: string): string {
  for (let at = message.lastIndexOf(': '); at > 0; at = message.lastIndexOf(': ', at - 1))
    if (message.slice(0, at).endsWith(message.slice(at + 2)))
      return withoutRepeats(message.slice(0, at))
  return message
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function endStream(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => stream.end(resolve))
}
