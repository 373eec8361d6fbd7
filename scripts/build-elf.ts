// `npm run build:elf`: the rollup program as an ELF of the proof machine, and the hash of the state it starts
// in, both committed in program/elf. With --check it builds them elsewhere and compares with what is committed.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createMachine, parseElf, stateHash } from '../packages/vital/src/index.ts'
import { buildElf, checkToolchain, TOOLCHAIN, ToolchainError } from '../program/scripts/elf.ts'

const root = join(import.meta.dirname, '..')
const wasm = join(root, 'program/build/program.wasm')
const elf = join(root, 'program/elf/program.elf')
const prestate = join(root, 'program/elf/prestate.json')
const ENTRY = 'main'
/** Milliseconds for apt-get, which may have no network to wait for. */
const INSTALL_TIMEOUT = 180_000

/** Exit codes of --check. */
const EXIT_DIFFERS = 1
const EXIT_NOT_COMPARED = 3

const run = promisify(execFile)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What is committed beside the ELF: the hash that dispute games start from, and what it was made of. */
async function describe(path: string): Promise<string> {
  const file = await readFile(path)
  const machine = createMachine(parseElf(file), { preimage: () => undefined })
  const description = {
    prestate: stateHash(machine.state()),
    elfSha256: sha256(file),
    wasmSha256: sha256(await readFile(wasm)),
  }
  return `${JSON.stringify(description, null, 2)}\n`
}

/** Installs Debian's toolchain, as root on Debian 12: elsewhere it would be another one. */
async function installToolchain(): Promise<void> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  if (!/^ID=debian$/m.test(release) || !/^VERSION_ID="?12"?$/m.test(release))
    throw new Error('this is not Debian 12')
  if (process.getuid?.() !== 0) throw new Error('only root installs packages')
  const packages = TOOLCHAIN.map(({ from }) => from)
  console.log(`elf: installing ${packages.join(' ')} ...`)
  const options = {
    timeout: INSTALL_TIMEOUT,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  await run('apt-get', ['update', '-qq'], options)
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
}

/** Why the toolchain cannot be used here, or undefined when it can. */
async function toolchainProblem(): Promise<string | undefined> {
  try {
    await checkToolchain()
    return undefined
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error
    try {
      await installToolchain()
      await checkToolchain()
      return undefined
    } catch (failure) {
      return `${error.message}; installing it failed: ${(failure as Error).message.split('\n')[0]}`
    }
  }
}

async function check(): Promise<number> {
  const committed = JSON.parse(await readFile(prestate, 'utf8')) as { wasmSha256: string }
  const stale = (what: string): number => {
    console.error(`elf: ${what}; npm run build:elf makes the files anew, commit them`)
    return EXIT_DIFFERS
  }
  if (committed.wasmSha256 !== sha256(await readFile(wasm)))
    return stale('program/elf is of another program than program/src')
  if ((await readFile(prestate, 'utf8')) !== (await describe(elf)))
    return stale('program/elf/prestate.json does not describe program/elf/program.elf')
  const problem = await toolchainProblem()
  if (problem !== undefined) {
    console.error(`elf: NOT COMPARED with a rebuild: ${problem}`)
    return EXIT_NOT_COMPARED
  }
  const folder = await mkdtemp(join(tmpdir(), 'altlayer-elf-'))
  try {
    const rebuilt = join(folder, 'program.elf')
    await buildElf(wasm, rebuilt, ENTRY)
    if (!(await readFile(rebuilt)).equals(await readFile(elf)))
      return stale('program/elf/program.elf is not what this toolchain builds from program/src')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  console.log('elf: the rebuilt program is the committed one, bit for bit')
  return 0
}

async function build(): Promise<number> {
  await buildElf(wasm, elf, ENTRY)
  const description = await describe(elf)
  await writeFile(prestate, description)
  console.log(`elf: ${(await readFile(elf)).length} bytes\n${description}`.trimEnd())
  return 0
}

process.exitCode = process.argv.includes('--check') ? await check() : await build()
