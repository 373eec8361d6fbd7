// `npm run coverage`: line and branch coverage of src/ by the tests, printed by file and in sum. Ends
// with code 1 below the least that is asked for. Forge measures sources only within its project, so
// this runs on a copy with the libraries beside them; arguments go to `forge coverage`.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildContracts, forge } from './build.ts'

/** Percent of lines, and of branches. */
const LEAST = 95

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

interface Count {
  readonly hit: number
  readonly found: number
}

interface FileCoverage {
  readonly path: string
  readonly lines: Count
  readonly branches: Count
}

function packageFolder(name: string): string {
  return dirname(require.resolve(`${name}/package.json`))
}

/**
 * A copy of the project in which every remapping leads below its root. Tests that read artifacts of
 * packages find them beside it, as they do here.
 */
function copyProject(): string {
  const parent = mkdtempSync(join(tmpdir(), 'altlayer-coverage-'))
  const copy = join(parent, 'contracts')
  symlinkSync(join(ROOT, '..', 'node_modules'), join(parent, 'node_modules'))
  for (const name of ['src', 'test', 'scripts', 'build', 'foundry.toml', 'package.json']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  }
  const toml = readFileSync(join(ROOT, 'foundry.toml'), 'utf8')
  const local = toml.replace(/"([^"=]+)=\.\.\/node_modules\/([^"]+)"/g, (_, name, path) => {
    const [scope, rest] = path.startsWith('@') ? path.split('/', 2) : ['', path.split('/')[0]]
    const packageName = scope === '' ? rest : `${scope}/${rest}`
    const inside = path.slice(packageName.length)
    const filter = (source: string) =>
      !source.slice(packageFolder(packageName).length).includes('node_modules')
    cpSync(join(packageFolder(packageName), inside), join(copy, 'lib', path), {
      recursive: true,
      filter,
    })
    return `"${name}=lib/${path}"`
  })
  // The compiler wrapper resolves npm's solc from where it is.
  const solc = join(ROOT, 'scripts', 'solc.sh')
  writeFileSync(
    join(copy, 'foundry.toml'),
    local.replace('"scripts/solc.sh"', JSON.stringify(solc)),
  )
  return copy
}

/** Reads an lcov tracefile: what was found and hit by file. */
function readLcov(text: string): FileCoverage[] {
  return text
    .split('end_of_record')
    .filter((record) => record.includes('SF:'))
    .map((record) => {
      const number = (key: string) =>
        Number(new RegExp(`^${key}:(\\d+)$`, 'm').exec(record)?.[1] ?? 0)
      return {
        path: /^SF:(.+)$/m.exec(record)?.[1] ?? '',
        lines: { hit: number('LH'), found: number('LF') },
        branches: { hit: number('BRH'), found: number('BRF') },
      }
    })
}

function sum(files: readonly FileCoverage[], of: 'lines' | 'branches'): Count {
  return files.reduce(
    (total, file) => ({ hit: total.hit + file[of].hit, found: total.found + file[of].found }),
    { hit: 0, found: 0 },
  )
}

function percent({ hit, found }: Count): number {
  return found === 0 ? 100 : (hit / found) * 100
}

function print(name: string, lines: Count, branches: Count): void {
  const show = (count: Count) => `${percent(count).toFixed(1)} % (${count.hit}/${count.found})`
  console.log(`${name.padEnd(56)} ${show(lines).padStart(20)} ${show(branches).padStart(20)}`)
}

// Every line is reached by fewer runs than it takes to find a counterexample.
process.env.FOUNDRY_FUZZ_RUNS ??= '64'
process.env.FOUNDRY_INVARIANT_RUNS ??= '16'
buildContracts()
const copy = copyProject()
try {
  // Gas is not what it is without the optimizer and with the marks of what was reached.
  const skipped = ['--no-match-test', '^test_gas_']
  const args = [
    'coverage',
    '--root',
    copy,
    '--report',
    'lcov',
    ...skipped,
    ...process.argv.slice(2),
  ]
  const code = forge([...args, '--report-file', join(copy, 'lcov.info')])
  if (code !== 0) throw new Error(`forge coverage ended with code ${code}`)
  const files = readLcov(readFileSync(join(copy, 'lcov.info'), 'utf8')).filter(({ path }) =>
    path.startsWith('src/'),
  )
  if (files.length === 0) throw new Error('expected coverage of src/, got none')
  console.log(`${''.padEnd(56)} ${'lines'.padStart(20)} ${'branches'.padStart(20)}`)
  for (const { path, lines, branches } of files) print(path, lines, branches)
  const [lines, branches] = [sum(files, 'lines'), sum(files, 'branches')]
  print('contracts/src', lines, branches)
  if (percent(lines) < LEAST || percent(branches) < LEAST) {
    console.error(`coverage: expected at least ${LEAST} % of lines and of branches`)
    process.exitCode = 1
  }
} finally {
  rmSync(dirname(copy), { recursive: true, force: true })
}
