import { type Address, type Hash, type Hex, headerHash, ZERO_HASH } from '@altlayer/protocol'
import type {
  EngineEvents,
  ExecutionPayload,
  ForkchoiceResult,
  ForkchoiceState,
  PayloadAttributes,
  PayloadStatus,
} from '../api.ts'
import type { Chain, SealedHeader } from '../chain/chain.ts'
import { EngineError } from '../errors.ts'
import type { SenderState } from '../pool/types.ts'
import type { BuilderHandlers } from '../workers/builder.ts'
import type { Remote } from '../workers/channel.ts'
import type { SenderThreads } from '../workers/senders.ts'
import type { SignedTransaction } from './open-block.ts'
import { createPayload, type Payload, type PayloadContext } from './payload.ts'
import { payloadId } from './payload-id.ts'
import { isAncestor, type Reorg, reorgTo } from './reorg.ts'

export interface ConsensusContext extends PayloadContext {
  readonly chain: Chain
  readonly builder: Remote<BuilderHandlers>
  readonly threads: SenderThreads
  /** Accounts whose states the pool wants with a new head. */
  readonly wantedSenders: () => readonly Address[]
  /** The canonical chain changed; called before the answer, with the states of those accounts. */
  readonly onHead: (
    change: EngineEvents['head'][0],
    states: ReadonlyMap<Address, SenderState>,
  ) => void
}

/** The Engine API's three calls, one at a time. */
export interface Consensus {
  forkchoiceUpdated(
    state: ForkchoiceState,
    attributes?: PayloadAttributes,
  ): Promise<ForkchoiceResult>
  getPayload(id: Hex): Promise<ExecutionPayload>
  newPayload(payload: ExecutionPayload): Promise<PayloadStatus>
  /** The block being built on the head, or the one built last on it. */
  readonly payload: Payload | undefined
  /** Stops building; resolves when all that began has ended. */
  close(): Promise<void>
}

/** Sealed payloads that can be asked for again. */
const KEPT_PAYLOADS = 4

