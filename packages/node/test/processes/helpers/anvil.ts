import { existsSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DEV_MNEMONIC } from '@altlayer/launch'
import type { Address, Hash, Hex } from '@altlayer/protocol'
import { eventually } from '../../../../launch/test/eventually.ts'
import { freePort } from '../../../../launch/test/free-port.ts'
import { rpc } from './json-rpc.ts'
import { startProcess, type TestProcess } from './processes.ts'

export interface AnvilBlock {
  readonly number: bigint
  readonly hash: Hash
  readonly parentHash: Hash
  /** Seconds. */
  readonly timestamp: bigint
  readonly transactions: readonly Hash[]
}

export interface L1Transaction {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
  readonly value?: bigint
}

/** An anvil that mines when a test says so. */
export interface TestAnvil {
  readonly url: string
  process(): TestProcess
  head(): Promise<AnvilBlock>
  block(ref: bigint | 'safe' | 'finalized'): Promise<AnvilBlock | undefined>
  /** Signs with a development account; the transaction is in the next block that is mined. */
  send(transaction: L1Transaction): Promise<Hash>
  /** Mines blocks `seconds` after each other. */
  mine(count?: number, seconds?: number): Promise<AnvilBlock>
  /**
   * Mines blocks at the time of the wall clock until the result is called; none while `ready` says so: L1 does not
   * run away from a slow machine.
   */
  mineEvery(milliseconds: number, ready?: () => Promise<boolean>): () => Promise<void>
  /** `anvil_reorg`: other blocks, without transactions, in place of the newest `depth`. */
  reorg(depth: number): Promise<void>
  /** `anvil_rollback`: the newest `depth` blocks are gone. */
  rollback(depth: number): Promise<void>
  /** Forgets transactions that wait. */
  dropTransactions(): Promise<void>
  /** Ends it, with its state written; with SIGKILL, the state of the last start is what is left. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts it again at the same port with the state that was written last. */
  restart(): Promise<void>
}

export interface TestAnvilOptions {
  readonly folder: string
  /** undefined: a chain of its own. */
  readonly statePath?: string
  /** Blocks from latest to safe, and again to finalized. */
  readonly slotsInEpoch: number
}

/** Seconds between L1 blocks. */
export const L1_BLOCK_TIME = 2

/** Starts anvil on a state; nothing is mined by itself. */
export async function startTestAnvil(options: TestAnvilOptions): Promise<TestAnvil> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const dump = join(options.folder, `anvil-${port}-dump.json`)
  let state = options.statePath
  let running: TestProcess

  async function start(): Promise<void> {
    if (existsSync(dump)) {
      state = join(options.folder, `anvil-${port}-state.json`)
      renameSync(dump, state)
    }
    running = startProcess(anvilPath(), [
      ...['--host', '127.0.0.1', '--port', String(port), '--chain-id', '900'],
      ...['--hardfork', 'prague', '--mnemonic', DEV_MNEMONIC, '--accounts', '30'],
      ...['--no-mining', '--slots-in-an-epoch', String(options.slotsInEpoch)],
      ...['--gas-limit', '60000000', '--max-persisted-states', '0', '--quiet'],
      ...(state === undefined ? [] : ['--load-state', state]),
      ...['--dump-state', dump],
    ])
    await eventually(
      'anvil answers',
      () => rpc(url, 'eth_chainId'),
      () => running.output(),
    )
  }

  async function block(ref: bigint | 'latest' | 'safe' | 'finalized') {
    const name = typeof ref === 'bigint' ? `0x${ref.toString(16)}` : ref
    const json = await rpc<
      | (Record<'number' | 'hash' | 'parentHash' | 'timestamp', Hex> & { transactions: Hash[] })
      | null
    >(url, 'eth_getBlockByNumber', [name, false])
    if (json === null) return undefined
    const { number, hash, parentHash, timestamp, transactions } = json
    return { number: BigInt(number), hash, parentHash, timestamp: BigInt(timestamp), transactions }
  }
  async function head(): Promise<AnvilBlock> {
    const found = await block('latest')
    if (found === undefined) throw new Error('anvil has no block')
    return found
  }
  const hex = (value: number | bigint) => `0x${value.toString(16)}`

  await start()
  return {
    url,
    process: () => running,
    head,
    block,
    send: ({ value = 0n, ...rest }) =>
      rpc(url, 'eth_sendTransaction', [{ ...rest, value: hex(value) }]),
    async mine(count = 1, seconds = L1_BLOCK_TIME) {
      for (let i = 0; i < count; i++) {
        const { timestamp } = await head()
        await rpc(url, 'evm_setNextBlockTimestamp', [hex(timestamp + BigInt(seconds))])
        await rpc(url, 'evm_mine')
      }
      return head()
    },
    mineEvery(milliseconds, ready = async () => true) {
      let mining: Promise<unknown> | undefined
      const timer = setInterval(() => {
        // An anvil that does not answer has no blocks to catch up with afterwards: L1 has none for those slots.
        mining ??= ready()
          .then((is) => is && rpc(url, 'evm_mine'))
          .catch(() => undefined)
          .then(() => {
            mining = undefined
          })
      }, milliseconds)
      return async () => {
        clearInterval(timer)
        await mining
      }
    },
    async reorg(depth) {
      await rpc(url, 'anvil_reorg', [depth, []])
    },
    async rollback(depth) {
      await rpc(url, 'anvil_rollback', [depth])
    },
    async dropTransactions() {
      await rpc(url, 'anvil_dropAllTransactions')
    },
    stop: (signal = 'SIGTERM') => running.signal(signal),
    restart: start,
  }
}

/** The program itself, not npm's launcher: signals must reach it. */
function anvilPath(): string {
  const require = createRequire(import.meta.url)
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${process.platform}-${arch}`
  return join(require.resolve(`${name}/package.json`), '..', 'bin', 'anvil')
}
