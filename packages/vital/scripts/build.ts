import { buildEmulator } from './emulator.ts'

// Builds build/emulator.wasm unless it is that of the present sources.

const { built, milliseconds } = await buildEmulator()
if (!process.argv.includes('--quiet')) {
  const what = built ? 'built' : 'up to date'
  console.log(`vital: build/emulator.wasm ${what} (${Math.round(milliseconds)} ms)`)
}
