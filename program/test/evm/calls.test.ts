import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import fc from 'fast-check'
import { MODE_ETHEREUM, SPEC_PRAGUE, SPEC_SHANGHAI } from '../../shared/abi.ts'
import {
  HALT_CODE_SIZE,
  HALT_CODE_STORE_OUT_OF_GAS,
  HALT_CREATE_COLLISION,
  HALT_HOST,
  HALT_INSUFFICIENT_BALANCE,
  HALT_INVALID_CODE,
  HALT_NONCE_OVERFLOW,
  HALT_OUT_OF_GAS,
  HALT_PRECOMPILE,
  HALT_REVERT,
  HALT_SUCCESS,
  HALT_WRITE_PROTECTION,
} from '../../shared/halt.ts'
import { STATUS_INTERRUPTED, STATUS_MISSING_PREIMAGE } from '../../shared/status.ts'
import { assemble, deployer } from '../support/assembler.ts'
import { SENDER, testEvm } from '../support/evm.ts'
import { bytes, globalValue, hex } from '../support/module.ts'

const evm = await testEvm()
const A = `0x${'aa'.repeat(20)}`
const B = `0x${'bb'.repeat(20)}`
const NOBODY = `0x${'99'.repeat(20)}`
const number = (data: Uint8Array) => BigInt(`0x${hex(data) || '0'}`)
const hostError = () => globalValue(evm.exports.hostError)
const RETURN_TOP = '0 MSTORE 32 0 RETURN'

function open(code: string, balance = 0n): void {
  evm.open()
  evm.setAccount(A, { code: assemble(code), balance })
}

afterEach(() => {
  evm.exports.setRules(MODE_ETHEREUM, SPEC_PRAGUE, 0)
  evm.exports.codeCacheInit(64 << 20)
  evm.interrupted = () => false
  evm.precompile = () => undefined
})

test('a contract can call itself 1024 frames deep, and no deeper', () => {
  // Depth so far in slot 0; stops when the call fails.
  open('0 SLOAD 1 ADD 0 SSTORE 0 0 0 0 0 ADDRESS GAS CALL 1 SSTORE')
  const { halt } = evm.call(A, { gas: (1n << 62n) - 1n })
  assert.equal(halt, HALT_SUCCESS)
  assert.equal(evm.storage(A, 0n), 1025n)
  // The outermost frame wrote last.
  assert.equal(evm.storage(A, 1n), 1n)
})

test('64 parts less one of the gas reach the callee', () => {
  open(`32 0 0 0 0 ${B} GAS CALL POP 0 MLOAD ${RETURN_TOP}`)
  evm.setAccount(B, { code: assemble(`GAS ${RETURN_TOP}`) })
  const { output } = evm.call(A, { gas: 1_000_000n })
  // Six pushes and GAS, the memory word and the cold address; the callee's own GAS costs 2.
  const left = 1_000_000n - 6n * 3n - 2n - 3n - 2600n
  assert.equal(number(output), left - left / 64n - 2n)
})

test('output goes where the caller asked for, cut to its length, and whole to the return data', () => {
  open(`4 0 0 0 ${B} GAS STATICCALL POP 32 0 0 RETURNDATACOPY RETURNDATASIZE 32 MSTORE 64 0 RETURN`)
  evm.setAccount(B, { code: assemble(`0x${'ab'.repeat(32)} ${RETURN_TOP}`) })
  const { output } = evm.call(A)
  assert.equal(hex(output), `${'ab'.repeat(32)}${'0'.repeat(62)}20`)

  open(`4 0 0 0 ${B} GAS STATICCALL POP 64 0 RETURN`)
  evm.setAccount(B, { code: assemble(`0x${'ab'.repeat(32)} 0 MSTORE 32 0 REVERT`) })
  assert.equal(hex(evm.call(A).output), 'abababab'.padEnd(128, '0'))
})

