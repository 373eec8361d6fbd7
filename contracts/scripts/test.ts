// `forge test` on the contracts; further arguments go to forge. Gas and storage layouts are compared
// with the committed snapshots; `--update-snapshots` writes them anew instead.
import { buildContracts, forge } from './build.ts'
import { checkLayouts } from './layouts.ts'

const update = '--update-snapshots'
const args = process.argv.slice(2)
const updating = args.includes(update)
const snapshots = updating
  ? ['--gas-snapshot-check', 'false', '--gas-snapshot-emit', 'true']
  : ['--gas-snapshot-check', 'true', '--gas-snapshot-emit', 'false']
// Tests deploy Symbiotic Core from build/.
buildContracts()
const code = forge(['test', ...snapshots, ...args.filter((arg) => arg !== update)])
process.exitCode = checkLayouts(updating) ? code : code || 1
