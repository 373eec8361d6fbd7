// Builds what is generated: the program's and the emulator's wasm, the contracts' artifacts. Each step keeps its own
// content cache, so a second run does nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const quiet = process.argv.includes('--quiet')

const steps = [
  { name: 'program', script: 'program/scripts/build.ts', takes: '10 s' },
  { name: 'emulator', script: 'packages/vital/scripts/build.ts', takes: '5 s' },
  { name: 'contracts', script: 'contracts/scripts/build.ts', takes: '40 s' },
] as const

/** Milliseconds after which a step is not just a look at its cache. */
const NOTABLE = 1_000

for (const { name, script, takes } of steps) {
  const started = performance.now()
  const child = spawn(process.execPath, [join(root, script), ...(quiet ? ['--quiet'] : [])], {
    cwd: root,
    stdio: 'inherit',
  })
  const notice = setTimeout(
    () => console.log(`building ${name}, once, about ${takes} ...`),
    NOTABLE,
  )
  const [status] = await once(child, 'close')
  clearTimeout(notice)
  if (status !== 0) {
    console.error(`build: ${name} failed (${script} exited with ${status})`)
    process.exit(1)
  }
  const elapsed = performance.now() - started
  if (!quiet || elapsed > NOTABLE) console.log(`built ${name} in ${(elapsed / 1_000).toFixed(1)} s`)
}
