import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { checkInstructions, InstructionError, isRv64im } from '../../scripts/elf-check.ts'
import { MEMORY_PAGES } from '../../scripts/memory.ts'
import { checkModule, memoryPages, WasmCheckError } from '../../scripts/wasm-check.ts'

const file = (name: string): Promise<Buffer> => readFile(new URL(`../../${name}`, import.meta.url))

// Wasm binaries of a few bytes: sections by number, with their contents.

const I32 = 0x7f
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

interface Parts {
  readonly parameters?: readonly number[]
  readonly results?: readonly number[]
  readonly locals?: readonly number[]
  readonly memory?: readonly number[]
  readonly imports?: readonly number[]
  readonly globals?: readonly number[]
  readonly body?: readonly number[]
}

const section = (id: number, bytes: readonly number[]): number[] =>
  bytes.length === 0 ? [] : [id, bytes.length, ...bytes]
const text = (name: string): number[] => [name.length, ...Buffer.from(name)]

/** A module whose export `main` has one function's body. */
function wasm(parts: Parts): Uint8Array {
  const { parameters = [], results = [I32], locals = [], memory = [1, 1, 1] } = parts
  const body = [...(locals.length > 0 ? [1, ...locals] : [0]), ...(parts.body ?? [0x41, 0]), 0x0b]
  const index = parts.imports === undefined ? 0 : 1
  return Uint8Array.from([
    ...HEADER,
    ...section(1, [1, 0x60, parameters.length, ...parameters, results.length, ...results]),
    ...section(2, parts.imports ?? []),
    ...section(3, [1, 0]),
    ...section(5, memory.length > 0 ? [1, ...memory] : []),
    ...section(6, parts.globals ?? []),
    ...section(7, [1, ...text('main'), 0, index]),
    ...section(10, [1, body.length, ...body]),
  ])
}

function refused(module: Uint8Array, message: RegExp): void {
  assert.throws(
    () => checkModule(module, 'main'),
    (error) => error instanceof WasmCheckError && message.test(error.message),
  )
}

describe('a module that becomes a program of the proof machine', () => {
  it('is the program, and modules of integers', async () => {
    const module = await file('build/program.wasm')
    checkModule(module, 'main')
    assert.equal(memoryPages(module), MEMORY_PAGES)
    checkModule(wasm({}), 'main')
    checkModule(wasm({ imports: [1, ...text('host'), ...text('hint'), 0, 0] }), 'main')
    // i64.const -1, i32.wrap, i32.const 0 with a copy and a fill before it.
    const bulk = [0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 10, 0, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 11, 0]
    checkModule(wasm({ body: [...bulk, 0x42, 0x7f, 0xa7] }), 'main')
  })

  it('has no floats and no SIMD, in instructions, locals, globals or types', () => {
    refused(wasm({ body: [0x43, 0, 0, 0, 0, 0x1a, 0x41, 0] }), /function 0: opcode 0x43/)
    refused(wasm({ body: [0x41, 0, 0x2a, 2, 0, 0x1a, 0x41, 0] }), /opcode 0x2a/)
    refused(wasm({ body: [0x41, 0, 0xb2, 0xa8] }), /opcode 0xb2/)
    refused(wasm({ body: [0xfd, 12] }), /opcode 0xfd/)
    refused(wasm({ body: [0xfc, 0] }), /opcode 0xfc 0/)
    refused(wasm({ locals: [1, 0x7d] }), /value type 0x7d/)
    refused(wasm({ locals: [1, 0x7b] }), /value type 0x7b/)
    refused(wasm({ parameters: [0x7c] }), /value type 0x7c/)
    refused(wasm({ globals: [1, 0x7c, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b] }), /a global/)
  })

  it('has one memory of a fixed size, no tables, imports of host only', () => {
    refused(wasm({ memory: [] }), /one memory/)
    refused(wasm({ memory: [0, 1] }), /fixed size, not 1 to any number/)
    refused(wasm({ memory: [1, 1, 2] }), /fixed size, not 1 to 2/)
    refused(wasm({ body: [0x41, 0, 0x11, 0, 0] }), /opcode 0x11/)
    refused(wasm({ imports: [1, ...text('env'), ...text('abort'), 0, 0] }), /not env.abort/)
    refused(
      wasm({ imports: [1, ...text('host'), ...text('table'), 1, 0x70, 0, 1] }),
      /not host.table/,
    )
  })

  it('exports an entry that takes nothing and returns an i32', () => {
    refused(wasm({ parameters: [I32] }), /'main' takes nothing/)
    refused(wasm({ results: [] }), /'main' takes nothing/)
    assert.throws(() => checkModule(wasm({}), 'start'), /no function 'start'/)
  })

  it('is whole', async () => {
    const module = wasm({})
    for (let length = 0; length < module.length; length++)
      assert.throws(() => checkModule(module.slice(0, length), 'main'), WasmCheckError)
    refused(new Uint8Array(20), /not a wasm module/)
  })
})

describe('the code of the ELF', () => {
  it('is RV64IM, and a word that is not is named', async () => {
    const elf = await file('elf/program.elf')
    checkInstructions(elf)
    const changed = Buffer.from(elf)
    // The first word of the code: the segment begins at 0x1000 in the file.
    changed.writeUInt32LE(0x0000100f, 0x1000)
    assert.throws(
      () => checkInstructions(changed),
      (error) => error instanceof InstructionError && /0x100f at 0x800000/.test(error.message),
    )
  })

  it('knows the 65 instructions and their borders', () => {
    for (const word of [0x00000013, 0x00000073, 0x00100073, 0x0ff0000f, 0x43f55513, 0x02c5d5bb])
      assert.equal(isRv64im(word), true, word.toString(16))
    for (const [what, word] of [
      ['zero', 0],
      ['a compressed instruction', 0x00004501],
      ['fence.i', 0x0000100f],
      ['csrr', 0xc0002573],
      ['mret', 0x30200073],
      ['lr.w', 0x1000252f],
      ['flw', 0x00052007],
      ['fadd.s', 0x00c5f553],
      ['slli with bit 26', 0x04051513],
      ['srai with bit 31', 0xc0055513],
      ['mulhw, which there is not', 0x02c5953b],
      ['ld with funct3 7', 0x00057503],
    ] as const)
      assert.equal(isRv64im(word), false, what)
  })
})
