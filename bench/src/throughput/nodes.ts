import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Hex } from '@altlayer/protocol'
import { createWalletClient, http, parseAbi } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { endProcess, freePort, type Ready, startNetwork, temporaryDirectory } from '../network.ts'
import { undoAtEnd } from '../undo.ts'
import { connectRpc } from './chain.ts'

/** A node under test. */
export interface BenchNode {
  readonly name: string
  readonly url: string
  readonly chainId: number
  /** Transactions in each block that nobody sent: the L1 attributes. */
  readonly deposits: number
  /** A funded account. */
  readonly fundedKey: Hex
  /** Resident memory of the node's process, bytes. */
  memory(): number
  /** Processor time the node's process has used, seconds. */
  processorTime(): number
  stop(): Promise<void>
}

/** Both nodes get it: the most that the OP Stack's SystemConfig allows. */
export const GAS_LIMIT = 200_000_000

const MNEMONIC = 'test test test test test test test test test test test junk'
// Account 0 of the mnemonic, funded by both.
const FUNDED_KEY: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
// Owner of a local network's SystemConfig.
const OWNER_INDEX = 10

/** `altlayer up` on free ports and a new data directory, its gas limit raised through SystemConfig on L1. */
export async function startOurs(): Promise<BenchNode> {
  const data = await temporaryDirectory()
  const network = await startNetwork(data.path).catch(async (error) => {
    await data.remove()
    throw error
  })
  const { ready } = network
  const stop = async () => {
    await network.stop()
    await data.remove()
  }
  try {
    await raiseGasLimit(ready)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    name: 'altlayer',
    url: ready.l2.url,
    chainId: ready.l2.chainId,
    deposits: 1,
    fundedKey: FUNDED_KEY,
    memory: () => residentMemory(network.process),
    processorTime: () => processorTime(network.process),
    stop,
  }
}

/** Anvil with blocks of one second. */
export async function startAnvil(): Promise<BenchNode> {
  const port = await freePort()
  const require = createRequire(import.meta.url)
  const wrapper = require.resolve('@foundry-rs/anvil/package.json')
  const platform = createRequire(wrapper).resolve('@foundry-rs/anvil-linux-amd64/package.json')
  const binary = join(platform, '..', 'bin', 'anvil')
  const args = ['--port', `${port}`, '--block-time', '1', '--gas-limit', `${GAS_LIMIT}`, '--silent']
  const child = spawn(binary, args, { stdio: 'ignore' })
  const stop = undoAtEnd(() => endProcess(child, 'SIGTERM'))
  const url = `http://127.0.0.1:${port}`
  try {
    await waitUntilAnswers(url)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    name: 'anvil',
    url,
    chainId: 31337,
    deposits: 0,
    fundedKey: FUNDED_KEY,
    memory: () => residentMemory(child),
    processorTime: () => processorTime(child),
    stop,
  }
}

async function raiseGasLimit(ready: Ready): Promise<void> {
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: OWNER_INDEX })
  const transport = http(ready.l1.url)
  const chain = {
    id: ready.l1.chainId,
    name: 'L1',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [ready.l1.url] } },
  }
  const wallet = createWalletClient({ account, chain, transport })
  const address = ready.addresses.SystemConfigProxy
  if (address === undefined) throw new Error('the local network names no SystemConfigProxy')
  await wallet.writeContract({
    address,
    abi: parseAbi(['function setGasLimit(uint64)']),
    functionName: 'setGasLimit',
    args: [BigInt(GAS_LIMIT)],
  })
  const rpc = await connectRpc(ready.l2.url)
  const deadline = performance.now() + 60_000
  for (;;) {
    const block = await rpc.call<{ gasLimit: string }>('eth_getBlockByNumber', ['latest', false])
    if (Number(block.gasLimit) === GAS_LIMIT) break
    if (performance.now() > deadline) throw new Error(`the gas limit stayed at ${block.gasLimit}`)
    await delay(250)
  }
  rpc.close()
}

async function waitUntilAnswers(url: string): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    try {
      const rpc = await connectRpc(url)
      await rpc.call('eth_chainId')
      rpc.close()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await delay(50)
    }
  }
}

function residentMemory(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

// Linux counts in ticks of 10 ms; fields 14 and 15, of which the first two may hold spaces.
function processorTime(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
