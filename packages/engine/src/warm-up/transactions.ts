import { type Address, encodeTransaction, TX_DYNAMIC_FEE } from '@altlayer/protocol'

/** A contract that moves a token's unit from the caller to the first argument, and logs it. */
export const TOKEN: Address = `0x${'70'.repeat(20)}`
export const TOKEN_CODE =
  '0x335f5260405f2080546001900390556004355f5260405f208054600101905560043533600760205fa300'

/** How many there are in a round, and how many rounds. */
export const ROUND = 32
export const ROUNDS = 8

/**
 * Transactions of which half are transfers and half token transfers. What stands for a signature is none that
 * a key made: it recovers to an account that nobody has.
 */
export function* warmUpTransactions(chainId: bigint): IterableIterator<Uint8Array> {
  const recipient = (index: number) => index.toString(16).padStart(8, '0').padStart(40, 'be')
  for (let index = 0; index < ROUND * ROUNDS; index++) {
    const transfer = index % 2 === 0
    yield encodeTransaction({
      type: TX_DYNAMIC_FEE,
      chainId,
      nonce: BigInt(index),
      maxFeePerGas: 10n ** 12n,
      maxPriorityFeePerGas: 1n,
      gas: transfer ? 21_000n : 100_000n,
      to: transfer ? `0x${recipient(index)}` : TOKEN,
      value: transfer ? 1n : 0n,
      data: transfer
        ? '0x'
        : `0xa9059cbb${recipient(index).padStart(64, '0')}${'1'.padStart(64, '0')}`,
      accessList: [],
      yParity: 0,
      r: 1n,
      s: 1n,
    })
  }
}

/** Lets the thread do what else there is. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
