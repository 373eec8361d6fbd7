import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import {
  HALT_DEPTH,
  HALT_INSUFFICIENT_BALANCE,
  HALT_OUT_OF_GAS,
  HALT_REVERT,
  HALT_SUCCESS,
} from '../../shared/halt.ts'
import * as layout from '../../shared/trace.ts'
import { assemble, deployer, opcodes } from '../support/assembler.ts'
import { SENDER, testEvm } from '../support/evm.ts'
import { hex } from '../support/module.ts'

const { TRACE_MODE_FRAMES, TRACE_MODE_MEMORY, TRACE_MODE_RETURN_DATA, TRACE_MODE_STEPS } = layout
const evm = await testEvm()
const A = `0x${'aa'.repeat(20)}`
const B = `0x${'bb'.repeat(20)}`

afterEach(() => evm.trace(0))

/** Events in words: what a tracer reads from them. */
function describe(event: Uint8Array) {
  const view = new DataView(event.buffer, event.byteOffset, event.byteLength)
  const address = (at: number) => `0x${hex(event.subarray(at, at + 20))}`
  const op = view.getUint8(layout.TRACE_OP)
  const depth = view.getUint16(layout.TRACE_DEPTH, true)
  switch (view.getUint8(layout.TRACE_KIND)) {
    case layout.TRACE_ENTER: {
      const length = view.getUint32(layout.TRACE_ENTER_INPUT_LENGTH, true)
      assert.equal(event.length, layout.TRACE_ENTER_INPUT + length)
      return {
        kind: 'enter' as const,
        op,
        depth,
        flags: view.getUint8(layout.TRACE_ENTER_FLAGS),
        gas: view.getBigUint64(layout.TRACE_ENTER_GAS, true),
        cost: view.getBigUint64(layout.TRACE_ENTER_COST, true),
        from: address(layout.TRACE_ENTER_FROM),
        to: address(layout.TRACE_ENTER_TO),
        value: BigInt(
          `0x${hex(event.subarray(layout.TRACE_ENTER_VALUE, layout.TRACE_ENTER_VALUE + 32))}`,
        ),
        input: hex(event.subarray(layout.TRACE_ENTER_INPUT)),
      }
    }
    case layout.TRACE_EXIT: {
      const length = view.getUint32(layout.TRACE_EXIT_OUTPUT_LENGTH, true)
      assert.equal(event.length, layout.TRACE_EXIT_OUTPUT + length)
      return {
        kind: 'exit' as const,
        op,
        depth,
        halt: view.getUint8(layout.TRACE_EXIT_HALT),
        gasUsed: view.getBigUint64(layout.TRACE_EXIT_GAS_USED, true),
        gasLeft: view.getBigInt64(layout.TRACE_EXIT_GAS_LEFT, true),
        output: hex(event.subarray(layout.TRACE_EXIT_OUTPUT)),
      }
    }
    case layout.TRACE_STEP: {
      const size = view.getUint16(layout.TRACE_STEP_STACK_SIZE, true)
      const flags = view.getUint16(layout.TRACE_STEP_FLAGS, true)
      const words = Array.from({ length: size }, (_, i) => {
        const from = layout.TRACE_STEP_STACK + 32 * i
        return BigInt(`0x${hex(event.subarray(from, from + 32))}`)
      })
      return {
        kind: 'step' as const,
        op,
        depth,
        pc: view.getUint32(layout.TRACE_STEP_PC, true),
        gas: view.getBigUint64(layout.TRACE_STEP_GAS, true),
        refund: view.getBigUint64(layout.TRACE_STEP_REFUND, true),
        memorySize: view.getUint32(layout.TRACE_STEP_MEMORY_SIZE, true),
        returnDataSize: view.getUint32(layout.TRACE_STEP_RETURN_DATA_SIZE, true),
        flags,
        stack: words,
        rest: hex(event.subarray(layout.TRACE_STEP_STACK + 32 * size)),
      }
    }
    case layout.TRACE_LOG: {
      const length = view.getUint32(layout.TRACE_LOG_DATA_LENGTH, true)
      assert.equal(event.length, layout.TRACE_LOG_TOPICS + 32 * op + length)
      return {
        kind: 'log' as const,
        depth,
        address: address(layout.TRACE_LOG_ADDRESS),
        topics: Array.from({ length: op }, (_, i) =>
          BigInt(
            `0x${hex(event.subarray(layout.TRACE_LOG_TOPICS + 32 * i, layout.TRACE_LOG_TOPICS + 32 * (i + 1)))}`,
          ),
        ),
        data: hex(event.subarray(layout.TRACE_LOG_TOPICS + 32 * op)),
      }
    }
    default:
      throw new Error('unknown event')
  }
}

