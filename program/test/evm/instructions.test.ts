import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import {
  HALT_INVALID_JUMP,
  HALT_INVALID_OPCODE,
  HALT_OUT_OF_GAS,
  HALT_RETURN_DATA_OUT_OF_BOUNDS,
  HALT_REVERT,
  HALT_STACK_OVERFLOW,
  HALT_STACK_UNDERFLOW,
  HALT_SUCCESS,
} from '../../shared/halt.ts'
import { TRACE_MODE_STEPS } from '../../shared/trace.ts'
import { assemble, opcodes, push } from '../support/assembler.ts'
import { SENDER, testEvm } from '../support/evm.ts'
import { hex } from '../support/module.ts'

const evm = await testEvm()
const CONTRACT = `0x${'c0'.repeat(20)}`
const U256 = 1n << 256n
const signed = (value: bigint) => BigInt.asIntN(256, value)
const unsigned = (value: bigint) => BigInt.asUintN(256, value)

function run(code: Uint8Array, options = {}) {
  evm.open()
  evm.setAccount(CONTRACT, { code })
  return evm.call(CONTRACT, options)
}

/** The top of the stack after some code. */
function top(source: string, options = {}): bigint {
  const { halt, output } = run(assemble(`${source} PUSH0 MSTORE 32 PUSH0 RETURN`), options)
  assert.equal(halt, HALT_SUCCESS, source)
  return BigInt(`0x${hex(output)}`)
}

const U64 = (1n << 64n) - 1n
const word = fc.oneof(
  fc.bigInt({ min: 0n, max: U256 - 1n }),
  fc.constantFrom(
    0n,
    1n,
    2n,
    31n,
    32n,
    255n,
    256n,
    U64,
    U64 + 1n,
    1n << 255n,
    (1n << 255n) - 1n,
    U256 - 1n,
  ),
)

const binary: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  ADD: (a, b) => unsigned(a + b),
  MUL: (a, b) => unsigned(a * b),
  SUB: (a, b) => unsigned(a - b),
  DIV: (a, b) => (b === 0n ? 0n : a / b),
  SDIV: (a, b) => (b === 0n ? 0n : unsigned(signed(a) / signed(b))),
  MOD: (a, b) => (b === 0n ? 0n : a % b),
  SMOD: (a, b) => (b === 0n ? 0n : unsigned(signed(a) % signed(b))),
  LT: (a, b) => BigInt(a < b),
  GT: (a, b) => BigInt(a > b),
  SLT: (a, b) => BigInt(signed(a) < signed(b)),
  SGT: (a, b) => BigInt(signed(a) > signed(b)),
  EQ: (a, b) => BigInt(a === b),
  AND: (a, b) => a & b,
  OR: (a, b) => a | b,
  XOR: (a, b) => a ^ b,
  BYTE: (a, b) => (a < 32n ? (b >> (8n * (31n - a))) & 0xffn : 0n),
  SHL: (a, b) => (a < 256n ? unsigned(b << a) : 0n),
  SHR: (a, b) => (a < 256n ? b >> a : 0n),
  SAR: (a, b) => unsigned(signed(b) >> (a < 256n ? a : 256n)),
  SIGNEXTEND: (a, b) => (a < 31n ? unsigned(BigInt.asIntN(Number(8n * (a + 1n)), b)) : b),
}

for (const [name, expected] of Object.entries(binary)) {
  test(`${name} agrees with big integers, its operand pushed or computed`, () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        // A pushed first operand may be fused with the instruction; one from DUP is not.
        assert.equal(top(`${b} ${a} ${name}`), expected(a, b), `${name} ${a} ${b}`)
        assert.equal(top(`${a} ${b} DUP2 ${name}`), expected(a, b), `${name} ${a} ${b}`)
      }),
      { numRuns: 150 },
    )
  })
}

test('ADDMOD, MULMOD, EXP, ISZERO and NOT agree with big integers', () => {
  fc.assert(
    fc.property(word, word, word, (a, b, m) => {
      assert.equal(top(`${m} ${b} ${a} ADDMOD`), m === 0n ? 0n : (a + b) % m)
      assert.equal(top(`${m} ${b} ${a} MULMOD`), m === 0n ? 0n : (a * b) % m)
      assert.equal(top(`${a} ISZERO`), BigInt(a === 0n))
      assert.equal(top(`${a} NOT`), U256 - 1n - a)
    }),
    { numRuns: 300 },
  )
  assert.equal(top('10 3 EXP'), 59049n)
  assert.equal(top('0 0 EXP'), 1n)
  assert.equal(top('256 2 EXP'), 0n)
})

