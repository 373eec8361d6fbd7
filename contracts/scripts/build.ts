// Compiles the contracts and writes what TypeScript needs of them to build/. Does nothing when
// nothing that the result depends on has changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUILD_FOLDER, CONTRACTS, type ContractArtifact, SYMBIOTIC_FOLDER } from './artifacts.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const STAMP = join(BUILD_FOLDER, 'inputs.sha256')
const require = createRequire(import.meta.url)

/** Hash of everything that the artifacts depend on. */
function inputsHash(): string {
  const hash = createHash('sha256')
  const files = [
    ...globSync('src/**/*.sol', { cwd: ROOT }).sort(),
    'foundry.toml',
    'scripts/build.ts',
    'scripts/artifacts.ts',
    'scripts/solc.mjs',
    'scripts/solc.sh',
    'scripts/symbiotic.ts',
  ]
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)))
  // Libraries that sources import, and the compiler itself, are pinned there.
  hash.update(readFileSync(join(ROOT, 'package.json')))
  hash.update(require('solc/package.json').version)
  return hash.digest('hex')
}

function upToDate(hash: string, stamp: string): boolean {
  try {
    return readFileSync(stamp, 'utf8') === hash
  } catch {
    return false
  }
}

/** npm's forge program itself: its launcher loses the exit code. */
export function forgePath(): string {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const manifest = `@foundry-rs/forge-${platform}/package.json`
  const program = process.platform === 'win32' ? 'forge.exe' : 'forge'
  try {
    return join(require.resolve(manifest), '..', 'bin', program)
  } catch (cause) {
    throw new Error(`@foundry-rs/forge-${platform} is not installed: run "npm ci"`, { cause })
  }
}

/** How much tests try, which a user may set; nothing that is compiled depends on it. */
const EFFORT = /^FOUNDRY_(FUZZ|INVARIANT)_/

/**
 * What forge runs with: of the variables that set its configuration only those of the tests' effort, since
 * artifacts are read, and kept for later runs, as those of foundry.toml.
 */
export function forgeEnvironment(
  variables: NodeJS.ProcessEnv,
  settings: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const kept = Object.entries(variables).filter(
    ([name]) => EFFORT.test(name) || !/^(FOUNDRY|DAPP)_/.test(name),
  )
  return { ...Object.fromEntries(kept), ...settings }
}

/**
 * Runs forge in the contracts folder with inherited output; returns its exit code.
 * @param settings Of its configuration, by variable: `FOUNDRY_OUT` and the like.
 */
export function forge(
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): number {
  const env = forgeEnvironment(process.env, settings)
  const result = spawnSync(forgePath(), [...args], { cwd: ROOT, env, stdio: 'inherit' })
  if (result.error) throw result.error
  return result.status ?? 1
}

/** Symbiotic Core, with a compiler of its own: see symbiotic.ts. Only when that or the package changed. */
function buildSymbiotic(): void {
  const script = join(ROOT, 'scripts', 'symbiotic.ts')
  const inputs = createHash('sha256')
    .update(readFileSync(script))
    .update(readFileSync(join(ROOT, 'scripts', 'artifacts.ts')))
    .update(require('@symbioticfi/core/package.json').version)
    .update(require('solc-0.8.25/package.json').version)
    .digest('hex')
  const stamp = join(SYMBIOTIC_FOLDER, 'inputs.sha256')
  if (upToDate(inputs, stamp)) return
  const result = spawnSync(process.execPath, [script], { cwd: ROOT, stdio: 'inherit' })
  if (result.error) throw result.error
  if (result.status !== 0) throw new Error(`symbiotic.ts ended with code ${result.status}`)
  write(stamp, inputs)
}

/** Compiles when needed. Returns whether it compiled. Throws when the compiler refuses. */
export function buildContracts(): boolean {
  const hash = inputsHash()
  if (upToDate(hash, STAMP)) return false
  rmSync(STAMP, { force: true })
  buildSymbiotic()
  const code = forge(['build', '--skip', 'test', '--quiet'])
  if (code !== 0) throw new Error(`forge build ended with code ${code}`)
  mkdirSync(BUILD_FOLDER, { recursive: true })
  for (const name of CONTRACTS) {
    const path = join(ROOT, 'out', 'artifacts', `${name}.sol`, `${name}.json`)
    const compiled = JSON.parse(readFileSync(path, 'utf8'))
    const artifact: ContractArtifact = {
      contractName: name,
      abi: compiled.abi,
      bytecode: compiled.bytecode.object,
      deployedBytecode: compiled.deployedBytecode.object,
      immutableReferences: compiled.deployedBytecode.immutableReferences ?? {},
    }
    write(join(BUILD_FOLDER, `${name}.json`), `${JSON.stringify(artifact)}\n`)
  }
  write(STAMP, hash)
  return true
}

/** No reader, such as a test running beside, sees half a file. */
function write(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}

if (import.meta.main) {
  const compiled = buildContracts()
  console.log(compiled ? 'contracts: compiled' : 'contracts: unchanged')
}
