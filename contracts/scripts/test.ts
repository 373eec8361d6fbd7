// `forge test` on the contracts; further arguments go to forge. Gas is compared with the committed
// snapshots; `--update-snapshots` writes them anew instead.
import { buildContracts, forge } from './build.ts'

// Tests deploy Symbiotic Core from build/.
buildContracts()
const update = '--update-snapshots'
const args = process.argv.slice(2)
const snapshots = args.includes(update)
  ? ['--gas-snapshot-check', 'false', '--gas-snapshot-emit', 'true']
  : ['--gas-snapshot-check', 'true', '--gas-snapshot-emit', 'false']
process.exitCode = forge(['test', ...snapshots, ...args.filter((arg) => arg !== update)])
