import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Hash, Hex } from '@altlayer/protocol'
import { createPublicClient, http, type PrivateKeyAccount, type PublicClient, toHex } from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { anvilPath } from '../../../launch/src/anvil/process.ts'
import { eventually } from '../../../launch/test/eventually.ts'
import { freePort } from '../../../launch/test/free-port.ts'
import { createSender, type Sender } from '../../src/l1/index.ts'

export const L1_CHAIN_ID = 900
/** Milliseconds. */
const SECOND = 1_000
/** For an answer, of a machine that stands still for a while. */
const PATIENCE = 300_000
const MNEMONIC = 'test test test test test test test test test test test junk'

/** An L1 of a test's own, which mines each transaction at once until it is told otherwise. */
export interface TestL1 {
  readonly url: string
  readonly client: PublicClient
  rpc<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T>
  /** A sender that looks often; its account is a development account. */
  sender(account: number, maxFeePerGas?: bigint): Sender
  /**
   * From now on a look every `milliseconds` mines a block where a transaction waits or time was skipped, else one a
   * second: a block takes L1 a second further, and clocks of games must not run faster than a slow player, */
  mineEvery(milliseconds: number): Promise<void>
  /** L1's next block is so much later. */
  skip(seconds: number): Promise<void>
  /** or only when a test says so. */
  mineByHand(): Promise<void>
  mine(count?: number): Promise<void>
  stop(): Promise<void>
}

export function accountOf(addressIndex: number): PrivateKeyAccount {
  const key = mnemonicToAccount(MNEMONIC, { addressIndex }).getHdKey().privateKey
  if (key === null || key === undefined) throw new Error('no key')
  return privateKeyToAccount(toHex(key))
}

export async function startL1(): Promise<TestL1> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child: ChildProcess = spawn(
    anvilPath(),
    [
      ...['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(L1_CHAIN_ID)],
      ...['--mnemonic', MNEMONIC, '--accounts', '20', '--balance', '1000000'],
      ...['--hardfork', 'prague', '--gas-limit', '60000000', '--quiet'],
      ...['--max-persisted-states', '0'],
    ],
    { stdio: 'ignore' },
  )
  const transport = http(url, {
    batch: { batchSize: 200, wait: 2 },
    retryCount: 0,
    timeout: PATIENCE,
  })
  const client = createPublicClient({
    transport,
    cacheTime: 0,
    pollingInterval: 50,
  }) as PublicClient
  await eventually(
    'anvil answers, or ended',
    async () => child.exitCode !== null || (await client.getChainId()) === L1_CHAIN_ID,
  )
  if (child.exitCode !== null) throw new Error(`anvil ended with ${child.exitCode}`)
  const rpc = <T>(method: string, ...params: readonly unknown[]) =>
    client.request({ method, params } as never) as Promise<T>
  const senders: Sender[] = []
  let timer: NodeJS.Timeout | undefined
  let mining: Promise<unknown> = Promise.resolve()
  let isMining = false
  let lastMined = 0
  let skipped = false

  async function mineWhereNeeded(): Promise<void> {
    const { pending } = await rpc<{ readonly pending: Hex }>('txpool_status')
    const now = performance.now()
    if (pending === '0x0' && !skipped && now - lastMined < SECOND) return
    lastMined = now
    skipped = false
    await rpc('evm_mine')
  }

  async function mineByHand(): Promise<void> {
    clearInterval(timer)
    timer = undefined
    await mining
    await rpc('evm_setAutomine', false)
  }

  return {
    url,
    client,
    rpc,
    sender(account, maxFeePerGas = 10n ** 13n) {
      const options = { client, account: accountOf(account), chainId: L1_CHAIN_ID, maxFeePerGas }
      const sender = createSender({ ...options, pollInterval: 20 })
      senders.push(sender)
      return sender
    },
    async mineEvery(milliseconds) {
      await mineByHand()
      timer = setInterval(() => {
        if (isMining) return
        isMining = true
        mining = mineWhereNeeded()
          .catch(() => undefined)
          .finally(() => {
            isMining = false
          })
      }, milliseconds)
    },
    async skip(seconds) {
      await rpc('evm_increaseTime', seconds)
      skipped = true
    },
    mineByHand,
    async mine(count = 1) {
      for (let i = 0; i < count; i++) await rpc('evm_mine')
    },
    async stop() {
      for (const sender of senders) sender.close()
      clearInterval(timer)
      await mining
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** Replaces the newest blocks by `depth` others without transactions, and forgets those that wait. */
export async function reorg(l1: TestL1, depth: number): Promise<void> {
  await l1.rpc('anvil_reorg', depth, [])
  await l1.rpc('anvil_dropAllTransactions')
}

/** Puts a contract at an address that takes every call and every payment. */
export async function putSink(l1: TestL1, address: Hex): Promise<void> {
  await l1.rpc('anvil_setCode', address, '0x00')
}

export interface PoolTransaction {
  readonly hash: Hash
  readonly nonce: number
}

/** Transactions of an account that wait, by nonce. */
export async function waitingOf(l1: TestL1, account: Hex): Promise<readonly PoolTransaction[]> {
  const pool =
    await l1.rpc<Record<'pending' | 'queued', Record<string, Record<string, { hash: Hash }>>>>(
      'txpool_content',
    )
  return [pool.pending, pool.queued].flatMap((part) =>
    Object.entries(part)
      .filter(([from]) => from.toLowerCase() === account.toLowerCase())
      .flatMap(([, byNonce]) =>
        Object.entries(byNonce).map(([nonce, { hash }]) => ({ hash, nonce: Number(nonce) })),
      ),
  )
}
