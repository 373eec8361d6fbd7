import type { Address, Hex } from '@altlayer/protocol'
import type { L1Client } from './client.ts'
import { DETERMINISTIC_DEPLOYER } from './plan.ts'

// The deployer's creation is one transaction that nobody holds a key for (its signature is a made-up
// number), so it gives the same address on every chain that accepts transactions without chain id.
const CREATION: Hex =
  '0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222'
const CREATOR: Address = '0x3fab184622dc19b6109349b94811493bf2a45362'
/** 100 000 gas at 100 gwei: what that transaction buys. */
const COST = 10n ** 16n

/** The chain refuses the deployer's creation. */
export class NoDeterministicDeployerError extends Error {
  override readonly name = 'NoDeterministicDeployerError'
}

/** Makes sure that the chain has the deterministic deployer; creates it where it is missing. */
export async function ensureDeterministicDeployer(client: L1Client): Promise<void> {
  if ((await client.code(DETERMINISTIC_DEPLOYER)) !== '0x') return
  const balance = await client.public.getBalance({ address: CREATOR })
  if (balance < COST) {
    const { pending } = await client.nonces()
    const payment = { to: CREATOR, value: COST - balance, gas: 21_000n }
    await client.receipts(await client.send([payment], pending))
  }
  await client.receipts([await client.sendRaw(CREATION)])
  if ((await client.code(DETERMINISTIC_DEPLOYER)) === '0x')
    throw new NoDeterministicDeployerError(
      `the L1 did not create ${DETERMINISTIC_DEPLOYER} (its base fee may be above 100 gwei)`,
    )
}
