import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Address,
  bigintToHex,
  decodeReceipt,
  type Hex,
  hexToBytes,
  logsBloom,
  lowerCaseAddress,
  orderedTrieRoot,
  ZERO_HASH,
} from '@altlayer/protocol'
import fc from 'fast-check'
import type { Program, TransactionResult } from '../../src/program/types.ts'
import { attributes, CHAIN_ID, ETHER, ethereumConfig, GWEI, testChain, wallet } from './support.ts'

const alice = wallet(0)
const sender = lowerCaseAddress(alice.address)
const contract: Address = `0x${'1c'.repeat(20)}`

/** Code that emits a log: the data is copied from the code's end. */
function emitter(topics: readonly bigint[], data: Uint8Array): string {
  const pushes = [...topics].reverse().map((topic) => `7f${bigintToHex(topic).slice(2)}`)
  const size = data.length.toString(16).padStart(4, '0')
  // CODECOPY(0, offset, size); LOG(0, size, topics...)
  const head = (offset: string) =>
    `61${size}61${offset}5f39${pushes.join('')}61${size}5fa${topics.length}00`
  const length = head('0000').length / 2
  return head(length.toString(16).padStart(4, '0')) + Buffer.from(data).toString('hex')
}

async function call(
  program: Program,
  nonce: number,
  type: 'legacy' | 'eip1559',
): Promise<TransactionResult> {
  const common = { chainId: Number(CHAIN_ID), nonce, to: contract, gas: 500_000n }
  const request =
    type === 'legacy'
      ? ({ type, ...common, gasPrice: 2n * GWEI } as const)
      : ({ type, ...common, maxFeePerGas: 2n * GWEI } as const)
  return program.transaction(hexToBytes(await alice.signTransaction(request)))
}

test('receipts hold the logs and their bloom; the header their root and the union of the blooms', async () => {
  const topic = fc.bigInt(0n, (1n << 256n) - 1n)
  await fc.assert(
    fc.asyncProperty(
      fc.array(topic, { maxLength: 4 }),
      fc.uint8Array({ maxLength: 300 }),
      async (topics, data) => {
        const chain = testChain(ethereumConfig('cancun'))
        const { program } = chain
        const genesis = chain.genesis([
          { address: sender, balance: ETHER },
          { address: contract, code: hexToBytes(`0x${emitter(topics, data)}`) },
        ])
        program.open(genesis, attributes({ parentBeaconBlockRoot: ZERO_HASH }))
        const results = [await call(program, 0, 'legacy'), await call(program, 1, 'eip1559')]
        const log = {
          address: contract,
          topics: topics.map((value) => bigintToHex(value)),
          data: `0x${Buffer.from(data).toString('hex')}` as Hex,
        }
        for (const result of results) {
          assert.deepEqual(result.logs, [log])
          const receipt = decodeReceipt(result.receipt)
          assert.equal(receipt.type, result.type)
          assert.equal(receipt.status, true)
          assert.equal(receipt.cumulativeGasUsed, result.cumulativeGasUsed)
          assert.deepEqual(receipt.logs, [log])
          assert.equal(receipt.logsBloom, logsBloom([log]))
        }
        const { header } = program.seal()
        assert.equal(header.logsBloom, logsBloom([log]))
        assert.equal(header.receiptsRoot, orderedTrieRoot(results.map(({ receipt }) => receipt)))
      },
    ),
    { numRuns: 40 },
  )
})

test('a block of many transactions has the roots of its list', async () => {
  const chain = testChain(ethereumConfig('cancun'))
  const { program } = chain
  const genesis = chain.genesis([{ address: sender, balance: ETHER }])
  program.open(genesis, attributes({ parentBeaconBlockRoot: ZERO_HASH }))
  const raws: Uint8Array[] = []
  const receipts: Uint8Array[] = []
  for (let nonce = 0; nonce < 300; nonce++) {
    const raw = hexToBytes(
      await alice.signTransaction({
        type: 'eip1559',
        chainId: Number(CHAIN_ID),
        nonce,
        to: contract,
        gas: 21_000n,
        maxFeePerGas: 2n * GWEI,
      }),
    )
    raws.push(raw)
    receipts.push(program.transaction(raw).receipt)
  }
  const { header } = program.seal()
  assert.equal(header.transactionsRoot, orderedTrieRoot(raws))
  assert.equal(header.receiptsRoot, orderedTrieRoot(receipts))
  assert.equal(header.gasUsed, 300n * 21_000n)
})

describe('what a message touched', () => {
  /** Init code that destroys its contract at once, in favour of the caller. */
  const selfDestructing = hexToBytes('0x33ff')

  test('a contract created and destroyed in it was never there', () => {
    const chain = testChain(ethereumConfig('cancun'))
    const genesis = chain.genesis([{ address: sender, balance: ETHER }])
    const { program } = chain
    program.openAt(genesis)
    const result = program.message({
      from: sender,
      gas: 100_000n,
      value: 7n,
      data: selfDestructing,
    })
    assert.equal(result.status, 'success')
    const created = program.touched().find(({ address }) => address === result.contractAddress)
    assert.ok(created)
    assert.equal(created.before, undefined)
    assert.equal(created.after, undefined)
    // Asking again gives the same; the state is as before.
    assert.deepEqual(program.touched(), program.touched())
    assert.deepEqual(program.diff(), [])
  })

  test('the block’s changes are told from what it only read', async () => {
    const chain = testChain(ethereumConfig('cancun'))
    // Reads slot 1, writes slot 2, asks for an account's balance.
    const other: Address = `0x${'2d'.repeat(20)}`
    const one = bigintToHex(1n)
    const two = bigintToHex(2n)
    const genesis = chain.genesis([
      { address: sender, balance: ETHER },
      {
        address: contract,
        code: hexToBytes(`0x60015460025573${other.slice(2)}315000`),
        stateDiff: [[one, two]],
      },
      { address: other, balance: 1n },
    ])
    const { program } = chain
    program.open(genesis, attributes({ parentBeaconBlockRoot: ZERO_HASH }))
    await call(program, 0, 'eip1559')
    const touched = new Map(program.touched().map((entry) => [entry.address, entry]))
    assert.deepEqual([...(touched.get(contract)?.storage ?? [])].sort(), [
      [one, two, two],
      [two, ZERO_HASH, two],
    ])
    assert.deepEqual(touched.get(other)?.before, touched.get(other)?.after)
    const changed = new Map(program.diff().map((entry) => [entry.address, entry]))
    assert.deepEqual(changed.get(contract)?.storage, [[two, ZERO_HASH, two]])
    assert.equal(changed.get(other), undefined)
    assert.equal(changed.get(sender)?.after?.nonce, 1n)
  })
})
