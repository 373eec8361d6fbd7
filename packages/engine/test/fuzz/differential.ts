// Runs a scenario in both implementations and tells the first difference.

import { bytesToHex, EMPTY_ROOT, type Header } from '@altlayer/protocol'
import { isRejection } from '../../src/program/errors.ts'
import { ethereumConfig, lower, testChain, wallet, ZERO_HASH } from '../program/support.ts'
import {
  ancestorHash,
  BLOCK_NUMBER,
  createReference,
  type Outcome,
  PREV_RANDAO,
  REJECTED,
  sign,
  TIMESTAMP,
} from './reference.ts'
import { BASE_FEE, GAS_LIMIT, type Scenario, WALLETS } from './scenario.ts'

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

const senders = Array.from({ length: WALLETS }, (_, i) => lower(wallet(i).address))

export async function createDifferential(): Promise<Differential> {
  const reference = await createReference()
  const chain = testChain(ethereumConfig('prague'))
  const { program } = chain
  const endings = new Map<string, number>()
  const ancestors = Array.from({ length: 256 }, (_, i) =>
    ancestorHash(BLOCK_NUMBER - 1n - BigInt(i)),
  )

  const execute = (raw: Uint8Array): Outcome & { readonly reason?: string } => {
    try {
      const result = program.transaction(raw)
      return {
        status: result.status,
        gasUsed: result.gasUsed,
        gasRefunded: result.gasRefunded,
        returnData: bytesToHex(result.returnData),
        logs: result.logs.map(({ address, topics, data }) => [address, ...topics, data].join()),
        created: result.contractAddress,
        root: program.stateRoot(),
        ...(result.error === undefined ? {} : { reason: result.error }),
      }
    } catch (error) {
      if (!isRejection(error)) throw error
      return { ...REJECTED, root: program.stateRoot(), reason: error.message }
    }
  }

  const report = async (what: string, ours: unknown, theirs: unknown) => {
    const accounts: unknown[] = []
    for (const { address, after } of program.diff()) {
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
      chain.store.clear()
      program.clearCache()
      const header: Header = {
        ...chain.genesis(
          scenario.accounts.map(({ address, balance, nonce, code, storage }) => ({
            address,
            balance,
            nonce,
            code,
            state: storage.map(([slot, value]) => [word(slot), word(value)] as const),
          })),
        ),
        number: BLOCK_NUMBER,
        timestamp: TIMESTAMP,
        gasLimit: GAS_LIMIT,
        baseFeePerGas: BASE_FEE,
        mixHash: PREV_RANDAO,
        blobGasUsed: 0n,
        excessBlobGas: 0n,
        withdrawalsRoot: EMPTY_ROOT,
        parentBeaconBlockRoot: ZERO_HASH,
      }
      const theirRoot = await reference.reset(scenario)
      if (header.stateRoot !== theirRoot) {
        throw new DifferenceError(`allocation: ours ${header.stateRoot}, theirs ${theirRoot}`)
      }
      program.openAt(header, { ancestorHashes: ancestors })
      try {
        for (const plan of scenario.transactions) {
          const nonces = await Promise.all(senders.map((sender) => reference.nonce(sender)))
          const tx = sign(plan, nonces)
          const ours = execute(tx.serialize())
          const theirs = capRefund(await reference.transaction(tx), ours, tx.data)
          // Without the numbers of the message.
          const ending = (ours.reason ?? ours.status).replace(/:.*/, '')
          endings.set(ending, (endings.get(ending) ?? 0) + 1)
          const { reason: _ours, ...mine } = ours
          const { reason: _theirs, ...yours } = theirs
          if (show(mine) !== show(yours)) {
            throw await report(`transaction ${scenario.transactions.indexOf(plan)}`, ours, theirs)
          }
        }
      } finally {
        program.abort()
      }
    },
  }
}

/** EthereumJS tells the refund before EIP-3529's cap, and none where EIP-7623's floor is what is paid. */
function capRefund<T extends Outcome>(theirs: T, ours: Outcome, data: Uint8Array): T {
  const tokens = data.reduce((sum, byte) => sum + (byte === 0 ? 1n : 4n), 0n)
  const isFloor = ours.gasUsed === 21_000n + 10n * tokens
  const isCapped = ours.gasRefunded === (ours.gasUsed + ours.gasRefunded) / 5n
  const isLess = isCapped && theirs.gasRefunded >= ours.gasRefunded
  return isFloor || isLess ? { ...theirs, gasRefunded: ours.gasRefunded } : theirs
}

const word = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}` as const
