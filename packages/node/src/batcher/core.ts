import type { Hash } from '@altlayer/protocol'
import { type BatcherContext, closeChannel, closing } from './channel-builder.ts'
import { suggestedFees } from './fees.ts'
import { settle } from './settling.ts'
import {
  type Advanced,
  type BatcherBlock,
  type BatcherEvent,
  type BatcherState,
  type BatcherTransaction,
  bytesOf,
  type Channel,
  INITIAL_STATE,
  isSubmitted,
  type Observation,
  type Posting,
  tail,
} from './state.ts'
import { confirmations, followTransactions, piecesOf, poolOf } from './transactions.ts'

// The batcher as a pure state machine: what is seen of L1 and of the node goes in, transactions to send come out.

/** The state after an observation. Transactions that are `due` in it must be sent, in order. */
export function advance(context: BatcherContext, state: BatcherState, seen: Observation): Advanced {
  if (state.phase === 'settling') return settle(context, state, seen)
  const events: BatcherEvent[] = []
  const followed = follow(context, state, seen, events)
  if (seen.node === undefined) return { state: followed, events }
  const reason = whyReset(followed, seen, seen.node)
  if (reason !== undefined) return reset(reason, events)
  const pruned = prune(followed, seen.node.safe)
  const lost = pruned.channels.find((channel) => isLost(pruned, channel, seen))
  if (lost !== undefined) {
    const to = lost.blocks.at(-1)?.number ?? 0n
    events.push({ kind: 'channel-lost', id: lost.id, to })
    return reset(`derivation did not take channel ${lost.id} up to L2 block ${to}`, events)
  }
  const loaded = load(pruned, seen, events)
  if (loaded === undefined) return reset('the L2 chain was reorganised', events)
  return { state: fill(context, loaded, seen, events), events }
}

function reset(reason: string, events: readonly BatcherEvent[]): Advanced {
  return { state: INITIAL_STATE, events: [...events, { kind: 'reset', reason }] }
}

function follow(
  { settings }: BatcherContext,
  state: Posting,
  seen: Observation,
  events: BatcherEvent[],
): Posting {
  const { resubmissionTimeout } = settings
  const { transactions, included, dropped, foreign } = followTransactions(
    state.transactions,
    seen,
    resubmissionTimeout,
  )
  for (const { nonce } of dropped) events.push({ kind: 'transaction-dropped', nonce })
  for (const { nonce, content, included: inclusion } of included) {
    const bytes = piecesOf(content).reduce((sum, piece) => sum + piece.length, 0)
    const { carrier } = content
    events.push({ kind: 'transaction-included', nonce, carrier, bytes, inclusion })
  }
  const after: Posting = { ...state, transactions, foreignNonce: foreign }
  for (const channel of state.channels)
    if (isSubmitted(after, channel) && !isSubmitted(state, channel))
      events.push({
        kind: 'channel-submitted',
        id: channel.id,
        to: channel.blocks.at(-1)?.number ?? 0n,
      })
  return after
}

/** Why the state is wrong, if it is. */
function whyReset(
  state: Posting,
  seen: Observation,
  node: NonNullable<Observation['node']>,
): string | undefined {
  if (state.foreignNonce !== undefined)
    return `nonce ${state.foreignNonce} was used by a transaction that is not this batcher's`
  if (seen.nonce.latest > state.nextNonce)
    return `the account's nonce is ${seen.nonce.latest}, this batcher is at ${state.nextNonce}`
  if (node.safe.number < state.safe.number)
    return `derivation went back to L2 block ${node.safe.number}`
  const known = hashAt(state, node.safe.number)
  if (known !== undefined && known !== node.safe.hash)
    return `L1 holds another L2 block ${node.safe.number}`
  const last = tail(state)
  const gone =
    node.unsafe.number < last.number ||
    (node.unsafe.number === last.number && node.unsafe.hash !== last.hash)
  // What L1 holds may be ahead of what was loaded.
  if (gone && node.safe.number <= last.number) return 'the L2 chain was reorganised'
  return undefined
}

function hashAt({ safe, channels, queue }: Posting, number: bigint): Hash | undefined {
  if (safe.number === number) return safe.hash
  const blocks = [...channels.flatMap((channel) => channel.blocks), ...queue]
  return blocks.find((block) => block.number === number)?.hash
}

