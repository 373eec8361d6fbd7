import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import {
  bytesToHex,
  concatBytes,
  encodeRlp,
  encodeRlpList,
  encodeTransaction,
  type Hash,
  hexToBytes,
  keccak256,
  TX_ACCESS_LIST,
  TX_BLOB,
  TX_DEPOSIT,
  TX_SET_CODE,
  uintBytes,
} from '@altlayer/protocol'
import fc from 'fast-check'
import secp256k1 from 'secp256k1'
import { PoolError, type PoolErrorCode } from '../../src/errors.ts'
import { inspectTransaction, type TransactionRules } from '../../src/pool/inspect.ts'
import { recoverSender } from '../../src/precompiles/ecrecover.ts'
import {
  account,
  CHAIN_ID,
  hashOf,
  sign,
  signed,
  signedCreation,
  signedLegacy,
} from '../helpers/chain.ts'

const alice = account(0)
const OP: TransactionRules = { chainId: CHAIN_ID, mode: 'op', shanghai: true, prague: true }
const ETHEREUM: TransactionRules = { ...OP, mode: 'ethereum' }

const inspect = (raw: Uint8Array, rules = OP) => inspectTransaction(raw, rules, recoverSender)

function refused(raw: Uint8Array, code: PoolErrorCode, message: RegExp, rules = OP): void {
  assert.throws(
    () => inspect(raw, rules),
    (error) => {
      assert.ok(error instanceof PoolError, String(error))
      assert.equal(error.code, code, error.message)
      assert.match(error.message, message)
      return true
    },
  )
}

const common = {
  nonce: 3n,
  gas: 100_000n,
  to: `0x${'77'.repeat(20)}`,
  value: 5n,
  data: '0x',
  r: 1n,
  s: 1n,
} as const
const typed = { ...common, chainId: CHAIN_ID, accessList: [], yParity: 0 } as const
const fees = { maxFeePerGas: 100n, maxPriorityFeePerGas: 7n } as const