test('KECCAK256 hashes memory, of any length', () => {
  for (const length of [0, 1, 31, 32, 63, 64, 65, 135, 136, 137, 300]) {
    const data = Uint8Array.from({ length }, (_, i) => i)
    const hash = top(`${length} PUSH0 PUSH0 CALLDATACOPY ${length} PUSH0 KECCAK256`, { data })
    assert.equal(hash, BigInt(`0x${hex(keccak_256(data))}`), `${length} bytes`)
  }
})

test('every PUSH pushes its bytes; a cut one is filled with zeros', () => {
  for (let size = 1; size <= 32; size++) {
    const bytes = Array.from({ length: size }, (_, i) => 0xa1 + i)
    const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
    assert.equal(top(`${value}`), value, `PUSH${size}`)
  }
  assert.equal(top('PUSH0'), 0n)
  // The cut PUSH is the last instruction: the stack's top is not observable, but the code must end well.
  for (let size = 1; size <= 32; size++) {
    assert.equal(run(Uint8Array.of(0x5f + size)).halt, HALT_SUCCESS)
    assert.equal(run(Uint8Array.of(0x5f + size)).gasUsed, 3n)
  }
})

test('every DUP and SWAP reaches its word', () => {
  const words = Array.from({ length: 17 }, (_, i) => `${1000 + i}`).join(' ')
  for (let n = 1; n <= 16; n++) {
    assert.equal(top(`${words} DUP${n}`), BigInt(1017 - n), `DUP${n}`)
    assert.equal(top(`${words} SWAP${n}`), BigInt(1016 - n), `SWAP${n}`)
    assert.equal(top(`${words} SWAP${n} POP`), n === 1 ? 1016n : 1015n, `SWAP${n} POP`)
    assert.equal(
      run(assemble(`${'1 '.repeat(n - 1)} DUP${n}`)).halt,
      HALT_STACK_UNDERFLOW,
      `DUP${n}`,
    )
    assert.equal(run(assemble(`${'1 '.repeat(n)} SWAP${n}`)).halt, HALT_STACK_UNDERFLOW, `SWAP${n}`)
  }
})

test('the stack holds 1024 words and no more', () => {
  assert.equal(run(assemble('1 '.repeat(1024))).halt, HALT_SUCCESS)
  for (const last of ['1', 'PUSH0', 'DUP1', 'CALLER', '4 ADD', '64 MLOAD', '2 SHL']) {
    assert.equal(run(assemble(`${'1 '.repeat(1024)} ${last}`)).halt, HALT_STACK_OVERFLOW, last)
  }
})

test('each instruction refuses a stack with too few words', () => {
  const takes: Readonly<Record<string, number>> = {
    ...Object.fromEntries(Object.keys(binary).map((name) => [name, 2])),
    ...{
      ADDMOD: 3,
      MULMOD: 3,
      EXP: 2,
      ISZERO: 1,
      NOT: 1,
      KECCAK256: 2,
      BALANCE: 1,
      CALLDATALOAD: 1,
    },
    ...{
      CALLDATACOPY: 3,
      CODECOPY: 3,
      EXTCODESIZE: 1,
      EXTCODECOPY: 4,
      RETURNDATACOPY: 3,
      EXTCODEHASH: 1,
    },
    ...{
      BLOCKHASH: 1,
      BLOBHASH: 1,
      POP: 1,
      MLOAD: 1,
      MSTORE: 2,
      MSTORE8: 2,
      SLOAD: 1,
      SSTORE: 2,
      JUMP: 1,
    },
    ...{
      JUMPI: 2,
      TLOAD: 1,
      TSTORE: 2,
      MCOPY: 3,
      LOG0: 2,
      LOG1: 3,
      LOG2: 4,
      LOG3: 5,
      LOG4: 6,
      CREATE: 3,
    },
    ...{ CALL: 7, CALLCODE: 7, RETURN: 2, DELEGATECALL: 6, CREATE2: 4, STATICCALL: 6, REVERT: 2 },
    ...{ SELFDESTRUCT: 1 },
  }
  for (const [name, count] of Object.entries(takes)) {
    for (let words = 0; words < count; words++) {
      // PUSH0 is fused with nothing, PUSH1 with some.
      for (const filler of ['PUSH0 ', '1 ']) {
        const { halt } = run(assemble(`${filler.repeat(words)} ${name}`))
        assert.equal(halt, HALT_STACK_UNDERFLOW, `${name} on ${words} words`)
      }
    }
  }
})

