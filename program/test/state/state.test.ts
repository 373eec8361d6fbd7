import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { testEvm } from '../support/evm.ts'
import { bytes, globalValue, hex } from '../support/module.ts'
import { encode, naiveTrie } from '../support/naive-trie.ts'

const evm = await testEvm()
const { exports: state, memory } = evm

interface Account {
  balance: bigint
  nonce: bigint
  code: string
  storage: Map<bigint, bigint>
  exists: boolean
}
/** What the state should be: accounts by number. Copied whole at every checkpoint. */
type Model = Map<number, Account>

const address = (index: number) => `0x${(0xacc0 + index).toString(16).padStart(40, '0')}`
const copy = (model: Model): Model =>
  new Map(
    [...model].map(([key, account]) => [key, { ...account, storage: new Map(account.storage) }]),
  )
const accountOf = (model: Model, index: number): Account => {
  let found = model.get(index)
  if (found === undefined) {
    found = { balance: 0n, nonce: 0n, code: '', storage: new Map(), exists: false }
    model.set(index, found)
  }
  return found
}

/** Ends a transaction in the model: touched accounts that are empty go. */
function settle(model: Model, touched: ReadonlySet<number>): void {
  for (const index of touched) {
    const account = accountOf(model, index)
    const empty = account.balance === 0n && account.nonce === 0n && account.code === ''
    // Its storage stays unreachable; the program's slots of it are not looked at any more.
    if (empty) account.exists = false
  }
}

const scalar = (value: bigint) => {
  const digits = value === 0n ? '' : value.toString(16)
  return bytes(digits.length % 2 === 0 ? digits : `0${digits}`)
}
const trieKey = (data: Uint8Array) => hex(keccak_256(data))

function rootOf(model: Model): string {
  const accounts = new Map<string, Uint8Array>()
  for (const [index, account] of model) {
    if (!account.exists) continue
    const slots = new Map<string, Uint8Array>()
    for (const [key, value] of account.storage) {
      if (value !== 0n)
        slots.set(trieKey(bytes(key.toString(16).padStart(64, '0'))), encode(scalar(value)))
    }
    const fields = [
      scalar(account.nonce),
      scalar(account.balance),
      bytes(naiveTrie(slots).root),
      keccak_256(bytes(account.code)),
    ]
    accounts.set(trieKey(bytes(address(index))), encode(fields))
  }
  return naiveTrie(accounts).root
}

const index = fc.nat(5)
const small = fc.bigInt({ min: 0n, max: 3n })
const change = fc.oneof(
  fc.record({ kind: fc.constant('balance' as const), index, value: small }),
  fc.record({ kind: fc.constant('nonce' as const), index, value: small }),
  fc.record({ kind: fc.constant('code' as const), index, code: fc.constantFrom('', '00', '6001') }),
  fc.record({ kind: fc.constant('storage' as const), index, key: small, value: small }),
  fc.record({ kind: fc.constant('touch' as const), index }),
  fc.record({ kind: fc.constant('checkpoint' as const) }),
  fc.record({ kind: fc.constant('revert' as const) }),
  fc.record({ kind: fc.constant('end' as const) }),
  fc.record({ kind: fc.constant('root' as const) }),
  fc.record({ kind: fc.constant('commit' as const) }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function play(changes: readonly Change[]): void {
  evm.open()
  let model: Model = new Map()
  let touched = new Set<number>()
  let checkpoints: { position: number; model: Model; touched: Set<number> }[] = []
  const end = () => {
    state.txEnd()
    settle(model, touched)
    touched = new Set()
    checkpoints = []
    state.txBegin()
  }
  for (const step of changes) {
    if ('index' in step) {
      const account = accountOf(model, step.index)
      touched.add(step.index)
      account.exists = true
    }
    switch (step.kind) {
      case 'balance':
        accountOf(model, step.index).balance = step.value
        evm.setAccount(address(step.index), { balance: step.value })
        break
      case 'nonce':
        accountOf(model, step.index).nonce = step.value
        evm.setAccount(address(step.index), { nonce: step.value })
        break
      case 'code':
        accountOf(model, step.index).code = step.code
        evm.setAccount(address(step.index), { code: step.code })
        break
      case 'storage':
        // Storage belongs to accounts that have code, or at least a nonce.
        accountOf(model, step.index).nonce = 1n
        accountOf(model, step.index).storage.set(step.key, step.value)
        evm.setAccount(address(step.index), { nonce: 1n, storage: { [`${step.key}`]: step.value } })
        break
      case 'touch':
        memory.set(bytes(address(step.index)), globalValue(state.INPUT))
        state.touch(state.account(globalValue(state.INPUT)))
        break
      case 'checkpoint':
        checkpoints.push({
          position: state.checkpoint(),
          model: copy(model),
          touched: new Set(touched),
        })
        break
      case 'revert': {
        const last = checkpoints.pop()
        if (last === undefined) break
        state.revertTo(last.position)
        model = last.model
        touched = last.touched
        break
      }
      case 'end':
        end()
        break
      case 'root':
        end()
        assert.equal(evm.root(), rootOf(model))
        break
      case 'commit': {
        end()
        const root = evm.root()
        state.stateCommit()
        // Storage of what is gone is gone with it.
        for (const account of model.values()) if (!account.exists) account.storage.clear()
        evm.open(bytes(root))
        break
      }
    }
  }
  for (const [at, account] of model) {
    assert.equal(evm.balance(address(at)), account.balance)
    assert.equal(evm.nonce(address(at)), account.nonce)
    assert.equal(evm.exists(address(at)), account.exists)
    for (const [key, value] of account.storage) assert.equal(evm.storage(address(at), key), value)
  }
  end()
  assert.equal(evm.root(), rootOf(model))
  assert.equal(globalValue(state.hostError), 0)
}

test('changes, reverts, transactions and commits leave the state that a plain model says', () => {
  // An account that became empty and goes must not keep slots: nonces only grow where there is storage.
  const keepsNonce = (changes: readonly Change[]) => {
    const withStorage = new Set<number>()
    return changes.every((step) => {
      if (step.kind === 'storage') withStorage.add(step.index)
      return !(step.kind === 'nonce' && step.value === 0n && withStorage.has(step.index))
    })
  }
  fc.assert(fc.property(fc.array(change, { maxLength: 60 }).filter(keepsNonce), play), {
    numRuns: 1500,
  })
})

test('tables and journal grow to tens of thousands of entries, and all is taken back', () => {
  evm.open()
  const count = 20_000
  const storage: Record<string, bigint> = {}
  for (let i = 0; i < count; i++) storage[`${i}`] = BigInt(i + 1)
  const position = state.checkpoint()
  evm.setAccount(address(0), { nonce: 1n, storage })
  for (let i = 0; i < count; i += 997)
    assert.equal(evm.storage(address(0), BigInt(i)), BigInt(i + 1))
  state.revertTo(position)
  for (let i = 0; i < count; i += 997) assert.equal(evm.storage(address(0), BigInt(i)), 0n)
  for (let i = 0; i < count; i++) evm.balance(address(i))
  assert.equal(evm.exists(address(0)), false)
})
