import type { Address, Header } from '@altlayer/protocol'
import type { Withdrawal } from '../program/types.ts'

/** A committed block as its re-execution needs it. */
export interface ReplayBlock {
  readonly parent: Header
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
  readonly senders: readonly Address[]
  readonly withdrawals?: readonly Withdrawal[]
}
