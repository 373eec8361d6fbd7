// The program, run in three ways that have to agree: the transaction, the transaction while tracing (where no
// instructions are fused), and as a message that is not kept, which must leave nothing behind.

import assert from 'node:assert/strict'
import {
  type Address,
  bytesToHex,
  EMPTY_ROOT,
  type Hash,
  type Header,
  lowerCaseAddress,
  ZERO_HASH,
} from '@altlayer/protocol'
import type { TypedTransaction } from '@ethereumjs/tx'
import { isRejection } from '../../src/program/errors.ts'
import type { AccountDiff, CallMessage, ExecutionResult, Program } from '../../src/program/types.ts'
import { ethereumConfig, testChain } from '../program/support.ts'
import {
  ancestorHash,
  BLOCK_NUMBER,
  type Outcome,
  PREV_RANDAO,
  REJECTED,
  TIMESTAMP,
} from './reference.ts'
import { BASE_FEE, GAS_LIMIT, type Scenario } from './scenario.ts'

export interface Subject {
  /** Writes the allocation and opens a block on it; returns its root. */
  reset(scenario: Scenario): Hash
  transaction(tx: TypedTransaction): Outcome & { readonly reason?: string }
  /** Gas that the transaction would use, before refunds; undefined when it would be refused. */
  gasUsed(tx: TypedTransaction): bigint | undefined
  nonce(address: Address): bigint
  diff(): readonly AccountDiff[]
  abort(): void
}

const ancestorHashes = Array.from({ length: 256 }, (_, i) =>
  ancestorHash(BLOCK_NUMBER - 1n - BigInt(i)),
)

export function createSubject(): Subject {
  const chain = testChain(ethereumConfig('prague'))
  const { program } = chain
  const traced = chain.another()
  traced.trace({ steps: true })

  return {
    reset({ accounts }) {
      chain.store.clear()
      program.clearCache()
      traced.clearCache()
      const header: Header = {
        ...chain.genesis(
          accounts.map(({ storage, ...account }) => ({
            ...account,
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
      program.openAt(header, { ancestorHashes })
      traced.openAt(header, { ancestorHashes })
      return header.stateRoot
    },

    transaction(tx) {
      const message = tryMessage(program, tx)
      const raw = tx.serialize()
      const result = execute(program, raw)
      assert.deepEqual(execute(traced, raw), result, 'the transaction while tracing')
      if (message !== undefined && result.status !== 'rejected') {
        const { created: _, root: _root, ...executed } = result
        assert.deepEqual(message, executed, 'the transaction as a message')
      }
      return result
    },

    gasUsed: (tx) => {
      const outcome = tryMessage(program, tx)
      return outcome && outcome.gasUsed + outcome.gasRefunded
    },
    nonce: (address) => program.account(address)?.nonce ?? 0n,
    diff: () => program.diff(),
    abort() {
      program.abort()
      traced.abort()
    },
  }
}

const word = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}` as const

function execute(program: Program, raw: Uint8Array): Outcome & { readonly reason?: string } {
  try {
    const result = program.transaction(raw)
    return { ...common(result), created: result.contractAddress, root: program.stateRoot() }
  } catch (error) {
    if (!isRejection(error)) throw error
    return { ...REJECTED, root: program.stateRoot(), reason: error.message }
  }
}

function common({ status, gasUsed, gasRefunded, returnData, logs, error }: ExecutionResult) {
  return {
    status,
    gasUsed,
    gasRefunded,
    returnData: bytesToHex(returnData),
    logs: logs.map(({ address, topics, data }) => [address, ...topics, data].join()),
    ...(error === undefined ? {} : { reason: error }),
  }
}

/** undefined when the message is refused, as the transaction will be. */
function tryMessage(program: Program, tx: TypedTransaction) {
  try {
    return common(program.message(messageOf(tx), { validate: true }))
  } catch (error) {
    if (!isRejection(error)) throw error
    return undefined
  }
}

const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)

function messageOf(tx: TypedTransaction): CallMessage {
  const accessList =
    'accessList' in tx
      ? tx.accessList.map(([address, keys]) => ({
          address: bytesToHex(address),
          storageKeys: keys.map((key) => bytesToHex(key)),
        }))
      : undefined
  const authorizationList =
    'authorizationList' in tx
      ? tx.authorizationList.map(([chainId, address, nonce, parity, r, s]) => ({
          chainId: number(chainId),
          address: bytesToHex(address),
          nonce: number(nonce),
          yParity: Number(number(parity)),
          r: number(r),
          s: number(s),
        }))
      : undefined
  return {
    from: lowerCaseAddress(tx.getSenderAddress().toString()),
    ...(tx.to === undefined ? {} : { to: lowerCaseAddress(tx.to.toString()) }),
    gas: tx.gasLimit,
    value: tx.value,
    data: tx.data,
    nonce: tx.nonce,
    ...('maxFeePerGas' in tx
      ? { maxFeePerGas: tx.maxFeePerGas, maxPriorityFeePerGas: tx.maxPriorityFeePerGas }
      : { gasPrice: tx.gasPrice }),
    ...('blobVersionedHashes' in tx
      ? {
          blobVersionedHashes: tx.blobVersionedHashes as Hash[],
          maxFeePerBlobGas: tx.maxFeePerBlobGas,
        }
      : {}),
    ...(accessList && { accessList }),
    ...(authorizationList && { authorizationList }),
  }
}
