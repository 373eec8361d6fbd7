import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CommandError } from '../command.ts'

/** A password longer than this is not one. */
const MAX_LENGTH = 4_096

/** Asks for a password; `file` in place of a person. */
export interface PasswordSource {
  readonly file: string | undefined
  /** Whether it is asked for twice, as for what will be sealed with it. */
  readonly confirm: boolean
}

/**
 * The password: the first line of a file, or what is typed without echo. Never an option's value, which
 * `ps` would show. Throws CommandError.
 */
export async function readPassword({ file, confirm }: PasswordSource): Promise<string> {
  if (file !== undefined) return fromFile(file)
  if (!process.stdin.isTTY)
    throw new CommandError(
      'there is no terminal to ask for a password on: give --password-file FILE',
    )
  const password = checked(await ask('Password: '), 'the password')
  if (confirm && (await ask('Again: ')) !== password)
    throw new CommandError('the two passwords differ')
  return password
}

function fromFile(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`cannot read --password-file ${path}: ${(error as Error).message}`)
  }
  return checked(text.split(/\r?\n/, 1)[0] ?? '', path)
}

function checked(password: string, where: string): string {
  if (password.length === 0) throw new CommandError(`${where} is empty`)
  if (password.length > MAX_LENGTH)
    throw new CommandError(`${where} is longer than ${MAX_LENGTH} characters`)
  return password
}

function ask(question: string): Promise<string> {
  process.stderr.write(question)
  // readline echoes to its output: there is none.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  return new Promise((resolve, reject) => {
    // Ctrl-C, Ctrl-D. After an answer it says nothing any more.
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => {
      process.stderr.write('\n')
      reject(new CommandError('no password was given'))
    })
    lines.question('', (answer) => {
      resolve(answer)
      lines.close()
    })
  })
}
