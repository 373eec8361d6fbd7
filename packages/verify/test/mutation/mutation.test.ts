import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import {
  type Hash,
  type Header,
  headerFromRpc,
  headerHash,
  keccak256Hex,
  MalformedInputError,
} from '@altlayer/protocol'
import { createExecutor, type PreimageReader } from '../../src/execute.ts'
import { type RpcClient, RpcRefusal, verifyForeignBlock } from '../../src/index.ts'
import { absent, type RealBlock, realBlock, realBlocks } from '../helpers/fixtures.ts'
import { record, recordedMethods } from '../helpers/recorded.ts'
import { createJudge, type Outcome } from './outcome.ts'
import { flipped, seededBelow } from './random.ts'

const SEED = 20261122
/** Bytes of a fixture's file that are changed, one at a time, besides those that are chosen. */
const SAMPLE = 60

type Json = Record<string, unknown>
const parse = ({ bytes }: RealBlock): Json => JSON.parse(Buffer.from(bytes).toString())
const encode = (json: unknown) => Buffer.from(JSON.stringify(json))

/** The header in a text; undefined when there is none. */
function headerIn(text: Uint8Array): { header: Header; hash: Hash } | undefined {
  try {
    const header = headerFromRpc(JSON.parse(Buffer.from(text).toString()), 'parent_header')
    return { header, hash: headerHash(header) }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof MalformedInputError) return undefined
    throw error
  }
}

/** A hex string with one digit changed. */
function otherDigit(hex: string, at: number): string {
  const digit = hex[at] === '0' ? '1' : '0'
  return hex.slice(0, at) + digit + hex.slice(at + 1)
}

/** The preimages of a fixture, and the order in which execution asks for them. */
function askedOrder({ fixture }: RealBlock) {
  const byKey = new Map([...fixture.witness].map(([hash, item]) => [hash.slice(4), { hash, item }]))
  const find = (key: Uint8Array) => byKey.get(Buffer.from(key.subarray(1)).toString('hex'))
  const order: Hash[] = []
  const seen = new Set<Hash>()
  const reader: PreimageReader = (key) => {
    const found = find(key)
    if (found !== undefined && !seen.has(found.hash)) {
      seen.add(found.hash)
      order.push(found.hash)
    }
    return found?.item
  }
  return { find, order, reader }
}

