import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { hexToBytes } from '@altlayer/protocol'
import fc from 'fast-check'
import { privateKeyToAccount } from 'viem/accounts'
import { PoolError } from '../../src/errors.ts'
import type { TransactionRules } from '../../src/pool/inspect.ts'
import { claimedLast, claimFirst, claimLast, createClaims } from '../../src/workers/claims.ts'
import {
  type Inspected,
  type SenderThreads,
  startSenderThreads,
} from '../../src/workers/senders.ts'

const rules: TransactionRules = { chainId: 901n, mode: 'op', shanghai: true, prague: true }
const accounts = Array.from({ length: 4 }, (_, i) =>
  privateKeyToAccount(`0x${(i + 1).toString(16).padStart(64, '0')}`),
)

async function signed(account: number, nonce: number, dataBytes = 0): Promise<Uint8Array> {
  const raw = await accounts[account]?.signTransaction({
    type: 'eip1559',
    chainId: Number(rules.chainId),
    nonce,
    to: `0x${'be'.repeat(20)}`,
    gas: 21_000n + 40n * BigInt(dataBytes),
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
    data: `0x${'01'.repeat(dataBytes)}`,
  })
  return hexToBytes(raw as string)
}

const senderOf = (result: Inspected | undefined) =>
  result instanceof Error || result === undefined ? undefined : result.from
const address = (account: number) => accounts[account]?.address.toLowerCase()

for (const count of [1, 3])
  describe(`${count} sender thread(s)`, () => {
    const threads: SenderThreads = startSenderThreads(count)
    after(() => threads.close())

    it('answer in the order of the calls, whoever does the work', async () => {
      const sizes = [0, 0, 0, 2_000, 0, 0, 0, 0, 0, 3_000, 3_000, 0]
      const raws = await Promise.all(
        Array.from({ length: 400 }, (_, i) => signed(i % 4, i, sizes[i % sizes.length])),
      )
      // One in fifty has no signature that anybody made.
      const damaged = raws.map((raw, i) => (i % 50 === 7 ? raw.subarray(0, -1) : raw))
      const order: number[] = []
      const results = await Promise.all(
        damaged.map(async (raw, i) => {
          // Some come later, while others are under way.
          for (let turn = 0; turn < i / 100; turn++) await new Promise(setImmediate)
          const asked = threads.inspect(raw, rules)
          const result = await asked
          order.push(i)
          return result
        }),
      )
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      )
      for (const [i, result] of results.entries()) {
        if (i % 50 === 7) assert.ok(result instanceof PoolError, `${i}`)
        else assert.equal(senderOf(result), address(i % 4), `${i}`)
      }
    })

    it('answer one alone, and a large one alone', async () => {
      for (const size of [0, 2_000])
        assert.equal(senderOf(await threads.inspect(await signed(1, 1, size), rules)), address(1))
    })

    it('keep the rules apart under which transactions came', async () => {
      const other = { ...rules, chainId: 902n }
      const raw = await signed(2, 5)
      const results = await Promise.all(
        Array.from({ length: 60 }, (_, i) => threads.inspect(raw, i % 20 < 10 ? rules : other)),
      )
      for (const [i, result] of results.entries())
        if (i % 20 < 10) assert.equal(senderOf(result), address(2))
        else assert.match((result as Error).message, /invalid chain id/)
    })
  })

describe('sender threads that are closed', () => {
  it('answer what still waits, and what comes later', async () => {
    const threads = startSenderThreads(1)
    const raw = await signed(0, 0)
    const waiting = Array.from({ length: 300 }, () => threads.inspect(raw, rules))
    const [closing, late] = [threads.close(), threads.inspect(raw, rules)]
    const results = await Promise.all([...waiting, late])
    for (const result of results)
      assert.ok(senderOf(result) === address(0) || (result as Error).name === 'EngineError')
    assert.equal((results.at(-1) as Error).name, 'EngineError')
    await closing
  })
})

describe('claims', () => {
  it('give out every item once, from both ends', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.array(fc.boolean(), { maxLength: 100 }), (count, fronts) => {
        const items = Array.from({ length: count }, (_, i) => i)
        const claims = createClaims()
        const first: number[] = []
        const last: number[] = []
        for (const front of fronts) {
          const index = front ? claimFirst(claims, count) : claimLast(claims, count)
          if (index !== undefined) (front ? first : last).push(index)
        }
        assert.equal(first.length + last.length, Math.min(count, fronts.length))
        assert.deepEqual(first, items.slice(0, first.length))
        assert.deepEqual(last.toReversed(), items.slice(count - last.length))
        assert.deepEqual(claimedLast(claims, items), last.toReversed())
      }),
    )
  })
})
