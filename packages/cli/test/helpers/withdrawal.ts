import type { TransactionReceipt } from 'viem'
import type { optimism } from 'viem/chains'
import { getWithdrawals } from 'viem/op-stack'
import { eventually } from '../../../launch/test/eventually.ts'
import type { Clients } from './clients.ts'

/** Milliseconds: a game has to be over first, and what follows it. */
export const WITHDRAWAL_PATIENCE = 600_000

type OpChain = typeof optimism

/** viem's types ask for the contracts of rollups before fault proofs too, which it does not use here. */
const onL2 = ({ chains }: Clients) =>
  ({ targetChain: chains.l2 }) as never as { targetChain: OpChain }

export function withdrawalStatus(clients: Clients, receipt: TransactionReceipt) {
  return clients.l1.getWithdrawalStatus({ receipt, ...onL2(clients) })
}

/**
 * Waits for a game that covers the withdrawal of an L2 transaction, and proves it on L1. Returns when that was, in
 * seconds of L1.
 */
export async function prove(clients: Clients, receipt: TransactionReceipt): Promise<bigint> {
  const { l1, l2, l1Wallet, chains } = clients
  const { game, withdrawal } = await l1.waitToProve({ receipt, ...onL2(clients) })
  const proving = await l2.buildProveWithdrawal({ game, withdrawal } as never)
  const hash = await l1Wallet.proveWithdrawal({ ...proving, targetChain: chains.l2 } as never)
  return timeOf(clients, hash)
}

/** Waits until the game is over and the delays have passed, and finalizes. Returns when that was. */
export async function finalize(
  clients: Clients,
  receipt: TransactionReceipt,
  explain: () => string,
): Promise<bigint> {
  const [withdrawal] = getWithdrawals(receipt)
  if (withdrawal === undefined) throw new Error('the transaction withdraws nothing')
  const { l1, l1Wallet, chains } = clients
  await l1.waitToFinalize({ withdrawalHash: withdrawal.withdrawalHash, ...onL2(clients) })
  await eventually(
    'the withdrawal can be finalized',
    async () => (await withdrawalStatus(clients, receipt)) === 'ready-to-finalize',
    explain,
    { interval: 500, patience: WITHDRAWAL_PATIENCE },
  )
  return timeOf(clients, await l1Wallet.finalizeWithdrawal({ targetChain: chains.l2, withdrawal }))
}

/** Time of the L1 block of a transaction, which must not have reverted. */
async function timeOf({ l1 }: Clients, hash: `0x${string}`): Promise<bigint> {
  const { status, blockNumber } = await l1.waitForTransactionReceipt({ hash })
  if (status !== 'success') throw new Error(`transaction ${hash} reverted`)
  return (await l1.getBlock({ blockNumber })).timestamp
}