test('return data of megabytes passes through many frames', () => {
  const size = 3_000_000
  // Passes on what it is returned by the next one.
  const relay = (next: string) =>
    assemble(
      `0 0 0 0 ${next} GAS STATICCALL RETURNDATASIZE 0 0 RETURNDATACOPY RETURNDATASIZE 0 RETURN`,
    )
  const at = (i: number) => `0x${(0x1000 + i).toString(16).padStart(40, '0')}`
  evm.open()
  for (let i = 0; i < 20; i++) evm.setAccount(at(i), { code: relay(at(i + 1)) })
  evm.setAccount(at(20), { code: assemble(`0xfe ${size - 1} MSTORE8 ${size} 0 RETURN`) })
  const { halt, output } = evm.call(at(0), { gas: 10_000_000_000n })
  assert.equal(halt, HALT_SUCCESS)
  assert.equal(output.length, size)
  assert.equal(output.at(-1), 0xfe)
  assert.equal(output.at(-2), 0)
})

test('frames that fill the memory run out of gas and leave the caller intact', () => {
  open(`0x1234 0 MSTORE 0 0 0 0 ${B} GAS STATICCALL 32 MSTORE 64 0 RETURN`)
  evm.setAccount(B, { code: assemble(`1 0x18000000 MSTORE 0 0 0 0 ${B} GAS STATICCALL`) })
  const { halt, output } = evm.call(A, { gas: (1n << 62n) - 1n })
  assert.equal(halt, HALT_SUCCESS)
  assert.equal(number(output.subarray(0, 32)), 0x1234n)
  // The first of them had the room and ends well; the one it calls had none.
  assert.equal(number(output.subarray(32)), 1n)
})

test('nothing is written in a static call', () => {
  const writes = [
    '1 1 SSTORE',
    '1 1 TSTORE',
    '0 0 LOG0',
    '0 0 0 CREATE',
    '0 0 0 0 CREATE2',
    '0 SELFDESTRUCT',
  ]
  for (const write of [...writes, `0 0 0 0 1 ${NOBODY} GAS CALL`]) {
    open(`0 0 0 0 ${B} GAS STATICCALL ${RETURN_TOP}`)
    evm.setAccount(B, { code: assemble(write), balance: 10n })
    assert.equal(number(evm.call(A).output), 0n, write)
    assert.equal(evm.call(B, { isStatic: true }).halt, HALT_WRITE_PROTECTION, write)
  }
  // A frame below inherits it; a call without value is allowed.
  open(`0 0 0 0 ${B} GAS STATICCALL ${RETURN_TOP}`)
  evm.setAccount(B, { code: assemble(`0 0 0 0 0 ${NOBODY} GAS CALL ${RETURN_TOP}`) })
  assert.equal(number(evm.call(A).output), 1n)
})

test('DELEGATECALL keeps caller and value, CALLCODE is its own caller, both use their own storage', () => {
  const callee = assemble('CALLER 0 SSTORE CALLVALUE 1 SSTORE ADDRESS 2 SSTORE')
  open(`0 0 0 0 ${B} GAS DELEGATECALL`, 5n)
  evm.setAccount(SENDER, { balance: 100n })
  evm.setAccount(B, { code: callee })
  assert.equal(evm.call(A, { value: 3n }).halt, HALT_SUCCESS)
  assert.deepEqual(
    [0n, 1n, 2n].map((key) => evm.storage(A, key)),
    [BigInt(SENDER), 3n, BigInt(A)],
  )

  open(`0 0 0 0 2 ${B} GAS CALLCODE`, 5n)
  evm.setAccount(B, { code: callee })
  assert.equal(evm.call(A).halt, HALT_SUCCESS)
  assert.deepEqual(
    [0n, 1n, 2n].map((key) => evm.storage(A, key)),
    [BigInt(A), 2n, BigInt(A)],
  )
  assert.equal(evm.balance(A), 5n)
  assert.equal(evm.storage(B, 0n), 0n)
})

test('a frame that halts or reverts leaves no trace but its gas', () => {
  for (const [end, gone] of [
    ['INVALID', true],
    ['0 0 REVERT', false],
    ['POP', true],
    ['1 JUMP', true],
  ] as const) {
    open(`0 0 0 0 7 ${B} 100000 CALL ${RETURN_TOP}`, 10n)
    evm.setAccount(B, { code: assemble(`1 1 SSTORE 1 1 TSTORE 0 0 LOG0 ${end}`) })
    const { output, gasUsed } = evm.call(A)
    assert.equal(number(output), 0n)
    assert.equal(evm.storage(B, 1n), 0n)
    assert.equal(evm.balance(A), 10n)
    assert.equal(evm.balance(B), 0n)
    assert.equal(globalValue(evm.exports.logCount), 0)
    assert.equal(gasUsed > 100_000n, gone, end)
  }
})

