import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HALT_OUT_OF_GAS, HALT_REVERT, HALT_SUCCESS } from '@altlayer/program/shared/halt.ts'
import * as layout from '@altlayer/program/shared/trace.ts'
import { type Address, EMPTY_ROOT, type Hex, hexToBytes } from '@altlayer/protocol'
import fc from 'fast-check'
import type { ExecutionResult } from '../../src/program/types.ts'
import { decodeTraceEvent } from '../../src/trace/events.ts'
import { createTracer, TracerError } from '../../src/trace/index.ts'

// The tracers as pure functions over made-up events. rpc's tests compare them with anvil's on real ones.

const CALL = 0xf1
const SLOAD = 0x54
const STOP = 0x00

const at = (number: number): Address => `0x${number.toString(16).padStart(40, '0')}`

function eventBytes(length: number, kind: number, opcode: number, depth: number) {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint8(layout.TRACE_KIND, kind)
  view.setUint8(layout.TRACE_OP, opcode)
  view.setUint16(layout.TRACE_DEPTH, depth, true)
  return { bytes, view }
}

function enter(depth: number, to: number, cost = 0n): Uint8Array {
  const { bytes, view } = eventBytes(layout.TRACE_ENTER_INPUT, layout.TRACE_ENTER, CALL, depth)
  view.setBigUint64(layout.TRACE_ENTER_GAS, 1_000n, true)
  view.setBigUint64(layout.TRACE_ENTER_COST, cost, true)
  bytes.set(hexToBytes(at(0xaa)), layout.TRACE_ENTER_FROM)
  bytes.set(hexToBytes(at(to)), layout.TRACE_ENTER_TO)
  return bytes
}

function exit(depth: number, halt = HALT_SUCCESS, gasLeft = 0n): Uint8Array {
  const { bytes, view } = eventBytes(layout.TRACE_EXIT_OUTPUT, layout.TRACE_EXIT, CALL, depth)
  view.setUint8(layout.TRACE_EXIT_HALT, halt)
  view.setBigUint64(layout.TRACE_EXIT_GAS_USED, 10n, true)
  view.setBigInt64(layout.TRACE_EXIT_GAS_LEFT, gasLeft, true)
  return bytes
}

function step(
  depth: number,
  opcode: number,
  gas: bigint,
  stack: readonly number[] = [],
): Uint8Array {
  const length = layout.TRACE_STEP_STACK + 32 * stack.length
  const { bytes, view } = eventBytes(length, layout.TRACE_STEP, opcode, depth)
  view.setBigUint64(layout.TRACE_STEP_GAS, gas, true)
  view.setUint16(layout.TRACE_STEP_STACK_SIZE, stack.length, true)
  stack.forEach((word, index) => {
    view.setUint32(layout.TRACE_STEP_STACK + 32 * index + 28, word)
  })
  return bytes
}

function log(depth: number, topic: number): Uint8Array {
  const length = layout.TRACE_LOG_TOPICS + 32
  const { bytes, view } = eventBytes(length, layout.TRACE_LOG, 1, depth)
  view.setUint32(layout.TRACE_LOG_TOPICS + 28, topic)
  return bytes
}

const SUCCESS: ExecutionResult = {
  status: 'success',
  gasUsed: 21_010n,
  gasRefunded: 0n,
  maxGasUsed: 21_010n,
  returnData: new Uint8Array(),
  logs: [],
}
const CONTEXT = { from: at(0xaa), to: at(1), gas: 50_000n, value: 0n, input: new Uint8Array() }

function run(
  config: Parameters<typeof createTracer>[0],
  events: readonly Uint8Array[],
  context: Parameters<typeof createTracer>[1] = CONTEXT,
  execution = SUCCESS,
): unknown {
  const tracer = createTracer(config, context)
  const memory = new Uint8Array(1024)
  for (const event of events) {
    // As from the program: one buffer, overwritten by every event.
    memory.fill(0xee)
    memory.set(event)
    tracer.event(memory.subarray(0, event.length))
  }
  return tracer.result(execution, [], () => new Uint8Array())
}

interface Frame {
  readonly calls?: readonly Frame[]
  readonly logs?: readonly { topics: readonly Hex[]; position: Hex; index: Hex }[]
}

describe('callTracer', () => {
  it('numbers logs as their block does, without those of failed frames', () => {
    const events = [
      enter(0, 1),
      log(0, 1),
      enter(1, 2),
      log(1, 2),
      enter(2, 3),
      log(2, 3),
      exit(2),
      exit(1, HALT_REVERT),
      log(0, 4),
      exit(0),
    ]
    const config = { tracer: 'callTracer', tracerConfig: { withLog: true } } as const
    const top = run(config, events, { ...CONTEXT, firstLogIndex: 5 }) as Frame
    assert.deepEqual(
      top.logs?.map(({ topics, position, index }) => [Number(topics[0]), position, index]),
      [
        [1, '0x0', '0x5'],
        [4, '0x1', '0x6'],
      ],
    )
    assert.equal(top.calls?.[0]?.logs, undefined)
    assert.equal(top.calls?.[0]?.calls?.[0]?.logs, undefined)
  })

  it('shows a transaction that no frame was opened for', () => {
    const execution: ExecutionResult = { ...SUCCESS, status: 'halt', error: 'out of gas' }
    assert.deepEqual(run({ tracer: 'callTracer' }, [], CONTEXT, execution), {
      type: 'CALL',
      from: at(0xaa),
      to: at(1),
      value: '0x0',
      gas: '0xc350',
      gasUsed: '0x5212',
      input: '0x',
      error: 'out of gas',
    })
  })
})

