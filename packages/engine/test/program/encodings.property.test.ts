import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Address,
  bigintToHex,
  bytesToHex,
  type Hex,
  hexToBytes,
  keccak256Hex,
  lowerCaseAddress,
} from '@altlayer/protocol'
import fc from 'fast-check'
import { recoverAddress, serializeTransaction, type TransactionSerializable } from 'viem'
import { isRejection, ProgramError } from '../../src/program/errors.ts'
import { CHAIN_ID, emptyHeader, ethereumConfig, testChain, wallet } from './support.ts'

// viem writes, signs and hashes; the program must read the same transaction out of the bytes.

const wallets = [wallet(0), wallet(1), wallet(2)]
const MAX_BALANCE = 1n << 255n

const hex = (size: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: size, maxLength: size }).map(bytesToHex)
const data = fc.uint8Array({ maxLength: 300 }).map(bytesToHex)
// No precompile, no account with code.
const recipient = hex(20).filter((address) => BigInt(address) > 0x1000n)
const accessList = fc.array(
  fc.record({ address: hex(20), storageKeys: fc.array(hex(32), { maxLength: 3 }) }),
  { maxLength: 3 },
)
const amount = fc.bigInt(0n, 1n << 100n)
const common = {
  nonce: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 48 })),
  gas: fc.bigInt(1_000_000n, 20_000_000n),
  value: amount,
  data,
}
const to = fc.option(recipient, { nil: undefined })
const fees = fc
  .tuple(fc.bigInt(10n ** 9n, 1n << 60n), fc.bigInt(0n, 1n << 60n))
  .map(([cap, tip]) => ({ maxFeePerGas: cap, maxPriorityFeePerGas: tip % (cap + 1n) }))
const chainId = Number(CHAIN_ID)

const legacy = fc
  .record({ ...common, to, gasPrice: fc.bigInt(10n ** 9n, 1n << 60n), replayable: fc.boolean() })
  .map(({ replayable, ...fields }) => ({
    type: 'legacy' as const,
    ...fields,
    ...(replayable ? {} : { chainId }),
  }))
const eip2930 = fc
  .record({ ...common, to, gasPrice: fc.bigInt(10n ** 9n, 1n << 60n), accessList })
  .map((fields) => ({ type: 'eip2930' as const, chainId, ...fields }))
const eip1559 = fc
  .record({ ...common, to, fees, accessList })
  .map(({ fees, ...fields }) => ({ type: 'eip1559' as const, chainId, ...fields, ...fees }))
const eip4844 = fc
  .record({
    ...common,
    to: recipient,
    fees,
    accessList,
    maxFeePerBlobGas: fc.bigInt(1n, 1n << 60n),
    blobs: fc.array(hex(31), { minLength: 1, maxLength: 6 }),
  })
  .map(({ fees, blobs, ...fields }) => ({
    type: 'eip4844' as const,
    chainId,
    ...fields,
    ...fees,
    blobVersionedHashes: blobs.map((blob): Hex => `0x01${blob.slice(2)}`),
    sidecars: false as const,
  }))