describe('a changed input', { skip: absent }, () => {
  for (const block of realBlocks) {
    const { fixture, chain } = block

    it(`${chain}: every witness item stands under its own hash`, () => {
      // So that an item with any byte changed, or under any other name, is one item less and one that nobody asks for.
      for (const [hash, item] of fixture.witness) assert.equal(keccak256Hex(item), hash)
    })

    it(`${chain}: every witness item that is read is hashed: changed it is refused by its name, and missed where it is not`, () => {
      const executor = createExecutor({ config: fixture.config })
      const { find, order, reader } = askedOrder(block)
      assert.ok(executor.run(fixture, reader).sealed)
      executor.clear()
      const random = seededBelow(SEED)
      // In the order they are asked for, nothing forgotten in between: each run has read all before it, whole.
      for (const hash of order) {
        const item = fixture.witness.get(hash) as Uint8Array
        const wrong = flipped(item, random(item.length), 1 + random(255))
        const outcome = executor.run(fixture, (key) => {
          const found = find(key)
          return found?.hash === hash ? wrong : found?.item
        })
        assert.ok(!outcome.sealed, `${hash} was believed`)
        assert.equal(outcome.error.code, 'BAD_PREIMAGE')
        assert.equal(outcome.error.context.key, hash)
        if (random(16) > 0) continue
        const without = executor.run(fixture, (key) => {
          const found = find(key)
          return found?.hash === hash ? undefined : found?.item
        })
        assert.ok(!without.sealed, `${hash} was not needed`)
        assert.equal(without.error.code, 'MISSING_PREIMAGE')
        assert.equal(without.error.context.key, hash)
      }
      const last = executor.run(fixture, reader)
      assert.ok(last.sealed && last.hash === fixture.expectedHash)
      const unread = fixture.witness.size - order.length
      assert.ok(unread < fixture.witness.size / 100, `${unread} items are not read`)
    })

    it(`${chain}: every bit of the parent's header, the other way, makes another parent or none`, () => {
      const own = headerHash(fixture.parent)
      const text = Buffer.from(JSON.stringify(parse(block).parent_header))
      let others = 0
      for (let at = 0; at < text.length; at++)
        for (let mask = 1; mask < 256; mask *= 2) {
          const changed = headerIn(flipped(text, at, mask))
          if (changed === undefined || isDeepStrictEqual(changed.header, fixture.parent)) continue
          // The block's hash commits to this one.
          assert.notEqual(changed.hash, own, `byte ${at}, mask ${mask}`)
          others++
        }
      assert.ok(others > text.length, `${others} of ${8 * text.length}`)
    })

    it(`${chain}: every field of the parent and of the payload, at both ends and inside, is refused`, () => {
      const judge = createJudge(block)
      const json = parse(block)
      const random = seededBelow(SEED)
      for (const part of ['parent_header', 'executing_payload'])
        for (const [name, value] of Object.entries(json[part] as Json)) {
          if (typeof value !== 'string') continue
          const places = new Set([2, value.length - 1, 2 + random(value.length - 2)])
          for (const at of places) {
            const changed: Json = { ...(json[part] as Json), [name]: otherDigit(value, at) }
            assert.equal(
              judge.judge(encode({ ...json, [part]: changed })),
              'refused',
              `${part}.${name}`,
            )
          }
        }
      const expected = json.expected_block_hash as string
      for (const at of [2, 30, 65])
        assert.equal(
          judge.judge(encode({ ...json, expected_block_hash: otherDigit(expected, at) })),
          'refused',
        )
    })

    it(`${chain}: every transaction, in its first, last and a random byte, or left out, is refused`, () => {
      const judge = createJudge(block)
      const json = parse(block)
      const payload = json.executing_payload as Json
      const list = payload.transactions as readonly string[]
      const random = seededBelow(SEED)
      const refused = (transactions: readonly string[], what: string) => {
        const changed = { ...json, executing_payload: { ...payload, transactions } }
        assert.equal(judge.judge(encode(changed)), 'refused', what)
      }
      for (const [index, raw] of list.entries()) {
        for (const at of [2, raw.length - 1, 2 + random(raw.length - 2)])
          refused(list.with(index, otherDigit(raw, at)), `transaction ${index}, digit ${at}`)
        refused(list.toSpliced(index, 1), `without transaction ${index}`)
      }
      refused([...list, list.at(-1) as string], 'the last twice')
      refused(list.toReversed(), 'in another order')
    })

    it(`${chain}: the times of forks and the chain id are rules: what matches means the same`, () => {
      const judge = createJudge(block)
      const json = parse(block)
      const config = json.rollup_config as Json
      const counts = new Map<Outcome, number>()
      const { timestamp } = fixture.attributes
      const judged = (changes: Json) => {
        const outcome = judge.judge(encode({ ...json, rollup_config: { ...config, ...changes } }))
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
        return outcome
      }
      const times = Object.keys(config).filter(
        (name) => name.endsWith('_time') && name !== 'block_time',
      )
      for (const name of times) {
        judged({ [name]: Number(timestamp) + 1 })
        judged({ [name]: Number(timestamp) })
        judged({ [name]: Number(timestamp) - 1 })
      }
      assert.equal(judged({ isthmus_time: Number(timestamp) }), 'refused')
      assert.equal(judged({ jovian_time: Number(timestamp) }), 'refused')
      assert.equal(judged({ l2_chain_id: Number(fixture.config.chainId) + 1 }), 'refused')
      assert.equal(judged({ l2_chain_id: 0 }), 'refused')
      assert.ok((counts.get('refused') ?? 0) > times.length)
    })

    it(`${chain}: ${SAMPLE} bytes of the file anywhere: never a false match`, () => {
      const judge = createJudge(block)
      const random = seededBelow(SEED + block.bytes.length)
      for (let i = 0; i < SAMPLE; i++)
        judge.judge(flipped(block.bytes, random(block.bytes.length), 1 + random(255)))
    })
  }

  it('in an item that is not read, in its name, in the case of a digit, changes nothing that is said', () => {
    const block = realBlock('OP Sepolia')
    const judge = createJudge(block)
    const json = parse(block)
    const witness = json.witness as Record<string, string>
    const junk = { [`0x${'ab'.repeat(32)}`]: '0x1234' }
    assert.equal(judge.judge(encode({ ...json, witness: { ...witness, ...junk } })), 'unread')
    const upper = {
      ...json,
      expected_block_hash: `0x${(json.expected_block_hash as string).slice(2).toUpperCase()}`,
    }
    assert.equal(judge.judge(encode(upper)), 'equal')
    assert.equal(judge.judge(encode({ ...json, note: 'nobody reads this' })), 'equal')
    assert.equal(judge.judge(Buffer.from(JSON.stringify(json, null, 2))), 'equal')
  })
})

