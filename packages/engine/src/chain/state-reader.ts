import { type Address, EMPTY_HASH, type Hash } from '@altlayer/protocol'
import type { SenderState } from '../pool/types.ts'
import type { AccountState, Program } from '../program/types.ts'
import type { SealedHeader } from './chain.ts'

/** Reads accounts of committed blocks with a program instance of the calling thread. */
export interface StateReader {
  account(at: SealedHeader, address: Address): AccountState | undefined
  storage(at: SealedHeader, address: Address, slot: Hash): Hash
  code(at: SealedHeader, address: Address): Uint8Array
  /** What the pool must know of a sender. */
  sender(at: SealedHeader, address: Address): SenderState
}

/** Reads kept in the program's block arena before it is emptied. */
const READS_PER_OPENING = 100_000

/** EIP-7702: 0xef0100 and the address delegated to. */
const DELEGATION_LENGTH = 23
const DELEGATION_PREFIX = [0xef, 0x01, 0x00]

export function createStateReader(program: Program): StateReader {
  let opened: Hash | undefined
  let reads = 0

  const open = (at: SealedHeader): void => {
    if (opened === at.hash && reads++ < READS_PER_OPENING) return
    opened = undefined
    program.openAt(at.header)
    opened = at.hash
    reads = 0
  }
  // An error closes what was open.
  const read = <T>(at: SealedHeader, from: () => T): T => {
    open(at)
    try {
      return from()
    } catch (error) {
      opened = undefined
      throw error
    }
  }
  const isDelegation = (code: Uint8Array): boolean =>
    code.length === DELEGATION_LENGTH && DELEGATION_PREFIX.every((byte, at) => code[at] === byte)

  return {
    account: (at, address) => read(at, () => program.account(address)),
    storage: (at, address, slot) => read(at, () => program.storage(address, slot)),
    code: (at, address) => read(at, () => program.code(address)),
    sender: (at, address) =>
      read(at, () => {
        const account = program.account(address)
        if (account === undefined) return { nonce: 0n, balance: 0n, code: 'none' }
        const { nonce, balance, codeHash } = account
        if (codeHash === EMPTY_HASH) return { nonce, balance, code: 'none' }
        return {
          nonce,
          balance,
          code: isDelegation(program.code(address)) ? 'delegated' : 'contract',
        }
      }),
  }
}