describe('inspection of a transaction', () => {
  it('gives what the pool needs of every type', () => {
    const legacy = inspect(signedLegacy(alice, { ...common, gasPrice: 9n }))
    assert.deepEqual(
      [legacy.from, legacy.type, legacy.nonce, legacy.feeCap, legacy.tip, legacy.cost],
      [alice.address, 0, 3n, 9n, 9n, 900_005n],
    )
    const list = inspect(sign(alice, { type: TX_ACCESS_LIST, ...typed, gasPrice: 9n }))
    assert.deepEqual([list.from, list.type, list.tip], [alice.address, 1, 9n])
    const dynamic = inspect(signed(alice, { ...fees, nonce: 3n }))
    assert.deepEqual([dynamic.feeCap, dynamic.tip, dynamic.cost], [100n, 7n, 2_100_001n])
    assert.equal(dynamic.hash, hashOf(dynamic.raw))
  })

  it('recovers the authorities of a set code transaction', () => {
    const bob = account(1)
    const message = concatBytes(
      Uint8Array.of(5),
      encodeRlp([uintBytes(CHAIN_ID), hexToBytes(common.to), uintBytes(1n)]),
    )
    const { signature, recid } = secp256k1.ecdsaSign(keccak256(message), bob.key)
    const authorization = {
      chainId: CHAIN_ID,
      address: common.to,
      nonce: 1n,
      yParity: recid,
      r: BigInt(bytesToHex(signature.subarray(0, 32))),
      s: BigInt(bytesToHex(signature.subarray(32))),
    }
    const raw = sign(alice, {
      type: TX_SET_CODE,
      ...typed,
      ...fees,
      authorizationList: [authorization, { ...authorization, chainId: 99n }],
    })
    assert.deepEqual(inspect(raw).authorities, [bob.address])
    refused(raw, 'typeNotSupported', /transaction type not supported/, { ...OP, prague: false })
    refused(
      sign(alice, { type: TX_SET_CODE, ...typed, ...fees, authorizationList: [] }),
      'emptyAuthorizations',
      /at least one authorization/,
    )
  })

  it('takes blob transactions on Ethereum only, and without their blobs', () => {
    const raw = sign(alice, {
      type: TX_BLOB,
      ...typed,
      ...fees,
      maxFeePerBlobGas: 2n,
      blobVersionedHashes: [`0x01${'00'.repeat(31)}`],
    })
    refused(raw, 'typeNotSupported', /tx type 3 not supported/)
    const inspected = inspect(raw, ETHEREUM)
    assert.equal(inspected.cost, 100_000n * 100n + 5n + 2n * 131_072n)
    const commitment = new Uint8Array(48).fill(7)
    const versioned: Hash = `0x01${createHash('sha256').update(commitment).digest('hex').slice(2)}`
    const named = sign(alice, {
      type: TX_BLOB,
      ...typed,
      ...fees,
      maxFeePerBlobGas: 2n,
      blobVersionedHashes: [versioned],
    })
    const wrapped = (inner: Uint8Array, commitments: Uint8Array[]) => {
      const sidecar = [[new Uint8Array(131_072)], commitments, [new Uint8Array(48)]]
      const parts = [inner.subarray(1), ...sidecar.map((part) => encodeRlp(part))]
      return concatBytes(Uint8Array.of(TX_BLOB), encodeRlpList(parts))
    }
    assert.deepEqual(inspect(wrapped(named, [commitment]), ETHEREUM).raw, named)
    for (const commitments of [
      [],
      [commitment, commitment],
      [new Uint8Array(48)],
      [new Uint8Array(3)],
    ])
      refused(wrapped(named, commitments), 'malformed', /commitments/, ETHEREUM)
  })

  it('refuses deposits, unknown types and what is no transaction', () => {
    const deposit = encodeTransaction({
      type: TX_DEPOSIT,
      sourceHash: `0x${'00'.repeat(32)}`,
      from: alice.address,
      mint: 0n,
      value: 0n,
      gas: 21_000n,
      isSystemTransaction: false,
      data: '0x',
    })
    refused(deposit, 'typeNotSupported', /tx type 126 not supported/)
    refused(Uint8Array.of(0x50, 0xc0), 'malformed', /known transaction type/)
    refused(new Uint8Array(0), 'malformed', /no bytes/)
    refused(Uint8Array.of(0xc0), 'malformed', /malformed transaction/)
    refused(concatBytes(signed(alice, {}), Uint8Array.of(0)), 'malformed', /malformed transaction/)
  })

  it('refuses in the words of geth', () => {
    refused(
      signed(alice, { chainId: 5n }),
      'chainId',
      /invalid chain id for signer: have 5 want 1337/,
    )
    refused(
      signed(alice, { gas: 20_999n }),
      'intrinsicGas',
      /intrinsic gas too low: gas 20999, minimum needed 21000/,
    )
    refused(
      signed(alice, { data: `0x${'ff'.repeat(100)}`, gas: 22_700n }),
      'floorGas',
      /insufficient gas for floor data gas cost: gas 22700, minimum needed 25000/,
    )
    refused(
      signed(alice, { maxFeePerGas: 1n, maxPriorityFeePerGas: 2n }),
      'tipAboveFeeCap',
      /max priority fee per gas higher than max fee per gas/,
    )
    refused(
      signedCreation(alice, { data: `0x${'00'.repeat(49_153)}`, gas: 10_000_000n }),
      'initCodeSize',
      /max initcode size exceeded: code size 49153, limit 49152/,
    )
    refused(
      signed(alice, { data: `0x${'00'.repeat(131_100)}`, gas: 10_000_000n }),
      'oversized',
      /oversized data: transaction size \d+, limit 131072/,
    )
    refused(signed(alice, { nonce: (1n << 64n) - 1n }), 'nonceMax', /nonce has max value/)
    refused(signed(alice, { value: (1n << 256n) - 1n }), 'insufficientFunds', /exceeds 256 bits/)
  })

  it('refuses signatures that nobody made, and high ones', () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const transaction = { type: 2 as const, ...typed, ...fees }
    for (const [r, s] of [
      [0n, 1n],
      [1n, 0n],
      [order, 1n],
      [1n, order - 1n],
      [5n, 5n],
    ] as const)
      refused(encodeTransaction({ ...transaction, r, s }), 'invalidSender', /invalid sender/)
  })

  it('answers any bytes with a transaction or a PoolError', () => {
    const valid = signed(alice, { data: '0x010203' })
    const mutated = fc
      .tuple(fc.nat(valid.length - 1), fc.nat(255), fc.nat(3))
      .map(([at, value, cut]) => {
        const raw = valid.slice(0, valid.length - cut)
        if (at < raw.length) raw[at] = value
        return raw
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), fc.boolean(), (raw, op) => {
        try {
          inspect(raw, op ? OP : ETHEREUM)
        } catch (error) {
          assert.ok(error instanceof PoolError, String(error))
        }
      }),
      { numRuns: 500 },
    )
  })
})
