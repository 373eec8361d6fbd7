import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { loadBlobKzg } from '@altlayer/engine/kzg'
import { bytesToHex, decodeRlp, hexToBytes, listItems, rlpBytes } from '@altlayer/protocol'
import { encodeBlob } from '../../src/batcher/blob.ts'
import { createL1Account, type L1Account } from '../../src/batcher/l1-account.ts'
import type { BatcherTransaction, Content } from '../../src/batcher/state.ts'
import { connectL1 } from '../../src/l1/client.ts'
import { testConfig, testHash } from '../helpers/config.ts'
import { type L1Double, startL1Double } from '../helpers/l1-double.ts'

// Blob transactions before and after Osaka (EIP-7594): the same transaction, other proofs beside it.

let l1: L1Double
let account: L1Account
/** The forms in which transactions were sent. */
let sent: ('blob' | 'cells')[] = []
let last: Uint8Array
const one = { carrier: 'blobs', data: [Uint8Array.of(1)] } as const
const two = { carrier: 'blobs', data: [Uint8Array.of(2), Uint8Array.of(3)] } as const
const prices = { baseFee: 1n, blobBaseFee: 1n, tip: 1n, calldataFloor: true }

before(async () => {
  l1 = await startL1Double()
  const config = testConfig({
    l1Genesis: { number: 0, hash: l1.head().hash },
    l2GenesisHash: testHash(1, 1),
    l2Time: 1_000,
  })
  const { request } = connectL1({ url: l1.url, timeout: 20_000 })
  account = createL1Account({
    config,
    privateKey: `0x${'5b'.repeat(32)}`,
    request: (method, params) => {
      if (method === 'eth_sendRawTransaction') {
        last = hexToBytes(params[0] as `0x${string}`)
        sent.push(sidecarIn(last).length === 4 ? 'cells' : 'blob')
      }
      return request(method, params)
    },
  })
})

beforeEach(() => {
  sent = []
})

after(() => l1.close())

function sidecarIn(transaction: Uint8Array) {
  return listItems(decodeRlp(transaction.subarray(1))).slice(1)
}

async function post(nonce: number, content: Content, gwei = 2n): Promise<string | undefined> {
  const fee = gwei * 1_000_000_000n
  const transaction: BatcherTransaction = {
    nonce,
    channel: undefined,
    content,
    fees: { maxFeePerGas: fee, maxPriorityFeePerGas: fee, maxFeePerBlobGas: fee },
    hashes: [],
    sentAt: 0,
    due: true,
    included: undefined,
    misses: 0,
    blockedSince: undefined,
  }
  const signed = await account.sign(transaction, prices)
  const refusal = await account.send(signed)
  if (refusal === undefined) assert.ok(l1.pool.some(({ hash }) => hash === signed.hash))
  return refusal
}

test('since Osaka the proofs of all cells travel with a blob transaction, blob by blob', async () => {
  assert.equal(await post(0, two), undefined)
  assert.deepEqual(sent, ['cells'])
  const [version, blobs, , proofs] = sidecarIn(last)
  assert.ok(version && blobs && proofs)
  assert.deepEqual(rlpBytes(version, 'version'), Uint8Array.of(1))
  assert.deepEqual(
    listItems(blobs).map((item) => bytesToHex(rlpBytes(item, 'blob'))),
    two.data.map((data) => bytesToHex(encodeBlob(data))),
  )
  const kzg = await loadBlobKzg()
  const expected: Uint8Array[] = []
  for (const data of two.data) expected.push(...(await kzg.proveCells(encodeBlob(data))))
  assert.deepEqual(
    listItems(proofs).map((item) => bytesToHex(rlpBytes(item, 'proof'))),
    expected.map((proof) => bytesToHex(proof)),
  )
})

test('an L1 before Osaka refuses them once, and gets the proofs of whole blobs from then on', async () => {
  l1.rules.proofs = 'blob'
  assert.equal(await post(1, one), undefined)
  assert.equal(await post(2, two), undefined)
  assert.deepEqual(sent, ['cells', 'blob', 'blob'])
})

test('when Osaka activates, what is refused goes with cells at once', async () => {
  l1.rules.proofs = 'cells'
  assert.equal(await post(3, one), undefined)
  assert.equal(await post(4, one), undefined)
  assert.deepEqual(sent, ['blob', 'cells', 'cells'])
})

test('what is refused for another reason is not sent in another form', async () => {
  assert.match((await post(4, one, 3n)) ?? '', /underpriced/)
  assert.deepEqual(sent, ['cells'])
  assert.match((await post(4, one)) ?? '', /already known/)
})

test('what is refused in both forms keeps the first words and the form', async () => {
  l1.intercept = (method) => {
    if (method === 'eth_sendRawTransaction') throw new Error('insufficient funds')
    return undefined
  }
  assert.match((await post(5, one)) ?? '', /insufficient funds/)
  l1.intercept = undefined
  assert.equal(await post(5, one), undefined)
  assert.deepEqual(sent, ['cells', 'blob', 'cells'])
})
