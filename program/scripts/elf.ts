import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { checkInstructions } from './elf-check.ts'
import { checkModule, memoryPages } from './wasm-check.ts'

const runtime = fileURLToPath(new URL('../elf', import.meta.url))
const run = promisify(execFile)

const GCC = 'riscv64-unknown-elf-gcc'
const WASM2C = 'wasm2c'

/** The tools of Debian 12, and the packages they come in: another compiler makes another file. */
export const TOOLCHAIN = [
  { command: GCC, args: ['-dumpfullversion'], version: '12.2.0', from: 'gcc-riscv64-unknown-elf' },
  { command: WASM2C, args: ['--version'], version: '1.0.32', from: 'wabt' },
] as const

/**
 * -fno-schedule-insns: keccak takes a third more instructions when gcc schedules before it allocates
 * registers. -fwrapv, -fno-strict-aliasing, -fno-delete-null-pointer-checks: wasm has none of these
 * undefined behaviours. -fno-builtin, -fno-tree-loop-distribute-patterns: runtime.c defines memcpy and
 * its kin with loops that must not become calls of themselves. -mno-strict-align, and -mtune=size, since gcc
 * avoids misaligned accesses when it tunes for any other processor that it knows: here each is one instruction.
 */
const FLAGS = [
  '-std=gnu11',
  '-O2',
  '-march=rv64im',
  '-mabi=lp64',
  '-mcmodel=medany',
  '-mno-strict-align',
  '-mtune=size',
  '-ffreestanding',
  '-fno-pic',
  '-fno-builtin',
  '-fno-tree-loop-distribute-patterns',
  '-fno-tree-vectorize',
  '-fno-schedule-insns',
  '-fno-asynchronous-unwind-tables',
  '-fno-stack-protector',
  '-fwrapv',
  '-fno-strict-aliasing',
  '-fno-delete-null-pointer-checks',
  '-fno-common',
  '-ffunction-sections',
  '-fdata-sections',
] as const

const SPACE = 2 ** 32
const WASM_PAGE = 65_536

/** The RISC-V toolchain is not there, or is another one than the ELF is made with. */
export class ToolchainError extends Error {
  override readonly name = 'ToolchainError'
}

/** A step of the build failed; `message` holds what it printed. */
export class ElfBuildError extends Error {
  override readonly name = 'ElfBuildError'
}

/** Throws ToolchainError unless Debian 12's tools are on the path. */
export async function checkToolchain(): Promise<void> {
  for (const { command, args, version, from } of TOOLCHAIN) {
    const found = await run(command, args).then(
      ({ stdout }) => stdout.trim(),
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT')
          throw new ToolchainError(
            `${command} is not installed: apt-get install ${from} (Debian 12)`,
          )
        throw error
      },
    )
    if (found !== version)
      throw new ToolchainError(
        `${command} is version ${found}; the ELF is made with ${version} (Debian 12)`,
      )
  }
}

/**
 * Compiles a wasm module of ours to an ELF for the proof machine: wasm2c, then gcc. The same module gives the same
 * bytes on every machine. What leaves the machine's instructions or wasm's integers is refused.
 *
 * @param wasm path of the module: one memory of a fixed size, imports of `host` only
 * @param output path of the ELF
 * @param entry the export that runs: no parameters, its i32 result is the exit code
 */
export async function buildElf(wasm: string, output: string, entry: string): Promise<void> {
  await checkToolchain()
  const module = await readFile(wasm)
  checkModule(module, entry)
  const memory = `0x${(SPACE - memoryPages(module) * WASM_PAGE).toString(16)}`
  await mkdir(dirname(output), { recursive: true })
  const folder = await mkdtemp(`${output}.`)
  try {
    const tool = async (command: string, args: readonly string[]): Promise<void> => {
      await run(command, args, { cwd: folder, maxBuffer: 1 << 26 }).catch((error) => {
        throw new ElfBuildError(`${command} failed:\n${error.stderr || error.message}`)
      })
    }
    await writeFile(join(folder, 'module.wasm'), module)
    await tool(WASM2C, ['module.wasm', '-n', 'module', '-o', 'module.c'])
    await writeFile(
      join(folder, 'body.c'),
      withoutPreamble(await readFile(join(folder, 'module.c'), 'utf8')),
    )
    for (const name of ['module.h', 'wasm-rt.h', 'runtime.h', 'runtime.c', 'program.ld']) {
      if (name !== 'module.h')
        await writeFile(join(folder, name), await readFile(join(runtime, name)))
    }
    const defines = [`-DWASM_MEMORY=${memory}ul`, `-DENTRY=Z_moduleZ_${entry}`, '-I.']
    // wasm2c's C has unused labels and variables by the thousand.
    await tool(GCC, [...FLAGS, ...defines, '-w', '-c', 'body.c', '-o', 'body.o'])
    await tool(GCC, [
      ...FLAGS,
      ...defines,
      '-Wall',
      '-Wextra',
      '-Werror',
      '-c',
      'runtime.c',
      '-o',
      'runtime.o',
    ])
    await tool(GCC, [
      '-march=rv64im',
      '-mabi=lp64',
      '-nostdlib',
      '-static',
      '-Wl,-T,program.ld',
      `-Wl,--defsym=WASM_MEMORY=${memory}`,
      '-Wl,--build-id=none',
      '-Wl,--strip-all',
      '-Wl,--gc-sections',
      '-o',
      'program.elf',
      'body.o',
      'runtime.o',
    ])
    checkInstructions(await readFile(join(folder, 'program.elf')))
    await rename(join(folder, 'program.elf'), output)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** wasm2c's output with our runtime in the place of the definitions that it begins with. */
function withoutPreamble(source: string): string {
  const begin = source.indexOf('static bool s_module_initialized')
  if (begin < 0) throw new ElfBuildError("wasm2c's output does not look as expected")
  return `#include "module.h"\n#include "runtime.h"\n${source.slice(begin)}`
}
