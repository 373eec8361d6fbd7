import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { commands } from './commands/index.ts'
import { run } from './run.ts'

// What V8 compiled of the modules, types stripped, is kept for the next start. Threads find it by the variable.
const compiled = join(import.meta.dirname, '../../../node_modules/.cache/altlayer')
process.env.NODE_COMPILE_CACHE ??= compiled
enableCompileCache(process.env.NODE_COMPILE_CACHE)

process.exitCode = await run(commands, process.argv.slice(2), {
  out: (line) => console.log(line),
  error: (line) => console.error(line),
})
