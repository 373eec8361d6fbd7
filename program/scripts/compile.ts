import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MEMORY_PAGES } from './memory.ts'

const program = fileURLToPath(new URL('..', import.meta.url))
const asc = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'))

/** Flags of every module we build: integers only, no collector, no traps of asc's own making. */
export const defaultFlags: readonly string[] = ['-O3', '--noAssert', '--runtime', 'stub']

export interface Compiled {
  /** False when the output was already that of these sources, flags and compiler. */
  readonly built: boolean
  readonly milliseconds: number
}

/** asc refused the sources; `message` holds its diagnostics. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
}

/**
 * Compiles an entry file of the program to wasm: `compileModule` with the memory that src/layout.ts lays
 * out.
 *
 * @param entry path of the entry file
 * @param output path of the .wasm file
 * @param flags asc's flags in place of `defaultFlags`
 */
export async function compile(
  entry: string,
  output: string,
  flags: readonly string[] = defaultFlags,
): Promise<Compiled> {
  const start = performance.now()
  const pages = String(MEMORY_PAGES)
  const args = [...flags, '--initialMemory', pages, '--maximumMemory', pages]
  const folders = [join(program, 'src'), join(program, 'shared'), dirname(entry)]
  const { built } = await compileModule(entry, output, args, folders)
  return { built, milliseconds: performance.now() - start }
}

/**
 * Compiles an AssemblyScript entry file to wasm, unless `output` already is the module of the same
 * sources, arguments and compiler (by content hash, kept beside it in `output`.sha256). Safe to call
 * from several processes at once.
 *
 * @param args asc's flags
 * @param folders what the module is made of: every .ts file in them
 */
export async function compileModule(
  entry: string,
  output: string,
  args: readonly string[],
  folders: readonly string[],
): Promise<Compiled> {
  const start = performance.now()
  const key = await contentHash(resolve(entry), args, folders)
  const stamp = `${output}.sha256`
  if ((await readOptional(stamp)) === key && (await readOptional(output)) !== undefined) {
    return { built: false, milliseconds: performance.now() - start }
  }
  await mkdir(dirname(resolve(output)), { recursive: true })
  const partial = `${output}.${process.pid}.tmp`
  try {
    await promisify(execFile)(
      process.execPath,
      [asc, relative(program, resolve(entry)), '--outFile', resolve(partial), ...args],
      { cwd: program, maxBuffer: 1 << 26 },
    )
    await rename(partial, output)
  } catch (error) {
    await rm(partial, { force: true })
    throw new CompileError(`asc could not compile ${entry}:\n${diagnostics(error)}`)
  }
  await writeFile(`${stamp}.${process.pid}.tmp`, key)
  await rename(`${stamp}.${process.pid}.tmp`, stamp)
  return { built: true, milliseconds: performance.now() - start }
}

async function contentHash(
  entry: string,
  args: readonly string[],
  folders: readonly string[],
): Promise<string> {
  const hash = createHash('sha256')
  const version = await readFile(join(dirname(asc), '..', 'package.json'))
  hash.update(JSON.stringify([relative(program, entry), args]))
  hash.update(version)
  const files = new Set((await Promise.all(folders.map(sources))).flat())
  for (const file of [...files].sort()) {
    const content = await readFile(file)
    hash.update(JSON.stringify([relative(program, file), content.length]))
    hash.update(content)
  }
  return hash.digest('hex')
}

async function sources(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function diagnostics(error: unknown): string {
  const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message: string }
  return [stderr, stdout].filter(Boolean).join('\n') || message
}
