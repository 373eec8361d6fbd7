import { initPrecompiles, precompile } from '@altlayer/engine/precompiles'
import { testData } from '../../scripts/testdata.ts'
import { figure, microsecondsPerCall, printTable } from './measure.ts'

interface Vector {
  readonly Name: string
  readonly Input: string
  readonly Gas: number
}

const FILES: Readonly<Record<string, number>> = {
  ecRecover: 0x01,
  modexp_eip2565: 0x05,
  bn256Add: 0x06,
  bn256ScalarMul: 0x07,
  bn256Pairing: 0x08,
  blake2F: 0x09,
  pointEvaluation: 0x0a,
  blsG1Add: 0x0b,
  blsG1MultiExp: 0x0c,
  blsG2Add: 0x0d,
  blsG2MultiExp: 0x0e,
  blsPairing: 0x0f,
  blsMapG1: 0x10,
  blsMapG2: 0x11,
  p256Verify: 0x100,
}
// RIP-7212; the vectors have EIP-7951's 6900.
const P256_GAS = 3450

/**
 * Times a few public vectors of each precompile, and the operands that are worst for modexp under its
 * gas. A block's time is bounded by the largest nanoseconds per gas.
 */
export async function run(): Promise<void> {
  await initPrecompiles()
  const data = await testData('precompile-vectors.tar.xz', (path) => path.endsWith('.json'))
  if (data.absent) throw new Error(data.absent)
  const rows: string[][] = []
  const add = (name: string, address: number, input: Uint8Array, gas: number) => {
    const time = microsecondsPerCall(() => precompile(address, input), 50, 3)
    rows.push([
      name,
      `0x${address.toString(16)}`,
      `${gas}`,
      figure(time),
      figure((time * 1000) / gas),
    ])
  }
  for (const [name, address] of Object.entries(FILES)) {
    const path = [...data.files.keys()].find((p) => p.endsWith(`/${name}.json`))
    const vectors: readonly Vector[] = JSON.parse(
      new TextDecoder().decode(data.files.get(path as string)),
    )
    const priced = vectors.filter((vector) => vector.Gas > 0)
    // From the cheapest to the dearest of the file.
    const sorted = priced.toSorted((a, b) => a.Gas - b.Gas)
    const chosen = new Set(
      [0, sorted.length >> 1, sorted.length - 1].map((i) => sorted[i] as Vector),
    )
    for (const vector of chosen) {
      const gas = address === 0x100 ? P256_GAS : vector.Gas
      add(`${name} ${vector.Name}`.slice(0, 44), address, Buffer.from(vector.Input, 'hex'), gas)
    }
  }
  for (const [size, exponent] of [
    [8, 32],
    [8, 1024],
    [16, 512],
    [32, 256],
    [64, 64],
    [256, 256],
  ] as const) {
    const { input, gas } = worstModexp(size, exponent)
    add(`modexp ${size} bytes ^ ${exponent} bytes`, 0x05, input, gas)
  }
  printTable(['precompile', 'address', 'gas', 'µs', 'ns/gas'], rows)
}

// Odd modulus and exponent with all bits set: every step squares and multiplies. Gas: EIP-2565.
function worstModexp(size: number, exponent: number): { input: Uint8Array; gas: number } {
  const word = (value: number) => value.toString(16).padStart(64, '0')
  const body = `${'fe'.repeat(size)}${'ff'.repeat(exponent)}${'fb'.repeat(size)}`
  const input = Buffer.from(`${word(size)}${word(exponent)}${word(size)}${body}`, 'hex')
  const iterations = exponent <= 32 ? 8 * exponent - 1 : 8 * (exponent - 32) + 255
  return { input, gas: Math.max(200, Math.floor((Math.ceil(size / 8) ** 2 * iterations) / 3)) }
}
