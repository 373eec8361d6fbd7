import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testData } from '../../../scripts/testdata.ts'
import { SPEC_CANCUN, SPEC_PARIS, SPEC_SHANGHAI } from '../../shared/abi.ts'
import { bytes, globalValue, testModule } from '../support/module.ts'

interface TransactionExports {
  readonly INPUT: WebAssembly.Global
  readonly intrinsicGas: { readonly value: bigint }
  decodeTransaction(ptr: number, end: number): number
  computeIntrinsicGas(spec: number): void
}

interface Result {
  readonly exception?: string
  readonly intrinsicGas: string
}

const { exports: program, memory } = await testModule<TransactionExports>('transaction')
const input = globalValue(program.INPUT)
const specs = { Paris: SPEC_PARIS, Shanghai: SPEC_SHANGHAI, Cancun: SPEC_CANCUN }
const vectors = await testData('ethereum-tests.tar.xz', (path) =>
  path.startsWith('TransactionTests/'),
)

/** Reasons that need more than the bytes: the chain, the signature, the fork or the sender's account. */
const notOfTheEncoding =
  /INVALID_CHAINID|SIGNATURE_VRS|EC_RECOVERY|INTRINSIC_GAS|INITCODE_SIZE|PRODUCT_OVERFLOW|NONCE_TOO_BIG|PRIORITY_GREATER|TYPE_NOT_SUPPORTED/

function decodes(txbytes: string): boolean {
  const encoded = bytes(txbytes)
  memory.set(encoded, input)
  return program.decodeTransaction(input, input + encoded.length) === 1
}

test('the public transaction vectors decode, or do not, and cost their intrinsic gas', {
  skip: vectors.absent,
}, () => {
  let decoded = 0
  let refused = 0
  for (const [path, file] of vectors.files) {
    const cases: Record<string, { txbytes: string; result: Record<string, Result> }> = JSON.parse(
      Buffer.from(file).toString(),
    )
    for (const [name, { txbytes, result }] of Object.entries(cases)) {
      for (const [fork, spec] of Object.entries(specs)) {
        const expected = result[fork]
        if (expected === undefined) continue
        const place = `${path} ${name} ${fork} ${expected.exception ?? ''}`
        if (expected.exception === undefined) {
          assert.ok(decodes(txbytes), place)
          program.computeIntrinsicGas(spec)
          assert.equal(program.intrinsicGas.value, BigInt(expected.intrinsicGas), place)
          decoded++
        } else if (!notOfTheEncoding.test(expected.exception)) {
          assert.ok(!decodes(txbytes), place)
          refused++
        }
      }
    }
  }
  assert.ok(decoded > 100 && refused > 100, `${decoded} decoded, ${refused} refused`)
})
