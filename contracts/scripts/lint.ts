// Static pass over src/ (formatting over test/ too): `forge fmt`, forge's own lints and solhint's
// security rules. No finding is let pass; the lints left out are listed here, with the reason.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forge } from './build.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

/**
 * - unsafe-typecast: every cast of the machine's instructions is one; those of money are bounded where
 *   they stand (docs/security.md, "Overflow, truncation").
 * - block-timestamp: epochs and delays are of hours or more.
 */
const LEFT_OUT = ['unsafe-typecast', 'block-timestamp']

function solhint(): number {
  const program = join(require.resolve('solhint/package.json'), '..', 'solhint.js')
  const args = [program, '--disc', '--noPoster', '--max-warnings', '0', 'src/**/*.sol']
  const result = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  if (result.error) throw result.error
  return result.status ?? 1
}

const settings = {
  FOUNDRY_DENY: 'warnings',
  FOUNDRY_LINT_EXCLUDE_LINTS: JSON.stringify(LEFT_OUT),
  // What the linter compiles has no bytecode: left among the build's artifacts, it would be taken for them.
  FOUNDRY_OUT: 'out/lint/artifacts',
  FOUNDRY_CACHE_PATH: 'out/lint/cache',
}
const codes = [forge(['fmt', '--check'], settings), forge(['lint'], settings), solhint()]
process.exitCode = codes.some((code) => code !== 0) ? 1 : 0
