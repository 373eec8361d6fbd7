import { fileURLToPath } from 'node:url'
import { compile } from './compile.ts'

// Builds build/program.wasm unless it is that of the present sources.

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const { built, milliseconds } = await compile(path('../src/main.ts'), path('../build/program.wasm'))
if (!process.argv.includes('--quiet')) {
  const what = built ? 'built' : 'up to date'
  console.log(`program: build/program.wasm ${what} (${Math.round(milliseconds)} ms)`)
}
