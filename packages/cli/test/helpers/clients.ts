import {
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  chainConfig,
  publicActionsL1,
  publicActionsL2,
  walletActionsL1,
  walletActionsL2,
} from 'viem/op-stack'
import type { ReadyInfo } from './network.ts'

/** viem's chain definitions of a local network, as an application would write them. */
export function chainsOf(info: ReadyInfo) {
  const l1 = defineChain({
    id: info.l1.chainId,
    name: 'local L1',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [info.l1.url] } },
    contracts: { multicall3: { address: '0xca11bde05977b3631167028862be2a173976ca11' } },
  })
  const contract = (name: string) => ({ [l1.id]: { address: addressOf(info, name) } })
  const l2 = defineChain({
    ...chainConfig,
    id: info.l2.chainId,
    name: 'local rollup',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [info.l2.url], webSocket: [info.l2.webSocketUrl] } },
    sourceId: l1.id,
    contracts: {
      ...chainConfig.contracts,
      portal: contract('OptimismPortalProxy'),
      l1StandardBridge: contract('L1StandardBridgeProxy'),
      disputeGameFactory: contract('DisputeGameFactoryProxy'),
    },
  })
  return { l1, l2 }
}

/** Options of transports: a machine that stood still answers them all, and what was sent must not be sent twice. */
export const HTTP = { timeout: 300_000 } as const

export function addressOf(info: ReadyInfo, name: string): Address {
  const address = info.addresses[name]
  if (!address) throw new Error(`addresses have no ${name}: ${Object.keys(info.addresses)}`)
  return address
}

/** Clients of both chains, with one account to pay. */
export function clientsOf(info: ReadyInfo, key = info.accounts[0]?.privateKey as Hex) {
  const { l1, l2 } = chainsOf(info)
  const signer = privateKeyToAccount(key)
  const wallet = <C extends Chain>(chain: C) =>
    createWalletClient({
      account: signer,
      chain,
      transport: http(undefined, HTTP),
      pollingInterval: 200,
    })
  const reader = <C extends Chain>(chain: C) =>
    createPublicClient({ chain, transport: http(undefined, HTTP), pollingInterval: 200 })
  return {
    account: signer,
    key,
    l1: reader(l1).extend(publicActionsL1()),
    l2: reader(l2).extend(publicActionsL2()),
    l1Wallet: wallet(l1).extend(walletActionsL1()),
    l2Wallet: wallet(l2).extend(walletActionsL2()),
    chains: { l1, l2 },
  }
}

export type Clients = ReturnType<typeof clientsOf>
