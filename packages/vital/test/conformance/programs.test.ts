import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { checkToolchain, ToolchainError } from '@altlayer/program/scripts/elf.ts'
import { createMachine, parseElf } from '../../src/index.ts'
import { buildProgram, LAYOUTS, type Layout, PROGRAMS } from './build.ts'

/** Why there is nothing to run, where the RISC-V toolchain is not installed. */
const absent = await checkToolchain().then(
  () => false as const,
  (error: unknown) => {
    if (error instanceof ToolchainError) return error.message
    throw error
  },
)

const MOST_STEPS = 100_000n

describe('programs for plain user mode', { skip: absent }, () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'altlayer-conformance-'))
  })
  after(() => rm(folder, { recursive: true }))

  const exitCode = async (
    source: string,
    layout: Layout,
    defines: readonly string[] = [],
  ): Promise<number | undefined> => {
    const output = join(folder, 'program.elf')
    await buildProgram(source, layout, output, defines)
    const machine = createMachine(parseElf(await readFile(output)), { preimage: () => undefined })
    machine.run(MOST_STEPS)
    return machine.exited ? machine.exitCode : undefined
  }

  for (const layout of Object.keys(LAYOUTS) as Layout[])
    it(`pass: ${layout}`, async () => {
      for (const program of PROGRAMS)
        assert.equal(await exitCode(`${program}.S`, layout), 0, program)
    })

  it('fail with the number of the case that does not hold', async () => {
    for (const number of [1, 2, 64, 127, 128])
      assert.equal(
        await exitCode('failing.S', 'linker script, 0x80000000', [`NUMBER=${number}`]),
        ((number << 1) | 1) & 0xff,
      )
  })
})
