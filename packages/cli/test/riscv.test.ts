import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { checkToolchain, ToolchainError } from '@altlayer/program/scripts/elf.ts'
import { buildProgram } from '../../vital/test/conformance/build.ts'
import { altlayer } from './helpers/process.ts'

const ENTRY = 0x80000000

/** A static executable of a few words at ENTRY, with text after them. */
function elf(words: readonly number[], text = ''): Uint8Array {
  const code = new Uint8Array(Uint32Array.from(words).buffer)
  const data = Buffer.from(text)
  const file = new Uint8Array(120 + code.length + data.length)
  const view = new DataView(file.buffer)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 2, true)
  view.setUint16(18, 243, true)
  view.setBigUint64(24, BigInt(ENTRY), true)
  view.setBigUint64(32, 64n, true)
  view.setUint16(54, 56, true)
  view.setUint16(56, 1, true)
  view.setUint32(64, 1, true)
  view.setBigUint64(72, 120n, true)
  view.setBigUint64(80, BigInt(ENTRY), true)
  view.setBigUint64(96, BigInt(code.length + data.length), true)
  view.setBigUint64(104, BigInt(code.length + data.length), true)
  file.set(code, 120)
  file.set(data, 120 + code.length)
  return file
}

const li = (rd: number, value: number): number => ((value << 20) | (rd << 7) | 0x13) >>> 0
const [A0, A1, A2, A7] = [10, 11, 12, 17]
const ECALL = 0x73
const auipcA1 = (A1 << 7) | 0x17
const addA1 = (value: number): number => ((value << 20) | (A1 << 15) | (A1 << 7) | 0x13) >>> 0

const exits = (code: number): Uint8Array => elf([li(A0, code), li(A7, 93), ECALL])
/** Writes the text after the code to stdout, exits with 0. */
const greets = elf(
  [auipcA1, addA1(32), li(A0, 1), li(A2, 6), li(A7, 64), ECALL, li(A7, 93), ECALL],
  'hi \x1b[m',
)
/** Reads the length of the preimage of key 0 behind the code and exits with its last byte. */
const reads = elf([
  auipcA1,
  addA1(64),
  li(A0, 5),
  li(A2, 8),
  li(A7, 63),
  ECALL,
  // lbu a0, 7(a1)
  ((7 << 20) | (A1 << 15) | (4 << 12) | (A0 << 7) | 0x03) >>> 0,
  li(A7, 93),
  ECALL,
])
const KEY = '00'.repeat(32)

/** Why there is nothing to build programs with, where the RISC-V toolchain is not installed. */
const absent = await checkToolchain().then(
  () => false as const,
  (error: unknown) => {
    if (error instanceof ToolchainError) return error.message
    throw error
  },
)

describe('altlayer riscv run', () => {
  let folder: string
  const path = (name: string): string => join(folder, name)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'altlayer-riscv-'))
    await writeFile(path('pass.elf'), exits(0))
    await writeFile(path('fail.elf'), exits(42))
    await writeFile(path('greets.elf'), greets)
    await writeFile(path('reads.elf'), reads)
    await writeFile(path('bad.elf'), elf([0]))
    await writeFile(path('preimages.json'), JSON.stringify({ [`0x${KEY}`]: '0x010203' }))
    await mkdir(path('preimages'))
    await writeFile(join(path('preimages'), `${KEY}.bin`), Uint8Array.of(1, 2, 3, 4))
  })
  after(() => rm(folder, { recursive: true }))

  it('ends with the exit code of the program', async () => {
    assert.equal((await altlayer(['riscv', 'run', path('pass.elf')])).code, 0)
    const { code, stdout } = await altlayer(['riscv', 'run', path('fail.elf')])
    assert.equal(code, 42)
    assert.match(stdout, /exit code 42/)
    const bad = await altlayer(['riscv', 'run', path('bad.elf')])
    assert.equal(bad.code, 224)
    assert.match(bad.stdout, /exit code 224: unknown instruction 0x00000000, zeros, no code/)
  })

  it('passes a conformance program with 0, fails one by its number', { skip: absent }, async () => {
    await buildProgram('memory.S', 'linker script, 0x80000000', path('memory.elf'))
    assert.equal((await altlayer(['riscv', 'run', path('memory.elf')])).code, 0)
    await buildProgram('failing.S', "the linker's default", path('failing.elf'), ['NUMBER=7'])
    const { code, stdout } = await altlayer(['riscv', 'run', path('failing.elf')])
    assert.equal(code, 15)
    assert.match(stdout, /exit code 15\n/)
  })

  it('shows what the program writes, without control characters, or keeps it as it is', async () => {
    assert.match((await altlayer(['riscv', 'run', path('greets.elf')])).stderr, /hi \.\[m/)
    await altlayer(['riscv', 'run', path('greets.elf'), '--output', path('out')])
    assert.equal(await readFile(path('out'), 'latin1'), 'hi \x1b[m')
  })

  it('prints states and witnesses of single steps', async () => {
    const args = [
      'riscv',
      'run',
      path('pass.elf'),
      '--state-at',
      '0',
      '--witness-at',
      '2',
      '--json',
    ]
    const { code, stdout } = await altlayer(args)
    assert.equal(code, 0)
    const report = JSON.parse(stdout)
    assert.deepEqual([report.steps, report.exited, report.stateAt.step], ['2', false, '0'])
    assert.equal(report.witnessAt.stateHash, report.stateHash)
    assert.match(report.stateHash, /^0x03/)
    assert.equal(report.stateAt.stateData.length, 2 + 2 * 346)
    assert.equal(report.witnessAt.proof.length, 2 + 2 * 896)
    const whole = JSON.parse((await altlayer([...args, '--steps', '9'])).stdout)
    assert.deepEqual([whole.steps, whole.exitCode, whole.stateHash.slice(0, 4)], ['3', 0, '0x00'])
  })

  it('takes preimages from a file or a folder, and names the one that is missing', async () => {
    const run = (...more: string[]) => altlayer(['riscv', 'run', path('reads.elf'), ...more])
    assert.equal((await run('--preimages', path('preimages.json'))).code, 3)
    assert.equal((await run('--preimages', path('preimages'))).code, 4)
    const missing = await run()
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, new RegExp(`no preimage of key 0x${KEY}.*--preimages`))
    const wrong = await run('--preimages', path('pass.elf'))
    assert.equal(wrong.code, 1)
    assert.match((await run('--preimages', path('nothing'))).stderr, /ENOENT/)
    assert.match((await run('--preimages', folder)).stderr, /typed keys of 64 hex digits/)
  })

  it('names what is wrong with a file or an argument', async () => {
    const error = async (...args: string[]) => {
      const { code, stderr } = await altlayer(['riscv', ...args])
      return [code, stderr] as const
    }
    const [code, stderr] = await error('run', path('preimages.json'))
    assert.deepEqual([code, /not an ELF file/.test(stderr)], [1, true])
    assert.equal((await error('run', path('nothing')))[0], 1)
    for (const args of [
      ['run'],
      ['walk', path('pass.elf')],
      ['run', path('pass.elf'), '--steps', '-1'],
    ])
      assert.equal((await error(...args))[0], 2)
    assert.equal((await error('run', path('pass.elf'), '--steps', `${2n ** 64n}`))[0], 2)
  })
})
