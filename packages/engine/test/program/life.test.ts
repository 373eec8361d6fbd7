import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Address,
  bigintToHex,
  bytesToHex,
  createAddress,
  type Hex,
  hexToBytes,
  keccak256Hex,
  lowerCaseAddress,
  ZERO_HASH,
} from '@altlayer/protocol'
import { ProgramError } from '../../src/program/errors.ts'
import {
  attributes,
  CHAIN_ID,
  COINBASE,
  ETHER,
  emptyHeader,
  ethereumConfig,
  GWEI,
  testChain,
  wallet,
} from './support.ts'

const alice = wallet(0)
const sender = lowerCaseAddress(alice.address)
const nobody: Address = `0x${'99'.repeat(20)}`
const slot0 = ZERO_HASH
const word = (value: bigint) => bigintToHex(value)

/** Stores the call's first word in slot 0, logs it with topic 1, returns what the slot held. */
const runtime = '5f54602052' + '5f355f55' + '5f355f52' + '600160205fa1' + '60206020f3'

function initCode(code: string): Hex {
  const length = (code.length / 2).toString(16).padStart(2, '0')
  return `0x60${length}600c60003960${length}6000f3${code}`
}

const fees = {
  maxFeePerGas: 2n * GWEI,
  maxPriorityFeePerGas: GWEI / 10n,
  chainId: Number(CHAIN_ID),
}

async function transfer(nonce: number, value: bigint): Promise<Uint8Array> {
  return hexToBytes(
    await alice.signTransaction({
      type: 'eip1559',
      nonce,
      value,
      to: nobody,
      gas: 21_000n,
      ...fees,
    }),
  )
}

