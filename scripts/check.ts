// Static checks: formatting and lint, types, dead code. Exit code 1 when one fails.
import { join } from 'node:path'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')

export const checks = [
  {
    name: 'biome',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'knip', args: ['node_modules/knip/bin/knip.js'] },
  { name: 'solidity', args: ['contracts/scripts/lint.ts'] },
] as const

/** Runs every check; resolves to the names of those that failed. */
export async function runChecks(): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { name, args } of checks) {
    const { code } = await run(process.execPath, args, { cwd: root })
    console.log(`check ${name}: ${code === 0 ? 'ok' : 'failed'}`)
    if (code !== 0) failed.push(name)
  }
  return failed
}

if (import.meta.main) process.exit((await runChecks()).length === 0 ? 0 : 1)
