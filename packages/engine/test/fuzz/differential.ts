import { lowerCaseAddress } from '@altlayer/protocol'
// Runs a scenario in both implementations and tells the first difference.

import type { TypedTransaction } from '@ethereumjs/tx'
import { wallet } from '../program/support.ts'
import { createReference, type Outcome, sign } from './reference.ts'
import { type Scenario, type TransactionPlan, WALLETS } from './scenario.ts'
import { createSubject } from './subject.ts'

export interface Differential {
  /** Runs a scenario; throws a DifferenceError. */
  check(scenario: Scenario): Promise<void>
  /** How many transactions ended in which way: 'success', or why not. */
  readonly endings: ReadonlyMap<string, number>
}

/** The implementations disagree. */
export class DifferenceError extends Error {
  override readonly name = 'DifferenceError'
}

const show = (value: unknown) =>
  JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}` : item), 1)

const senders = Array.from({ length: WALLETS }, (_, i) => lowerCaseAddress(wallet(i).address))

export async function createDifferential(): Promise<Differential> {
  const reference = await createReference()
  const subject = createSubject()
  const endings = new Map<string, number>()

  const signed = (plan: TransactionPlan): TypedTransaction => {
    const nonces = senders.map(subject.nonce)
    const literal = sign(plan, nonces)
    // Small amounts are meant as they are: most of them do not suffice.
    if (plan.gas < 120_000n) return literal
    const intrinsic = literal.getIntrinsicGas()
    const tx = sign({ ...plan, gas: plan.gas + intrinsic }, nonces)
    const used = plan.gasShare === undefined ? undefined : subject.gasUsed(tx)
    if (plan.gasShare === undefined || used === undefined) return tx
    // Runs out of gas somewhere, or just not.
    const share = intrinsic + BigInt(Math.ceil(Number(used - intrinsic) * plan.gasShare))
    const floor = floorGas(tx.data)
    return sign({ ...plan, gas: share < floor ? floor : share }, nonces)
  }

  const report = async (what: string, ours: unknown, theirs: unknown) => {
    const accounts: unknown[] = []
    for (const { address, after } of subject.diff()) {
      const other = await reference.describe(address)
      if (show(after) !== show(other)) accounts.push({ address, ours: after, theirs: other })
    }
    return new DifferenceError(
      `${what}\nours ${show(ours)}\ntheirs ${show(theirs)}\naccounts ${show(accounts)}`,
    )
  }

  return {
    endings,
    async check(scenario) {
      const ourRoot = subject.reset(scenario)
      try {
        const theirRoot = await reference.reset(scenario)
        if (ourRoot !== theirRoot)
          throw new DifferenceError(`allocation: ours ${ourRoot}, theirs ${theirRoot}`)
        for (const [index, plan] of scenario.transactions.entries()) {
          const tx = signed(plan)
          const ours = subject.transaction(tx)
          const theirs = capRefund(await reference.transaction(tx), ours, tx.data)
          // Without the numbers of the message.
          const ending = (ours.reason ?? ours.status).replace(/:.*/, '')
          endings.set(ending, (endings.get(ending) ?? 0) + 1)
          const { reason: _ours, ...mine } = ours
          const { reason: _theirs, ...yours } = theirs
          if (show(inOrder(mine)) !== show(inOrder(yours)))
            throw await report(`transaction ${index}`, ours, theirs)
        }
      } finally {
        subject.abort()
      }
    },
  }
}

const inOrder = ({ status, gasUsed, gasRefunded, returnData, logs, created, root }: Outcome) => ({
  status,
  gasUsed,
  gasRefunded,
  returnData,
  logs,
  created,
  root,
})

/** EIP-7623: the least that a transaction with this data pays. */
function floorGas(data: Uint8Array): bigint {
  return data.reduce((gas, byte) => gas + (byte === 0 ? 10n : 40n), 21_000n)
}

/** EthereumJS tells the refund before EIP-3529's cap, and none where EIP-7623's floor is what is paid. */
function capRefund<T extends Outcome>(theirs: T, ours: Outcome, data: Uint8Array): T {
  const isFloor = ours.gasUsed === floorGas(data)
  const isCapped = ours.gasRefunded === (ours.gasUsed + ours.gasRefunded) / 5n
  const isLess = isCapped && theirs.gasRefunded >= ours.gasRefunded
  return isFloor || isLess ? { ...theirs, gasRefunded: ours.gasRefunded } : theirs
}
