import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { commands } from './commands/index.ts'
import { run } from './run.ts'

// What V8 compiled of the modules, types stripped, is kept for the next start. Threads find it by the variable.
const compiled = join(import.meta.dirname, '../../../node_modules/.cache/altlayer')
process.env.NODE_COMPILE_CACHE ??= compiled
enableCompileCache(process.env.NODE_COMPILE_CACHE)

// V8 collects young objects with four threads besides the one that made them: where there are fewer processors, they
// only wait for each other, and take time from those that serve and build.
if (availableParallelism() < 4) setFlagsFromString('--no-parallel-scavenge')

process.exitCode = await run(commands, process.argv.slice(2), {
  out: (line) => console.log(line),
  error: (line) => console.error(line),
})