test('calls with too much value fail at once and give the gas back', () => {
  open(`0 0 0 0 11 ${NOBODY} 100000 CALL GAS 32 MSTORE 0 MSTORE 64 0 RETURN`, 10n)
  const { output, gasUsed } = evm.call(A)
  assert.equal(number(output.subarray(0, 32)), 0n)
  assert.ok(gasUsed < 40_000n)
  assert.equal(evm.call(A, { from: NOBODY, value: 1n }).halt, HALT_INSUFFICIENT_BALANCE)
})

test('an EIP-7702 delegation runs the delegate on the account itself, one level deep', () => {
  open(`0 0 0 0 0 ${B} GAS CALL ${RETURN_TOP}`)
  evm.setAccount(B, { code: bytes(`ef0100${NOBODY.slice(2)}`) })
  evm.setAccount(NOBODY, { code: assemble('ADDRESS 0 SSTORE') })
  assert.equal(number(evm.call(A).output), 1n)
  assert.equal(evm.storage(B, 0n), BigInt(B))
  // Code instructions see the designator.
  open(`${B} EXTCODESIZE ${RETURN_TOP}`)
  evm.setAccount(B, { code: bytes(`ef0100${NOBODY.slice(2)}`) })
  assert.equal(number(evm.call(A).output), 23n)
  // A delegate that is itself delegated is code that starts with an invalid opcode.
  evm.setAccount(NOBODY, { code: bytes(`ef0100${A.slice(2)}`) })
  assert.notEqual(evm.call(B).halt, HALT_SUCCESS)
})

test('CREATE and CREATE2 deploy at the addresses of their formulas', () => {
  evm.open()
  evm.setAccount(SENDER, { nonce: 5n, balance: 9n })
  const code = assemble(`42 ${RETURN_TOP}`)
  const created = evm.create(deployer(code), { value: 4n })
  assert.equal(created.halt, HALT_SUCCESS)
  assert.equal(hex(created.output), hex(code))
  assert.equal(evm.nonce(SENDER), 6n)
  assert.equal(evm.nonce(created.contract), 1n)
  assert.equal(evm.balance(created.contract), 4n)
  assert.equal(number(evm.call(created.contract).output), 42n)

  // EIP-1014, second example: init code 00, salt 0.
  const creator = '0xdeadbeef00000000000000000000000000000000'
  evm.open()
  evm.setAccount(creator, { code: assemble(`0 1 0 0 CREATE2 ${RETURN_TOP}`) })
  const address = number(evm.call(creator).output)
  assert.equal(address.toString(16), 'b928f69bb1d91cd65274e3c79d8986362984fda3')
})

test('what cannot be deployed fails the creation', () => {
  const cases: readonly (readonly [string, number, bigint?])[] = [
    ['24577 0 RETURN', HALT_CODE_SIZE],
    ['0xef 0 MSTORE8 1 0 RETURN', HALT_INVALID_CODE],
    ['100 0 RETURN', HALT_CODE_STORE_OUT_OF_GAS, 10_000n],
    ['1 0 REVERT', HALT_REVERT],
    ['24576 0 RETURN', HALT_SUCCESS],
  ]
  for (const [init, expected, gas] of cases) {
    evm.open()
    const { halt, gasUsed, contract } = evm.create(assemble(init), gas === undefined ? {} : { gas })
    assert.equal(halt, expected, init)
    if (halt > HALT_REVERT) assert.equal(gasUsed, gas ?? 30_000_000n)
    assert.equal(evm.nonce(SENDER), 1n)
    assert.equal(evm.exists(contract), halt === HALT_SUCCESS)
  }
})

test('a creation collides with nonce, code or storage; a balance is no collision', () => {
  evm.open()
  const { contract } = evm.create(deployer(assemble('STOP')))
  const fields = [{ nonce: 1n }, { code: '0x00' }, { balance: 1n }]
  for (const field of fields) {
    evm.open()
    evm.setAccount(contract, field)
    const { halt, gasUsed } = evm.create(deployer(assemble('STOP')))
    assert.equal(halt, 'balance' in field ? HALT_SUCCESS : HALT_CREATE_COLLISION)
    if (halt !== HALT_SUCCESS) assert.equal(gasUsed, 30_000_000n)
  }
  evm.open()
  evm.setAccount(contract, { balance: 1n, storage: { 1: 1n } })
  evm.exports.txEnd()
  const root = evm.root()
  evm.exports.stateCommit()
  evm.open(bytes(root))
  assert.equal(evm.create(deployer(assemble('STOP'))).halt, HALT_CREATE_COLLISION)
})

