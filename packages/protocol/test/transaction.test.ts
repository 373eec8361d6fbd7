import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  getContractAddress,
  parseTransaction,
  recoverTransactionAddress,
  serializeTransaction,
  keccak256 as viemKeccak,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { serializeTransaction as serializeOpTransaction } from 'viem/op-stack'
import {
  bytesToHex,
  createAddress,
  decodeTransaction,
  effectiveGasPrice,
  encodedTransactionFromRpc,
  encodeTransaction,
  hexToBytes,
  MalformedInputError,
  type SignedTransaction,
  signatureParity,
  signingHash,
  signingHashOf,
  type Transaction,
  TX_DEPOSIT,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
  transactionFromRpc,
  transactionHash,
  transactionToRpc,
} from '../src/index.ts'
import { address, arbitraryTransaction, uint64 } from './arbitraries.ts'

const account = privateKeyToAccount(`0x${'42'.repeat(32)}`)
const TO = '0x1234567890123456789012345678901234567890'
const HASH = `0x01${'22'.repeat(31)}` as const

async function signedByViem(): Promise<readonly `0x${string}`[]> {
  const common = { to: TO, gas: 100_000n, value: 7n, data: '0xabcdef', nonce: 3 } as const
  const accessList = [{ address: TO, storageKeys: [HASH] }] as const
  const fees = { maxFeePerGas: 100n, maxPriorityFeePerGas: 1n } as const
  const authorization = await account.signAuthorization({ address: TO, chainId: 5, nonce: 9 })
  return Promise.all([
    account.signTransaction({ ...common, type: 'legacy', gasPrice: 9n }),
    account.signTransaction({ ...common, type: 'legacy', gasPrice: 9n, chainId: 901 }),
    account.signTransaction({ type: 'legacy', gas: 5n, gasPrice: 0n, chainId: 10, data: '0x60' }),
    account.signTransaction({ ...common, type: 'eip2930', chainId: 10, gasPrice: 1n, accessList }),
    account.signTransaction({ ...common, type: 'eip1559', chainId: 10, ...fees, accessList }),
    account.signTransaction({ type: 'eip1559', chainId: 10, ...fees, gas: 1n, data: '0x00' }),
    account.signTransaction({
      ...common,
      ...fees,
      type: 'eip4844',
      chainId: 10,
      maxFeePerBlobGas: 3n,
      blobVersionedHashes: [HASH],
    }),
    account.signTransaction({
      ...common,
      ...fees,
      type: 'eip7702',
      chainId: 10,
      authorizationList: [authorization],
    }),
  ])
}

test('what viem signs decodes to the same fields, hash, signing hash and sender', async () => {
  for (const raw of await signedByViem()) {
    const bytes = hexToBytes(raw)
    const tx = decodeTransaction(bytes) as SignedTransaction
    const theirs = parseTransaction(raw)
    assert.equal(bytesToHex(encodeTransaction(tx)), raw)
    assert.equal(transactionHash(bytes), viemKeccak(raw))
    assert.equal(tx.value, theirs.value ?? 0n)
    assert.equal(tx.nonce, BigInt(theirs.nonce ?? 0))
    assert.equal(tx.gas, theirs.gas)
    assert.equal(tx.to, theirs.to?.toLowerCase())
    const { r: _, s: __, v: ___, yParity: ____, ...unsigned } = theirs
    assert.equal(bytesToHex(signingHash(tx)), viemKeccak(serializeTransaction(unsigned as never)))
    assert.equal(signatureParity(tx), theirs.yParity)
    assert.equal(
      await recoverTransactionAddress({ serializedTransaction: raw as never }),
      account.address,
    )
  }
})

test('every well-formed transaction round-trips', () => {
  fc.assert(
    fc.property(arbitraryTransaction, (tx) => {
      assert.deepEqual(decodeTransaction(encodeTransaction(tx)), tx)
    }),
    { numRuns: 500 },
  )
})

test('the signing hash is the same from the fields and from the encoding', () => {
  const signed = arbitraryTransaction.filter(({ type }) => type !== TX_DEPOSIT)
  fc.assert(
    fc.property(signed, (tx) => {
      const transaction = tx as SignedTransaction
      assert.deepEqual(signingHashOf(encodeTransaction(tx), transaction), signingHash(transaction))
    }),
    { numRuns: 500 },
  )
})

test('changed bytes are refused with MalformedInputError, or decode to what encodes to them', () => {
  const mutation = fc.tuple(arbitraryTransaction, fc.nat(), fc.nat(255), fc.boolean())
  fc.assert(
    fc.property(mutation, ([tx, at, byte, cut]) => {
      const raw = encodeTransaction(tx)
      const index = at % raw.length
      const bytes = cut ? raw.subarray(0, index) : raw.with(index, byte)
      let decoded: Transaction
      try {
        decoded = decodeTransaction(bytes)
      } catch (error) {
        assert.ok(error instanceof MalformedInputError, String(error))
        return
      }
      assert.equal(bytesToHex(encodeTransaction(decoded)), bytesToHex(bytes))
    }),
    { numRuns: 2000 },
  )
})

