import type { AccountDiff, AccountOverride } from '../program/types.ts'

/** Overrides that turn the parent's state into that of the open block. */
export function overridesOf(changes: Iterable<AccountDiff>): readonly AccountOverride[] {
  return Array.from(changes, ({ address, after, storage, codeAfter }) => {
    // Destroyed in this block: nothing of it is left.
    if (after === undefined)
      return { address, balance: 0n, nonce: 0n, code: new Uint8Array(0), state: [] }
    return {
      address,
      balance: after.balance,
      nonce: after.nonce,
      ...(codeAfter !== undefined && { code: codeAfter }),
      ...(storage.length > 0 && {
        stateDiff: storage.map(([slot, , value]) => [slot, value] as const),
      }),
    }
  })
}