test('undefined opcodes halt the frame', () => {
  const defined = new Set(Object.values(opcodes))
  for (let opcode = 0; opcode < 256; opcode++) {
    if (defined.has(opcode) && opcode !== opcodes.INVALID) continue
    const { halt, gasUsed } = run(Uint8Array.from([...assemble('1 '.repeat(10)), opcode]), {
      gas: 5000n,
    })
    assert.equal(halt, HALT_INVALID_OPCODE, `0x${opcode.toString(16)}`)
    assert.equal(gasUsed, 5000n)
  }
})

test('jumps reach JUMPDESTs only, not the bytes of a PUSH', () => {
  assert.equal(run(assemble('@end JUMP INVALID :end')).halt, HALT_SUCCESS)
  assert.equal(run(assemble('1 @end JUMPI INVALID :end')).halt, HALT_SUCCESS)
  assert.equal(run(assemble('0 @end JUMPI STOP :end INVALID')).halt, HALT_SUCCESS)
  assert.equal(run(assemble('0 ISZERO @end JUMPI INVALID :end')).halt, HALT_SUCCESS)
  assert.equal(run(assemble('1 ISZERO @end JUMPI STOP :end INVALID')).halt, HALT_SUCCESS)
  for (const target of ['0', '4', '5', '6', '100', `${U256 - 1n}`, `${1n << 64n}`]) {
    // 4 is the 0x5b inside PUSH2; the target is pushed or computed.
    const body = 'PUSH1 PUSH1'
    assert.equal(run(assemble(`${target} JUMP 0x5b5b ${body}`)).halt, HALT_INVALID_JUMP, target)
    assert.equal(run(assemble(`${target} DUP1 JUMP 0x5b5b`)).halt, HALT_INVALID_JUMP, target)
    assert.equal(run(assemble(`1 ${target} JUMPI 0x5b5b`)).halt, HALT_INVALID_JUMP, target)
  }
})

test('memory, code, call data and return data are zero behind their end', () => {
  const data = Uint8Array.from({ length: 40 }, (_, i) => i + 1)
  const slice = (from: number) => {
    const padded = new Uint8Array(32)
    padded.set(data.subarray(from, from + 32))
    return BigInt(`0x${hex(padded)}`)
  }
  for (const from of [0, 1, 8, 9, 39])
    assert.equal(top(`${from} CALLDATALOAD`, { data }), slice(from))
  for (const from of ['40', '41', `${1n << 64n}`, `${U256 - 1n}`]) {
    assert.equal(top(`${from} CALLDATALOAD`, { data }), 0n)
    assert.equal(top(`32 ${from} 0 CALLDATACOPY 0 MLOAD`, { data }), 0n)
    // The code is longer than 41 bytes.
    const behind = from.length === 2 ? `4${from}` : from
    assert.equal(top(`32 ${behind} 0 CODECOPY 0 MLOAD`, { data }), 0n)
  }
  assert.equal(top('40 MLOAD'), 0n)
  assert.equal(top('40 MLOAD POP MSIZE'), 96n)
  assert.equal(run(assemble('1 0 0 RETURNDATACOPY')).halt, HALT_RETURN_DATA_OUT_OF_BOUNDS)
  assert.equal(
    run(assemble(`0 ${U256 - 1n} 0 RETURNDATACOPY`)).halt,
    HALT_RETURN_DATA_OUT_OF_BOUNDS,
  )
  assert.equal(run(assemble('0 0 0 RETURNDATACOPY')).halt, HALT_SUCCESS)
})

test('MCOPY moves overlapping ranges as if through a copy', () => {
  const fill = `${0x0102030405060708n} 0 MSTORE`
  assert.equal(top(`${fill} 8 24 25 MCOPY 1 MLOAD`), 0x010102030405060708n)
  assert.equal(top(`${fill} 8 24 20 MCOPY 0 MLOAD`), 0x010203040506070805060708n)
})

test('huge memory is out of gas, whatever the gas', () => {
  for (const access of [
    'MLOAD',
    '1 SWAP1 MSTORE',
    '1 SWAP1 MSTORE8',
    '1 SWAP1 KECCAK256',
    '1 SWAP1 RETURN',
  ]) {
    for (const offset of [1n << 31n, 1n << 32n, (1n << 64n) - 1n, 1n << 64n, U256 - 1n]) {
      const { halt } = run(assemble(`${offset} ${access}`), { gas: (1n << 62n) - 1n })
      assert.equal(halt, HALT_OUT_OF_GAS, `${access} at ${offset}`)
    }
  }
  // An empty range is nowhere.
  assert.equal(run(assemble(`0 ${U256 - 1n} RETURN`)).halt, HALT_SUCCESS)
  assert.equal(run(assemble(`0 ${U256 - 1n} REVERT`)).halt, HALT_REVERT)
})

