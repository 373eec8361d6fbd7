import {
  type Address,
  bytesToHex,
  EMPTY_HASH,
  type Hash,
  type Hex,
  quantity,
  ZERO_HASH,
} from '@altlayer/protocol'
import type { AccountDiff, AccountState } from '../program/types.ts'
import { spend, type TraceBudget, type Tracer } from './tracer.ts'

/** An account without code and storage, and a slot with its value. */
const ACCOUNT_CHARACTERS = 300
const SLOT_CHARACTERS = 140

export interface PrestateTracerConfig {
  /** What changed, before and after, instead of everything that was touched. */
  readonly diffMode: boolean
  readonly disableCode: boolean
  readonly disableStorage: boolean
  /** Keep the accounts that did not exist before. */
  readonly includeEmpty: boolean
}

interface PrestateAccount {
  balance?: Hex
  nonce?: number
  code?: Hex
  codeHash?: Hash
  storage?: Record<Hash, Hash>
}

type Prestate = Record<Address, PrestateAccount>

/** The accounts and slots a transaction touched, as they were before it (geth's prestateTracer). */
export function createPrestateTracer(config: PrestateTracerConfig, budget: TraceBudget): Tracer {
  return {
    options: undefined,
    event() {},
    result(_execution, touched, codeOf) {
      const show: Show = { ...config, codeOf, spend: (characters) => spend(budget, characters) }
      return config.diffMode ? differences(touched, show) : before(touched, show)
    },
  }
}

/** What is shown of an account, and what it takes. */
interface Show extends PrestateTracerConfig {
  readonly codeOf: (address: Address) => Uint8Array
  spend(characters: number): void
}

function before(touched: readonly AccountDiff[], show: Show): Prestate {
  const prestate: Prestate = {}
  for (const diff of touched) {
    if (isEmpty(diff.before) && !show.includeEmpty) continue
    const account = accountBefore(diff, show)
    if (!show.disableStorage && diff.storage.length > 0)
      account.storage = Object.fromEntries(diff.storage.map(([slot, value]) => [slot, value]))
    prestate[diff.address] = account
  }
  return prestate
}

function differences(
  touched: readonly AccountDiff[],
  show: Show,
): { pre: Prestate; post: Prestate } {
  const pre: Prestate = {}
  const post: Prestate = {}
  for (const diff of touched) {
    const changed = show.disableStorage ? [] : diff.storage.filter(([, was, is]) => was !== is)
    const after = accountAfter(diff, show)
    const postStorage = nonZero(changed.map(([slot, , is]) => [slot, is]))
    if (postStorage !== undefined) after.storage = postStorage
    const destroyed = diff.before !== undefined && diff.after === undefined
    if (!destroyed && changed.length === 0 && Object.keys(after).length === 0) continue
    // A destroyed account stands in `pre` only.
    if (!destroyed) post[diff.address] = after
    if (isEmpty(diff.before) && !show.includeEmpty) continue
    const account = accountBefore(diff, show)
    const preStorage = nonZero(changed.map(([slot, was]) => [slot, was]))
    if (preStorage !== undefined) account.storage = preStorage
    pre[diff.address] = account
  }
  return { pre, post }
}

function accountBefore(
  { address, before, codeBefore, storage }: AccountDiff,
  show: Show,
): PrestateAccount {
  // Of both sides, where there are two.
  show.spend(
    2 * (ACCOUNT_CHARACTERS + (show.disableStorage ? 0 : SLOT_CHARACTERS * storage.length)),
  )
  const account: PrestateAccount = { balance: quantity(before?.balance ?? 0n) }
  if (before === undefined) return account
  if (before.nonce !== 0n) account.nonce = Number(before.nonce)
  if (before.codeHash !== EMPTY_HASH) {
    if (!show.disableCode) account.code = codeHex(codeBefore ?? show.codeOf(address), show)
    account.codeHash = before.codeHash
  }
  return account
}

/** The fields that differ after the transaction. */
function accountAfter({ before, after, codeAfter }: AccountDiff, show: Show): PrestateAccount {
  const account: PrestateAccount = {}
  if (after === undefined) return account
  if (after.balance !== (before?.balance ?? 0n)) account.balance = quantity(after.balance)
  if (after.nonce !== (before?.nonce ?? 0n)) account.nonce = Number(after.nonce)
  if (after.codeHash !== (before?.codeHash ?? EMPTY_HASH)) {
    if (!show.disableCode) account.code = codeHex(codeAfter ?? new Uint8Array(), show)
    account.codeHash = after.codeHash
  }
  return account
}

function codeHex(code: Uint8Array, show: Show): Hex {
  show.spend(2 * code.length)
  return bytesToHex(code)
}

function nonZero(slots: readonly (readonly [Hash, Hash])[]): Record<Hash, Hash> | undefined {
  const kept = slots.filter(([, value]) => value !== ZERO_HASH)
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/** EIP-161: no account, or one with neither nonce nor balance nor code. */
function isEmpty(account: AccountState | undefined): boolean {
  return (
    account === undefined ||
    (account.nonce === 0n && account.balance === 0n && account.codeHash === EMPTY_HASH)
  )
}