describe('flatCallTracer', () => {
  it('says which transaction of which block a trace is of', () => {
    const place = {
      block: { number: 5n, hash: `0x${'bb'.repeat(32)}` },
      transaction: { hash: `0x${'cc'.repeat(32)}`, index: 3 },
    } as const
    const config = { tracer: 'flatCallTracer' } as const
    const events = [enter(0, 1), enter(1, 2), exit(1), exit(0)]
    const traces = run(config, events, { ...CONTEXT, ...place }) as readonly object[]
    assert.equal(traces.length, 2)
    for (const trace of traces)
      assert.partialDeepStrictEqual(trace, {
        blockHash: place.block.hash,
        blockNumber: 5,
        transactionHash: place.transaction.hash,
        transactionPosition: 3,
      })
  })
})

interface Step {
  readonly op: string
  readonly gasCost: number
  readonly error?: string
  readonly storage?: Readonly<Record<string, string>>
}

function steps(config: object, events: readonly Uint8Array[]): readonly Step[] {
  return (run(config, events) as { structLogs: readonly Step[] }).structLogs
}

describe('the struct logger', () => {
  it('tells when the trace has become too large, so that the execution stops, and refuses it', () => {
    const tracer = createTracer({}, CONTEXT, { characters: 300 })
    const seen = [enter(0, 1), ...[9n, 8n, 7n].map((gas) => step(0, STOP, gas, [1]))].map(
      (event) => {
        tracer.event(event)
        return tracer.isTooLarge?.()
      },
    )
    assert.deepEqual(seen, [false, false, true, true])
    assert.throws(() => tracer.result(SUCCESS, [], () => new Uint8Array()), TracerError)
  })

  const events = [
    enter(0, 1),
    step(0, SLOAD, 900n, [7]),
    step(0, CALL, 800n, [9, 1]),
    enter(1, 2, 450n),
    step(1, SLOAD, 400n, [7]),
    step(1, STOP, 300n, [5]),
    exit(1, HALT_SUCCESS, 300n),
    step(0, SLOAD, 640n, [8]),
    exit(0, HALT_OUT_OF_GAS, -60n),
  ]

  it('charges an instruction what the next one of its frame has less, a call what it cost', () => {
    assert.deepEqual(
      steps({}, events).map(({ op, gasCost }) => [op, gasCost]),
      [
        ['SLOAD', 100],
        ['CALL', 450],
        ['SLOAD', 100],
        ['STOP', 0],
        ['SLOAD', 700],
      ],
    )
  })

  it('blames the last instruction of a frame that halted', () => {
    assert.deepEqual(
      steps({}, events).map(({ error }) => error),
      [undefined, undefined, undefined, undefined, 'out of gas'],
    )
  })

  it('keeps the storage of each contract apart', () => {
    const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`
    assert.deepEqual(
      steps({}, events).map(({ storage }) => storage),
      [{ [word(7)]: word(1) }, undefined, { [word(7)]: word(5) }, undefined, undefined],
    )
  })

  it('knows the cost of the last instruction it keeps', () => {
    assert.deepEqual(
      steps({ limit: 2 }, events).map(({ gasCost }) => gasCost),
      [100, 450],
    )
  })
})

describe('a budget of characters', () => {
  const touched = [
    {
      address: at(7),
      before: { nonce: 1n, balance: 1n, codeHash: `0x${'cc'.repeat(32)}`, storageRoot: EMPTY_ROOT },
      storage: [],
    },
  ] as const
  const codeOf = () => new Uint8Array(1000)

  it('is what code in a prestate is taken from', () => {
    const trace = (characters: number, options = {}) =>
      createTracer({ tracer: 'prestateTracer', tracerConfig: options }, CONTEXT, {
        characters,
      }).result(SUCCESS, touched, codeOf)
    assert.deepEqual(Object.keys(trace(3000) as object), [at(7)])
    assert.throws(() => trace(2000), TracerError)
    assert.deepEqual(Object.keys(trace(2000, { disableCode: true }) as object), [at(7)])
  })

  it('is shared by the tracers of a muxTracer', () => {
    const tracerConfig = { callTracer: {}, prestateTracer: {} }
    const trace = (characters: number) => {
      const tracer = createTracer({ tracer: 'muxTracer', tracerConfig }, CONTEXT, { characters })
      for (const event of [enter(0, 1), exit(0)]) tracer.event(event)
      return tracer.result(SUCCESS, touched, codeOf)
    }
    assert.deepEqual(Object.keys(trace(3100) as object), Object.keys(tracerConfig))
    assert.throws(() => trace(2800), TracerError)
  })
})

describe('events', () => {
  it('of any bytes decode or are refused as too short', () => {
    const kinds = [enter(0, 1), exit(0), step(0, STOP, 1n, [1, 2]), log(0, 1)]
    const bytes = fc
      .constantFrom(...kinds)
      .chain((event) => fc.nat(event.length).map((length) => event.slice(0, length)))
    fc.assert(
      fc.property(fc.oneof(bytes, fc.uint8Array({ maxLength: 200 })), (event) => {
        try {
          decodeTraceEvent(event)
        } catch (error) {
          assert.ok(error instanceof RangeError)
        }
      }),
    )
  })
})

describe('tracer options', () => {
  it('are checked by name and type', () => {
    const tracer = 'callTracer'
    assert.throws(
      () => createTracer({ tracer: 'other' as never }, CONTEXT),
      new TracerError(
        'unknown tracer "other": expected callTracer, flatCallTracer, prestateTracer, 4byteTracer, noopTracer, muxTracer or none',
      ),
    )
    assert.throws(
      () => createTracer({ tracer, tracerConfig: { withLog: 'yes' } }, CONTEXT),
      /callTracer: tracerConfig.withLog must be true or false/,
    )
  })
})
