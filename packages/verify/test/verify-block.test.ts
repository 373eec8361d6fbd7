import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Hash, type Hex, hexToBytes, keccak256Hex } from '@altlayer/protocol'
import { RpcError, type RpcMethod, serveRpc } from '../../rpc/test/support/json-rpc-server.ts'
import { createExecutor } from '../src/execute.ts'
import {
  createRpcClient,
  type ForeignRollup,
  type RpcLimits,
  type Verdict,
  type VerifyOptions,
  verifyForeignBlock,
} from '../src/index.ts'
import { absent, realBlock, realBlocks } from './helpers/fixtures.ts'
import { type RecordedBlock, record, recordedMethods } from './helpers/recorded.ts'

const wrongHash: Hash = `0x${'12'.repeat(32)}`
let recorded: RecordedBlock
let executor: ReturnType<typeof createExecutor>

/** Verifies the recorded block with some methods replaced; null: not served. */
async function verify(
  changes: Readonly<Record<string, RpcMethod | null>> = {},
  { by = 'number', limits = {}, ...options }: VerifyCase = {},
): Promise<Verdict & { readonly calls: ReadonlyMap<string, number> }> {
  const methods: Record<string, RpcMethod> = { ...recordedMethods(recorded) }
  for (const [name, method] of Object.entries(changes)) {
    if (method === null) delete methods[name]
    else methods[name] = method
  }
  const server = await serveRpc(methods, { batches: options.batches ?? true })
  const rpc = createRpcClient(server.url, limits)
  executor.clear()
  const rollup: ForeignRollup = {
    config: recorded.fixture.config,
    rpc,
    executor,
    capabilities: { refused: new Set() },
  }
  const wanted =
    by === 'number' ? BigInt(recorded.block.number as string) : (recorded.block.hash as Hash)
  try {
    return { ...(await verifyForeignBlock(rollup, wanted, options.verify)), calls: server.calls }
  } finally {
    rpc.close()
    await server.close()
  }
}

interface VerifyCase {
  readonly by?: 'number' | 'hash'
  readonly limits?: Partial<RpcLimits>
  readonly batches?: boolean
  readonly verify?: VerifyOptions
}

/** The recorded answer with something changed in a copy of it. */
function changed(
  name: 'block' | 'receipts' | 'witness' | 'parent',
  change: (copy: never) => void,
): RpcMethod {
  const copy = structuredClone(recorded[name])
  change(copy as never)
  return () => copy
}

function expectProblem(verdict: Verdict, code: string, status = 'unverified') {
  assert.equal(verdict.status, status, verdict.problem?.message)
  assert.equal(verdict.problem?.code, code, verdict.problem?.message)
  return verdict.problem as NonNullable<Verdict['problem']>
}

type Block = RecordedBlock['block']
type Receipts = RecordedBlock['receipts']
type Witness = RecordedBlock['witness']