test('malformed fields are named', () => {
  const refused = (raw: string, path: RegExp) =>
    assert.throws(
      () => decodeTransaction(hexToBytes(raw)),
      (error) => error instanceof MalformedInputError && path.test(error.path),
    )
  refused('0x', /^transaction$/)
  refused('0x05c0', /^transaction\.type$/)
  refused('0x00c0', /^transaction$/)
  refused('0x80', /^transaction$/)
  refused('0xc0', /^transaction$/)
  refused('0x02c0', /^transaction$/)
  // A nonce with a leading zero; a recipient of 19 bytes; a parity of 2.
  refused('0xc98200010000000000000000', /^transaction/)
  refused(`0xdc80808093${'11'.repeat(19)}8080808080`, /^transaction\.to$/)
  // A type 2 transaction with parity 2.
  refused('0x02cc8080808080808080c0028080', /^transaction\.yParity$/)
})

test('deposits agree with viem and their RPC form with op-geth', () => {
  fc.assert(
    fc.property(
      arbitraryTransaction.filter((tx) => tx.type === TX_DEPOSIT),
      (tx) => {
        if (tx.type !== TX_DEPOSIT) return
        const { isSystemTransaction, type: _, to, ...fields } = tx
        const theirs = serializeOpTransaction({
          type: 'deposit',
          ...fields,
          ...(to !== undefined && { to }),
          isSystemTx: isSystemTransaction,
        })
        // viem writes the integer 1 as the string 0x1, which its RLP takes as one byte.
        assert.equal(bytesToHex(encodeTransaction(tx)), theirs)
      },
    ),
  )
  const deposit: Transaction = {
    type: TX_DEPOSIT,
    sourceHash: HASH,
    from: TO,
    to: TO,
    mint: 5n,
    value: 6n,
    gas: 7n,
    isSystemTransaction: false,
    data: '0x01',
  }
  const context = { hash: HASH, from: TO, depositNonce: 17n, depositReceiptVersion: 1n } as const
  assert.deepEqual(transactionToRpc(deposit, context), {
    type: '0x7e',
    nonce: '0x11',
    gas: '0x7',
    gasPrice: '0x0',
    to: TO,
    value: '0x6',
    input: '0x01',
    sourceHash: HASH,
    mint: '0x5',
    depositReceiptVersion: '0x1',
    v: '0x0',
    r: '0x0',
    s: '0x0',
    hash: HASH,
    from: TO,
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
  })
})

test('the effective gas price is the base fee and the tip, within the cap', () => {
  const base = decodeTransaction(
    encodeTransaction({
      type: TX_DYNAMIC_FEE,
      chainId: 1n,
      nonce: 0n,
      maxFeePerGas: 100n,
      maxPriorityFeePerGas: 5n,
      gas: 21000n,
      value: 0n,
      data: '0x',
      accessList: [],
      yParity: 0,
      r: 1n,
      s: 1n,
    }),
  )
  assert.equal(effectiveGasPrice(base, 50n), 55n)
  assert.equal(effectiveGasPrice(base, 98n), 100n)
  assert.equal(
    transactionToRpc(base, { hash: HASH, from: TO, baseFeePerGas: 50n }).gasPrice,
    '0x37',
  )
  assert.equal(transactionToRpc(base, { hash: HASH, from: TO }).gasPrice, '0x64')
  const legacy = {
    type: TX_LEGACY,
    nonce: 0n,
    gasPrice: 9n,
    gas: 1n,
    value: 0n,
    data: '0x',
    v: 29n,
    r: 1n,
    s: 1n,
  } as const
  assert.equal(effectiveGasPrice(legacy, 1n), 9n)
  assert.throws(() => signatureParity(legacy), { path: 'transaction.v' })
})

test('created addresses agree with viem', () => {
  fc.assert(
    fc.property(address, uint64, (from, nonce) => {
      assert.equal(createAddress(from, nonce), getContractAddress({ from, nonce }).toLowerCase())
    }),
  )
})

test('the JSON-RPC form of any transaction is read back', () => {
  fc.assert(
    fc.property(arbitraryTransaction, (tx) => {
      const json = JSON.parse(
        JSON.stringify(transactionToRpc(tx, { hash: HASH, from: senderOf(tx) })),
      )
      assert.deepEqual(transactionFromRpc(json), tx)
      assert.deepEqual(encodedTransactionFromRpc(json), encodeTransaction(tx))
    }),
  )
})

const senderOf = (tx: Transaction) => (tx.type === TX_DEPOSIT ? tx.from : TO)

test('a JSON-RPC transaction that is not well-formed is refused by its member', () => {
  const tx = {
    type: '0x7e',
    sourceHash: HASH,
    from: TO,
    to: null,
    mint: '0x1',
    value: '0x0',
    gas: '0x5',
    input: '0x',
  }
  assert.equal(transactionFromRpc(tx).type, TX_DEPOSIT)
  for (const [member, value] of [
    ['sourceHash', '0x12'],
    ['from', null],
    ['mint', 1],
    ['isSystemTx', '0x0'],
    ['gas', '0x10000000000000000'],
    ['input', '0x1'],
    ['type', '0x5'],
  ] as const)
    assert.throws(
      () => transactionFromRpc({ ...tx, nonce: '0x0', r: '0x0', s: '0x0', [member]: value }),
      {
        name: 'MalformedInputError',
        path: `transaction.${member}`,
      },
    )
})
