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
  const cause = (err as { message?: string } | undefined)?.message
  return [clock, `${name}${msg ?? ''}`, ...rest, ...(cause ? [`(${cause})`] : [])].join('  ')
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function endStream(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => stream.end(resolve))
}
