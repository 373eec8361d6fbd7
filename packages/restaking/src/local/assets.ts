import { type L1Client, opStackArtifact, runSteps, type Step } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import { zeroAddress } from 'viem'
import { create2 } from '../deploy/names.ts'
import { abiOf, type Call, makeCall } from '../operations/call.ts'
import type { LocalAssets } from './config.ts'

// What a public L1 has and a local one lacks: WETH, and a token in the place of an LST.

/** In plans, journals and deployment files. */
const WETH = 'WETH'
const LST = 'LST'

/**
 * WETH (the OP Stack's WETH98) and the local LST: the OP Stack's OptimismMintableERC20, which does not
 * rebase. It stands for no ether: `minter` makes it out of nothing, so it is of worth on local networks
 * alone.
 */
function assetSteps(salt: Hash, minter: Address): readonly Step[] {
  return [
    create2(salt, WETH, opStackArtifact('WETH98')),
    create2(salt, LST, opStackArtifact('OptimismMintableERC20'), {
      args: () => [minter, zeroAddress, 'Local Staked Ether', 'LST', 18],
    }),
  ]
}

/** Deploys both, or finds them. The client's account mints the LST. */
export async function deployAssets(client: L1Client, salt: Hash): Promise<LocalAssets> {
  // Both addresses follow from their code: nothing has to be remembered.
  const state = { steps: {}, update: () => undefined }
  const address = await runSteps(assetSteps(salt, client.account), { client, state })
  return { weth: address(WETH), lst: address(LST) }
}

/** Names of the assets among a deployment's contracts. */
export function assetContracts({ weth, lst }: LocalAssets): Readonly<Record<string, Address>> {
  return { [WETH]: weth, [LST]: lst }
}

/** Mints LST, wei, to each that has none; by the minter. */
export async function mintCalls(
  client: L1Client,
  lst: Address,
  to: readonly Address[],
  amount: bigint,
): Promise<readonly Call[]> {
  const { abi } = opStackArtifact('OptimismMintableERC20')
  const missing = await withoutBalance(client, lst, to)
  return missing.map((account) => makeCall('Mint LST', lst, abi, 'mint', [account, amount]))
}

/** Those accounts that hold nothing of a token. */
export async function withoutBalance(
  client: L1Client,
  token: Address,
  accounts: readonly Address[],
): Promise<readonly Address[]> {
  const balances = await Promise.all(
    accounts.map((account) => client.read<bigint>(token, abiOf.alt(), 'balanceOf', [account])),
  )
  return accounts.filter((_, index) => balances[index] === 0n)
}

/** Wraps ether, wei. */
export function wrapCall(weth: Address, amount: bigint): Call {
  const { abi } = opStackArtifact('WETH98')
  return { ...makeCall('Wrap ether', weth, abi, 'deposit'), value: amount }
}
