import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { compile } from '../../scripts/compile.ts'
import { KEY_KECCAK256, OUTPUT_NODE } from '../../shared/abi.ts'

const program = join(import.meta.dirname, '..', '..')

/** What a test module's host knows and was told. */
export interface TestHost {
  /** Preimages of type keccak256, by the hex of their hash without its first byte. */
  readonly preimages: Map<string, Uint8Array>
  /** Keys asked for, in order. */
  readonly asked: string[]
}

export interface TestModule<Exports> {
  readonly exports: Exports
  readonly memory: Uint8Array
  readonly host: TestHost
}

/** Compiles test/entries/<name>.ts and gives it a host that keeps the nodes it outputs. */
export async function testModule<Exports>(name: string): Promise<TestModule<Exports>> {
  const wasm = join(program, 'build', 'test', `${name}.wasm`)
  await compile(join(program, 'test', 'entries', `${name}.ts`), wasm)
  const module = await WebAssembly.compile(await readFile(wasm))
  const host: TestHost = { preimages: new Map(), asked: [] }
  let memory = new Uint8Array()
  const instance = await WebAssembly.instantiate(module, {
    host: {
      preimage(key: number, to: number, capacity: number): number {
        const id = hex(memory.subarray((key >>> 0) + 1, (key >>> 0) + 32))
        host.asked.push(id)
        const bytes = memory[key >>> 0] === KEY_KECCAK256 ? host.preimages.get(id) : undefined
        if (bytes === undefined) return -1
        memory.set(bytes.subarray(0, capacity), to >>> 0)
        return bytes.length
      },
      output(kind: number, at: number, length: number): void {
        if (kind !== OUTPUT_NODE) throw new Error(`unexpected output of kind ${kind}`)
        const record = memory.slice(at >>> 0, (at >>> 0) + length)
        const hash = keccak_256(record.subarray(32))
        if (hex(hash) !== hex(record.subarray(0, 32))) throw new Error('a node under a wrong hash')
        host.preimages.set(hex(hash.subarray(1)), record.slice(32))
      },
      hint(): void {},
      interrupted: () => 0,
    },
  })
  const exports = instance.exports as unknown as Exports & { readonly memory: WebAssembly.Memory }
  memory = new Uint8Array(exports.memory.buffer)
  return { exports, memory, host }
}

/** An exported global, as an unsigned number. */
export function globalValue(global: WebAssembly.Global): number {
  return global.value >>> 0
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Bytes of hex digits, with or without 0x. */
export function bytes(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replace(/^0x/, ''), 'hex'))
}
