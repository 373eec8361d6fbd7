import { readFileSync, writeSync } from 'node:fs'
import type { Address, Hash } from '@altlayer/protocol'
import type { Block, Engine } from '../../src/api.ts'
import {
  type Account,
  account,
  attributesAfter,
  setHead,
  signed,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

// A process that builds blocks under load until it is killed. It says what was acknowledged, a line
// each, before it goes on; at the next start it checks that all of that is still there.

/** What an earlier run had acknowledged. */
export interface Acknowledged {
  /** Blocks for which newPayload had answered VALID. */
  readonly committed: readonly Hash[]
  /** The last block for which forkchoiceUpdated had answered. */
  readonly head: Hash | undefined
  /** Transactions that the pool had accepted. */
  readonly transactions: readonly Hash[]
}

const SENDERS = 8
const accounts = Array.from({ length: SENDERS }, (_, index) => account(index))
export const crashGenesis = testGenesis('op', accounts)

// Straight to the descriptor: what is written is with the parent even if this process dies next.
const say = (line: string): void => {
  const bytes = Buffer.from(`${line}\n`)
  for (let written = 0; written < bytes.length; )
    try {
      written += writeSync(1, bytes, written)
    } catch (error) {
      // The pipe does not block: when the parent is behind with reading, wait for it.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
}

async function main(): Promise<void> {
  const [dataDir, expectations] = process.argv.slice(2)
  const expected = JSON.parse(readFileSync(expectations as string, 'utf8')) as Acknowledged
  const { engine } = await testEngine(crashGenesis, { dataDir: dataDir as string })
  await verify(engine, expected)
  say('READY')
  await Promise.all([load(engine), build(engine)])
}

async function verify(engine: Engine, expected: Acknowledged): Promise<void> {
  for (const hash of expected.committed) {
    const block = engine.block({ hash })
    if (block === undefined) throw new Error(`committed block ${hash} is lost`)
    const receipts = engine.receipts(hash)
    if (receipts?.length !== block.transactions.length)
      throw new Error(`receipts of block ${hash} are lost`)
    // Every sender's account is there in the state of that block.
    for (const sender of new Set(engine.senders(hash)))
      if ((await engine.account({ hash }, sender)) === undefined)
        throw new Error(`state of block ${hash} is lost`)
  }
  const head = engine.block({ tag: 'latest' }) as Block
  const acknowledged = expected.head && engine.block({ hash: expected.head })
  if (acknowledged && head.header.number < acknowledged.header.number)
    throw new Error(`head ${head.header.number} is before ${acknowledged.header.number}`)
  if (acknowledged && engine.block({ number: acknowledged.header.number })?.hash !== expected.head)
    throw new Error(`block ${expected.head} is no longer canonical`)
  for (const hash of expected.transactions)
    if (engine.pool.get(hash) === undefined && engine.transactionLocation(hash) === undefined)
      throw new Error(`transaction ${hash} is lost`)
  checkChain(engine, head)
}

/** The canonical index and the blocks' parents agree, near the head. */
function checkChain(engine: Engine, head: Block): void {
  let block = head
  for (let depth = 0; depth < 20 && block.header.number > 0n; depth++) {
    if (engine.block({ number: block.header.number })?.hash !== block.hash)
      throw new Error(`number ${block.header.number} does not lead to ${block.hash}`)
    const parent = engine.block({ hash: block.header.parentHash })
    if (parent === undefined) throw new Error(`parent of ${block.hash} is lost`)
    block = parent
  }
}

/** Sends transactions of every account, each at its next nonce. */
async function load(engine: Engine): Promise<void> {
  await Promise.all(accounts.map((from) => send(engine, from)))
}

async function send(engine: Engine, from: Account): Promise<void> {
  let nonce = await nextNonce(engine, from.address)
  for (;;) {
    const hash = await engine.pool.add(signed(from, { nonce: nonce++ }))
    say(`T ${hash}`)
    // Not faster than blocks take them, so that the queue stays within its limits.
    while (engine.pool.status().pending > 200) await pause(5)
  }
}

async function nextNonce(engine: Engine, address: Address): Promise<bigint> {
  const state = await engine.account({ tag: 'latest' }, address)
  return engine.pool.nonce(address) ?? state?.nonce ?? 0n
}

async function build(engine: Engine): Promise<void> {
  for (;;) {
    const parent = engine.block({ tag: 'latest' }) as Block
    const id = await setHead(engine, parent.hash, attributesAfter(parent, 'op'))
    await pause(20)
    const payload = await engine.getPayload(id as Hash)
    const { status } = await engine.newPayload(payload)
    if (status !== 'VALID') throw new Error(`newPayload: ${status}`)
    say(`C ${payload.blockHash}`)
    await setHead(engine, payload.blockHash)
    say(`H ${payload.blockHash}`)
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

main().catch((error: unknown) => {
  say(`FAIL ${error instanceof Error ? error.stack : String(error)}`)
  process.exit(1)
})
