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
import type { Tracer } from './tracer.ts'

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
type ReadCode = (address: Address) => Uint8Array

/** The accounts and slots a transaction touched, as they were before it (geth's prestateTracer). */
export function createPrestateTracer(config: PrestateTracerConfig): Tracer {
  return {
    options: undefined,
    event() {},
    result: (_execution, touched, codeOf) =>
      config.diffMode ? differences(touched, config, codeOf) : before(touched, config, codeOf),
  }
}

function before(
  touched: readonly AccountDiff[],
  config: PrestateTracerConfig,
  codeOf: ReadCode,
): Prestate {
  const prestate: Prestate = {}
  for (const diff of touched) {
    if (isEmpty(diff.before) && !config.includeEmpty) continue
    const account = accountBefore(diff, config, codeOf)
    if (!config.disableStorage && diff.storage.length > 0)
      account.storage = Object.fromEntries(diff.storage.map(([slot, value]) => [slot, value]))
    prestate[diff.address] = account
  }
  return prestate
}

function differences(
  touched: readonly AccountDiff[],
  config: PrestateTracerConfig,
  codeOf: ReadCode,
): { pre: Prestate; post: Prestate } {
  const pre: Prestate = {}
  const post: Prestate = {}
  for (const diff of touched) {
    const changed = config.disableStorage ? [] : diff.storage.filter(([, was, is]) => was !== is)
    const after = accountAfter(diff, config)
    const postStorage = nonZero(changed.map(([slot, , is]) => [slot, is]))
    if (postStorage !== undefined) after.storage = postStorage
    const destroyed = diff.before !== undefined && diff.after === undefined
    if (!destroyed && changed.length === 0 && Object.keys(after).length === 0) continue
    // A destroyed account stands in `pre` only.
    if (!destroyed) post[diff.address] = after
    if (isEmpty(diff.before) && !config.includeEmpty) continue
    const account = accountBefore(diff, config, codeOf)
    const preStorage = nonZero(changed.map(([slot, was]) => [slot, was]))
    if (preStorage !== undefined) account.storage = preStorage
    pre[diff.address] = account
  }
  return { pre, post }
}

function accountBefore(
  { address, before, codeBefore }: AccountDiff,
  config: PrestateTracerConfig,
  codeOf: ReadCode,
): PrestateAccount {
  const account: PrestateAccount = { balance: quantity(before?.balance ?? 0n) }
  if (before === undefined) return account
  if (before.nonce !== 0n) account.nonce = Number(before.nonce)
  if (before.codeHash !== EMPTY_HASH) {
    if (!config.disableCode) account.code = bytesToHex(codeBefore ?? codeOf(address))
    account.codeHash = before.codeHash
  }
  return account
}

/** The fields that differ after the transaction. */
function accountAfter(
  { before, after, codeAfter }: AccountDiff,
  config: PrestateTracerConfig,
): PrestateAccount {
  const account: PrestateAccount = {}
  if (after === undefined) return account
  if (after.balance !== (before?.balance ?? 0n)) account.balance = quantity(after.balance)
  if (after.nonce !== (before?.nonce ?? 0n)) account.nonce = Number(after.nonce)
  if (after.codeHash !== (before?.codeHash ?? EMPTY_HASH)) {
    if (!config.disableCode) account.code = bytesToHex(codeAfter ?? new Uint8Array())
    account.codeHash = after.codeHash
  }
  return account
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
