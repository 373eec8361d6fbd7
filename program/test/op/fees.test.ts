import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rollupFees } from '@altlayer/protocol'
import fc from 'fast-check'
import {
  FORK_BEDROCK,
  FORK_ECOTONE,
  FORK_FJORD,
  FORK_ISTHMUS,
  FORK_REGOLITH,
} from '../../shared/abi.ts'
import { globalValue, testModule } from '../support/module.ts'

interface FeeExports {
  readonly INPUT: WebAssembly.Global
  readonly l1BaseFee: WebAssembly.Global
  readonly l1BlobBaseFee: WebAssembly.Global
  readonly l1FeeScalars: WebAssembly.Global
  readonly l1Overhead: WebAssembly.Global
  readonly l1Scalar: WebAssembly.Global
  readonly operatorFeeParams: WebAssembly.Global
  readonly l1DataGas: { readonly value: bigint }
  fastLzLength(ptr: number, len: number): number
  l1DataFee(fork: number, ptr: number, len: number, out: number): number
  operatorFee(fork: number, gas: bigint, out: number): void
  countNonzero(ptr: number, len: number): number
  weiMul(out: number, a: number, factor: bigint): bigint
}

const { exports: program, memory } = await testModule<FeeExports>('fees')
const view = new DataView(memory.buffer)
const input = globalValue(program.INPUT)
const output = input + (1 << 20)

const MAX_WORD = (1n << 256n) - 1n
const MAX_U64 = (1n << 64n) - 1n

function setWord(at: number, value: bigint): void {
  for (let i = 0; i < 4; i++)
    view.setBigUint64(at + 8 * i, (value >> BigInt(64 * i)) & MAX_U64, true)
}

function word(at: number): bigint {
  let value = 0n
  for (let i = 3; i >= 0; i--) value = (value << 64n) | view.getBigUint64(at + 8 * i, true)
  return value
}

interface Parameters {
  readonly l1BaseFee: bigint
  readonly l1BlobBaseFee: bigint
  readonly baseFeeScalar: bigint
  readonly blobBaseFeeScalar: bigint
  readonly overhead: bigint
  readonly scalar: bigint
}

function setParameters(p: Parameters): void {
  setWord(globalValue(program.l1BaseFee), p.l1BaseFee)
  setWord(globalValue(program.l1BlobBaseFee), p.l1BlobBaseFee)
  setWord(
    globalValue(program.l1FeeScalars),
    (p.baseFeeScalar << 96n) | (p.blobBaseFeeScalar << 64n),
  )
  setWord(globalValue(program.l1Overhead), p.overhead)
  setWord(globalValue(program.l1Scalar), p.scalar)
}

function dataFee(fork: number, data: Uint8Array): { fits: boolean; fee: bigint; gas: bigint } {
  memory.set(data, input)
  const fits = program.l1DataFee(fork, input, data.length, output) === 1
  return { fits, fee: word(output), gas: BigInt.asUintN(64, program.l1DataGas.value) }
}

function calldataGas(data: Uint8Array, more: bigint): bigint {
  const nonzero = BigInt(data.reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0))
  return 4n * (BigInt(data.length) - nonzero) + 16n * (nonzero + more)
}

/**
 * FastLZ level 1 as a compressor that writes its output, after the format's description: independent of the
 * program's, which only counts.
 */
function fastLz(data: Uint8Array): number {
  const out: number[] = []
  const table = new Map<number, number>()
  const at24 = (i: number) =>
    (data[i] as number) | ((data[i + 1] as number) << 8) | ((data[i + 2] as number) << 16)
  const hash = (v: number) => (Math.imul(v, 0x9e3779b9) >>> 19) & 8191
  const literals = (from: number, to: number) => {
    for (let i = from; i < to; i += 32) {
      const run = data.subarray(i, Math.min(i + 32, to))
      out.push(run.length - 1, ...run)
    }
  }
  const limit = data.length - 13
  let anchor = 0
  let i = 2
  search: while (i < limit) {
    let reference: number
    for (;;) {
      const key = hash(at24(i))
      reference = table.get(key) ?? 0
      table.set(key, i)
      if (i - reference <= 8191 && at24(i) === at24(reference)) break
      if (++i >= limit) break search
    }
    // The reference tests the limit after it has stepped past the match.
    if (i + 1 >= limit) break
    literals(anchor, i)
    let length = 3
    const end = limit + 9
    while (i + length < end && data[reference + length] === data[i + length]) length++
    // The byte that differs counts as matched, unless the end came first.
    const advance = length - (i + length < end ? 2 : 3)
    let rest = advance - 1
    for (; rest >= 262; rest -= 262) out.push(0, 0, 0)
    out.push(...(rest >= 6 ? [0, 0, 0] : [0, 0]))
    i += advance
    table.set(hash(at24(i)), i)
    i++
    table.set(hash(at24(i)), i)
    i++
    anchor = i
  }
  literals(anchor, data.length)
  return out.length
}

