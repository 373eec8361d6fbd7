import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { keccak256 as ethersKeccak } from 'ethers'
import { compile } from '../../program/scripts/compile.ts'
import { figure, microsecondsPerCall, printTable } from './measure.ts'

const SIZES = [32, 64, 136, 532, 1024, 16_384]

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly input: WebAssembly.Global
  readonly output: WebAssembly.Global
  hash(length: number): void
}

/**
 * keccak256 of the program (wasm) and of two JavaScript libraries. The program's time includes copying
 * the input in and the digest out, as a caller in JavaScript pays it; the EVM and the trie do not.
 */
export async function run(): Promise<void> {
  const root = join(import.meta.dirname, '../..')
  const output = join(root, 'program/build/bench/keccak.wasm')
  await compile(join(root, 'bench/assembly/keccak.ts'), output)
  const module = new WebAssembly.Module(await readFile(output))
  const instance = new WebAssembly.Instance(module, { env: { abort: () => {} } })
  const { memory, hash, ...at } = instance.exports as unknown as Exports
  const bytes = new Uint8Array(memory.buffer)
  const [from, to] = [at.input.value, at.output.value] as [number, number]
  const ours = (data: Uint8Array) => {
    bytes.set(data, from)
    hash(data.length)
    return bytes.slice(to, to + 32)
  }
  const rows = SIZES.map((size) => {
    const data = Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 0xff)
    if (!Buffer.from(ours(data)).equals(keccak_256(data)))
      throw new Error(`keccak256 of ${size} bytes differs from noble's`)
    const contenders = [() => ours(data), () => keccak_256(data), () => ethersKeccak(data)]
    const [wasm, noble, ethers] = contenders.map((work) => microsecondsPerCall(work)) as [
      number,
      number,
      number,
    ]
    return [
      `${size} bytes`,
      figure(wasm),
      figure(noble),
      figure(ethers),
      `${(noble / wasm).toFixed(1)}x`,
      `${figure(size / wasm)} MB/s`,
    ]
  })
  printTable(['µs a hash', 'program', 'noble', 'ethers', 'noble / program', 'program'], rows)
}
