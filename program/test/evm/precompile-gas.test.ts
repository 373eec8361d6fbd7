import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testData } from '../../../scripts/testdata.ts'
import {
  FORK_CANYON,
  FORK_FJORD,
  FORK_GRANITE,
  FORK_HOLOCENE,
  FORK_ISTHMUS,
  MODE_ETHEREUM,
  MODE_OP,
  SPEC_CANCUN,
  SPEC_PRAGUE,
  SPEC_SHANGHAI,
} from '../../shared/abi.ts'
import { HALT_OUT_OF_GAS, HALT_PRECOMPILE, HALT_SUCCESS } from '../../shared/halt.ts'
import { testEvm } from '../support/evm.ts'
import { bytes, hex } from '../support/module.ts'

interface Vector {
  readonly Name: string
  readonly Input: string
  readonly Expected: string
  readonly Gas: number
}

const evm = await testEvm()
const vectors = await testData('precompile-vectors.tar.xz', (path) => path.endsWith('.json'))
const at = (number: number) => `0x${number.toString(16).padStart(40, '0')}`

const files: Readonly<Record<string, number>> = {
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
}

for (const [file, number] of Object.entries(files)) {
  test(`${file}: the vectors' gas is charged, one less is not enough`, {
    skip: vectors.absent,
  }, () => {
    const path = [...vectors.files.keys()].find((name) => name.endsWith(`/${file}.json`))
    assert.ok(path, file)
    const cases: readonly Vector[] = JSON.parse(new TextDecoder().decode(vectors.files.get(path)))
    for (const { Name, Input, Expected, Gas } of cases) {
      evm.precompile = (address, input) => {
        assert.equal(address, number)
        assert.equal(hex(input), Input.toLowerCase())
        return bytes(Expected)
      }
      const { halt, gasUsed, output } = evm.call(at(number), { data: Input, gas: BigInt(Gas) })
      assert.equal(halt, HALT_SUCCESS, Name)
      assert.equal(hex(output), Expected.toLowerCase(), Name)
      assert.equal(gasUsed, BigInt(Gas), Name)
      if (Gas === 0) continue
      assert.equal(
        evm.call(at(number), { data: Input, gas: BigInt(Gas) - 1n }).halt,
        HALT_OUT_OF_GAS,
      )
    }
  })
}

test('SHA-256 and RIPEMD-160 cost by the word', () => {
  evm.precompile = () => new Uint8Array(32)
  for (const [number, base, word] of [
    [2, 60n, 12n],
    [3, 600n, 120n],
  ] as const) {
    for (const length of [0, 1, 32, 33, 320]) {
      const { gasUsed } = evm.call(at(number), { data: new Uint8Array(length) })
      assert.equal(gasUsed, base + word * BigInt(Math.ceil(length / 32)))
    }
  }
})

test('modexp of absurd lengths is out of gas, or the minimum where nothing is multiplied', () => {
  const word = (value: bigint) => value.toString(16).padStart(64, '0')
  const huge = (1n << 256n) - 1n
  evm.precompile = () => new Uint8Array()
  const gas = (1n << 62n) - 1n
  for (const [base, exponent, modulus] of [
    [huge, 1n, 1n],
    [1n, huge, 1n],
    [1n, 1n, huge],
    [1n << 32n, 1n, 1n],
    [64n, 1n << 63n, 64n],
  ] as const) {
    const data = word(base) + word(exponent) + word(modulus)
    assert.equal(evm.call(at(5), { data, gas }).halt, HALT_OUT_OF_GAS, data)
  }
  assert.equal(evm.call(at(5), { data: word(0n) + word(huge) + word(0n) }).gasUsed, 200n)
  assert.equal(evm.call(at(5)).gasUsed, 200n)
})

test('precompiles come with their forks', () => {
  evm.precompile = () => Uint8Array.of(1)
  const isActive = (mode: number, spec: number, fork: number, number: number) => {
    evm.exports.setRules(mode, spec, fork)
    const { output } = evm.call(at(number), { data: new Uint8Array(213) })
    return output.length === 1
  }
  for (const [number, since] of [
    [0x09, SPEC_SHANGHAI],
    [0x0a, SPEC_CANCUN],
    [0x0b, SPEC_PRAGUE],
    [0x11, SPEC_PRAGUE],
  ] as const) {
    for (const spec of [SPEC_SHANGHAI, SPEC_CANCUN, SPEC_PRAGUE]) {
      assert.equal(
        isActive(MODE_ETHEREUM, spec, 0, number),
        spec >= since,
        `0x${number.toString(16)}`,
      )
    }
  }
  assert.equal(isActive(MODE_ETHEREUM, SPEC_PRAGUE, FORK_ISTHMUS, 0x100), false)
  assert.equal(isActive(MODE_OP, SPEC_CANCUN, FORK_FJORD, 0x100), true)
  assert.equal(isActive(MODE_OP, SPEC_SHANGHAI, FORK_CANYON, 0x100), false)
  assert.equal(isActive(MODE_ETHEREUM, SPEC_PRAGUE, 0, 0x12), false)
  evm.exports.setRules(MODE_ETHEREUM, SPEC_PRAGUE, 0)
})

test('OP mode refuses inputs that a dispute could not prove', () => {
  evm.precompile = () => new Uint8Array(32)
  const longest: readonly (readonly [number, number, number])[] = [
    [0x08, 112_687, FORK_GRANITE],
    [0x0c, 513_760, FORK_ISTHMUS],
    [0x0e, 488_448, FORK_ISTHMUS],
    [0x0f, 235_008, FORK_ISTHMUS],
  ]
  const gas = 10_000_000_000n
  for (const [number, limit, fork] of longest) {
    const halt = (mode: number, at_: number, length: number) => {
      evm.exports.setRules(mode, SPEC_PRAGUE, at_)
      return evm.call(at(number), { data: new Uint8Array(length), gas }).halt
    }
    assert.equal(halt(MODE_OP, fork, limit), HALT_SUCCESS)
    assert.equal(halt(MODE_OP, fork, limit + 1), HALT_PRECOMPILE)
    assert.equal(halt(MODE_ETHEREUM, fork, limit + 1), HALT_SUCCESS)
    assert.equal(halt(MODE_OP, number === 8 ? FORK_FJORD : FORK_HOLOCENE, limit + 1), HALT_SUCCESS)
  }
  evm.exports.setRules(MODE_ETHEREUM, SPEC_PRAGUE, 0)
})