const transactionBytes = fc.oneof(
  fc.uint8Array({ maxLength: 700 }),
  // Repetitive, as calldata is.
  fc
    .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 30 })), {
      maxLength: 12,
    })
    .map((parts) =>
      Uint8Array.from(
        parts.flatMap(([part, n]) =>
          Array(n)
            .fill([...part])
            .flat(),
        ),
      ),
    ),
  fc.integer({ min: 0, max: 20_000 }).map((length) => new Uint8Array(length)),
)
const parameters: fc.Arbitrary<Parameters> = fc.record({
  l1BaseFee: fc.bigInt(0n, 1n << 70n),
  l1BlobBaseFee: fc.bigInt(0n, 1n << 70n),
  baseFeeScalar: fc.bigInt(0n, 0xffff_ffffn),
  blobBaseFeeScalar: fc.bigInt(0n, 0xffff_ffffn),
  overhead: fc.bigInt(0n, 1n << 40n),
  scalar: fc.bigInt(0n, 1n << 60n),
})

describe('L1 data fee', () => {
  test('Bedrock and Regolith: (data gas + overhead) * base fee * scalar / 1e6', () => {
    fc.assert(
      fc.property(parameters, transactionBytes, (p, data) => {
        setParameters(p)
        for (const [fork, more] of [
          [FORK_BEDROCK, 68n],
          [FORK_REGOLITH, 0n],
        ] as const) {
          const gas = calldataGas(data, more) + p.overhead
          assert.deepEqual(dataFee(fork, data), {
            fits: true,
            fee: (gas * p.l1BaseFee * p.scalar) / 1_000_000n,
            gas,
          })
        }
      }),
    )
  })

  test('Ecotone: data gas * (16 * base fee * scalar + blob base fee * blob scalar) / 16e6', () => {
    fc.assert(
      fc.property(parameters, transactionBytes, (p, data) => {
        fc.pre(p.l1BlobBaseFee > 0n || p.baseFeeScalar > 0n || p.blobBaseFeeScalar > 0n)
        setParameters(p)
        const gas = calldataGas(data, 0n)
        const perByte = 16n * p.l1BaseFee * p.baseFeeScalar + p.l1BlobBaseFee * p.blobBaseFeeScalar
        const fee = (gas * perByte) / 16_000_000n
        assert.deepEqual(dataFee(FORK_ECOTONE, data), { fits: true, fee, gas })
      }),
    )
  })

  test('the first Ecotone block, whose parameters are not set, still pays by the Regolith formula', () => {
    setParameters({
      l1BaseFee: 1_000_000_000n,
      l1BlobBaseFee: 0n,
      baseFeeScalar: 0n,
      blobBaseFeeScalar: 0n,
      overhead: 188n,
      scalar: 684_000n,
    })
    const data = Uint8Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? 0 : i))
    for (const fork of [FORK_ECOTONE, FORK_FJORD])
      assert.deepEqual(dataFee(fork, data), dataFee(FORK_REGOLITH, data))
  })

  test('Fjord: max(100e6, 836500 * fastlz - 42585600) * fee per byte / 1e12', () => {
    fc.assert(
      fc.property(parameters, transactionBytes, (p, data) => {
        fc.pre(p.l1BlobBaseFee > 0n || p.baseFeeScalar > 0n || p.blobBaseFeeScalar > 0n)
        setParameters(p)
        const estimated = 836_500n * BigInt(fastLz(data)) - 42_585_600n
        const size = estimated > 100_000_000n ? estimated : 100_000_000n
        const perByte = 16n * p.l1BaseFee * p.baseFeeScalar + p.l1BlobBaseFee * p.blobBaseFeeScalar
        assert.deepEqual(dataFee(FORK_FJORD, data), {
          fits: true,
          fee: (size * perByte) / 10n ** 12n,
          gas: (size * 16n) / 1_000_000n,
        })
      }),
    )
  })

  test('one short transaction, computed by hand in every fork', () => {
    // 30 bytes, none zero: 480 data gas. L1 at 1 gwei, blobs at 10^7 wei.
    const data = Buffer.from('dd80808094095e7baea6a6c7c4c2dfeb977efac326af552d878080808080', 'hex')
    setParameters({
      l1BaseFee: 1_000_000_000n,
      l1BlobBaseFee: 10_000_000n,
      baseFeeScalar: 2n,
      blobBaseFeeScalar: 3n,
      overhead: 50n,
      scalar: 7n,
    })
    assert.equal(dataFee(FORK_BEDROCK, data).fee, 11_326_000n) // (480 + 68 * 16 + 50) * 7000
    assert.equal(dataFee(FORK_REGOLITH, data).fee, 3_710_000n) // (480 + 50) * 7000
    assert.equal(dataFee(FORK_ECOTONE, data).fee, 960_900n) // 480 * 32.03e9 / 16e6
    assert.equal(dataFee(FORK_FJORD, data).fee, 3_203_000n) // 100e6 * 32.03e9 / 1e12
  })

  test('a fee of more than 256 bits is the largest word, and says so', () => {
    setParameters({
      l1BaseFee: MAX_WORD,
      l1BlobBaseFee: MAX_WORD,
      baseFeeScalar: 0xffff_ffffn,
      blobBaseFeeScalar: 0xffff_ffffn,
      overhead: MAX_WORD,
      scalar: MAX_WORD,
    })
    for (const fork of [FORK_BEDROCK, FORK_ECOTONE, FORK_FJORD]) {
      const { fits, fee } = dataFee(fork, new Uint8Array(200).fill(1))
      assert.deepEqual({ fits, fee }, { fits: false, fee: MAX_WORD })
    }
  })
})

