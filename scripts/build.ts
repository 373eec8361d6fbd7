// Builds what is generated: the program's wasm and the contracts' artifacts. Each step keeps its own
// content cache, so a second run does nothing.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const quiet = process.argv.includes('--quiet')

const steps = [
  { name: 'program', script: 'program/scripts/build.ts' },
  { name: 'contracts', script: 'contracts/scripts/build.ts' },
] as const

for (const { name, script } of steps) {
  const started = performance.now()
  const { status, error } = spawnSync(process.execPath, [join(root, script)], {
    cwd: root,
    stdio: 'inherit',
  })
  if (error !== undefined) throw error
  if (status !== 0) {
    console.error(`build: ${name} failed (${script} exited with ${status})`)
    process.exit(1)
  }
  const seconds = (performance.now() - started) / 1000
  if (!quiet || seconds > 2) console.log(`built ${name} in ${seconds.toFixed(1)} s`)
}
