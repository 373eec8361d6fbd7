import type { BlockRef } from '@altlayer/engine'
import {
  type Address,
  bytesToHex,
  EMPTY_HASH,
  EMPTY_ROOT,
  type Hash,
  type Hex,
  quantity,
} from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { INVALID_PARAMS, RpcError, SERVER_ERROR } from '../errors.ts'
import { isPending, LATEST } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import { address, array, blockRef, hash, mapOf, optional, string } from '../params.ts'
import type { Json } from '../rollup.ts'
import { arrayOf, dataSchema, hashSchema, proofSchema, quantitySchema } from '../schemas.ts'

const addressParam = param('Address', address)
const blockParam = param('Block', optional(blockRef))
const storageRequests = mapOf(address, array(hash), 1_000)
type StorageRequests = readonly (readonly [Address, readonly Hash[]])[]

/** Accounts, code, storage and proofs of them. */
export function stateMethods({ engine, limits }: Api): readonly Method[] {
  async function transactionCount(account: Address, ref: BlockRef): Promise<Hex> {
    const pooled = isPending(ref) ? engine.pool.nonce(account) : undefined
    if (pooled !== undefined) return quantity(pooled)
    return quantity((await engine.account(ref, account))?.nonce ?? 0n)
  }

  async function getProof(account: Address, keys: readonly string[], ref: BlockRef): Promise<Json> {
    if (keys.length > limits.proofKeys)
      throw new RpcError(
        INVALID_PARAMS,
        `too many slots (requested ${keys.length}, max ${limits.proofKeys})`,
      )
    const slots = keys.map(parseStorageKey)
    const proof = await engine.proof(
      ref,
      account,
      slots.map(({ slot }) => slot),
    )
    return {
      address: account,
      accountProof: proof.accountProof.map(bytesToHex),
      balance: quantity(proof.account?.balance ?? 0n),
      codeHash: proof.account?.codeHash ?? EMPTY_HASH,
      nonce: quantity(proof.account?.nonce ?? 0n),
      storageHash: proof.account?.storageRoot ?? EMPTY_ROOT,
      storageProof: proof.storageProof.map((entry, index) => ({
        key: slots[index]?.echo ?? entry.slot,
        value: quantity(entry.value),
        proof: entry.proof.map(bytesToHex),
      })),
    }
  }

  async function storageValues(requests: StorageRequests, ref: BlockRef): Promise<Json> {
    const keys = requests.reduce((sum, [, list]) => sum + list.length, 0)
    if (keys === 0) throw new RpcError(INVALID_PARAMS, 'empty request')
    if (keys > limits.proofKeys)
      throw new RpcError(
        INVALID_PARAMS,
        `too many slots (requested ${keys}, max ${limits.proofKeys})`,
      )
    const answer: Record<Address, readonly Hash[]> = {}
    for (const [account, list] of requests)
      answer[account] = await Promise.all(list.map((key) => engine.storage(ref, account, key)))
    return answer
  }

  return [
    method({
      name: 'eth_getBalance',
      summary: 'Balance of an account in wei.',
      params: [addressParam, blockParam],
      result: ['Balance', quantitySchema],
      handler: async ([account, ref = LATEST]) =>
        quantity((await engine.account(ref, account))?.balance ?? 0n),
    }),
    method({
      name: 'eth_getTransactionCount',
      summary: 'Nonce of an account; at `pending` it counts the pool.',
      params: [addressParam, blockParam],
      result: ['Nonce', quantitySchema],
      handler: ([account, ref = LATEST]) => transactionCount(account, ref),
    }),
    method({
      name: 'eth_getCode',
      summary: 'Code of an account.',
      params: [addressParam, blockParam],
      result: ['Code', dataSchema],
      handler: async ([account, ref = LATEST]) => bytesToHex(await engine.code(ref, account)),
    }),
    method({
      name: 'eth_getStorageAt',
      summary: 'A word of storage.',
      params: [addressParam, param('Storage slot', string), blockParam],
      result: ['Value', hashSchema],
      handler: ([account, key, ref = LATEST]) =>
        engine.storage(ref, account, parseStorageKey(key).slot),
    }),
    method({
      name: 'eth_getStorageValues',
      summary: 'Words of storage of several accounts.',
      params: [param('Storage keys by address', storageRequests), blockParam],
      result: ['Values by address', { type: 'object', additionalProperties: arrayOf(hashSchema) }],
      handler: ([requests, ref = LATEST]) => storageValues(requests, ref),
    }),
    method({
      name: 'eth_getProof',
      summary: 'Merkle proofs of an account and of slots of its storage (EIP-1186).',
      params: [addressParam, param('Storage keys', array(string)), blockParam],
      result: ['Proof', proofSchema],
      handler: ([account, keys, ref = LATEST]) => getProof(account, keys, ref),
    }),
  ]
}

interface StorageKey {
  readonly slot: Hash
  /** How a proof names it: as given when it was a full word, else without leading zeros. */
  readonly echo: Hex
}

/** A storage key: up to 32 bytes of hex, leading zeros or not. Throws RpcError in geth's words. */
function parseStorageKey(key: string): StorageKey {
  const digits = key.startsWith('0x') || key.startsWith('0X') ? key.slice(2) : key
  if (digits.length > 64) throw storageKeyError('hex string too long, want at most 32 bytes')
  if (!/^[0-9a-fA-F]*$/.test(digits)) throw storageKeyError('hex string invalid')
  const slot: Hash = `0x${digits.toLowerCase().padStart(64, '0')}`
  return { slot, echo: digits.length === 64 ? slot : quantity(BigInt(slot)) }
}

function storageKeyError(reason: string): RpcError {
  return new RpcError(SERVER_ERROR, `unable to decode storage key: ${reason}`)
}