test('FastLZ: the length of what a compressor writes', () => {
  fc.assert(
    fc.property(transactionBytes, (data) => {
      memory.set(data, input)
      assert.equal(program.fastLzLength(input, data.length), fastLz(data))
    }),
    { numRuns: 500 },
  )
})

test('operator fee: gas * scalar / 1e6 + constant, since Isthmus', () => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, MAX_U64),
      fc.bigInt(0n, 0xffff_ffffn),
      fc.bigInt(0n, MAX_U64),
      (gas, scalar, constant) => {
        setWord(globalValue(program.operatorFeeParams), (scalar << 64n) | constant)
        program.operatorFee(FORK_ISTHMUS, gas, output)
        assert.equal(word(output), (gas * scalar) / 1_000_000n + constant)
        program.operatorFee(FORK_FJORD, gas, output)
        assert.equal(word(output), 0n)
      },
    ),
  )
})

test('what is reckoned before a block is built is what the program charges, and no more than is said at first', () => {
  const common = {
    number: 1n,
    timestamp: 0n,
    hash: `0x${'00'.repeat(32)}`,
    sequenceNumber: 0n,
    batcherAddress: `0x${'00'.repeat(20)}`,
  } as const
  const active = { regolith: 0n, ecotone: 0n }
  const forks = [
    [FORK_BEDROCK, 'bedrock', {}],
    [FORK_REGOLITH, 'bedrock', { regolith: 0n }],
    [FORK_ECOTONE, 'ecotone', active],
    [FORK_FJORD, 'ecotone', { ...active, fjord: 0n }],
    [FORK_ISTHMUS, 'isthmus', { ...active, fjord: 0n, isthmus: 0n }],
  ] as const
  const gas = fc.bigInt(0n, 1n << 40n)
  fc.assert(
    fc.property(parameters, transactionBytes, gas, fc.nat(1000), (p, data, gas, scalar) => {
      fc.pre(p.l1BlobBaseFee > 0n || p.baseFeeScalar > 0n || p.blobBaseFeeScalar > 0n)
      setParameters(p)
      const operatorFeeScalar = BigInt(scalar)
      const operatorFeeConstant = 7n * operatorFeeScalar
      setWord(
        globalValue(program.operatorFeeParams),
        (operatorFeeScalar << 64n) | operatorFeeConstant,
      )
      for (const [fork, version, times] of forks) {
        const { l1BaseFee: baseFee, l1BlobBaseFee: blobBaseFee, ...others } = p
        const fields = { ...common, ...others, baseFee, blobBaseFee }
        const operator = { operatorFeeScalar, operatorFeeConstant }
        const { of, atMost } = rollupFees({ version, ...fields, ...operator }, times, 1n)
        const { fee } = dataFee(fork, data)
        program.operatorFee(fork, gas, output)
        assert.equal(of(data, gas), fee + word(output))
        assert.ok(atMost(data.length, gas) >= of(data, gas))
      }
    }),
  )
})

test('amounts in wei: the product and what exceeds 256 bits', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, MAX_WORD), fc.bigInt(0n, MAX_U64), (a, factor) => {
      setWord(input, a)
      const excess = BigInt.asUintN(64, program.weiMul(output, input, factor))
      assert.equal(word(output) + (excess << 256n), a * factor)
    }),
  )
})

test('nonzero bytes are counted', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
      memory.set(data, input)
      assert.equal(
        program.countNonzero(input, data.length),
        data.filter((byte) => byte !== 0).length,
      )
    }),
  )
})