describe('a changed answer of an RPC', { skip: absent }, () => {
  const ANSWERS = 140
  const block = () => realBlock('OP Sepolia')

  it('never makes a false match: valid only where what is read is what it was', async () => {
    const recorded = record(block().fixture)
    const methods = recordedMethods(recorded)
    const executor = createExecutor({ config: recorded.fixture.config })
    const parts = [
      'eth_getBlockByNumber',
      'eth_getBlockByHash',
      'eth_getBlockReceipts',
      'debug_executionWitness',
    ]
    const random = seededBelow(SEED)
    const statuses = new Map<string, number>()
    for (let i = 0; i < ANSWERS; i++) {
      const part = parts[i % parts.length] as string
      let changed: { readonly before: unknown; readonly after: unknown } | undefined
      const request: RpcClient['request'] = async (method, params) => {
        const answer = methods[method]?.(params) ?? null
        if (method !== part) return answer
        const text = Buffer.from(JSON.stringify(answer))
        const after = JSON.parse(
          Buffer.from(flipped(text, random(text.length), 1 + random(255))).toString(),
        )
        changed = { before: answer, after }
        return after
      }
      const rpc = fakeClient(request, ['eth_getProof', 'debug_dbGet', 'eth_getCode'])
      executor.clear()
      const rollup = {
        config: recorded.fixture.config,
        rpc,
        executor,
        capabilities: { refused: new Set<string>() },
      }
      const number = BigInt(recorded.block.number as string)
      const verdict = await verifyForeignBlock(rollup, number).catch((error: unknown) => {
        // The flipped byte made no JSON: a real client says so (rpc.test.ts).
        if (error instanceof SyntaxError) return { status: 'not JSON', hash: undefined }
        throw error
      })
      statuses.set(verdict.status, (statuses.get(verdict.status) ?? 0) + 1)
      assert.notEqual(
        verdict.status,
        'invalid',
        'nothing an RPC says of a good block proves it bad',
      )
      if (verdict.status !== 'valid') continue
      assert.equal(verdict.hash, recorded.fixture.expectedHash)
      if (changed !== undefined) assertUnread(part, changed.before, changed.after)
    }
    assert.ok((statuses.get('unverified') ?? 0) > ANSWERS / 4, JSON.stringify([...statuses]))
  })
})

/** An RPC of this process that serves all but some methods. */
function fakeClient(request: RpcClient['request'], refused: readonly string[]): RpcClient {
  const answer: RpcClient['request'] = async (method, params) => {
    if (refused.includes(method) || method.startsWith('debug_trace'))
      throw new RpcRefusal(-32601, `no method ${method}`)
    return request(method, params)
  }
  return {
    origin: 'the test',
    request: answer,
    batch: (calls) =>
      Promise.all(
        calls.map(({ method, params }) =>
          answer(method, params).then(
            (result) => ({ result }),
            (error: unknown) => {
              if (error instanceof RpcRefusal) return { error }
              throw error
            },
          ),
        ),
      ),
    close: () => {},
  }
}

/** Members that nothing is verified by: no hash commits to them, or they repeat what one does. */
const UNREAD: Readonly<Record<string, RegExp>> = {
  eth_getBlockByNumber:
    /^(uncles.*|withdrawals.*|transactions\.\d+\.(from|hash|blockHash|blockNumber|transactionIndex|gasPrice))$/,
  eth_getBlockByHash: /^(hash|uncles.*|transactions.*)$/,
  eth_getBlockReceipts: /^$/,
  debug_executionWitness: /./,
}
/** Of a deposit, which has no signature. */
const UNREAD_OF_DEPOSITS = /^transactions\.\d+\.(nonce|v|r|s)$/

/** Every member that is still shown under its name is what it was, but for those that are not read. */
function assertUnread(part: string, before: unknown, after: unknown): void {
  const old = new Map(leaves(before))
  for (const [path, value] of leaves(after)) {
    const was = old.get(path)
    // Another name, or the place of nothing: not shown, so nothing is said of it.
    if (was === undefined) continue
    if (String(was).toLowerCase() === String(value).toLowerCase()) continue
    const [list, index] = path.split('.')
    const deposit = list === 'transactions' && old.get(`transactions.${index}.type`) === '0x7e'
    if (deposit && UNREAD_OF_DEPOSITS.test(path)) continue
    assert.match(path, UNREAD[part] as RegExp, `${part}: ${path} was ${was}, is ${value}`)
  }
}

function* leaves(value: unknown, path = ''): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, value]
    return
  }
  for (const [name, item] of Object.entries(value))
    yield* leaves(item, path === '' ? name : `${path}.${name}`)
}
