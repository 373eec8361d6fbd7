import { randomBytes } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { type PackedBytes, serve, unpackBytes, workInBackground } from '@altlayer/engine'
import {
  bytesToHex,
  type Hash,
  type Hex,
  l1BlobBaseFee,
  type RollupConfig,
} from '@altlayer/protocol'
import { connectL1, createL1Client, L1Error } from '../l1/client.ts'
import type { BatcherContext } from './channel-builder.ts'
import { advance } from './core.ts'
import { createL1Account } from './l1-account.ts'
import { recordRefused, recordSent, recordSigned } from './sent.ts'
import type { BatcherSettings } from './settings.ts'
import {
  type BatcherBlock,
  type BatcherEvent,
  type BatcherFigures,
  type BatcherState,
  figuresOf,
  INITIAL_STATE,
  nextBlock,
  type Observation,
} from './state.ts'

// The batcher's thread: it looks at L1, lets the state machine decide, compresses, signs and sends. What it knows of
// L2 it is given.

export interface BatcherData {
  readonly config: RollupConfig
  readonly l1Url: string
  readonly privateKey: Hex
  readonly settings: BatcherSettings
}

/** A block with its transactions in one piece of memory. */
export type PackedBlock = Omit<BatcherBlock, 'transactions'> & {
  readonly transactions: PackedBytes
}

export interface StepRequest {
  readonly node: Observation['node']
  readonly blocks: readonly PackedBlock[]
}

export interface StepReport {
  /** Number of the block that is wanted next; undefined: none for now. */
  readonly wanted: bigint | undefined
  readonly figures: BatcherFigures
  readonly events: readonly BatcherEvent[]
  readonly l1Head: bigint
  /** Of the account, wei. */
  readonly balance: bigint
  /** What went wrong on the way, if anything: it is tried again with the next step. */
  readonly problem: string | undefined
}

const { config, l1Url, privateKey, settings } = workerData as BatcherData
const client = createL1Client({ url: l1Url })
const connection = connectL1({ url: l1Url, timeout: 20_000 })
const account = createL1Account({ config, privateKey, request: connection.request })
const context: BatcherContext = {
  config,
  settings,
  newChannelId: () => bytesToHex(randomBytes(16)),
}
let state: BatcherState = INITIAL_STATE

/** What only a new L1 block changes. */
interface AccountView {
  readonly head: Hash
  readonly nonce: Observation['nonce']
  readonly inclusions: Observation['inclusions']
  readonly tip: bigint
  readonly balance: bigint
}

let view: AccountView | undefined

async function viewAt(head: Hash): Promise<AccountView> {
  // L1's pool changes without a block, and an answer that did not fit may have been an old one.
  const doubtful = state.phase === 'settling' || state.transactions.some(({ misses }) => misses > 0)
  if (view?.head === head && !doubtful) return view
  // The nonces first: what they count is in the receipts that are read later.
  const nonce = await account.nonces()
  const [inclusions, tip, balance] = await Promise.all([
    account.inclusions(state.transactions.flatMap(({ hashes }) => hashes)),
    account.tip(),
    account.balance(),
  ])
  view = { head, nonce, inclusions, tip, balance }
  return view
}

async function observe(request: StepRequest): Promise<Observation & { readonly balance: bigint }> {
  const head = await client.block('latest')
  if (head === undefined) throw new L1Error('L1 has no latest block')
  const { header, hash } = head
  const { nonce, inclusions, tip, balance } = await viewAt(hash)
  return {
    now: Date.now(),
    l1: {
      number: header.number,
      hash,
      timestamp: header.timestamp,
      prices: {
        baseFee: header.baseFeePerGas ?? 0n,
        blobBaseFee: l1BlobBaseFee(header, config),
        tip: larger(tip, settings.minTipCap),
        calldataFloor: header.requestsHash !== undefined,
      },
    },
    nonce,
    inclusions,
    node: request.node,
    blocks: await standing(request.blocks),
    balance,
  }
}

function larger(a: bigint, b: bigint): bigint {
  if (a < b) return b
  return a
}

/** The blocks, unless L1 was reorganised and the sequencer has not replaced them yet. */
async function standing(blocks: readonly PackedBlock[]): Promise<readonly BatcherBlock[]> {
  const origin = blocks.at(-1)?.origin
  if (origin === undefined) return []
  const block = await client.block(origin.number)
  if (block?.hash !== origin.hash) return []
  return blocks.map(({ transactions, ...rest }) => ({
    ...rest,
    transactions: unpackBytes(transactions),
  }))
}

/** Signs and sends what is due, in the order of the nonces, up to the first that L1's node does not take. */
async function sendDue(seen: Observation): Promise<readonly BatcherEvent[]> {
  const events: BatcherEvent[] = []
  for (const transaction of state.transactions.filter(({ due }) => due)) {
    const { nonce } = transaction
    const signed = await account.sign(transaction, seen.l1.prices)
    const { hash } = signed
    state = recordSigned(state, nonce, hash)
    const refusal = await account.send(signed)
    const now = Date.now()
    const outcome =
      refusal === undefined
        ? recordSent(state, nonce, hash, now)
        : recordRefused(state, nonce, hash, refusal, { now, l1: seen.l1 })
    state = outcome.state
    events.push(...outcome.events)
    if (state.transactions.some((each) => each.nonce === nonce && each.due)) break
  }
  return events
}

const handlers = {
  step: async (request: StepRequest): Promise<StepReport> => {
    const { balance, ...seen } = await observe(request)
    const { state: next, events } = advance(context, state, seen)
    state = next
    const all = [...events]
    let problem: string | undefined
    try {
      all.push(...(await sendDue(seen)))
    } catch (error) {
      // What happened so far is told in any case.
      problem = (error as Error).message
    }
    return {
      wanted: nextBlock(state),
      figures: figuresOf(state),
      events: all,
      l1Head: seen.l1.number,
      balance,
      problem,
    }
  },

  close: (): void => {
    client.close()
    connection.close()
  },
}

export type BatcherHandlers = typeof handlers

if (parentPort !== null) {
  workInBackground()
  serve(parentPort, handlers)
  // What L1 has not answered yet would keep the thread alive.
  parentPort.once('close', () => process.exit())
}
