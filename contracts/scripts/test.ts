// `forge test` on the contracts; further arguments go to forge.
import { forge } from './build.ts'

process.exitCode = forge(['test', ...process.argv.slice(2)])
