import {
  bigintToBytes,
  EMPTY_ROOT,
  encodeRlp,
  type GenesisAccount,
  type Hash,
  hexToBytes,
  keccak256,
  uintBytes,
} from '@altlayer/protocol'
import { secureTrieRoot } from './trie.ts'

/** State root of an allocation. Accounts that EIP-161 calls empty must not be in it. */
export function stateRoot(accounts: readonly GenesisAccount[]): Hash {
  // Two thousand proxies share one code and, but for a few, one storage.
  const codeHash = memoized((code: string) => keccak256(hexToBytes(code)))
  const root = memoized((storage: string) => storageRoot(JSON.parse(storage)))
  return secureTrieRoot(
    accounts.map((account) => [
      hexToBytes(account.address),
      encodeRlp([
        uintBytes(account.nonce),
        uintBytes(account.balance),
        hexToBytes(root(JSON.stringify(account.storage))),
        codeHash(account.code),
      ]),
    ]),
  )
}

/** Storage root of an account; slots with value zero are not in the trie. */
export function storageRoot(storage: GenesisAccount['storage']): Hash {
  const entries = storage.flatMap(([slot, value]) => {
    const word = BigInt(value)
    return word === 0n
      ? []
      : [[bigintToBytes(BigInt(slot), 32), encodeRlp(uintBytes(word))] as const]
  })
  return entries.length === 0 ? EMPTY_ROOT : secureTrieRoot(entries)
}

function memoized<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) {
      value = compute(key)
      known.set(key, value)
    }
    return value
  }
}