test('a creator at the last nonce and one without funds create nothing', () => {
  evm.open()
  evm.setAccount(SENDER, { nonce: (1n << 64n) - 1n })
  assert.equal(evm.create('0x00').halt, HALT_NONCE_OVERFLOW)
  evm.open()
  assert.equal(evm.create('0x00', { value: 1n }).halt, HALT_INSUFFICIENT_BALANCE)
  assert.equal(evm.nonce(SENDER), 0n)
})

test('init code above 49152 bytes halts CREATE from Shanghai on', () => {
  open(`49153 0 0 CREATE ${RETURN_TOP}`)
  assert.equal(evm.call(A).gasUsed, 30_000_000n)
  open(`49152 0 0 CREATE ${RETURN_TOP}`)
  assert.notEqual(number(evm.call(A).output), 0n)
})

test('SELFDESTRUCT destroys before Cancun, and from then on only what was created in the transaction', () => {
  for (const spec of [SPEC_SHANGHAI, SPEC_PRAGUE]) {
    evm.exports.setRules(MODE_ETHEREUM, spec, 0)
    open(`${B} SELFDESTRUCT`, 8n)
    evm.exports.txEnd()
    evm.exports.txBegin()
    assert.equal(evm.call(A).halt, HALT_SUCCESS)
    assert.equal(evm.balance(B), 8n)
    evm.exports.txEnd()
    assert.equal(evm.exists(A), spec === SPEC_PRAGUE)
  }
  // Created, and destroyed in its init code: burns what it sends to itself.
  evm.open()
  evm.setAccount(SENDER, { balance: 5n })
  const { halt, contract } = evm.create(assemble('ADDRESS SELFDESTRUCT'), { value: 5n })
  assert.equal(halt, HALT_SUCCESS)
  evm.exports.txEnd()
  assert.equal(evm.exists(contract), false)
  assert.equal(evm.balance(contract), 0n)
})

test('a touched empty account goes when the transaction ends', () => {
  evm.open()
  evm.setAccount(NOBODY, { nonce: 0n })
  assert.equal(evm.exists(NOBODY), true)
  evm.exports.txEnd()
  assert.equal(evm.exists(NOBODY), false)
})

test('SSTORE costs and refunds are those of EIP-3529, over all transitions', () => {
  // Original, current (already written), new value; gas of the last SSTORE on a warm slot; refund of both.
  const cases: readonly (readonly [bigint, bigint, bigint, bigint, bigint])[] = [
    [0n, 0n, 0n, 100n, 0n],
    [0n, 0n, 1n, 20000n, 0n],
    [0n, 1n, 0n, 100n, 19900n],
    [0n, 1n, 2n, 100n, 0n],
    [1n, 1n, 1n, 100n, 0n],
    [1n, 1n, 0n, 2900n, 4800n],
    [1n, 1n, 2n, 2900n, 0n],
    [1n, 2n, 1n, 100n, 2800n],
    [1n, 0n, 1n, 100n, 2800n],
    [1n, 2n, 0n, 100n, 4800n],
    [1n, 0n, 2n, 100n, 0n],
    [1n, 2n, 3n, 100n, 0n],
  ]
  for (const [original, current, value, gas, refund] of cases) {
    evm.open()
    evm.setAccount(A, {
      code: assemble(`${current} 0 SSTORE GAS ${value} 0 SSTORE GAS SWAP1 SUB ${RETURN_TOP}`),
      storage: { 0: original },
    })
    evm.exports.txEnd()
    evm.exports.txBegin()
    const { output } = evm.call(A)
    // Two pushes, and GAS itself.
    assert.equal(number(output) - 8n, gas, `${original} ${current} ${value}`)
    assert.equal(evm.exports.refundCounter.value, refund, `${original} ${current} ${value}`)
  }
})

