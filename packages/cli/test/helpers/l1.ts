import { parseAbi } from 'viem'
import type { Clients } from './clients.ts'
import type { ReadyInfo } from './network.ts'

// What tests do to the L1 of a local network. It is final four blocks below its head, so whatever takes blocks
// from it first has it stand still: else it is chance how deep they are.

/** Seconds between its blocks, unless `altlayer up` is told another. */
export const L1_BLOCK_TIME = 2

/** It mines a block each so many seconds from now on; 0: none, until a test says so. */
export async function mineL1Every({ l1 }: Pick<Clients, 'l1'>, seconds: number): Promise<void> {
  await l1.request({ method: 'evm_setIntervalMining', params: [seconds] } as never)
  // One by hand, behind a regular one that is being mined right now: no other comes after it.
  if (seconds === 0) await l1.request({ method: 'evm_mine' } as never)
}

/**
 * Puts other blocks in the place of the newest `depth`. The first has a transaction: empty ones that were mined at
 * once, as after a pause, would be the same again.
 */
export async function reorganiseL1(
  { l1 }: Clients,
  { accounts }: ReadyInfo,
  depth: 1 | 2 | 3,
): Promise<void> {
  const [from, to] = [accounts.at(-1)?.address, accounts[0]?.address]
  await l1.request({
    method: 'anvil_reorg',
    params: [depth, [[{ from, to, value: '0x1' }, 0]]],
  } as never)
}

const ORIGIN = {
  address: '0x4200000000000000000000000000000000000015',
  abi: parseAbi([
    'function number() view returns (uint64)',
    'function hash() view returns (bytes32)',
  ]),
} as const

/** The number of the L1 block that an L2 block (the newest) has as its origin, by the L1Block contract. */
export function originOf({ l2 }: Clients, blockNumber?: bigint): Promise<bigint> {
  const at = blockNumber === undefined ? {} : { blockNumber }
  return l2.readContract({ ...ORIGIN, functionName: 'number', ...at })
}

/** Whether the origin of an L2 block is in L1's chain. */
export async function stands(clients: Clients, blockNumber: bigint): Promise<boolean> {
  const number = await originOf(clients, blockNumber)
  const hash = await clients.l2.readContract({ ...ORIGIN, functionName: 'hash', blockNumber })
  return (await clients.l1.getBlock({ blockNumber: number })).hash === hash
}
