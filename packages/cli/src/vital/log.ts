import { type Logger, pino } from 'pino'
import { formatLine } from '../up/log.ts'

/** Logs to the terminal, on standard error. */
export function terminalLogger(verbose: boolean): Logger {
  const write = (line: string) => console.error(formatLine(JSON.parse(line)))
  return pino({ level: verbose ? 'debug' : 'info', base: null }, { write })
}