test('gas runs out at exactly the price of the code', () => {
  const code = assemble(
    '3 5 ADD 2 MUL 0 MSTORE :loop 32 0 KECCAK256 POP @out JUMP :out 1 ISZERO @loop JUMPI',
  )
  const { halt, gasUsed } = run(code)
  assert.equal(halt, HALT_SUCCESS)
  for (let gas = 0n; gas < gasUsed; gas++) {
    const short = run(code, { gas })
    assert.equal(short.halt, HALT_OUT_OF_GAS, `${gas}`)
    assert.equal(short.gasUsed, gas)
  }
  assert.equal(run(code, { gas: gasUsed }).halt, HALT_SUCCESS)
})

test('random code does the same decoded with fused instructions and traced without', () => {
  const names = Object.keys(opcodes).filter((name) => !/^PUSH|^GAS$|INVALID/.test(name))
  const small = fc.constantFrom(
    0n,
    1n,
    2n,
    3n,
    5n,
    31n,
    32n,
    64n,
    96n,
    255n,
    0xffffn,
    0xffffffffn,
    U64,
  )
  const instruction = fc.oneof(
    { weight: 5, arbitrary: fc.oneof(small, word).map((value) => push(value)) },
    { weight: 2, arbitrary: fc.nat(120).map((target) => [0x60, target]) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 16 }).map((n) => [0x7f + n]) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 16 }).map((n) => [0x8f + n]) },
    { weight: 2, arbitrary: fc.constant([0x5b]) },
    { weight: 1, arbitrary: fc.nat(120).map((target) => [0x60, target, 0x56]) },
    { weight: 1, arbitrary: fc.nat(120).map((target) => [0x60, target, 0x57]) },
    { weight: 1, arbitrary: fc.nat(120).map((target) => [0x15, 0x60, target, 0x57]) },
    { weight: 1, arbitrary: fc.constantFrom([0x90, 0x50], [0x91, 0x50], [0x50, 0x50], [0x5a]) },
    { weight: 8, arbitrary: fc.constantFrom(...names).map((name) => [opcodes[name] ?? 0]) },
  )
  const gas = fc.oneof(
    fc.bigInt({ min: 0n, max: 400n }),
    fc.bigInt({ min: 3060n, max: 3100n }),
    fc.constant(60_000n),
  )
  // A few words, so that the code gets somewhere; none, or almost all that fit, so that it does not.
  const stack = fc.constantFrom('7 64 1 0 3 96 2 32 5 0 1 2', '', '1 '.repeat(1021))
  fc.assert(
    fc.property(stack, fc.array(instruction, { maxLength: 60 }), gas, (words, parts, limit) => {
      const code = Uint8Array.from([...assemble(words), ...parts.flat()])
      const outcome = (mode: number) => {
        evm.trace(mode)
        const { halt, gasUsed, output } = run(code, { gas: limit, data: '0x010203' })
        const refund = evm.exports.refundCounter.value
        return { halt, gasUsed, output: hex(output), refund, root: halt === 0 ? evm.root() : '' }
      }
      const fused = outcome(0)
      const stepped = outcome(TRACE_MODE_STEPS)
      evm.trace(0)
      assert.deepEqual(fused, stepped, hex(code))
    }),
    { numRuns: 3000 },
  )
})

test('the environment instructions push what the frame was given', () => {
  evm.open()
  evm.setAccount(SENDER, { balance: 100n })
  evm.setAccount(CONTRACT, {
    code: assemble(
      'CALLVALUE 0 MSTORE CALLER 32 MSTORE ADDRESS 64 MSTORE SELFBALANCE 96 MSTORE 128 0 RETURN',
    ),
  })
  const { output } = evm.call(CONTRACT, { value: 7n })
  const words = [0, 32, 64, 96].map((at) => hex(output.subarray(at, at + 32)))
  assert.equal(BigInt(`0x${words[0]}`), 7n)
  assert.equal(words[1], SENDER.slice(2).padStart(64, '0'))
  assert.equal(words[2], CONTRACT.slice(2).padStart(64, '0'))
  assert.equal(BigInt(`0x${words[3]}`), 7n)
})
