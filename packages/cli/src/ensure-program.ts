import { fileURLToPath } from 'node:url'
import { CompileError, compile } from '@altlayer/program/scripts/compile.ts'
import { CommandError } from './command.ts'

/** Milliseconds after which building is said, on standard error. */
const notable = 1000

/** Builds the rollup program unless it is that of the present sources. Throws CommandError. */
export async function ensureProgram(): Promise<void> {
  const path = (name: string) => fileURLToPath(import.meta.resolve(`@altlayer/program/${name}`))
  const notice = setTimeout(() => console.error('building the program, once ...'), notable)
  try {
    await compile(path('src/main.ts'), path('build/program.wasm'))
  } catch (error) {
    if (error instanceof CompileError) throw new CommandError(error.message, { cause: error })
    throw error
  } finally {
    clearTimeout(notice)
  }
}