describe('a chain in the program', () => {
  test('a genesis allocation, a transfer, a deployment, a call, sealed and committed, is there for another instance', async () => {
    const chain = testChain(ethereumConfig('cancun'))
    const { program } = chain
    const genesis = chain.genesis([{ address: sender, balance: ETHER }])
    program.open(genesis, attributes({ parentBeaconBlockRoot: ZERO_HASH }))
    assert.equal(program.gasLeft(), 30_000_000n)

    const sent = program.transaction(await transfer(0, 5n))
    assert.equal(sent.status, 'success')
    assert.equal(sent.gasUsed, 21_000n)
    assert.equal(sent.from, sender)
    assert.equal(sent.to, nobody)
    assert.equal(program.account(nobody)?.balance, 5n)

    const data = initCode(runtime)
    const deployed = program.transaction(
      hexToBytes(
        await alice.signTransaction({ type: 'eip1559', nonce: 1, data, gas: 200_000n, ...fees }),
      ),
    )
    const contract = createAddress(sender, 1n)
    assert.equal(deployed.status, 'success')
    assert.equal(deployed.contractAddress, contract)
    assert.equal(bytesToHex(program.code(contract)), `0x${runtime}`)

    const called = program.transaction(
      hexToBytes(
        await alice.signTransaction({
          type: 'eip1559',
          nonce: 2,
          to: contract,
          data: word(42n),
          gas: 100_000n,
          ...fees,
        }),
      ),
    )
    assert.deepEqual(called.logs, [{ address: contract, topics: [word(1n)], data: word(42n) }])
    assert.equal(bytesToHex(called.returnData), word(0n))
    assert.equal(called.cumulativeGasUsed, sent.gasUsed + deployed.gasUsed + called.gasUsed)
    assert.equal(program.gasLeft(), 30_000_000n - called.cumulativeGasUsed)
    assert.equal(program.storage(contract, slot0), word(42n))

    const touched = program.touched().find(({ address }) => address === contract)
    assert.deepEqual(touched?.storage, [[slot0, word(0n), word(42n)]])
    const created = program.diff().find(({ address }) => address === contract)
    assert.equal(created?.before, undefined)
    assert.equal(created?.after?.nonce, 1n)
    assert.equal(bytesToHex(created?.codeAfter ?? new Uint8Array()), `0x${runtime}`)

    const sealed = program.seal()
    assert.equal(keccak256Hex(sealed.headerRlp), sealed.hash)
    assert.equal(sealed.header.gasUsed, called.cumulativeGasUsed)
    assert.throws(
      () => program.seal(),
      (e: ProgramError) => e.code === 'SEALED',
    )
    program.commit()
    chain.store.set(sealed.hash.slice(4), sealed.headerRlp)

    const other = chain.another()
    other.openAt(sealed.header)
    assert.equal(other.storage(contract, slot0), word(42n))
    assert.equal(other.account(nobody)?.balance, 5n)
    const read = other.message({
      from: nobody,
      to: contract,
      gas: 100_000n,
      data: hexToBytes(word(7n)),
    })
    assert.equal(bytesToHex(read.returnData), word(42n))
    // Not kept.
    assert.equal(other.storage(contract, slot0), word(42n))

    const proof = other.proof(contract, [slot0, word(1n)])
    assert.equal(keccak256Hex(proof.accountProof[0] as Uint8Array), sealed.header.stateRoot)
    assert.equal(proof.storageProof[0]?.value, 42n)
    assert.equal(proof.storageProof[1]?.value, 0n)
    assert.equal(
      keccak256Hex(proof.storageProof[0]?.proof[0] as Uint8Array),
      proof.account?.storageRoot,
    )
  })

  test('kept messages build on one another, others leave nothing', () => {
    const chain = testChain(ethereumConfig('cancun'))
    const genesis = chain.genesis([
      { address: nobody, code: hexToBytes(`0x${runtime}`), balance: 1n },
      { address: sender, balance: ETHER },
    ])
    const { program } = chain
    program.openAt(genesis)
    const root = program.stateRoot()
    const set = (value: bigint, keep: boolean) =>
      bytesToHex(
        program.message(
          { from: sender, to: nobody, gas: 100_000n, data: hexToBytes(word(value)) },
          { keep },
        ).returnData,
      )
    assert.equal(set(1n, false), word(0n))
    assert.equal(set(2n, true), word(0n))
    assert.equal(set(3n, false), word(2n))
    assert.equal(set(4n, true), word(2n))
    assert.equal(program.storage(nobody, slot0), word(4n))
    assert.notEqual(program.stateRoot(), root)
    program.abort()
    program.openAt(genesis)
    assert.equal(program.stateRoot(), root)
  })

  test('state overrides: balance, nonce, code, slots, all storage, a moved precompile', () => {
    const chain = testChain(ethereumConfig('cancun'))
    const contract: Address = `0x${'ab'.repeat(20)}`
    const genesis = chain.genesis([
      {
        address: contract,
        nonce: 1n,
        code: hexToBytes('0x00'),
        stateDiff: [
          [slot0, word(1n)],
          [word(1n), word(2n)],
        ],
      },
    ])
    const { program } = chain
    program.openAt(genesis)
    program.override([{ address: contract, balance: 7n, stateDiff: [[slot0, word(9n)]] }])
    assert.equal(program.storage(contract, slot0), word(9n))
    assert.equal(program.storage(contract, word(1n)), word(2n))
    assert.equal(program.account(contract)?.balance, 7n)
    program.override([{ address: contract, nonce: 3n, state: [[slot0, word(8n)]] }])
    assert.equal(program.storage(contract, slot0), word(8n))
    assert.equal(program.storage(contract, word(1n)), word(0n))
    assert.equal(program.account(contract)?.nonce, 3n)

    const identity: Address = `0x${'04'.padStart(40, '0')}`
    const moved: Address = `0x${'0f'.repeat(20)}`
    program.override([
      { address: identity, code: hexToBytes('0x602a5f5260205ff3'), movePrecompileTo: moved },
    ])
    const call = (to: Address) =>
      bytesToHex(
        program.message({ from: sender, to, gas: 100_000n, data: hexToBytes('0x1234') }).returnData,
      )
    assert.equal(call(moved), '0x1234')
    assert.equal(call(identity), word(42n))
    program.openAt(genesis)
    assert.equal(call(identity), '0x1234')
    assert.equal(call(moved), '0x')
    const replaced = { address: identity, code: hexToBytes('0x602a5f5260205ff3') }
    program.override([replaced])
    assert.equal(call(identity), '0x1234')
    program.override([{ ...replaced, replacesPrecompile: true }])
    assert.equal(call(identity), word(42n))
    program.openAt(genesis)
    program.override([{ address: contract, balance: 1n, replacesPrecompile: true }])
    assert.equal(call(identity), '0x1234')
    assert.throws(
      () => program.override([{ address: contract, movePrecompileTo: moved }]),
      ProgramError,
    )
  })

  test('an empty account in a genesis allocation is in its state', () => {
    const chain = testChain(ethereumConfig('cancun'))
    const genesis = chain.genesis([{ address: nobody, balance: 0n }])
    assert.notEqual(genesis.stateRoot, emptyHeader.stateRoot)
  })

  test('calls without prices see a base fee of zero, with prices the block’s', () => {
    const chain = testChain(ethereumConfig('cancun'))
    // BASEFEE PUSH0 MSTORE, GASPRICE PUSH1 20 MSTORE, return 64 bytes
    const contract: Address = `0x${'ab'.repeat(20)}`
    const genesis = chain.genesis([
      { address: contract, code: hexToBytes('0x485f523a60205260405ff3') },
      { address: sender, balance: ETHER },
    ])
    const { program } = chain
    program.openAt(genesis)
    const call = (prices: {
      gasPrice?: bigint
      maxFeePerGas?: bigint
      maxPriorityFeePerGas?: bigint
    }) =>
      bytesToHex(
        program.message({ from: sender, to: contract, gas: 100_000n, ...prices }).returnData,
      )
    assert.equal(call({}), `0x${word(0n).slice(2)}${word(0n).slice(2)}`)
    assert.equal(
      call({ maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: GWEI }),
      `0x${word(GWEI).slice(2)}${word(2n * GWEI).slice(2)}`,
    )
    assert.throws(
      () => call({ gasPrice: GWEI - 1n }),
      (e: ProgramError) => e.code === 'TX_FEE_CAP_TOO_LOW',
    )
    const poor = { from: nobody, to: contract, gas: 100_000n, gasPrice: GWEI }
    assert.throws(
      () => program.message(poor),
      /insufficient funds for gas \* price \+ value: address 0x9999.* have 0 want 100000000000000/,
    )
    assert.throws(
      () => program.message({ ...poor, from: `0x${'00'.repeat(20)}` }),
      /insufficient funds for gas \* price \+ value: address 0x0{40} have 0 want 100000000000000/,
    )
    assert.equal(program.environment().baseFeePerGas, GWEI)
    assert.equal(program.environment().feeRecipient, COINBASE)
  })

  test('an access list names what a message touches beyond what is warm anyway', () => {
    const chain = testChain(ethereumConfig('cancun'))
    const contract: Address = `0x${'ab'.repeat(20)}`
    // SLOAD(5), BALANCE(nobody), BALANCE(identity)
    const genesis = chain.genesis([
      { address: contract, code: hexToBytes(`0x600554507${'3'}${nobody.slice(2)}315060043100`) },
    ])
    const { program } = chain
    program.openAt(genesis)
    const { accessList } = program.message(
      { from: sender, to: contract, gas: 100_000n },
      { accessList: true },
    )
    assert.deepEqual(accessList, [
      { address: nobody, storageKeys: [] },
      { address: contract, storageKeys: [word(5n)] },
    ])
  })

  test('BLOCKHASH walks the headers behind the open block', async () => {
    const chain = testChain(ethereumConfig('cancun'))
    const { program } = chain
    // BLOCKHASH(calldata[0])
    const contract: Address = `0x${'ab'.repeat(20)}`
    let parent = chain.genesis([{ address: contract, code: hexToBytes('0x5f35405f5260205ff3') }])
    const hashes: Hex[] = []
    for (let i = 0; i < 5; i++) {
      program.open(
        parent,
        attributes({ timestamp: parent.timestamp + 2n, parentBeaconBlockRoot: ZERO_HASH }),
      )
      const sealed = program.seal()
      program.commit()
      hashes.push(sealed.header.parentHash)
      chain.store.set(sealed.hash.slice(4), sealed.headerRlp)
      parent = sealed.header
    }
    program.openAt(parent)
    const ask = (number: bigint) =>
      bytesToHex(
        program.message({
          from: sender,
          to: contract,
          gas: 100_000n,
          data: hexToBytes(word(number)),
        }).returnData,
      )
    assert.equal(ask(4n), hashes[4])
    assert.equal(ask(1n), hashes[1])
    assert.equal(ask(3n), hashes[3])
    assert.equal(ask(5n), ZERO_HASH)
    assert.equal(ask(1n << 70n), ZERO_HASH)
    // The genesis header's own hash; the header itself is not needed for it.
    assert.equal(ask(0n), hashes[0])
  })

  test('without an open block everything that needs one says so', () => {
    const { program } = testChain(ethereumConfig('cancun'))
    const notOpen = (e: ProgramError) => e.code === 'NOT_OPEN'
    assert.throws(() => program.transaction(new Uint8Array()), notOpen)
    assert.throws(() => program.seal(), notOpen)
    assert.throws(() => program.stateRoot(), notOpen)
    assert.throws(() => program.account(nobody), notOpen)
    assert.throws(() => program.diff(), notOpen)
    assert.equal(program.gasLeft(), 0n)
    program.openAt(emptyHeader)
    assert.throws(
      () => program.seal(),
      (e: ProgramError) => e.code === 'NOT_BUILDING',
    )
    assert.equal(program.account(nobody), undefined)
  })
})
