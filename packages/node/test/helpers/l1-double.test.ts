import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { bytesToHex, type Hash, hexToBytes } from '@altlayer/protocol'
import { createWalletClient, http, publicActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { connectL1, createL1Client } from '../../src/l1/client.ts'
import { createL1Data } from '../../src/l1/data.ts'
import { type L1Double, startL1Double } from './l1-double.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
let l1: L1Double

before(async () => {
  l1 = await startL1Double({ safeDepth: 2, finalizedDepth: 4 })
  // viem makes EIP-4844's sidecars.
  l1.rules.proofs = 'blob'
})
after(() => l1.close())

/** A commitment that nobody checks: the double takes what hashes to the versioned hash. */
function sidecar(seed: number) {
  const commitment = bytesToHex(new Uint8Array(48).fill(seed))
  const digest = createHash('sha256').update(hexToBytes(commitment)).digest()
  digest[0] = 1
  const blob = bytesToHex(new Uint8Array(131_072).fill(seed % 64))
  return { versionedHash: bytesToHex(digest), sidecar: { blob, commitment, proof: commitment } }
}

const sendRaw = (serializedTransaction: `0x${string}`) =>
  createWalletClient({ account, transport: http(l1.url) }).sendRawTransaction({
    serializedTransaction,
  })

function blobTransaction(nonce: number, seed: number, gwei = 2n): Promise<`0x${string}`> {
  const { versionedHash, sidecar: one } = sidecar(seed)
  return account.signTransaction({
    type: 'eip4844',
    chainId: 900,
    nonce,
    to: account.address,
    gas: 21_000n,
    maxFeePerGas: gwei * 1_000_000_000n,
    maxPriorityFeePerGas: gwei * 1_000_000_000n,
    maxFeePerBlobGas: gwei,
    blobVersionedHashes: [versionedHash],
    sidecars: [one],
  })
}

describe('the L1 double', () => {
  it('has blocks with blob transactions, logs and receipts that hash to their roots', async () => {
    const hash = await sendRaw(await blobTransaction(0, 1))
    const log = {
      address: account.address.toLowerCase() as Hash,
      topics: [],
      data: '0x01',
    } as const
    const mined = l1.mine({ logs: [log, log] })
    const data = createL1Data({ url: l1.url })
    const block = await data.block(mined.hash)
    assert.equal(block?.transactions.length, 2)
    assert.equal((await data.receipts(mined)).length, 2)
    const client = createL1Client({ url: l1.url })
    const receipts = await client.receipts(mined)
    assert.deepEqual(
      receipts.flatMap(({ logs }) => logs.map(({ logIndex }) => logIndex)),
      [0, 1],
    )
    assert.equal((await client.block('latest'))?.hash, mined.hash)
    const wallet = createWalletClient({ transport: http(l1.url) }).extend(publicActions)
    const receipt = await wallet.getTransactionReceipt({ hash })
    assert.equal(receipt.blobGasUsed, 131_072n)
    assert.equal(await wallet.getTransactionCount({ address: account.address }), 1)
    const beacon = await l1.beacon()
    const slot = (Number(mined.header.timestamp) - 1_700_000_000) / 12
    const answer = await fetch(`${beacon.url}/eth/v1/beacon/blobs/${slot}`)
    assert.deepEqual(await answer.json(), { data: [sidecar(1).sidecar.blob] })
    beacon.manners = { ...beacon.manners, has: () => false }
    const without = await fetch(`${beacon.url}/eth/v1/beacon/blobs/${slot}`)
    assert.deepEqual(await without.json(), { data: [] })
    data.close()
    client.close()
  })

  it('replaces a blob transaction only for twice the fees', async () => {
    await sendRaw(await blobTransaction(1, 2))
    await assert.rejects(blobTransaction(1, 3, 3n).then(sendRaw), /underpriced/)
    const better = await sendRaw(await blobTransaction(1, 3, 4n))
    assert.deepEqual(
      l1.pool.map(({ hash }) => hash),
      [better],
    )
    await assert.rejects(blobTransaction(0, 4).then(sendRaw), /nonce/i)
  })

  it('is reorganised: the transactions wait again, or are gone; finalized stays', async () => {
    const included = l1.mine()
    assert.equal(included.transactions.length, 1)
    for (let i = 0; i < 6; i++) l1.mine()
    const { hash } = l1.tagged('finalized')
    l1.drop(7, true)
    assert.equal(l1.pool.length, 1)
    l1.forgetPool()
    assert.equal(l1.mine({ salt: 1 }).transactions.length, 0)
    assert.notEqual(l1.head().hash, included.hash)
    assert.equal(l1.head().header.number, included.header.number)
    for (let i = 0; i < 3; i++) l1.mine()
    assert.notEqual(l1.tagged('finalized').hash, hash)
    assert.ok(l1.tagged('finalized').header.number >= 3n)
  })

  it('answers something else where a test wants it', async () => {
    const { request } = connectL1({ url: l1.url, retries: 0 })
    l1.intercept = (method) => (method === 'eth_chainId' ? '0x7' : undefined)
    assert.equal(await request('eth_chainId', []), '0x7')
    l1.intercept = undefined
    assert.equal(await request('eth_chainId', []), '0x384')
    await assert.rejects(request('eth_nonsense', []), /does not exist/)
  })
})
