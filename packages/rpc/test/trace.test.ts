import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Address, Hex } from '@altlayer/protocol'
import { type RpcServer, startRpcServer } from '../src/index.ts'
import { type Anvil, startAnvil } from './support/anvil.ts'
import { assemble, word } from './support/assembler.ts'
import { http, result } from './support/client.ts'
import { openTestEngine, type TestEngine, testGenesis } from './support/engine.ts'

// The tracers against anvil's: the same calls on the same state. Where the two differ by design, geth's
// form is ours; `normalise` says where that is.

const SENDER = addressOf(0xabc)
const MAIN = addressOf(0x1000)
const GAS = '0x7a120'

function addressOf(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}`
}

interface CallFields {
  readonly value?: number
  readonly gas?: string
  readonly input?: number
  readonly output?: number
}

/** Calls `to` with `input` bytes of memory from 0, its output going to 0. */
function callTo(op: string, to: number, fields: CallFields = {}): string {
  const { value = 0, gas = 'GAS', input = 0, output = 0 } = fields
  const amount = op === 'CALL' || op === 'CALLCODE' ? value : ''
  return `${output} 0 ${input} 0 ${amount} ${addressOf(to)} ${gas} ${op} POP`
}

// Error("bad").
const REASON = `08c379a0${'20'.padStart(64, '0')}${'3'.padStart(64, '0')}${'626164'.padEnd(64, '0')}`
const reasonWords = [0, 1, 2, 3]
  .map((i) => `0x${REASON.slice(64 * i, 64 * (i + 1)).padEnd(64, '0')} ${32 * i} MSTORE`)
  .join(' ')

const CONTRACTS: Readonly<Record<number, Hex>> = {
  // Reads, writes, logs and returns a word.
  4097: assemble('1 SLOAD POP 7 1 SSTORE 0xaa 0 MSTORE 32 0 LOG0 0x11 32 0 LOG1 32 0 RETURN'),
  // Reverts with a reason, after a log.
  4098: assemble(`${reasonWords} 0x22 32 0 LOG1 100 0 REVERT`),
  4099: assemble('INVALID'),
  4100: assemble('5 0 SSTORE STOP'),
  4101: assemble('0x99 SELFDESTRUCT'),
  4102: assemble('1 JUMP'),
  4103: assemble('POP'),
  4104: assemble('5 0 0 RETURNDATACOPY STOP'),
  // Calls itself until its gas is gone.
  4105: assemble(`${callTo('CALL', 4105)} STOP`),
}

const deploys = assemble('9 0 SSTORE 0x600160005260206000f3 0 MSTORE 10 22 RETURN')
const refuses = assemble('0 0 REVERT')
const size = (code: Hex) => (code.length - 2) / 2

const PROGRAMS: Readonly<Record<string, string>> = {
  'calls of every kind': `${callTo('CALL', 4097, { output: 32 })} ${callTo('DELEGATECALL', 4097)}
    ${callTo('STATICCALL', 4097)} ${callTo('CALLCODE', 4097)} 1 SLOAD POP STOP`,
  'a revert with a reason, passed on': `${callTo('CALL', 4098, { output: 4 })}
    RETURNDATASIZE 0 0 RETURNDATACOPY RETURNDATASIZE 0 REVERT`,
  'halts of every kind': `${[4099, 4102, 4103, 4104].map((to) => callTo('CALL', to, { gas: '5000' })).join(' ')}
    ${callTo('STATICCALL', 4100, { gas: '50000' })} STOP`,
  'value, and value that is not there': `${callTo('CALL', 8738, { value: 5 })}
    ${callTo('CALL', 4097, { value: 1_000_000 })} STOP`,
  precompiles: `1 0 MSTORE ${callTo('STATICCALL', 2, { input: 32, output: 32 })}
    ${callTo('CALL', 4, { input: 32, output: 32 })} ${callTo('CALL', 8, { input: 31 })} 64 0 RETURN`,
  'creations, a collision, a failure': `${word(deploys)} 0 MSTORE ${size(deploys)} 0 3 CREATE POP
    42 ${size(deploys)} 0 0 CREATE2 POP 42 ${size(deploys)} 0 0 CREATE2 POP STOP`,
  'a failed creation': `${word(refuses)} 0 MSTORE ${size(refuses)} 0 0 CREATE POP STOP`,
  'self-destruction': `${callTo('CALL', 4101, { value: 7 })} STOP`,
  'out of gas': `${callTo('CALL', 4097)} 5 0x7fffffff MSTORE STOP`,
  'the whole depth its gas allows': `${callTo('CALL', 4105, { gas: '200000' })} STOP`,
  'transient storage and refunds': '5 6 TSTORE 6 TLOAD 8 SSTORE 8 SLOAD POP 0 8 SSTORE STOP',
}

let anvil: Anvil
let chain: TestEngine
let server: RpcServer

before(async () => {
  anvil = await startAnvil(['--hardfork', 'prague', '--chain-id', '1337'])
  chain = await openTestEngine(testGenesis('ethereum', []))
  const { engine } = chain
  server = await startRpcServer({ engine, port: 0 })
})
after(async () => {
  await server?.close()
  await chain?.close()
  await anvil?.close()
})

async function trace(
  port: number,
  source: string,
  config: object,
  gas: string = GAS,
): Promise<unknown> {
  const stateOverrides: Record<string, object> = {
    [SENDER]: { balance: '0xde0b6b3a7640000' },
    [MAIN]: { code: assemble(source), balance: '0x64' },
  }
  for (const [number, code] of Object.entries(CONTRACTS))
    stateOverrides[addressOf(Number(number))] = { code, balance: '0x0' }
  const call = { from: SENDER, to: MAIN, gas, input: '0x12345678aabb' }
  return result(port, 'debug_traceCall', [call, 'latest', { ...config, stateOverrides }])
}

async function compare(
  source: string,
  config: object,
  normalise: (trace: never) => unknown,
): Promise<void> {
  const ours = (await trace(server.port, source, config)) as never
  const theirs = (await trace(anvil.port, source, config)) as never
  assert.deepEqual(normalise(ours), normalise(theirs))
}

interface CallFrame {
  readonly depth?: number
  readonly error?: string
  readonly gas: string
  readonly logs?: readonly object[]
  readonly calls?: readonly CallFrame[]
}

/** Errors are worded differently; anvil's outermost frame starts without the intrinsic gas. */
function callFrames(frame: CallFrame, depth = 0): object {
  return {
    ...frame,
    gas: depth === 0 ? undefined : frame.gas,
    error: frame.error !== undefined,
    logs: frame.logs?.map((log) => ({ ...log })),
    calls: frame.calls?.map((call) => callFrames(call, depth + 1)),
  }
}

describe('callTracer', () => {
  for (const [name, source] of Object.entries(PROGRAMS))
    test(name, async () => {
      const config = { tracer: 'callTracer', tracerConfig: { withLog: true } }
      await compare(source, config, callFrames)
      const frame = (await trace(server.port, source, config)) as CallFrame
      assert.equal(frame.gas, GAS)
    })

  test('onlyTopCall leaves the calls out', async () => {
    const config = { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }
    const source = PROGRAMS['calls of every kind'] as string
    await compare(source, config, callFrames)
    assert.ok(!('calls' in ((await trace(server.port, source, config)) as object)))
  })

  test('words reverts as geth does', async () => {
    const source = PROGRAMS['a revert with a reason, passed on'] as string
    const frame = (await trace(server.port, source, { tracer: 'callTracer' })) as object
    assert.deepEqual(
      { ...frame, calls: undefined, gas: undefined, gasUsed: undefined },
      {
        type: 'CALL',
        from: SENDER,
        to: MAIN,
        value: '0x0',
        input: '0x12345678aabb',
        output: `0x${REASON}`.slice(0, 202),
        error: 'execution reverted',
        revertReason: 'bad',
        calls: undefined,
        gas: undefined,
        gasUsed: undefined,
      },
    )
  })
})

interface FlatTrace {
  readonly action: Readonly<Record<string, string>>
  readonly error?: string
  readonly result?: Readonly<Record<string, string>>
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly type: string
}

describe('flatCallTracer', () => {
  const flat = async (source: string, tracerConfig = {}) =>
    (await trace(server.port, source, { tracer: 'flatCallTracer', tracerConfig })) as FlatTrace[]
  const program = (name: string) => PROGRAMS[name] as string

  for (const [name, source] of Object.entries(PROGRAMS))
    test(`${name}: the frames of callTracer, each at its place`, async () => {
      const traces = await flat(source, { includePrecompiles: true })
      const tree = (await trace(server.port, source, { tracer: 'callTracer' })) as Frame
      const frames: Frame[] = []
      for (const { traceAddress, subtraces, action, error } of traces) {
        const frame = traceAddress.reduce((at, index) => at.calls?.[index] as Frame, tree)
        frames.push(frame)
        assert.equal(subtraces, frame.calls?.length ?? 0)
        assert.equal(error, frame.error)
        assert.equal(action.from ?? action.address, frame.from)
        assert.equal(action.value ?? action.balance, frame.value ?? '0x0')
      }
      assert.equal(new Set(frames).size, count(tree))
    })

  test('has the fields of calls of every kind in the form of geth', async () => {
    const [top, call, , staticCall] = await flat(program('calls of every kind'))
    const place = {
      blockHash: null,
      blockNumber: 0,
      transactionHash: null,
      transactionPosition: 0,
      type: 'call',
    }
    assert.deepEqual(
      { ...top, result: undefined },
      {
        action: {
          callType: 'call',
          from: SENDER,
          gas: GAS,
          input: '0x12345678aabb',
          to: MAIN,
          value: '0x0',
        },
        result: undefined,
        subtraces: 4,
        traceAddress: [],
        ...place,
      },
    )
    assert.deepEqual(Object.keys(call?.result ?? {}), ['gasUsed', 'output'])
    assert.equal(call?.result?.output, `0x${'aa'.padStart(64, '0')}`)
    assert.deepEqual(call?.traceAddress, [0])
    // Nothing can be written in it: an exceptional halt has no result.
    assert.deepEqual(
      [staticCall?.action.callType, staticCall?.action.value, staticCall?.error],
      ['staticcall', '0x0', 'write protection'],
    )
    assert.ok(staticCall !== undefined && !('result' in staticCall))
  })

  test('shows creations and self-destruction as Parity did', async () => {
    const [, created, , collided] = await flat(program('creations, a collision, a failure'))
    assert.deepEqual(
      [created?.type, created?.action.init, created?.result?.code],
      ['create', deploys, '0x600160005260206000f3'],
    )
    assert.match(created?.result?.address ?? '', /^0x[0-9a-f]{40}$/)
    assert.equal(collided?.error, 'contract address collision')
    const [, , destroyed] = await flat(program('self-destruction'))
    assert.deepEqual(
      [destroyed?.type, destroyed?.action, destroyed?.result],
      [
        'suicide',
        { address: addressOf(4101), balance: '0x7', refundAddress: addressOf(0x99) },
        undefined,
      ],
    )
  })

  test('leaves calls to precompiles out unless asked for them', async () => {
    const source = program('precompiles')
    assert.equal((await flat(source)).length, 1)
    assert.equal((await flat(source))[0]?.subtraces, 0)
    assert.equal((await flat(source, { includePrecompiles: true })).length, 4)
  })

  test('keeps the result of a revert, and says errors in the words of Parity when asked', async () => {
    const source = program('a revert with a reason, passed on')
    const [top] = await flat(source)
    assert.deepEqual(
      [top?.error, top?.result?.output],
      ['execution reverted', `0x${REASON}`.slice(0, 202)],
    )
    const errors = async (name: string) =>
      (await flat(program(name), { convertParityErrors: true })).map(({ error }) => error)
    assert.deepEqual(await errors('a revert with a reason, passed on'), ['Reverted', 'Reverted'])
    assert.deepEqual(await errors('halts of every kind'), [
      undefined,
      'Bad instruction',
      'Bad jump destination',
      'Stack underflow',
      'Out of bounds',
      'write protection',
    ])
  })
})

interface Frame {
  readonly from: string
  readonly value?: string
  readonly error?: string
  readonly calls?: readonly Frame[]
}

function count(frame: Frame): number {
  return 1 + (frame.calls ?? []).reduce((sum, call) => sum + count(call), 0)
}

test('noopTracer answers with nothing', async () => {
  const source = PROGRAMS['calls of every kind'] as string
  assert.deepEqual(await trace(server.port, source, { tracer: 'noopTracer' }), {})
})

test('muxTracer answers as each of its tracers does alone', async () => {
  const source = PROGRAMS['calls of every kind'] as string
  const tracerConfig = {
    callTracer: { withLog: true },
    flatCallTracer: null,
    prestateTracer: { diffMode: true },
    '4byteTracer': {},
    noopTracer: {},
  }
  const together = (await trace(server.port, source, {
    tracer: 'muxTracer',
    tracerConfig,
  })) as object
  assert.deepEqual(Object.keys(together).toSorted(), Object.keys(tracerConfig).toSorted())
  for (const [tracer, config] of Object.entries(tracerConfig))
    assert.deepEqual(
      Object.entries(together).find(([name]) => name === tracer)?.[1],
      await trace(server.port, source, { tracer, tracerConfig: config }),
      tracer,
    )
  assert.deepEqual(await trace(server.port, source, { tracer: 'muxTracer' }), {})
})

interface Step {
  readonly op: string
  readonly gasCost: number
  readonly error?: string
  readonly storage?: object
}
interface StructTrace {
  readonly structLogs: readonly Step[]
}

/**
 * Errors are worded differently. What a failed instruction would have cost, and what it would have stored,
 * anvil leaves open; to the cost of a creation it adds the gas it passes on.
 */
function structLogs(trace: StructTrace): object {
  return {
    ...trace,
    structLogs: trace.structLogs.map((step) => ({
      ...step,
      error: step.error !== undefined,
      gasCost: step.error === undefined && !step.op.startsWith('CREATE') ? step.gasCost : undefined,
      storage: step.error === undefined ? step.storage : undefined,
    })),
  }
}

describe('the struct logger', () => {
  for (const [name, source] of Object.entries(PROGRAMS))
    test(name, () => compare(source, { enableMemory: true, enableReturnData: true }, structLogs))

  test('leaves out what it is told to leave out', async () => {
    const source = PROGRAMS['transient storage and refunds'] as string
    const config = { disableStack: true, disableStorage: true }
    await compare(source, config, structLogs)
    const limited = await trace(server.port, source, { ...config, limit: 3 })
    const { structLogs: steps } = limited as StructTrace
    assert.deepEqual(
      steps.map((step) => Object.keys(step).toSorted()),
      Array.from({ length: 3 }, () => ['depth', 'gas', 'gasCost', 'op', 'pc', 'refund']),
    )
  })
})

test('with a limit, gas, end and output are those of the whole execution', async () => {
  for (const [name, source] of Object.entries(PROGRAMS)) {
    const options = { enableMemory: true, enableReturnData: true }
    const whole = (await trace(server.port, source, options)) as StructTrace
    const all = whole.structLogs
    // One that ends in the middle of calls, too.
    for (const limit of [1, 2, Math.ceil(all.length / 2), all.length, all.length + 1])
      assert.deepEqual(
        await trace(server.port, source, { ...options, limit }),
        { ...whole, structLogs: all.slice(0, limit) },
        `${name}, limit ${limit} of ${all.length}`,
      )
  }
})

test('a call tracer gives up before it has all the memory there is', async () => {
  // A megabyte of input in every call, for two million gas once and a hundred each time.
  const source = '0 0xfffff MSTORE8 JUMPDEST 0 0 0xfffff 0 0 0x1234 0 CALL POP 7 JUMP'
  for (const tracer of ['callTracer', 'flatCallTracer'])
    await assert.rejects(
      trace(server.port, source, { tracer }, '0x1c9c380'),
      /the trace is too large/,
    )
})

type Accounts = Readonly<Record<string, { readonly codeHash?: string; readonly balance: string }>>

/** geth adds code hashes, and leaves out the accounts that did not exist (`includeEmpty` shows them). */
function accounts(list: Accounts): object {
  return Object.fromEntries(
    Object.entries(list).map(([address, account]) => [
      address,
      { ...account, codeHash: undefined },
    ]),
  )
}

/** Of those that did not exist, anvil shows some. */
function existing(list: Accounts): object {
  const entries = Object.entries(list).filter(
    ([, account]) => account.balance !== '0x0' || Object.keys(account).length > 1,
  )
  return accounts(Object.fromEntries(entries))
}

describe('prestateTracer', () => {
  for (const [name, source] of Object.entries(PROGRAMS)) {
    test(`${name}: before`, async () => {
      const tracerConfig = { includeEmpty: true }
      await compare(source, { tracer: 'prestateTracer', tracerConfig }, accounts)
    })
    test(`${name}: differences`, async () => {
      const config = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }
      await compare(source, config, ({ pre, post }: { pre: Accounts; post: Accounts }) => ({
        pre: existing(pre),
        post: accounts(post),
      }))
    })
  }

  test('shows code and storage only when asked to', async () => {
    const tracerConfig = { disableCode: true, disableStorage: true }
    const config = { tracer: 'prestateTracer', tracerConfig }
    const source = PROGRAMS['calls of every kind'] as string
    const shown = Object.values((await trace(server.port, source, config)) as Accounts)
    assert.equal(shown.length, 3)
    for (const account of shown) assert.ok(!('code' in account) && !('storage' in account))
  })
})

test('4byteTracer counts selectors by the size of their arguments', async () => {
  const source = `0x11223344 224 0 MSTORE ${callTo('CALL', 4097, { input: 36 })}
    ${callTo('CALL', 4097, { input: 36 })} ${callTo('STATICCALL', 2, { input: 36 })} STOP`
  assert.deepEqual(await trace(server.port, source, { tracer: '4byteTracer' }), {
    '0x12345678-2': 1,
    '0x00000000-32': 2,
  })
})

test('a state inside a block is refused, not taken for that after it', async () => {
  await assert.rejects(trace(server.port, 'STOP', { txIndex: '0x0' }), /txIndex: not supported/)
  await trace(server.port, 'STOP', { txIndex: null })
})

test('options of tracers that are none are refused', async () => {
  for (const [tracer, tracerConfig, error] of [
    ['callTracer', { withLog: 'yes' }, /tracerConfig.withLog must be true or false/],
    ['callTracer', [], /expected an object, got an array/],
    ['muxTracer', { callTracer: 1 }, /tracerConfig.callTracer must be an object/],
    ['muxTracer', { '': {} }, /unknown tracer/],
    ['muxTracer', { muxTracer: { callTracer: {} } }, /cannot be a muxTracer/],
    ['muxTracer', { callTracer: { withLog: {} } }, /tracerConfig.withLog must be true or false/],
    ['callTracer', { withLog: { withLog: true } }, /tracerConfig.withLog must be true or false/],
  ] as const)
    await assert.rejects(trace(server.port, 'STOP', { tracer, tracerConfig }), error)
})

test('options nested as deep as a request can be are left out', async () => {
  const depth = 100_000
  const deep = `${'{"deep":'.repeat(depth)}1${'}'.repeat(depth)}`
  for (const config of [
    `{"tracer":"callTracer","tracerConfig":${deep}}`,
    `{"tracer":"muxTracer","tracerConfig":{"callTracer":${deep}}}`,
  ]) {
    const body = `{"jsonrpc":"2.0","id":1,"method":"debug_traceCall","params":[{},"latest",${config}]}`
    const answer = JSON.parse((await http(server.port, body)).text)
    assert.ok('result' in answer, JSON.stringify(answer).slice(0, 200))
  }
})

test('an unknown tracer is refused by name', async () => {
  await assert.rejects(
    trace(server.port, 'STOP', { tracer: 'jsTracer' }),
    /unknown tracer.*jsTracer/,
  )
})