type Event = ReturnType<typeof describe>
const only = <K extends Event['kind']>(kind: K) =>
  evm.events
    .map(describe)
    .filter((event): event is Extract<Event, { kind: K }> => event.kind === kind)

test('frames: who called whom with what, and how it ended', () => {
  evm.open()
  evm.setAccount(SENDER, { balance: 50n })
  evm.setAccount(A, {
    code: assemble(
      `0x11223344 0 MSTORE 0 0 4 28 5 ${B} 50000 CALL 32 0 2 0 4 50000 STATICCALL 3 0 REVERT`,
    ),
  })
  evm.setAccount(B, { code: assemble('7 8 2 30 LOG2 0xff 0 MSTORE8 1 0 RETURN') })
  evm.trace(TRACE_MODE_FRAMES)
  evm.call(A, { value: 9n, data: '0xabcd', gas: 200_000n })
  const events = evm.events.map(describe)
  const common = { flags: 0, cost: 0n }
  assert.deepEqual(
    events.map((event) => `${event.kind} ${event.depth}`),
    ['enter 0', 'enter 1', 'log 1', 'exit 1', 'enter 1', 'exit 1', 'exit 0'],
  )
  assert.deepEqual(events[0], {
    ...common,
    ...{
      kind: 'enter' as const,
      op: opcodes.CALL,
      depth: 0,
      gas: 200_000n,
      from: SENDER,
      to: A,
      value: 9n,
      input: 'abcd',
    },
  })
  const [, call, log, end, identity, identityEnd, last] = events
  assert.deepEqual(call, {
    kind: 'enter' as const,
    op: opcodes.CALL,
    depth: 1,
    flags: 0,
    gas: 52_300n,
    // Forwarded gas, value, cold address; the account exists.
    cost: 50_000n + 9000n + 2600n,
    from: A,
    to: B,
    value: 5n,
    input: '11223344',
  })
  assert.deepEqual(log, { kind: 'log', depth: 1, address: B, topics: [8n, 7n], data: '0000' })
  assert.ok(end?.kind === 'exit' && end.halt === HALT_SUCCESS && end.output === 'ff')
  assert.equal(end.gasUsed + BigInt(end.gasLeft), 52_300n)
  assert.ok(identity?.kind === 'enter')
  assert.equal(identity.flags, layout.TRACE_FLAG_PRECOMPILE | layout.TRACE_FLAG_STATIC)
  assert.equal(identity.input, '0000')
  assert.ok(
    identityEnd?.kind === 'exit' && identityEnd.output === '0000' && identityEnd.gasUsed === 18n,
  )
  assert.ok(last?.kind === 'exit' && last.halt === HALT_REVERT && last.output.length === 6)
})

test('creations name the new address and return the code; SELFDESTRUCT is a frame of its own', () => {
  evm.open()
  evm.setAccount(A, {
    balance: 3n,
    code: assemble(
      `0x${hex(deployer(assemble(`${B} SELFDESTRUCT`))).slice(0, 64)} 0 MSTORE 32 0 3 CREATE POP`,
    ),
  })
  evm.trace(TRACE_MODE_FRAMES)
  evm.call(A)
  const [, create] = only('enter')
  assert.equal(create?.op, opcodes.CREATE)
  assert.equal(create?.value, 3n)
  assert.equal(create?.from, A)
  // Base price and one word of init code, without the gas forwarded.
  assert.equal(create?.cost, 32_002n)

  evm.open()
  evm.setAccount(A, { balance: 3n, code: assemble(`${B} SELFDESTRUCT`) })
  evm.trace(TRACE_MODE_FRAMES)
  evm.call(A)
  const [, selfdestruct] = only('enter')
  assert.deepEqual(
    [
      selfdestruct?.op,
      selfdestruct?.depth,
      selfdestruct?.from,
      selfdestruct?.to,
      selfdestruct?.value,
    ],
    [opcodes.SELFDESTRUCT, 1, A, B, 3n],
  )
})