export function createConsensus(context: ConsensusContext): Consensus {
  const { chain, builder, threads } = context
  let payload: Payload | undefined
  const finished = new Map<Hex, ExecutionPayload>()
  let closed = false
  let queue: Promise<unknown> = Promise.resolve()

  // The calls change what the others see: they run in the order they came.
  const inOrder = <T>(run: () => Promise<T>): Promise<T> => {
    const result = queue.then(() => {
      if (closed) throw new EngineError('closed', 'the engine is closed')
      return run()
    })
    queue = result.catch(() => {})
    return result
  }

  const dropPayload = async (): Promise<void> => {
    const dropped = payload
    payload = undefined
    await dropped?.stop()
  }

  const moveHead = async (state: ForkchoiceState, head: SealedHeader): Promise<void> => {
    const reorg = reorgTo(chain, head)
    const safe = named(chain, reorg, head, state.safeBlockHash, 'safe')
    const finalized = named(chain, reorg, head, state.finalizedBlockHash, 'finalized')
    if (safe && finalized && finalized.header.number > safe.header.number)
      throw new EngineError(
        'invalid',
        `invalid forkchoice state: the finalized block ${finalized.header.number} is above the safe block ${safe.header.number}`,
      )
    const moved = reorg.reverted.length > 0 || reorg.applied.length > 0
    const unchanged =
      !moved &&
      safe?.hash === chain.pointer('safe')?.hash &&
      finalized?.hash === chain.pointer('finalized')?.hash
    if (unchanged) return
    if (moved && payload !== undefined && payload.parent.hash !== head.hash) await dropPayload()
    const nameOf = ({ header, hash }: SealedHeader) => ({ number: header.number, hash })
    const senders = moved ? context.wantedSenders() : []
    const states = await builder.canonical({
      reverted: reorg.reverted.map(nameOf),
      applied: reorg.applied.map(nameOf),
      head: head.hash,
      safe: safe?.hash,
      finalized: finalized?.hash,
      senders,
    })
    chain.refresh()
    if (!moved) return
    const change = {
      reverted: reorg.reverted.map(({ hash }) => committed(chain, hash)),
      applied: reorg.applied.map(({ hash }) => committed(chain, hash)),
    }
    context.onHead(
      change,
      new Map(senders.map((sender, at) => [sender, states[at] as SenderState])),
    )
  }

  const openPayload = async (head: SealedHeader, attributes: PayloadAttributes): Promise<Hex> => {
    if (attributes.timestamp <= head.header.timestamp)
      throw new EngineError(
        'invalid',
        `invalid payload attributes: timestamp ${attributes.timestamp} is not after the parent's ${head.header.timestamp}`,
      )
    const id = payloadId(head.hash, attributes)
    if (payload?.id === id || finished.has(id)) return id
    const forced = await signed(threads, attributes.transactions ?? [])
    await dropPayload()
    const opened = await builder.open({ id, parent: head.hash, attributes, forced })
    payload = createPayload(context, id, head, attributes, opened)
    context.onChange()
    return id
  }

  return {
    get payload() {
      return payload
    },
    forkchoiceUpdated: (state, attributes) =>
      inOrder(async () => {
        const header = chain.header(state.headBlockHash)
        if (header === undefined) return { payloadStatus: { status: 'SYNCING' } }
        const head = { header, hash: state.headBlockHash }
        await moveHead(state, head)
        const payloadStatus = { status: 'VALID', latestValidHash: head.hash } as const
        if (attributes === undefined) return { payloadStatus }
        return { payloadStatus, payloadId: await openPayload(head, attributes) }
      }),

    getPayload: (id) =>
      inOrder(async () => {
        const known = finished.get(id)
        if (known !== undefined) return known
        if (payload?.id !== id) throw new EngineError('invalid', `unknown payload ${id}`)
        const sealed = await payload.seal()
        finished.set(id, sealed)
        if (finished.size > KEPT_PAYLOADS) finished.delete(finished.keys().next().value as Hex)
        return sealed
      }),

    newPayload: (block) =>
      inOrder(async () => {
        const hash = headerHash(block.header)
        if (hash !== block.blockHash)
          return {
            status: 'INVALID',
            validationError: `invalid blockHash: have ${block.blockHash}, want ${hash}`,
          }
        if (chain.header(hash) !== undefined) return { status: 'VALID', latestValidHash: hash }
        if (payload?.sealed?.blockHash === hash && (await builder.commitBuilt(hash))) {
          chain.refresh()
          return { status: 'VALID', latestValidHash: hash }
        }
        const { parentHash } = block.header
        if (chain.header(parentHash) === undefined) return { status: 'SYNCING' }
        const validationError = await builder.import({
          header: block.header,
          hash,
          transactions: await signed(threads, block.transactions),
          ...(block.withdrawals !== undefined && { withdrawals: block.withdrawals }),
        })
        if (validationError !== undefined)
          return { status: 'INVALID', latestValidHash: parentHash, validationError }
        chain.refresh()
        return { status: 'VALID', latestValidHash: hash }
      }),

    async close() {
      closed = true
      await queue
      await dropPayload()
    },
  }
}

/** A safe or finalized block; zero says that there is none. Throws EngineError when it is not below the head. */
function named(
  chain: Chain,
  reorg: Reorg,
  head: SealedHeader,
  hash: Hash,
  name: string,
): SealedHeader | undefined {
  if (hash === ZERO_HASH) return undefined
  const header = chain.header(hash)
  if (header === undefined || !isAncestor(chain, reorg, head, hash))
    throw new EngineError(
      'invalid',
      `invalid forkchoice state: the ${name} block ${hash} is not an ancestor of the head ${head.hash}`,
    )
  return { header, hash }
}

function committed(chain: Chain, hash: Hash) {
  const block = chain.block(hash)
  if (block === undefined)
    throw new EngineError('store', `the database lacks block ${hash}: it is damaged`)
  return block
}

/** Transactions with their senders, recovered on the sender threads. */
async function signed(
  threads: SenderThreads,
  transactions: readonly Uint8Array[],
): Promise<readonly SignedTransaction[]> {
  const origins = await threads.origins(transactions)
  return transactions.map((raw, index) => ({ raw, sender: origins[index]?.sender }))
}
