import { hexToBytes } from '@altlayer/protocol'
import { serializeTransaction, type TransactionSerializable } from 'viem'

/** Transactions as a sequencer includes them: well-formed, of each type that a batch may hold. */
export function l2Transaction(
  seed: number,
  kind: 'legacy' | 'eip2930' | 'eip1559' | 'eip7702' = 'eip1559',
): Uint8Array {
  const word = (value: number) => `0x${(value + 1).toString(16).padStart(64, '0')}` as const
  const address = `0x${(seed + 0xabc).toString(16).padStart(40, '0')}` as const
  const common = {
    chainId: 901,
    nonce: seed,
    gas: 21_000n + BigInt(seed),
    to: address,
    value: BigInt(seed) * 1_000_000_007n,
    data: `0x${'5a'.repeat(seed % 120)}` as const,
  }
  const fees = { maxFeePerGas: 1_000n + BigInt(seed), maxPriorityFeePerGas: BigInt(seed % 7) }
  const signature = { r: word(seed * 3), s: word(seed * 5), yParity: seed % 2, v: BigInt(seed % 2) }
  const fields: TransactionSerializable =
    kind === 'legacy'
      ? { ...common, type: 'legacy', gasPrice: 7n }
      : kind === 'eip2930'
        ? {
            ...common,
            type: 'eip2930',
            gasPrice: 7n,
            accessList: [{ address, storageKeys: [word(1)] }],
          }
        : kind === 'eip1559'
          ? { ...common, ...fees, type: 'eip1559' }
          : {
              ...common,
              ...fees,
              type: 'eip7702',
              authorizationList: [
                { chainId: 901, address, nonce: 1, r: word(2), s: word(3), yParity: 1 },
              ],
            }
  const signed =
    kind === 'legacy' ? { ...signature, v: BigInt(901 * 2 + 35 + (seed % 2)) } : signature
  return hexToBytes(serializeTransaction(fields, signed))
}