const eip7702 = fc.record({
  request: fc
    .record({ ...common, to: recipient, fees, accessList })
    .map(({ fees, ...fields }) => ({ type: 'eip7702' as const, chainId, ...fields, ...fees })),
  authorizations: fc.array(
    fc.record({
      authority: fc.nat({ max: 2 }),
      address: hex(20),
      chain: fc.constantFrom(0, chainId, 7),
      nonce: fc.integer({ min: 0, max: 2 ** 40 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

const chain = testChain(ethereumConfig('prague'))
const { program } = chain

/** Runs the transaction for a sender that has what it needs. */
function run(raw: Uint8Array, sender: Address, nonce: bigint) {
  program.openAt(emptyHeader)
  program.override([{ address: sender, nonce, balance: MAX_BALANCE }])
  const result = program.transaction(raw)
  program.abort()
  return result
}

async function agrees(request: TransactionSerializable, index: number): Promise<void> {
  const account = wallets[index] as (typeof wallets)[number]
  const signed = await account.signTransaction(request as never)
  const sender = lowerCaseAddress(account.address)
  const nonce = BigInt(request.nonce ?? 0)
  const result = run(hexToBytes(signed), sender, nonce)
  assert.equal(result.hash, keccak256Hex(hexToBytes(signed)))
  assert.equal(result.from, sender)
  assert.equal(
    result.to,
    request.to === undefined ? undefined : lowerCaseAddress(request.to as string),
  )
  assert.equal(result.nonce, nonce)
  assert.equal(
    result.type,
    ['legacy', 'eip2930', 'eip1559', 'eip4844', 'eip7702'].indexOf(request.type as string),
  )
  const { maxFeePerGas = request.gasPrice, maxPriorityFeePerGas = request.gasPrice } = request as {
    maxFeePerGas?: bigint
    maxPriorityFeePerGas?: bigint
  }
  const price = 10n ** 9n + (maxPriorityFeePerGas as bigint)
  assert.equal(result.effectiveGasPrice, price < (maxFeePerGas as bigint) ? price : maxFeePerGas)
  if (request.type === 'eip4844')
    assert.equal(result.blobGasUsed, BigInt(request.blobVersionedHashes?.length ?? 0) * 131_072n)
}

describe('every type of transaction, as viem writes it', () => {
  const index = fc.nat({ max: 2 })
  for (const [name, requests] of Object.entries({ legacy, eip2930, eip1559, eip4844 }))
    test(name, () =>
      fc.assert(
        fc.asyncProperty(requests, index, (request, at) =>
          agrees(request as TransactionSerializable, at),
        ),
        { numRuns: 40 },
      ),
    )

  test('eip7702', () =>
    fc.assert(
      fc.asyncProperty(eip7702, index, async ({ request, authorizations }, at) => {
        const authorizationList = await Promise.all(
          authorizations.map(({ authority, address, chain, nonce }) =>
            (wallets[authority] as (typeof wallets)[number]).signAuthorization({
              contractAddress: address,
              chainId: chain,
              nonce,
            }),
          ),
        )
        await agrees({ ...request, authorizationList } as TransactionSerializable, at)
      }),
      { numRuns: 30 },
    ))

  test('an authorization sets the code of the account that signed it', async () => {
    const [alice, bob] = wallets as [(typeof wallets)[0], (typeof wallets)[0]]
    const delegate: Address = `0x${'de'.repeat(20)}`
    const authorization = await bob.signAuthorization({
      contractAddress: delegate,
      chainId,
      nonce: 0,
    })
    const raw = hexToBytes(
      await alice.signTransaction({
        type: 'eip7702',
        chainId,
        to: delegate,
        gas: 100_000n,
        maxFeePerGas: 2n * 10n ** 9n,
        authorizationList: [authorization],
      }),
    )
    program.openAt(emptyHeader)
    program.override([{ address: lowerCaseAddress(alice.address), balance: MAX_BALANCE }])
    assert.equal(program.transaction(raw).status, 'success')
    const code = Buffer.from(program.code(lowerCaseAddress(bob.address))).toString('hex')
    assert.equal(code, `ef0100${delegate.slice(2)}`)
    assert.equal(program.account(lowerCaseAddress(bob.address))?.nonce, 1n)
    program.abort()
  })
})

describe('hostile bytes', () => {
  const state = () => {
    program.openAt(emptyHeader)
    const root = program.stateRoot()
    return root
  }

  /** Whatever the bytes are: executed, or refused with the state as it was. */
  function survives(raw: Uint8Array): void {
    const before = program.stateRoot()
    try {
      program.transaction(raw)
      program.openAt(emptyHeader)
    } catch (error) {
      assert.ok(error instanceof ProgramError && isRejection(error), String(error))
      assert.equal(program.stateRoot(), before)
    }
  }

  test('random bytes, with every type in front', () => {
    state()
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.option(fc.constantFrom(0, 1, 2, 3, 4, 5, 0x7d, 0x7e, 0x7f, 0xc0, 0xf8, 0xf9), {
          nil: undefined,
        }),
        (bytes, first) => survives(first === undefined ? bytes : Uint8Array.of(first, ...bytes)),
      ),
      { numRuns: 2_000 },
    )
  })

  test('real transactions with bytes changed, removed and repeated', async () => {
    const seeds: Uint8Array[] = []
    await fc.assert(
      fc.asyncProperty(fc.oneof(legacy, eip2930, eip1559, eip4844), async (request) => {
        const account = wallets[0] as (typeof wallets)[number]
        seeds.push(hexToBytes(await account.signTransaction(request as never)))
      }),
      { numRuns: 30 },
    )
    state()
    const mutation = fc.record({
      kind: fc.constantFrom('set', 'remove', 'insert', 'cut'),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      byte: fc.nat({ max: 255 }),
    })
    fc.assert(
      fc.property(
        fc.nat({ max: seeds.length - 1 }),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (index, mutations) => {
          let raw = [...(seeds[index] as Uint8Array)]
          for (const { kind, at, byte } of mutations) {
            const position = Math.floor(at * raw.length)
            if (kind === 'set') raw[position] = byte
            else if (kind === 'remove') raw.splice(position, 1)
            else if (kind === 'insert') raw.splice(position, 0, byte)
            else raw = raw.slice(0, position)
          }
          survives(Uint8Array.from(raw))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('deep lists and lengths that lie', () => {
    state()
    survives(new Uint8Array(100_000).fill(0xc1))
    survives(Uint8Array.of(0xfb, 0xff, 0xff, 0xff, 0xff))
    survives(Uint8Array.of(0x02, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))
    survives(Uint8Array.of(0x02, 0xf8, 0xff))
    survives(new Uint8Array(1 << 20))
    assert.throws(() => program.transaction(new Uint8Array((160 << 20) + 1)), RangeError)
    assert.equal(program.stateRoot(), emptyHeader.stateRoot)
  })
})

test('a signature by viem recovers to the same sender with any s below half the order', async () => {
  const request = { type: 'legacy', nonce: 0, gas: 21_000n, gasPrice: 10n ** 9n } as const
  const digest = keccak256Hex(
    hexToBytes(serializeTransaction({ ...request, to: `0x${'99'.repeat(20)}` })),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.bigInt(1n, 1n << 254n),
      fc.bigInt(1n, 1n << 254n),
      fc.boolean(),
      async (r, s, odd) => {
        const raw = serializeTransaction(
          { ...request, to: `0x${'99'.repeat(20)}` },
          { r: bigintToHex(r), s: bigintToHex(s), v: odd ? 28n : 27n },
        )
        const sender = await recoverAddress({
          hash: digest,
          signature: { r: bigintToHex(r), s: bigintToHex(s), v: odd ? 28n : 27n },
        }).catch(() => undefined)
        const expect = sender && lowerCaseAddress(sender)
        try {
          assert.equal(run(hexToBytes(raw), expect ?? `0x${'00'.repeat(20)}`, 0n).from, expect)
        } catch (error) {
          assert.ok(error instanceof ProgramError && error.code === 'TX_SIGNATURE', String(error))
          assert.equal(expect, undefined)
        }
      },
    ),
    { numRuns: 60 },
  )
})
