// Random rollup blocks: what must hold of ether, gas and fees whatever the contracts do, and that a witness proves
// one block and nothing else.

import assert from 'node:assert/strict'
import {
  type Address,
  bytesToHex,
  type DepositTransaction,
  encodeTransaction,
  type Hash,
  type Header,
  type Hex,
  lowerCaseAddress,
  PREDEPLOYS,
  TX_DEPOSIT,
} from '@altlayer/protocol'
import fc from 'fast-check'
import { isRejection, ProgramError } from '../../src/program/errors.ts'
import type { BlockAttributes, Program, TransactionResult } from '../../src/program/types.ts'
import {
  attributes,
  holoceneAttributes,
  holoceneParent,
  opConfig,
  testChain,
  wallet,
} from '../program/support.ts'
import { sign } from './reference.ts'
import {
  anyAddress,
  BASE_FEE,
  type Scenario,
  scenarios,
  type TransactionPlan,
  WALLETS,
} from './scenario.ts'

interface OpBlock extends Scenario {
  readonly items: readonly (TransactionPlan | DepositTransaction)[]
  readonly gasLimit: bigint
  readonly l1Block: readonly (readonly [slot: number, value: bigint])[]
  /** Random numbers to choose by what is withheld or changed. */
  readonly choices: readonly number[]
}