test('a precompile gets input and gas; its answer is the return data; refusal takes all gas', () => {
  open(
    `0x1234 0 MSTORE 32 32 2 30 2 100000 STATICCALL 0 MSTORE RETURNDATASIZE 64 MSTORE 96 0 RETURN`,
  )
  const asked: string[] = []
  evm.precompile = (address, input) => {
    asked.push(`${address} ${hex(input)}`)
    return new Uint8Array(32).fill(7)
  }
  const { output } = evm.call(A)
  assert.deepEqual(asked, ['2 1234'])
  assert.equal(number(output.subarray(0, 32)), 1n)
  assert.equal(hex(output.subarray(32, 64)), '07'.repeat(32))
  assert.equal(number(output.subarray(64)), 32n)

  evm.precompile = () => undefined
  const refused = evm.call(A)
  assert.equal(number(refused.output.subarray(0, 32)), 0n)
  assert.ok(refused.gasUsed > 100_000n)
  assert.equal(evm.call('0x0000000000000000000000000000000000000008').halt, HALT_PRECOMPILE)
  assert.equal(
    evm.call('0x0000000000000000000000000000000000000001', { gas: 2999n }).halt,
    HALT_OUT_OF_GAS,
  )
})

test('the identity is the identity', () => {
  evm.open()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
      const { halt, output, gasUsed } = evm.call('0x0000000000000000000000000000000000000004', {
        data,
      })
      assert.equal(halt, HALT_SUCCESS)
      assert.equal(hex(output), hex(data))
      assert.equal(gasUsed, 15n + 3n * BigInt(Math.ceil(data.length / 32)))
    }),
  )
})

test('code that the host does not know ends the run, and the next one is untouched by it', () => {
  open('1 1 SSTORE')
  evm.exports.txEnd()
  const root = evm.root()
  evm.exports.stateCommit()
  const kept = new Map(evm.database)
  const code = [...kept].find(([, value]) => hex(value) === hex(assemble('1 1 SSTORE')))
  assert.ok(code)
  evm.database.delete(code[0])
  evm.exports.codeCacheClear()
  evm.open(bytes(root))
  assert.equal(evm.call(A).halt, HALT_HOST)
  assert.equal(hostError(), STATUS_MISSING_PREIMAGE)
  evm.database.set(code[0], code[1])
  evm.open(bytes(root))
  assert.equal(evm.call(A).halt, HALT_SUCCESS)
  assert.equal(hostError(), 0)
})

test('an endless loop and an endless recursion of calls can be interrupted', () => {
  for (const code of [
    ':loop @loop JUMP',
    ':loop 1 @loop JUMPI',
    `:loop 0 0 0 0 0 ${B} 0 CALL POP @loop JUMP`,
  ]) {
    open(code)
    let asked = 0
    evm.interrupted = () => ++asked === 3
    assert.equal(evm.call(A, { gas: (1n << 62n) - 1n }).halt, HALT_HOST)
    assert.equal(hostError(), STATUS_INTERRUPTED)
    assert.equal(asked, 3)
  }
})

test('a frame goes on when the code cache was emptied below it', () => {
  // The least budget; each of 100 contracts needs about 30 KiB, and 190 KiB for its records.
  evm.exports.codeCacheInit(4 << 20)
  evm.open()
  const at = (i: number) => `0x${(0x100000 + i).toString(16).padStart(40, '0')}`
  for (let i = 0; i < 100; i++) {
    const code = new Uint8Array(24_000).fill(0x5b)
    code.set(assemble(`${i} ${RETURN_TOP}`), 24_000 - 12)
    evm.setAccount(at(i), { code })
  }
  const before = globalValue(evm.exports.codeGeneration)
  const recordsBefore = globalValue(evm.exports.recordGeneration)
  // Sums what they return, and their sizes; init code in between, whose frames lose their records as well.
  evm.setAccount(A, {
    code: assemble(`0 0 :loop
      32 0 0 0 DUP5 0x100000 ADD GAS STATICCALL POP 0 MLOAD DUP3 ADD SWAP2 POP
      DUP1 0x100000 ADD EXTCODESIZE DUP3 ADD SWAP2 POP
      1 ADD DUP1 100 SWAP1 LT @loop JUMPI POP ${RETURN_TOP}`),
  })
  const { halt, output } = evm.call(A, { gas: 1_000_000_000n })
  assert.equal(halt, HALT_SUCCESS)
  assert.equal(number(output), BigInt((99 * 100) / 2 + 100 * 24_000))
  assert.ok(globalValue(evm.exports.codeGeneration) > before)
  assert.ok(globalValue(evm.exports.recordGeneration) > recordsBefore + 3)
})