describe('verifying a real block through an RPC', { skip: absent }, () => {
  before(() => {
    recorded = record(realBlock('OP Sepolia').fixture)
    executor = createExecutor({ config: recorded.fixture.config })
  })

  it('finds it valid from debug_executionWitness, by number and by hash', async () => {
    for (const by of ['number', 'hash'] as const) {
      const verdict = await verify({}, { by })
      assert.equal(verdict.status, 'valid', verdict.problem?.message)
      assert.equal(verdict.hash, recorded.fixture.expectedHash)
      assert.equal(verdict.stateRoot, recorded.block.stateRoot)
      assert.equal(verdict.receiptsRoot, recorded.block.receiptsRoot)
      assert.equal(verdict.receipts, 'compared')
      assert.equal(verdict.transactions, 10)
      assert.equal(verdict.witness?.source, 'executionWitness')
      assert.equal(verdict.witness?.attempts, 1)
      assert.ok(verdict.witness.used <= verdict.witness.items)
    }
  })

  it('takes the forms of all clients: objects by hash, RLP headers, no headers', async () => {
    const { state, codes } = recorded.witness
    const byHash = (list: readonly Hex[]) =>
      Object.fromEntries(list.map((item) => [keccak256Hex(hexToBytes(item)), item]))
    const forms = [
      { state: byHash(state), codes: byHash(codes) },
      { state, codes, headers: ['0xc0'], keys: null },
      { state: [...state, ...codes], codes: {} },
    ]
    for (const form of forms) {
      const verdict = await verify({ debug_executionWitness: () => form })
      assert.equal(verdict.status, 'valid', verdict.problem?.message)
      assert.equal(verdict.witness?.source, 'executionWitness')
    }
  })

  it('gets what a witness lacks by its hash, and by proofs where there is no database', async () => {
    const half = changed('witness', (witness: Witness) => {
      witness.state = witness.state.filter((_, i) => i % 3 !== 0)
      witness.codes.pop()
    })
    const verdict = await verify({
      debug_executionWitness: half,
      eth_getProof: null,
      eth_getCode: null,
    })
    assert.equal(verdict.status, 'valid', verdict.problem?.message)
    assert.ok((verdict.witness?.attempts ?? 0) > 10)
    assert.ok((verdict.calls.get('debug_dbGet') ?? 0) > 50)
  })

  it('needs no witness: with proofs and codes, in a tenth of the requests when a trace tells the keys', async () => {
    const blind = { debug_executionWitness: null, debug_traceBlockByHash: null }
    const one = await verify(blind, { batches: false })
    assert.equal(one.status, 'valid', one.problem?.message)
    assert.equal(one.witness?.source, 'proofs')
    const keys = await touchedKeys()
    const traced = await verify({ ...blind, debug_traceBlockByHash: () => keys })
    assert.equal(traced.status, 'valid', traced.problem?.message)
    const attempts = (verdict: Verdict) => verdict.witness?.attempts ?? 0
    assert.ok(attempts(traced) * 10 <= attempts(one), `${attempts(traced)} and ${attempts(one)}`)
  })

  it('says whose preimage is missing when nobody has it', async () => {
    const root = (recorded.parent as { stateRoot: Hash }).stateRoot
    const without = changed('witness', (witness: Witness) => {
      witness.state = witness.state.filter((node) => keccak256Hex(hexToBytes(node)) !== root)
    })
    const nothing = { eth_getProof: null, eth_getCode: null, debug_dbGet: null }
    const problem = expectProblem(
      await verify({ debug_executionWitness: without, ...nothing }),
      'MISSING_PREIMAGE',
    )
    assert.equal(problem.key, root)
    assert.match(problem.message, /the method debug_dbGet does not exist/)
    assert.match(problem.account ?? '', /^0x/)
  })

  it('never takes a wrong node for the right one, wherever it comes from', async () => {
    const lie = (node: Hex) => `${node.slice(0, -2)}${node.endsWith('00') ? '01' : '00'}` as Hex
    const witness = changed('witness', (copy: Witness) => {
      copy.state = copy.state.map(lie)
      copy.codes = copy.codes.map(lie)
    })
    const honest = recordedMethods(recorded)
    const liar =
      (name: string): RpcMethod =>
      (params) => {
        const answer = JSON.stringify(honest[name]?.(params))
        return JSON.parse(answer.replace(/0x[0-9a-f]{66,}/g, (hex) => lie(hex as Hex)))
      }
    const problem = expectProblem(
      await verify({
        debug_executionWitness: witness,
        debug_dbGet: liar('debug_dbGet'),
        eth_getProof: liar('eth_getProof'),
        eth_getCode: liar('eth_getCode'),
      }),
      'MISSING_PREIMAGE',
    )
    assert.equal(problem.key, (recorded.parent as { stateRoot: Hash }).stateRoot)
  })

  it('names a header field that is not what execution gives', async () => {
    for (const [field, value] of [
      ['stateRoot', wrongHash],
      ['receiptsRoot', wrongHash],
      ['gasUsed', '0x1'],
      ['baseFeePerGas', '0x7'],
      ['logsBloom', `0x${'00'.repeat(256)}`],
      ['sha3Uncles', wrongHash],
    ] as const) {
      const problem = expectProblem(
        await verify({
          eth_getBlockByNumber: changed('block', (block: Block) => {
            block[field] = value
          }),
        }),
        'HEADER_HASH',
      )
      assert.equal(problem.field, field)
      assert.equal(problem.actual, value)
      assert.equal(problem.expected, recorded.block[field])
      assert.match(problem.message, /not to the block's hash/)
    }
  })

  it('says that a header with other attributes is not the one of the hash', async () => {
    for (const [field, value] of [
      ['timestamp', '0x67914c2d'],
      ['mixHash', wrongHash],
      ['miner', `0x${'12'.repeat(20)}`],
      ['extraData', '0x00000000fa00000007'],
      ['parentBeaconBlockRoot', wrongHash],
    ] as const) {
      const verdict = await verify({
        eth_getBlockByNumber: changed('block', (block: Block) => {
          block[field] = value
        }),
      })
      assert.match(expectProblem(verdict, 'HEADER_HASH').message, /not to the block's hash/)
    }
  })

  it('calls a block invalid whose header hashes to its hash and is not the result', async () => {
    const { headerFromRpc, headerHash } = await import('@altlayer/protocol')
    const forged = structuredClone(recorded.block)
    forged.stateRoot = wrongHash
    forged.hash = headerHash(headerFromRpc(forged))
    const problem = expectProblem(
      await verify({ eth_getBlockByNumber: () => forged }, { verify: { receipts: false } }),
      'HEADER_FIELD',
      'invalid',
    )
    assert.equal(problem.field, 'stateRoot')
    assert.equal(problem.actual, wrongHash)
    assert.equal(problem.expected, recorded.block.stateRoot)
  })

  it('names the receipt behind a wrong receipts root', async () => {
    const { headerFromRpc, headerHash } = await import('@altlayer/protocol')
    const forged = structuredClone(recorded.block)
    forged.receiptsRoot = wrongHash
    forged.hash = headerHash(headerFromRpc(forged))
    const receipts = changed('receipts', (list: Receipts) => {
      for (const receipt of list) {
        receipt.blockHash = forged.hash
        for (const log of receipt.logs) log.blockHash = forged.hash
      }
      Object.assign(list[2] as object, { status: '0x0' })
    })
    const problem = expectProblem(
      await verify({ eth_getBlockByNumber: () => forged, eth_getBlockReceipts: receipts }),
      'HEADER_FIELD',
      'invalid',
    )
    assert.equal(problem.field, 'receiptsRoot')
    assert.match(problem.message, /receipt 2: status is true, the RPC shows false/)
  })

  it('names a transaction that is not the one of its hash', async () => {
    const problem = expectProblem(
      await verify({
        eth_getBlockByNumber: changed('block', (block: Block) => {
          Object.assign(block.transactions[3] as object, { value: '0x1234567' })
        }),
      }),
      'TRANSACTIONS',
    )
    assert.equal(problem.transaction, 3)
    const dropped = expectProblem(
      await verify({
        eth_getBlockByNumber: changed('block', (block: Block) => {
          block.transactions.splice(4, 1)
        }),
      }),
      'TRANSACTIONS',
    )
    assert.equal(dropped.field, 'transactionsRoot')
  })

  it('names the member of a receipt that is not what execution gave', async () => {
    const cases: readonly (readonly [string, (receipt: Receipts[0]) => void])[] = [
      ['status', (r) => Object.assign(r, { status: '0x0' })],
      ['cumulativeGasUsed', (r) => Object.assign(r, { cumulativeGasUsed: '0x1' })],
      ['logsBloom', (r) => Object.assign(r, { logsBloom: `0x${'11'.repeat(256)}` })],
      ['logs.length', (r) => r.logs.pop()],
      [
        'logs[0].address',
        (r) => Object.assign(r.logs[0] as object, { address: `0x${'ab'.repeat(20)}` }),
      ],
      ['logs[0].data', (r) => Object.assign(r.logs[0] as object, { data: '0x00' })],
      ['logs[0].topics', (r) => Object.assign(r.logs[0] as object, { topics: [] })],
      ['logs[0].logIndex', (r) => Object.assign(r.logs[0] as object, { logIndex: '0xffff' })],
      ['logs[0].removed', (r) => Object.assign(r.logs[0] as object, { removed: true })],
      ['gasUsed', (r) => Object.assign(r, { gasUsed: '0x1' })],
      ['effectiveGasPrice', (r) => Object.assign(r, { effectiveGasPrice: '0x1' })],
      ['from', (r) => Object.assign(r, { from: `0x${'ab'.repeat(20)}` })],
      ['to', (r) => Object.assign(r, { to: null })],
      ['transactionHash', (r) => Object.assign(r, { transactionHash: wrongHash })],
      ['l1Fee', (r) => Object.assign(r, { l1Fee: '0x1' })],
      ['l1GasUsed', (r) => Object.assign(r, { l1GasUsed: '0x1' })],
      ['l1GasPrice', (r) => Object.assign(r, { l1GasPrice: '0x1' })],
      ['l1BlobBaseFee', (r) => Object.assign(r, { l1BlobBaseFee: '0x0' })],
      ['l1BaseFeeScalar', (r) => Object.assign(r, { l1BaseFeeScalar: '0x1' })],
    ]
    const index = recorded.receipts.findIndex(
      ({ logs, type }) => logs.length > 0 && type !== '0x7e',
    )
    for (const [field, change] of cases) {
      const verdict = await verify({
        eth_getBlockReceipts: changed('receipts', (list: Receipts) =>
          change(list[index] as Receipts[0]),
        ),
      })
      const problem = expectProblem(verdict, 'RECEIPT')
      assert.equal(problem.field, field)
      assert.equal(problem.transaction, index)
      // The block itself is what it should be, and the verdict says that too.
      assert.equal(verdict.stateRoot, recorded.block.stateRoot)
    }
    const short = changed('receipts', (list: Receipts) => void list.pop())
    assert.equal(
      expectProblem(await verify({ eth_getBlockReceipts: short }), 'RECEIPT').field,
      'length',
    )
  })

  it('verifies without receipts where they are not served or not wanted, and says so', async () => {
    const none = await verify({ eth_getBlockReceipts: null })
    assert.deepEqual([none.status, none.receipts], ['valid', 'not served'])
    const unasked = await verify({}, { verify: { receipts: false } })
    assert.deepEqual([unasked.status, unasked.receipts], ['valid', 'not asked'])
    assert.equal(unasked.calls.get('eth_getBlockReceipts'), undefined)
    expectProblem(
      await verify({
        eth_getBlockReceipts() {
          throw new RpcError(-32000, 'out of order')
        },
      }),
      'REFUSED',
    )
  })

  it('says when the RPC does not have the block or its parent, or shows another', async () => {
    expectProblem(await verify({ eth_getBlockByNumber: () => null }), 'UNKNOWN_BLOCK')
    expectProblem(await verify({ eth_getBlockByHash: () => null }), 'PARENT_HEADER')
    expectProblem(await verify({ eth_getBlockByHash: () => recorded.block }), 'PARENT_HEADER')
    expectProblem(await verify({ eth_getBlockByNumber: () => recorded.parent }), 'MALFORMED')
    expectProblem(
      await verify({ eth_getBlockByHash: () => recorded.parent }, { by: 'hash' }),
      'MALFORMED',
    )
  })

  it('takes malformed answers for what they are', async () => {
    for (const answer of ['0x', 5, [], { state: 5 }, { state: ['0x1'] }, { headers: [{}] }])
      expectProblem(await verify({ debug_executionWitness: () => answer }), 'MALFORMED')
    for (const answer of [5, {}, { transactions: 5 }, { ...recorded.block, transactions: [null] }])
      expectProblem(await verify({ eth_getBlockByNumber: () => answer }), 'MALFORMED')
    for (const answer of [5, null, Array(10).fill(5), Array(10).fill({})])
      expectProblem(await verify({ eth_getBlockReceipts: () => answer }), 'MALFORMED')
  })

  it('does without a trace that is no trace, and lets no control characters into messages', async () => {
    const blind = { debug_executionWitness: null, eth_getProof: null, eth_getCode: null }
    for (const trace of [5, [5], [{ result: { '0x12': {} } }]]) {
      const verdict = await verify(
        { ...blind, debug_dbGet: null, debug_traceBlockByHash: () => trace },
        { verify: { receipts: false } },
      )
      expectProblem(verdict, 'MISSING_PREIMAGE')
    }
    const witness = () => ({ state: { '\u001b[31mred\u0007': 'no hex' } })
    const { message } = expectProblem(
      await verify({ debug_executionWitness: witness }),
      'MALFORMED',
    )
    assert.match(message, /witness\.state\[ \[31mred \]/)
    const angry = () => {
      throw new RpcError(-32000, '\u001b]0;title\u0007 gone')
    }
    const refused = expectProblem(await verify({ eth_getBlockByNumber: angry }), 'REFUSED')
    assert.match(refused.message, /eth_getBlockByNumber: {2}\]0;title {2}gone/)
  })

  it('ends a block that runs too long, whatever gas its header claims', async () => {
    const hasty = createExecutor({ config: recorded.fixture.config, timeLimit: 0 })
    const whole = executor
    executor = hasty
    const problem = expectProblem(await verify(), 'LIMIT')
    assert.match(problem.message, /execution aborted/)
    executor = whole
  })

  it('stops reading answers, and a witness, at their limits', async () => {
    const large = { state: [`0x${'00'.repeat(1 << 20)}`] }
    const witness = () => large
    const over = await verify(
      { debug_executionWitness: witness },
      { limits: { responseBytes: 1 << 20 } },
    )
    assert.match(expectProblem(over, 'LIMIT').message, /more than 1048576 bytes/)
    const small = { items: 1_000_000, bytes: 1 << 16 }
    expectProblem(await verify({}, { verify: { limits: small } }), 'LIMIT')
    expectProblem(await verify({}, { verify: { limits: { items: 100, bytes: 1 << 30 } } }), 'LIMIT')
    const slow = { debug_executionWitness: null, debug_traceBlockByHash: null }
    const few = await verify(slow, { verify: { attempts: 5 } })
    assert.match(expectProblem(few, 'LIMIT').message, /after 5 attempts/)
  })
})

describe('blocks and chains', { skip: absent }, () => {
  it('verifies every real block of the test data', async () => {
    for (const { fixture, chain } of realBlocks) {
      recorded = record(fixture)
      executor = createExecutor({ config: fixture.config })
      const verdict = await verify()
      assert.equal(verdict.status, 'valid', `${chain}: ${verdict.problem?.message}`)
    }
  })

  it('does not judge by a fork that it does not know', async () => {
    recorded = record(realBlock('OP Sepolia').fixture)
    const { fixture } = recorded
    const config = { ...fixture.config, unsupportedFrom: { fork: 'jovian', time: 1n } }
    executor = createExecutor({ config })
    recorded = { ...recorded, fixture: { ...fixture, config } }
    expectProblem(await verify(), 'UNSUPPORTED_FORK')
  })
})

/** What a prestate trace of the block would name: everything that proofs had to be asked for. */
async function touchedKeys(): Promise<readonly { readonly result: Record<string, unknown> }[]> {
  const asked = new Map<string, Set<string>>()
  const honest = recordedMethods(recorded)
  const spy: RpcMethod = (params) => {
    const [address, slots] = params as [string, string[]]
    const known = asked.get(address) ?? new Set()
    asked.set(address, known)
    for (const slot of slots) known.add(slot)
    return honest.eth_getProof?.(params)
  }
  await verify({ debug_executionWitness: null, debug_traceBlockByHash: null, eth_getProof: spy })
  return [...asked].map(([address, slots]) => ({
    result: {
      [address]: {
        storage: Object.fromEntries([...slots].map((slot) => [slot, wrongHash])),
        code: honest.eth_getCode?.([address]),
      },
    },
  }))
}

after(() => {
  executor = undefined as never
})
