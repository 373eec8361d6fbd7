import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compile } from '@altlayer/program/scripts/compile.ts'
import { buildElf } from '@altlayer/program/scripts/elf.ts'
import {
  createMachine,
  createProgramHost,
  type ProgramImage,
  type ProgramServer,
  parseElf,
} from '../../src/index.ts'

const program = join(import.meta.dirname, '../../../../program')

/** A module of ours compiled for V8 and for the proof machine. */
export interface BothPrograms {
  readonly module: WebAssembly.Module
  readonly image: ProgramImage
}

/** How a run ended, and what it said. */
export interface Outcome {
  /** The exit code; a trap's is that of docs/riscv.md, "The program". */
  readonly exitCode: number
  /** Kind and bytes in hex of each output record. */
  readonly records: readonly string[]
  /** 0 in V8. */
  readonly steps: bigint
}

/** Builds program/test/entries/<name>.ts, whose export `main` runs. Throws ToolchainError without the RISC-V tools. */
export async function buildBoth(name: string): Promise<BothPrograms> {
  const wasm = join(program, 'build/test', `${name}.wasm`)
  const elf = join(program, 'build/test', `${name}.elf`)
  await compile(join(program, 'test/entries', `${name}.ts`), wasm)
  await buildElf(wasm, elf, 'main')
  return {
    module: new WebAssembly.Module(await readFile(wasm)),
    image: parseElf(await readFile(elf)),
  }
}

function recorder(server: ProgramServer): { server: ProgramServer; records: string[] } {
  const records: string[] = []
  const output = (kind: number, record: Uint8Array): void => {
    records.push(`${kind}:${Buffer.from(record).toString('hex')}`)
    server.output?.(kind, record)
  }
  return { server: { ...server, output }, records }
}

export function runOnMachine(image: ProgramImage, given: ProgramServer): Outcome {
  const { server, records } = recorder(given)
  const machine = createMachine(image, createProgramHost(server))
  machine.run(1n << 60n)
  return { exitCode: machine.exitCode, records, steps: machine.step }
}

/** Runs the module in V8 with a host that does what the machine's runtime does. */
export function runInV8(module: WebAssembly.Module, given: ProgramServer): Outcome {
  const { server, records } = recorder(given)
  let own: WebAssembly.Memory | undefined
  // Even growing by 0 pages replaces the buffer.
  const view = (): Uint8Array => (own === undefined ? new Uint8Array() : new Uint8Array(own.buffer))
  const imports = {
    preimage(key: number, to: number, capacity: number): number {
      const bytes = server.get(view().subarray(key >>> 0, (key >>> 0) + 32))
      if (bytes === undefined) throw new Error('no preimage')
      view().set(bytes.subarray(0, capacity >>> 0), to >>> 0)
      return bytes.length
    },
    hint(at: number, length: number): number {
      server.hint?.(view().slice(at >>> 0, (at >>> 0) + (length >>> 0)))
      return 0
    },
    output(kind: number, at: number, length: number): void {
      server.output?.(kind, view().slice(at >>> 0, (at >>> 0) + (length >>> 0)))
    },
    interrupted: () => 0,
  }
  const { exports } = new WebAssembly.Instance(module, { host: imports })
  const { memory, main } = exports as unknown as {
    readonly memory: WebAssembly.Memory
    main(): number
  }
  own = memory
  try {
    return { exitCode: main() & 0xff, records, steps: 0n }
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error
    return { exitCode: trapCode(error.message), records, steps: 0n }
  }
}

const TRAPS = [
  [/out of bounds/, 227],
  [/unreachable/, 240],
  [/divide by zero|remainder by zero/, 241],
  [/divide result unrepresentable/, 242],
] as const

function trapCode(message: string): number {
  const code = TRAPS.find(([pattern]) => pattern.test(message))?.[1]
  if (code === undefined) throw new Error(`V8 trapped in another way: ${message}`)
  return code
}
