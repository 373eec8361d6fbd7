import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'programs')

export const PROGRAMS = [
  'control',
  'integer',
  'memory',
  'multiply',
  'self_modifying',
  'words',
] as const

/** How an executable is laid out: with a linker script, or by the linker's own. */
export const LAYOUTS = {
  'linker script, 0x80000000': ['-T', 'link.ld', '-Wl,--defsym=LOAD_ADDRESS=0x80000000'],
  'linker script, 0x10000': ['-T', 'link.ld', '-Wl,--defsym=LOAD_ADDRESS=0x10000'],
  'linker script, 0x400000': ['-T', 'link.ld', '-Wl,--defsym=LOAD_ADDRESS=0x400000'],
  // Without relaxation: the linker would reach data through gp, which holds the test's number.
  "the linker's default": ['-Wl,--no-relax'],
  'one segment, readable, writable and executable': ['-Wl,--no-relax', '-Wl,-N'],
  'text at 0x80000000, headers elsewhere': ['-Wl,--no-relax', '-Wl,-Ttext=0x80000000'],
} as const

export type Layout = keyof typeof LAYOUTS

/** Builds one of the programs as docs/riscv.md says. Throws what gcc printed. */
export async function buildProgram(
  source: string,
  layout: Layout,
  output: string,
  defines: readonly string[] = [],
): Promise<void> {
  const args = [
    ...['-march=rv64im_zifencei', '-mabi=lp64', '-static', '-nostdlib', '-nostartfiles', '-I.'],
    ...defines.map((define) => `-D${define}`),
    ...LAYOUTS[layout],
    ...['-o', output, source],
  ]
  await run('riscv64-unknown-elf-gcc', args, { cwd: folder })
}