const deposit: fc.Arbitrary<DepositTransaction> = fc
  .record({
    type: fc.constant(TX_DEPOSIT as typeof TX_DEPOSIT),
    sourceHash: fc.constantFrom<Hash>(`0x${'51'.repeat(32)}`, `0x${'52'.repeat(32)}`),
    from: anyAddress,
    to: fc.oneof(
      { weight: 8, arbitrary: anyAddress },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    mint: fc.constantFrom(0n, 0n, 1n, 10n ** 18n, 1n << 100n),
    value: fc.constantFrom(0n, 1n, 10n ** 18n, 1n << 110n),
    gas: fc.oneof(fc.bigInt(20_000n, 60_000n), fc.bigInt(60_000n, 1_500_000n)),
    isSystemTransaction: fc.constantFrom(false, false, false, false, false, true),
    data: fc.uint8Array({ maxLength: 40 }).map(bytesToHex),
  })
  .map(({ to, ...fields }) => (to === undefined ? fields : { ...fields, to }))

const u32 = fc.constantFrom(0n, 1n, 5227n, 1_014_213n, (1n << 32n) - 1n)

export const opBlocks: fc.Arbitrary<OpBlock> = fc
  .record({
    scenario: scenarios,
    deposits: fc.array(deposit, { maxLength: 4, size: 'max' }),
    gasLimit: fc.constantFrom(1_500_000n, 6_000_000n, 6_000_000n),
    baseFee: fc.constantFrom(0n, 1n, 30n * 10n ** 9n),
    blobBaseFee: fc.constantFrom(0n, 1n, 10n ** 9n),
    scalars: fc.tuple(u32, u32, u32),
    constant: fc.constantFrom(0n, 1n, 10n ** 12n, (1n << 64n) - 1n),
    choices: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
  })
  .map(({ scenario, deposits, gasLimit, baseFee, blobBaseFee, scalars, constant, choices }) => ({
    ...scenario,
    // Deposits may come from contracts: none has the highest nonce, which a higher one cannot follow.
    accounts: scenario.accounts.map((account) => ({ ...account, nonce: account.nonce & 0xffn })),
    // Deposits come first, but for one that comes late all the same.
    items: [...deposits.slice(0, 3), ...scenario.transactions, ...deposits.slice(3)],
    gasLimit,
    l1Block: [
      [1, baseFee],
      [3, (scalars[0] << 96n) | (scalars[1] << 64n)],
      [7, blobBaseFee],
      [8, (scalars[2] << 64n) | constant],
    ] as const,
    choices,
  }))

const senders = Array.from({ length: WALLETS }, (_, i) => lowerCaseAddress(wallet(i).address))
const word = (value: bigint | number): Hex => `0x${value.toString(16).padStart(64, '0')}`
const FEE_RECIPIENT = PREDEPLOYS.SequencerFeeVault
const SELFDESTRUCT = 0xff

/** A block that was built: everything needed to execute it again. */
interface Built {
  readonly parent: Header
  readonly attributes: BlockAttributes
  readonly transactions: readonly Uint8Array[]
}

export interface OpCheck {
  check(block: OpBlock): void
  /** How many transactions were in the blocks, and what was done to their witnesses. */
  readonly counts: { transactions: number; rejected: number; withheld: number; changed: number }
}

export function createOpCheck(): OpCheck {
  let destroys = false
  const chain = testChain(opConfig('isthmus'), {
    trace: (event) => {
      destroys ||= event[1] === SELFDESTRUCT
    },
  })
  let asked: Map<string, Uint8Array> | undefined
  const recorder = chain.another({
    preimage(key) {
      const id = bytesToHex(key).slice(4)
      const found = chain.store.get(id)
      if (found !== undefined) asked?.set(id, found)
      return found
    },
  })
  let witness: ReadonlyMap<string, Uint8Array> = new Map()
  const newVerifier = () =>
    chain.another({ preimage: (key) => witness.get(bytesToHex(key).slice(4)) })
  let verifier = newVerifier()
  let checked = 0
  const counts = { transactions: 0, rejected: 0, withheld: 0, changed: 0 }
  chain.program.trace({ steps: false })

  function build(block: OpBlock): Built & { readonly hash: Hash } {
    const { program } = chain
    chain.store.clear()
    program.clearCache()
    const storage = block.l1Block.map(([slot, value]) => [word(slot), word(value)] as const)
    const genesis = chain.genesis([
      ...block.accounts.map(({ storage: slots, ...account }) => ({
        ...account,
        state: slots.map(([slot, value]) => [word(slot), word(value)] as const),
      })),
      { address: PREDEPLOYS.L1Block, nonce: 1n, state: storage },
    ])
    // Used up to the target: the base fee stays.
    const parent: Header = {
      ...genesis,
      ...holoceneParent,
      gasLimit: 6_000_000n,
      gasUsed: 1_000_000n,
      baseFeePerGas: BASE_FEE,
    }
    const given = attributes({
      ...holoceneAttributes,
      feeRecipient: FEE_RECIPIENT,
      gasLimit: block.gasLimit,
    })
    program.open(parent, given)
    const transactions: Uint8Array[] = []
    const fees = { l1: 0n, operator: 0n, base: 0n, tip: 0n }
    let gasUsed = 0n
    let minted = 0n
    destroys = false
    let root = program.stateRoot()
    for (const item of block.items) {
      const raw =
        item.type === TX_DEPOSIT
          ? encodeTransaction(item as DepositTransaction)
          : signed(program, item as TransactionPlan)
      let result: TransactionResult
      try {
        result = program.transaction(raw)
      } catch (error) {
        if (!isRejection(error)) throw error
        counts.rejected++
        assert.equal(program.stateRoot(), root, 'a rejected transaction changed the state')
        assert.equal(program.gasLeft(), block.gasLimit - gasUsed)
        continue
      }
      counts.transactions++
      transactions.push(raw)
      gasUsed += result.gasUsed
      root = program.stateRoot()
      assert.ok(result.gasUsed <= item.gas, 'more gas used than its limit')
      assert.equal(program.gasLeft(), block.gasLimit - gasUsed, 'gas left')
      if (item.type === TX_DEPOSIT) {
        const { mint } = item as DepositTransaction
        minted += mint
        if (result.status !== 'success') checkFailedDeposit(program, item as DepositTransaction)
      } else {
        fees.l1 += result.l1Fee ?? assert.fail('no L1 fee')
        fees.operator += result.operatorFee ?? 0n
        fees.base += BASE_FEE * result.gasUsed
        fees.tip += (result.effectiveGasPrice - BASE_FEE) * result.gasUsed
      }
    }
    assert.ok(gasUsed <= block.gasLimit, 'the gas pool was exceeded')
    checkEther(program, minted)
    const balance = (address: Address) => program.account(address)?.balance ?? 0n
    assert.equal(balance(PREDEPLOYS.L1FeeVault), fees.l1, 'L1 fees')
    assert.equal(balance(PREDEPLOYS.OperatorFeeVault), fees.operator, 'operator fees')
    assert.equal(balance(PREDEPLOYS.BaseFeeVault), fees.base, 'base fees')
    assert.equal(balance(FEE_RECIPIENT), fees.tip, 'tips')
    const { hash, header } = program.seal()
    assert.equal(header.gasUsed, gasUsed)
    assert.equal(header.stateRoot, root)
    program.abort()
    return { parent, attributes: given, transactions, hash }
  }

  /** Only mints make ether. A contract that destroys itself in the transaction that created it may burn some. */
  function checkEther(program: Program, minted: bigint): void {
    const change = program
      .diff()
      .reduce(
        (sum, { before, after }) => sum + (after?.balance ?? 0n) - (before?.balance ?? 0n),
        0n,
      )
    if (destroys) assert.ok(change <= minted, `ether: ${change} more with ${minted} minted`)
    else assert.equal(change, minted, 'ether')
  }

  function checkWitness(
    { hash, ...built }: Built & { readonly hash: Hash },
    choices: readonly number[],
  ): void {
    asked = new Map()
    recorder.clearCache()
    assert.equal(execute(recorder, built), hash, 'executed again')
    if (checked++ % 40 === 0) verifier = newVerifier()
    const all = asked
    asked = undefined
    witness = all
    verifier.clearCache()
    assert.equal(execute(verifier, built), hash, 'from the witness')

    const keys = [...all.keys()]
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = choices
    const withheld = keys[a % keys.length] as string
    witness = new Map([...all].filter(([key]) => key !== withheld))
    verifier.clearCache()
    assert.throws(
      () => execute(verifier, built),
      (error) => isAbout(error, 'MISSING_PREIMAGE', withheld),
      `without ${withheld}`,
    )
    counts.withheld++

    const wrong = keys[b % keys.length] as string
    witness = new Map(
      [...all].map(([key, value]) => [key, key === wrong ? flipped(value, c) : value]),
    )
    verifier.clearCache()
    assert.throws(
      () => execute(verifier, built),
      (error) => isAbout(error, 'BAD_PREIMAGE', wrong),
      `with another ${wrong}`,
    )

    witness = all
    for (const changed of [changeFields(built, d, e), changeTransaction(built, f, c)]) {
      if (changed === undefined) continue
      verifier.clearCache()
      counts.changed++
      assert.notEqual(hashOrError(verifier, changed), hash, 'another block has the same hash')
    }
    // Whatever happened to it, the instance is as good as new.
    assert.equal(execute(verifier, built), hash, 'from the witness again')
  }

  return {
    counts,
    check(block) {
      checkWitness(build(block), block.choices)
    },
  }
}

function signed(program: Program, plan: TransactionPlan): Uint8Array {
  const nonces = senders.map((sender) => program.account(sender)?.nonce ?? 0n)
  return sign(plan, nonces).serialize()
}

/** It leaves the mint and a higher nonce (OP Stack specs, "Deposits: Execution"). */
function checkFailedDeposit(program: Program, { from, mint }: DepositTransaction): void {
  for (const { address, before, after, storage } of program.touched()) {
    for (const [slot, was, is] of storage) assert.equal(is, was, `slot ${slot} of ${address}`)
    if (address === from) {
      assert.equal(after?.balance ?? 0n, (before?.balance ?? 0n) + mint)
      assert.equal(after?.nonce, (before?.nonce ?? 0n) + 1n)
      continue
    }
    // Storage was compared by slot: `before` has the storage root at the block's beginning.
    const root = after?.storageRoot
    const expected = before && root && { ...before, storageRoot: root }
    assert.deepEqual(after, expected, `a failed deposit changed ${address}`)
  }
}

function execute(program: Program, { parent, attributes: given, transactions }: Built): Hash {
  program.open(parent, given)
  for (const raw of transactions) program.transaction(raw)
  const { hash } = program.seal()
  program.abort()
  return hash
}

function hashOrError(program: Program, built: Built): Hash | string {
  try {
    return execute(program, built)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return error.message
  }
}

function isAbout(error: unknown, code: string, key: string): boolean {
  return error instanceof ProgramError && error.code === code && error.context.key?.slice(4) === key
}

function flipped(bytes: Uint8Array, choice: number): Uint8Array {
  const copy = bytes.slice()
  const at = choice % copy.length
  copy[at] = (copy[at] as number) ^ (1 << (choice % 8))
  return copy
}

/** One field of the parent or the attributes is another. */
function changeFields(built: Built, choice: number, bit: number): Built {
  const parentKeys = Object.keys(built.parent) as (keyof Header)[]
  const attributeKeys = Object.keys(built.attributes) as (keyof BlockAttributes)[]
  const index = choice % (parentKeys.length + attributeKeys.length)
  const parentKey = parentKeys[index]
  if (parentKey !== undefined)
    return {
      ...built,
      parent: { ...built.parent, [parentKey]: other(built.parent[parentKey], bit) },
    }
  const key = attributeKeys[index - parentKeys.length] as keyof BlockAttributes
  const value = other(built.attributes[key], bit)
  return { ...built, attributes: { ...built.attributes, [key]: value } }
}

function other(value: unknown, bit: number): unknown {
  if (typeof value === 'bigint') return value + 1n
  if (typeof value !== 'string') return value
  if (value === '0x') return '0x01'
  const at = 2 + (bit % (value.length - 2))
  const digit = (Number.parseInt(value[at] as string, 16) ^ 1).toString(16)
  return `${value.slice(0, at)}${digit}${value.slice(at + 1)}`
}

function changeTransaction(built: Built, choice: number, bit: number): Built | undefined {
  const { transactions } = built
  if (transactions.length === 0) return undefined
  const index = choice % transactions.length
  return {
    ...built,
    transactions: transactions.map((raw, i) => (i === index ? flipped(raw, bit) : raw)),
  }
}
