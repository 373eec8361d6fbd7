import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testData } from '../../../../scripts/testdata.ts'
import { initPrecompiles, precompile } from '../../src/precompiles/index.ts'

interface Vector {
  readonly Name: string
  readonly Input: string
  readonly Expected?: string
  readonly ExpectedError?: string
}

// File name in the archive to address; modexp_eip7883 differs from the others only in gas.
const FILES: Readonly<Record<string, number>> = {
  ecRecover: 0x01,
  modexp: 0x05,
  modexp_eip2565: 0x05,
  modexp_eip7883: 0x05,
  bn256Add: 0x06,
  bn256ScalarMul: 0x07,
  bn256Pairing: 0x08,
  blake2F: 0x09,
  'fail-blake2f': 0x09,
  pointEvaluation: 0x0a,
  blsG1Add: 0x0b,
  'fail-blsG1Add': 0x0b,
  blsG1Mul: 0x0c,
  'fail-blsG1Mul': 0x0c,
  blsG1MultiExp: 0x0c,
  'fail-blsG1MultiExp': 0x0c,
  blsG2Add: 0x0d,
  'fail-blsG2Add': 0x0d,
  blsG2Mul: 0x0e,
  'fail-blsG2Mul': 0x0e,
  blsG2MultiExp: 0x0e,
  'fail-blsG2MultiExp': 0x0e,
  blsPairing: 0x0f,
  'fail-blsPairing': 0x0f,
  blsMapG1: 0x10,
  'fail-blsMapG1': 0x10,
  blsMapG2: 0x11,
  'fail-blsMapG2': 0x11,
  p256Verify: 0x100,
}

const data = await testData('precompile-vectors.tar.xz')
await initPrecompiles()

test('every vector file of the archive is tested', { skip: data.absent }, () => {
  const names = [...data.files.keys()].filter((path) => path.endsWith('.json')).map(fileName)
  assert.deepEqual(names.sort(), Object.keys(FILES).sort())
})

for (const [name, address] of Object.entries(FILES))
  test(`precompile 0x${address.toString(16)}: ${name}`, { skip: data.absent }, () => {
    const path = [...data.files.keys()].find((p) => fileName(p) === name)
    const bytes = data.files.get(path as string)
    const vectors: readonly Vector[] = JSON.parse(new TextDecoder().decode(bytes))
    for (const vector of vectors) {
      const output = precompile(address, Buffer.from(vector.Input, 'hex'))
      const actual = output === undefined ? 'failure' : Buffer.from(output).toString('hex')
      assert.equal(actual, vector.ExpectedError ? 'failure' : vector.Expected, vector.Name)
    }
  })

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
}