test('calls that are never entered have their two events', () => {
  evm.open()
  evm.setAccount(A, { code: assemble(`0 0 0 0 1 ${B} 1000 CALL`) })
  evm.trace(TRACE_MODE_FRAMES)
  evm.call(A)
  assert.deepEqual(
    only('exit').map(({ depth, halt, gasUsed }) => [depth, halt, gasUsed]),
    [
      [1, HALT_INSUFFICIENT_BALANCE, 0n],
      [0, HALT_SUCCESS, only('exit')[1]?.gasUsed],
    ],
  )
  evm.setAccount(B, { code: assemble('0 0 0 0 0 ADDRESS GAS CALL') })
  evm.trace(TRACE_MODE_FRAMES)
  evm.call(B, { gas: 1n << 60n })
  assert.deepEqual(
    only('exit').flatMap(({ depth, halt }) => (halt === HALT_SUCCESS ? [] : [[depth, halt]])),
    [[1025, HALT_DEPTH]],
  )
})

test('steps: one before each instruction, the implicit STOP included', () => {
  evm.open()
  evm.setAccount(A, { code: assemble('5 6 ADD 0 MSTORE :here 1 ISZERO @here JUMPI PUSH1') })
  evm.trace(TRACE_MODE_STEPS | TRACE_MODE_MEMORY)
  const { gasUsed } = evm.call(A, { gas: 1000n })
  const steps = only('step')
  const names = [
    'PUSH1',
    'PUSH1',
    'ADD',
    'PUSH1',
    'MSTORE',
    'JUMPDEST',
    'PUSH1',
    'ISZERO',
    'PUSH2',
    'JUMPI',
    'PUSH1',
    'STOP',
  ]
  assert.deepEqual(
    steps.map(({ op }) => op),
    names.map((name) => opcodes[name]),
  )
  assert.deepEqual(
    steps.map(({ pc }) => pc),
    [0, 2, 4, 5, 7, 8, 9, 11, 12, 15, 16, 17],
  )
  assert.deepEqual(steps[2]?.stack, [5n, 6n])
  assert.deepEqual(steps[4]?.stack, [11n, 0n])
  assert.equal(steps[4]?.rest, '')
  assert.equal(steps[5]?.memorySize, 32)
  assert.equal(steps[5]?.rest, (11).toString(16).padStart(64, '0'))
  assert.equal(steps.at(-1)?.gas, 1000n - gasUsed)
  // Costs as differences of gas.
  const costs = steps.slice(1).map(({ gas }, i) => (steps[i]?.gas ?? 0n) - gas)
  assert.deepEqual(costs, [3n, 3n, 3n, 3n, 6n, 1n, 3n, 3n, 3n, 10n, 3n])
})

test('steps carry refund and return data when asked to', () => {
  evm.open()
  evm.setAccount(A, {
    code: assemble(`0 0 SSTORE 0 0 0 0 ${B} GAS STATICCALL POP`),
    storage: { 0: 1n },
  })
  evm.setAccount(B, { code: assemble('0xbeef 0 MSTORE 2 30 RETURN') })
  evm.exports.txEnd()
  evm.exports.txBegin()
  evm.trace(TRACE_MODE_STEPS | TRACE_MODE_RETURN_DATA)
  evm.call(A)
  const steps = only('step')
  const last = steps.at(-1)
  assert.equal(steps[0]?.refund, 0n)
  assert.equal(last?.refund, 4800n)
  assert.equal(last?.returnDataSize, 2)
  assert.equal(last?.flags, layout.TRACE_FLAG_RETURN_DATA)
  assert.equal(last?.rest, 'beef')
  assert.deepEqual([...new Set(steps.map(({ depth }) => depth))], [0, 1])
})

test('what an instruction lacked of its gas shows in the exit', () => {
  evm.open()
  evm.setAccount(A, { code: assemble('1 2 MUL') })
  evm.trace(TRACE_MODE_STEPS)
  evm.call(A, { gas: 8n })
  const [exit] = only('exit')
  assert.equal(exit?.halt, HALT_OUT_OF_GAS)
  assert.equal(exit?.gasUsed, 8n)
  // MUL costs 5 of the 2 that are left.
  assert.equal(exit?.gasLeft, -3n)
})

test('jumps in traced code show the JUMPDEST, and the result is the same', () => {
  evm.open()
  const code = assemble(
    '3 :loop 1 SWAP1 SUB DUP1 @loop JUMPI @end JUMP INVALID :end 64 MLOAD 0 MSTORE 32 0 RETURN',
  )
  evm.setAccount(A, { code })
  const plain = evm.call(A)
  evm.trace(TRACE_MODE_STEPS)
  const traced = evm.call(A)
  assert.equal(traced.gasUsed, plain.gasUsed)
  assert.equal(only('step').filter(({ op }) => op === opcodes.JUMPDEST).length, 4)
})
