import { bytesToHex, type Hash, hexToBytes, keccak256Hex } from '@altlayer/protocol'
import { advance } from '../../src/batcher/core.ts'
import { recordRefused, recordSent, recordSigned } from '../../src/batcher/sent.ts'
import { type BatcherSettings, resolveSettings } from '../../src/batcher/settings.ts'
import {
  type BatcherBlock,
  type BatcherEvent,
  type BatcherState,
  type BatcherTransaction,
  type BlockId,
  INITIAL_STATE,
  type Inclusion,
  nextBlock,
} from '../../src/batcher/state.ts'
import { piecesOf } from '../../src/batcher/transactions.ts'
import { testConfig } from '../helpers/config.ts'
import { singularBatchesIn } from './decode.ts'

// A world for the batcher's state machine: an L1 with a pool that takes, loses and replaces transactions, a
// derivation that reads it block by block, an L2 chain. No network, no clock but its own.

interface Sent {
  readonly hash: Hash
  readonly transaction: BatcherTransaction
}

interface L1Block extends BlockId {
  readonly included: readonly Sent[]
}

export interface SimulationOptions {
  readonly settings?: Partial<BatcherSettings>
}

export type Simulation = ReturnType<typeof createSimulation>

export const config = testConfig()

export function createSimulation({ settings = {} }: SimulationOptions = {}) {
  const context = {
    config,
    settings: resolveSettings({ batchType: 'singular', compression: 'zlib', ...settings }),
    newChannelId: () => bytesToHex(hexToBytes(hashOf('channel', serial++)).slice(0, 16)),
  }
  let serial = 0
  let salt = 0
  let now = 1_000_000
  let state: BatcherState = INITIAL_STATE
  const events: BatcherEvent[] = []
  const l1: L1Block[] = [{ number: 100n, hash: hashOf('l1', 100), included: [] }]
  let pool: Sent[] = []
  let baseFee = 1_000_000_000n
  /** Every block that was ever made. */
  const made = new Map<Hash, BatcherBlock>()
  const l2: BatcherBlock[] = [l2Block(undefined, 0)]
  /** Numbers of L1 blocks that derivation has read, and what follows from each. */
  let readTo = 100n
  let reading = true

  const headOf = <T>(chain: readonly T[]): T => chain.at(-1) as T
  const confirmedNonce = () => l1.flatMap(({ included }) => included).length

  function pendingNonce(): number {
    let nonce = confirmedNonce()
    while (pool.some(({ transaction }) => transaction.nonce === nonce)) nonce++
    return nonce
  }

  /** What an L1 node says to a transaction. */
  function submit(sent: Sent): string | undefined {
    const { transaction, hash } = sent
    if (transaction.nonce < confirmedNonce()) return 'nonce too low'
    const other = pool.find((each) => each.transaction.nonce === transaction.nonce)
    if (other?.hash === hash) return 'already known'
    // geth keeps blob transactions in a pool of their own, an account in one of both.
    if (pool.some((each) => poolKind(each.transaction) !== poolKind(transaction)))
      return 'address already reserved'
    if (other !== undefined) {
      const percent = poolKind(transaction) === 'blobs' ? 200n : 110n
      const names = ['maxFeePerGas', 'maxPriorityFeePerGas', 'maxFeePerBlobGas'] as const
      const enough = names.every(
        (name) => transaction.fees[name] * 100n >= other.transaction.fees[name] * percent,
      )
      if (!enough) return 'replacement transaction underpriced'
      pool = pool.filter((each) => each !== other)
    }
    pool.push(sent)
    return undefined
  }

  function mine(take: (nonce: number) => boolean = () => true): void {
    const included: Sent[] = []
    for (let nonce = confirmedNonce(); take(nonce); nonce++) {
      const next = pool.find(({ transaction }) => transaction.nonce === nonce)
      if (next === undefined || next.transaction.fees.maxFeePerGas < baseFee) break
      included.push(next)
    }
    pool = pool.filter((each) => !included.includes(each))
    const number = headOf(l1).number + 1n
    l1.push({ number, hash: hashOf('l1', `${number} ${salt}`), included })
  }

  /** Blocks that L1 holds up to what derivation has read, by the batches' parents. */
  function derivedChain(): readonly BlockId[] {
    const chain: BlockId[] = [{ number: 0n, hash: (l2[0] as BatcherBlock).hash }]
    for (const batch of batchesOn(l1.filter(({ number }) => number <= readTo))) {
      const tip = headOf(chain)
      if (batch.parentHash === tip.hash) chain.push({ number: tip.number + 1n, hash: batch.hash })
    }
    return chain
  }

  /** Every batch on these L1 blocks, in order. */
  function batchesOn(blocks: readonly L1Block[]) {
    const datas = blocks.flatMap(({ included }) =>
      included.flatMap(({ transaction }) => piecesOf(transaction.content)),
    )
    return singularBatchesIn(datas).map(({ parentHash, timestamp, transactions }) => ({
      parentHash,
      hash: batchHash(parentHash, timestamp, transactions),
    }))
  }

  /** What L1 holds goes before what the sequencer made. */
  function reconcile(): void {
    const derived = derivedChain()
    const differs = derived.findIndex(({ hash }, i) => l2[i]?.hash !== hash)
    if (differs < 0) return
    l2.length = differs
    for (const { hash } of derived.slice(differs)) l2.push(made.get(hash) as BatcherBlock)
  }

  function step(): void {
    reconcile()
    const safe = headOf(derivedChain())
    const unsafe = headOf(l2)
    const first = nextBlock(state)
    const hashes = new Set(state.transactions.flatMap((each) => each.hashes))
    const inclusions = new Map<Hash, Inclusion>()
    for (const block of l1)
      for (const { hash } of block.included)
        if (hashes.has(hash))
          inclusions.set(hash, {
            ...{ number: block.number, hash: block.hash, transaction: hash },
            ...{ gasUsed: 1n, gasPrice: 1n, blobGasUsed: 0n, blobGasPrice: 0n },
          })
    const head = headOf(l1)
    const prices = { baseFee, blobBaseFee: 1n, tip: 1_000_000_000n, calldataFloor: true }
    const seen = {
      now,
      l1: { number: head.number, hash: head.hash, timestamp: 1_000_000n, prices },
      nonce: { latest: confirmedNonce(), pending: pendingNonce() },
      inclusions,
      node: reading
        ? { readTo, safe, unsafe: { number: unsafe.number, hash: unsafe.hash } }
        : undefined,
      blocks: first === undefined ? [] : l2.filter(({ number }) => number >= first),
    }
    const advanced = advance(context, state, seen)
    state = advanced.state
    events.push(...advanced.events)
    for (const transaction of state.transactions.filter(({ due }) => due)) {
      const { nonce } = transaction
      const hash = hashOf(
        'tx',
        JSON.stringify(
          [nonce, transaction.channel, transaction.content.carrier, transaction.fees],
          text,
        ),
      )
      state = recordSigned(state, nonce, hash)
      const refusal = submit({ hash, transaction })
      const outcome =
        refusal === undefined
          ? recordSent(state, nonce, hash, now)
          : recordRefused(state, nonce, hash, refusal, seen)
      state = outcome.state
      events.push(...outcome.events)
      if (state.transactions.some((each) => each.nonce === nonce && each.due)) break
    }
  }

  return {
    events,
    l2,
    step,
    mine,
    derivedChain,
    get state() {
      return state
    },
    get pool(): readonly Sent[] {
      return pool
    },
    get l1(): readonly L1Block[] {
      return l1
    },
    /** How many times each L2 block is on L1 as a batch. */
    posted(): ReadonlyMap<Hash, number> {
      const counts = new Map<Hash, number>()
      for (const { hash } of batchesOn(l1)) counts.set(hash, (counts.get(hash) ?? 0) + 1)
      return counts
    },
    pass(ms: number) {
      now += ms
    },
    setBaseFee(wei: bigint) {
      baseFee = wei
    },
    /** Derivation reads all of L1. */
    derive() {
      readTo = headOf(l1).number
    },
    setReading(value: boolean) {
      reading = value
    },
    /** Makes an L2 block with a transaction of this many bytes. */
    build(bytes = 100) {
      l2.push(l2Block(headOf(l2), bytes))
    },
    /** Other L2 blocks in the place of the newest. */
    reorgL2(depth: number) {
      const safe = Number(headOf(derivedChain()).number)
      const keep = Math.max(safe + 1, l2.length - depth)
      const gone = l2.length - keep
      l2.length = keep
      salt++
      for (let i = 0; i < gone; i++) l2.push(l2Block(headOf(l2), 90))
    },
    /** Drops L1 blocks; `keep`: their transactions wait again. */
    reorgL1(depth: number, keep: boolean) {
      const dropped = l1.splice(Math.max(1, l1.length - depth))
      if (keep) pool.push(...dropped.flatMap(({ included }) => included))
      salt++
      readTo = headOf(l1).number < readTo ? headOf(l1).number : readTo
      return dropped.length
    },
    /** Puts a frame of nothing in the place of the first that waits. */
    spoil() {
      const [first, ...rest] = pool
      if (first === undefined) throw new Error('nothing waits')
      const content = { carrier: 'calldata', data: new Uint8Array(24) } as const
      pool = [{ ...first, transaction: { ...first.transaction, content } }, ...rest]
    },
    loseFromPool() {
      pool = []
    },
    /** The process is killed and started. */
    restart() {
      state = INITIAL_STATE
    },
    /** A transaction of the account that the batcher knows nothing of. */
    foreign() {
      const transaction: BatcherTransaction = {
        nonce: pendingNonce(),
        channel: undefined,
        content: { carrier: 'cancel', pool: 'calldata' },
        fees: { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 12n, maxFeePerBlobGas: 0n },
        hashes: [],
        sentAt: 0,
        due: false,
        included: undefined,
        misses: 0,
        blockedSince: undefined,
      }
      pool.push({ hash: hashOf('foreign', serial++), transaction })
    },
  }

  function l2Block(parent: BatcherBlock | undefined, bytes: number): BatcherBlock {
    const number = (parent?.number ?? -1n) + 1n
    const timestamp = 1_000n + number
    const data = noise(`${number} ${salt}`, bytes)
    const batch = {
      parentHash: parent?.hash ?? hashOf('l2', 'none'),
      timestamp,
      transactions: bytes === 0 ? [] : [data],
    }
    const hash = batchHash(batch.parentHash, timestamp, batch.transactions)
    const block: BatcherBlock = {
      ...{ number, hash, ...batch },
      origin: { number: 100n, hash: hashOf('l1', 100) },
      originChanged: false,
      daBytes: Math.max(100, bytes),
    }
    made.set(hash, block)
    return block
  }
}

/** Bytes that do not compress. */
function noise(seed: string, length: number): Uint8Array {
  const parts = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    hexToBytes(hashOf('data', `${seed} ${i}`)),
  )
  return new Uint8Array(Buffer.concat(parts).subarray(0, length))
}

function poolKind({ content }: BatcherTransaction): 'blobs' | 'calldata' {
  return content.carrier === 'cancel' ? content.pool : content.carrier
}

function hashOf(kind: string, value: string | number): Hash {
  return keccak256Hex(Buffer.from(`${kind} ${value}`))
}

/** In this world a block is what its batch says. */
function batchHash(parent: Hash, timestamp: bigint, transactions: readonly Uint8Array[]): Hash {
  const parts = transactions.map((raw) => Buffer.from(raw).toString('hex'))
  return hashOf('l2', `${parent} ${timestamp} ${parts}`)
}

const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