/** Without what follows from L1 now. */
function prune(state: Posting, safe: Posting['safe']): Posting {
  if (safe.number === state.safe.number) return state
  const channels = state.channels.filter(
    ({ blocks }) => (blocks.at(-1)?.number ?? 0n) > safe.number,
  )
  const queue = state.queue.filter(({ number }) => number > safe.number)
  const left = new Set(channels.map(({ id }) => id))
  const transactions = state.transactions.filter(
    ({ channel, included }) => included === undefined || (channel && left.has(channel)),
  )
  const opened = queue.length > 0 ? state.openedAt : undefined
  return { ...state, safe, channels, queue, transactions, openedAt: opened }
}

/** Derivation has read the last L1 block of a channel, and its blocks are not safe. */
function isLost(state: Posting, channel: Channel, { node }: Observation): boolean {
  if (node === undefined || !isSubmitted(state, channel)) return false
  const last = state.transactions
    .filter(({ channel: id }) => id === channel.id)
    .reduce(
      (most, { included }) => (included && included.number > most ? included.number : most),
      0n,
    )
  return node.readTo >= last && (channel.blocks.at(-1)?.number ?? 0n) > node.safe.number
}

/** With the new blocks; undefined when they do not stand on the ones that are known. */
function load(state: Posting, { blocks, l1 }: Observation, events: BatcherEvent[]) {
  const queue: BatcherBlock[] = [...state.queue]
  let last = tail(state)
  for (const block of blocks) {
    if (block.number <= last.number) continue
    if (block.number !== last.number + 1n || block.parentHash !== last.hash) return undefined
    queue.push(block)
    last = block
  }
  const added = queue.slice(state.queue.length)
  const newest = added.at(-1)
  if (newest === undefined) return state
  const bytes = added.reduce((sum, block) => sum + bytesOf(block), 0)
  events.push({ kind: 'blocks-loaded', last: newest.number, bytes })
  if (state.openedAt === undefined) events.push({ kind: 'channel-opened' })
  return { ...state, queue, openedAt: state.openedAt ?? l1.number }
}

/** Makes transactions while there may be more of them and something to send. */
function fill(
  context: BatcherContext,
  state: Posting,
  seen: Observation,
  events: BatcherEvent[],
): Posting {
  const { maxPendingTransactions, numConfirmations } = context.settings
  const pending = ({ transactions }: Posting) =>
    transactions.filter(
      (transaction) => confirmations(transaction, seen.l1.number) < BigInt(numConfirmations),
    ).length
  let current = state
  while (pending(current) < maxPendingTransactions && !mustWait(current)) {
    const next = sendNext(current, seen) ?? close(context, current, seen, events)
    if (next === undefined) return current
    current = next
  }
  return current
}

/** L1 nodes do not take blob transactions of an account that has others waiting, nor the other way round. */
function mustWait({ channels, transactions }: Posting): boolean {
  const next = channels.flatMap(({ unsent }) => unsent)[0]
  if (next === undefined) return false
  return transactions.some(
    ({ included, content }) => included === undefined && poolOf(content) !== poolOf(next),
  )
}

/** Decides on the transaction for the first data that are not sent. */
function sendNext(state: Posting, { now, l1 }: Observation): Posting | undefined {
  const index = state.channels.findIndex(({ unsent }) => unsent.length > 0)
  const channel = state.channels[index]
  const [content, ...unsent] = channel?.unsent ?? []
  if (channel === undefined || content === undefined) return undefined
  const transaction: BatcherTransaction = {
    nonce: state.nextNonce,
    channel: channel.id,
    content,
    fees: suggestedFees(l1.prices),
    hashes: [],
    sentAt: now,
    due: true,
    included: undefined,
    misses: 0,
    blockedSince: undefined,
  }
  return {
    ...state,
    channels: state.channels.with(index, { ...channel, unsent }),
    transactions: [...state.transactions, transaction],
    nextNonce: state.nextNonce + 1,
  }
}

function close(
  context: BatcherContext,
  state: Posting,
  seen: Observation,
  events: BatcherEvent[],
): Posting | undefined {
  const due = closing(context, state, seen.l1.number)
  if (due === undefined) return undefined
  const { channel, carrier, frames, inputBytes, outputBytes, ratio } = closeChannel(
    context,
    state,
    due.count,
    seen.l1,
  )
  const [first, last] = [channel.blocks[0], channel.blocks.at(-1)]
  events.push({
    kind: 'channel-closed',
    id: channel.id,
    from: first?.number ?? 0n,
    to: last?.number ?? 0n,
    reason: due.reason,
    ...{ carrier, frames, inputBytes, outputBytes },
  })
  const queue = state.queue.slice(due.count)
  if (queue.length > 0) events.push({ kind: 'channel-opened' })
  return {
    ...state,
    queue,
    openedAt: queue.length > 0 ? seen.l1.number : undefined,
    channels: [...state.channels, channel],
    ratio,
  }
}
