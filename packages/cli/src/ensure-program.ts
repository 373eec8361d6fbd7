import { fileURLToPath } from 'node:url'
import { CompileError, compile } from '@altlayer/program/scripts/compile.ts'
import { buildEmulator } from '@altlayer/vital/scripts/emulator.ts'
import { CommandError } from './command.ts'

/** Milliseconds after which building is said, on standard error. */
const notable = 1000

/** Builds the rollup program unless it is that of the present sources. Throws CommandError. */
export function ensureProgram(): Promise<void> {
  const path = (name: string) => fileURLToPath(import.meta.resolve(`@altlayer/program/${name}`))
  return ensure('program', () => compile(path('src/main.ts'), path('build/program.wasm')))
}

/** Builds the proof machine's emulator unless it is that of the present sources. Throws CommandError. */
export function ensureEmulator(): Promise<void> {
  return ensure('emulator', buildEmulator)
}

async function ensure(what: string, build: () => Promise<unknown>): Promise<void> {
  const notice = setTimeout(() => console.error(`building the ${what}, once ...`), notable)
  try {
    await build()
  } catch (error) {
    if (error instanceof CompileError) throw new CommandError(error.message, { cause: error })
    throw error
  } finally {
    clearTimeout(notice)
  }
}
