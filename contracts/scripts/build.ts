// Compiles the contracts and writes what TypeScript needs of them to build/. Does nothing when
// nothing that the result depends on has changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUILD_FOLDER, CONTRACTS, type ContractArtifact } from './artifacts.ts'

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
  ]
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)))
  // Libraries that sources import, and the compiler itself, are pinned there.
  hash.update(readFileSync(join(ROOT, 'package.json')))
  hash.update(require('solc/package.json').version)
  return hash.digest('hex')
}

function upToDate(hash: string): boolean {
  try {
    return readFileSync(STAMP, 'utf8') === hash
  } catch {
    return false
  }
}

/** npm's forge program itself: its launcher loses the exit code. */
function forgePath(): string {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const manifest = `@foundry-rs/forge-${platform}/package.json`
  const program = process.platform === 'win32' ? 'forge.exe' : 'forge'
  try {
    return join(require.resolve(manifest), '..', 'bin', program)
  } catch (cause) {
    throw new Error(`@foundry-rs/forge-${platform} is not installed: run "npm ci"`, { cause })
  }
}

/** Runs forge in the contracts folder with inherited output; returns its exit code. */
export function forge(args: readonly string[]): number {
  const result = spawnSync(forgePath(), [...args], { cwd: ROOT, stdio: 'inherit' })
  if (result.error) throw result.error
  return result.status ?? 1
}

/** Compiles when needed. Returns whether it compiled. Throws when the compiler refuses. */
export function buildContracts(): boolean {
  const hash = inputsHash()
  if (upToDate(hash)) return false
  rmSync(STAMP, { force: true })
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
