import type { Address, ChainConfig, Hash } from '@altlayer/protocol'
import type { Block, BlockRef, Engine, ForeignBlock } from './api.ts'
import type { Payload } from './building/payload.ts'
import { overridesOf } from './building/pending-overrides.ts'
import type { Chain, CommittedRef, SealedHeader } from './chain/chain.ts'
import { scanLogs } from './chain/logs.ts'
import type { StateReader } from './chain/state-reader.ts'
import { EngineError } from './errors.ts'
import type { ExecutionPoint } from './execution/context.ts'
import type { ReplayBlock } from './execution/replay.ts'
import { JsonText } from './json-text.ts'
import type { AccountDiff } from './program/types.ts'
import { readNodeOrCode } from './store/chain-store.ts'
import type { Store } from './store/store.ts'
import type { CallThreads } from './workers/callers.ts'
import type { SenderThreads } from './workers/senders.ts'

export interface QueryContext {
  readonly config: ChainConfig
  readonly chain: Chain
  readonly store: Store
  readonly reader: StateReader
  readonly callers: CallThreads
  /** Recovers the senders of transactions. */
  readonly origins: SenderThreads['origins']
  /** The block being built. */
  readonly payload: () => Payload | undefined
  /** Milliseconds. */
  readonly callTimeout: number
}

/** The engine's reads and executions. */
export type Queries = Omit<
  Engine,
  | 'config'
  | 'pool'
  | 'on'
  | 'forkchoiceUpdated'
  | 'getPayload'
  | 'newPayload'
  | 'setDaLimits'
  | 'close'
>

const ZERO_WORD: Hash = `0x${'00'.repeat(32)}`
/** A simulation's seconds between blocks: a rollup's are those between its last two, Ethereum's a slot. */
const SLOT_TIME = 12n

/**
 * `pending` is the block being built on the head. Between its commit and the call that makes it the
 * head, it is that committed block; while nothing is being built, it is the head.
 */
export function createQueries(context: QueryContext): Queries {
  const { config, chain, reader, callers, callTimeout } = context

  const building = (): Payload | undefined => {
    const payload = context.payload()
    return payload?.parent.hash === chain.hash({ tag: 'latest' }) ? payload : undefined
  }
  const committedHash = (ref: BlockRef): Hash | undefined => {
    if (!('tag' in ref) || ref.tag !== 'pending') return chain.hash(ref as CommittedRef)
    return sealedAndCommitted() ?? chain.hash({ tag: 'latest' })
  }
  const sealedAndCommitted = (): Hash | undefined => {
    const hash = building()?.sealed?.blockHash
    return hash !== undefined && chain.header(hash) !== undefined ? hash : undefined
  }
  /** The open block, when `ref` means it. */
  const openBlock = (ref: BlockRef): Payload | undefined =>
    'tag' in ref && ref.tag === 'pending' && sealedAndCommitted() === undefined
      ? building()
      : undefined

  const known = (ref: BlockRef): SealedHeader => {
    const hash = committedHash(ref)
    const header = hash && chain.header(hash)
    if (hash === undefined || header === undefined)
      throw new EngineError('unknownBlock', `unknown block ${describeRef(ref)}`)
    return { header, hash }
  }

  /** Net changes of the open block over its parent; none when it is committed by the time it is asked. */
  const changesOf = async (
    payload: Payload,
  ): Promise<ReadonlyMap<Address, AccountDiff> | undefined> => {
    try {
      return await payload.changes()
    } catch (error) {
      if (error instanceof EngineError && error.code === 'invalid') return undefined
      throw error
    }
  }

  const pointOf = async (ref: BlockRef): Promise<ExecutionPoint> => {
    const payload = openBlock(ref)
    const changes = payload && (await changesOf(payload))
    if (payload === undefined || changes === undefined) return { header: known(ref).header }
    const { number, timestamp, gasLimit, miner, mixHash, baseFeePerGas } = payload.block().header
    return {
      header: payload.parent.header,
      pending: {
        environment: {
          number,
          timestamp,
          gasLimit,
          feeRecipient: miner,
          prevRandao: mixHash,
          baseFeePerGas: baseFeePerGas ?? 0n,
        },
        accounts: overridesOf(changes.values()),
      },
    }
  }

  /** An account's change in the open block, if `ref` means that and it has one. */
  const pendingChange = async (
    ref: BlockRef,
    address: Address,
  ): Promise<AccountDiff | undefined> => {
    const payload = openBlock(ref)
    const changes = payload && (await changesOf(payload))
    return changes?.get(address)
  }

  const replayOf = (hash: Hash): ReplayBlock => {
    const block = chain.block(hash)
    if (block === undefined) throw new EngineError('unknownBlock', `unknown block ${hash}`)
    const parent = chain.header(block.header.parentHash)
    if (parent === undefined) throw new EngineError('invalid', 'genesis is not traceable')
    return {
      parent,
      header: block.header,
      transactions: block.transactions,
      senders: chain.manifest(hash)?.senders ?? [],
      ...(block.withdrawals !== undefined && { withdrawals: block.withdrawals }),
    }
  }
  const replayOfForeign = async (block: ForeignBlock): Promise<ReplayBlock> => {
    const parent = chain.header(block.header.parentHash)
    if (parent === undefined)
      throw new EngineError('unknownBlock', `parent ${block.header.parentHash} not found`)
    const origins = await context.origins(block.transactions)
    const senders = origins.map(({ sender }, index) => {
      if (sender === undefined)
        throw new EngineError('invalid', `transaction ${index} has no valid signature`)
      return sender
    })
    return { ...block, parent, senders }
  }
  const executed = (ref: BlockRef): Hash => {
    if (openBlock(ref) !== undefined)
      throw new EngineError('invalid', 'the pending block is still being built')
    return known(ref).hash
  }

  return {
    genesis: chain.block(chain.genesis.hash) as Block,
    block(ref) {
      const open = openBlock(ref)
      if (open !== undefined) return open.block()
      const hash = committedHash(ref)
      return hash === undefined ? undefined : chain.block(hash)
    },
    header(ref) {
      const open = openBlock(ref)?.block()
      if (open !== undefined) return { header: open.header, hash: open.hash }
      const hash = committedHash(ref)
      const header = hash && chain.header(hash)
      return hash && header && { header, hash }
    },
    receipts: (hash) => chain.receipts(hash),
    pendingReceipts: () => openBlock({ tag: 'pending' })?.receipts() ?? [],
    transactionLocation: (hash) => chain.location(hash),
    senders: (hash) => chain.manifest(hash)?.senders,
    logs: (from, to, filter, maxResults) =>
      scanLogs(context.store, chain, from, to, filter, maxResults),

    async account(ref, address) {
      const change = await pendingChange(ref, address)
      return change === undefined ? reader.account(known(ref), address) : change.after
    },
    async storage(ref, address, slot) {
      const change = await pendingChange(ref, address)
      if (change !== undefined && change.after === undefined) return ZERO_WORD
      const written = change?.storage.find(([key]) => key === slot)
      return written === undefined ? reader.storage(known(ref), address, slot) : written[2]
    },
    async code(ref, address) {
      const change = await pendingChange(ref, address)
      if (change !== undefined && change.after === undefined) return new Uint8Array(0)
      return change?.codeAfter ?? reader.code(known(ref), address)
    },
    // Of committed state: the open block's has no root yet.
    proof: async (ref, address, slots) =>
      callers.run('proof', { point: { header: known(ref).header }, address, slots }, callTimeout),
    preimage: (kind, hash) => readNodeOrCode(context.store, kind, hash),

    async call({ block, timeout, ...call }) {
      const point = await pointOf(block)
      return callers.run('call', { point, call }, timeout ?? callTimeout)
    },
    async estimateGas({ block, timeout, gasCap, ...call }) {
      const point = await pointOf(block)
      return callers.run('estimate', { point, call, gasCap }, timeout ?? callTimeout)
    },
    async simulate({ block, ...request }) {
      const { header, hash } = known(block)
      const parent = chain.header(header.parentHash)
      const blockTime =
        parent === undefined || config.mode === 'ethereum'
          ? SLOT_TIME
          : header.timestamp - parent.timestamp
      return callers.run('simulate', { base: { header, hash, blockTime }, request }, callTimeout)
    },
    async traceTransaction(hash, config) {
      const place = chain.location(hash)
      if (place === undefined)
        throw new EngineError('unknownBlock', `transaction ${hash} not found`)
      const block = replayOf(place.blockHash)
      const timeout = config.timeout ?? callTimeout
      const request = { block, config, only: place.index }
      return new JsonText((await callers.run('traceBlock', request, timeout)).json)
    },
    async traceBlock(block, config) {
      const replay = 'header' in block ? await replayOfForeign(block) : replayOf(executed(block))
      const timeout = config.timeout ?? callTimeout
      return new JsonText(
        (await callers.run('traceBlock', { block: replay, config }, timeout)).json,
      )
    },
    async traceCall({ block, timeout, ...call }, config) {
      const point = await pointOf(block)
      const limit = config.timeout ?? timeout ?? callTimeout
      return new JsonText((await callers.run('traceCall', { point, call, config }, limit)).json)
    },
    witness: async (ref) => callers.run('witness', { block: replayOf(executed(ref)) }, callTimeout),
    async pendingDiff() {
      const payload = openBlock({ tag: 'pending' })
      const changes = payload && (await changesOf(payload))
      return [...(changes?.values() ?? [])]
    },
  }
}

function describeRef(ref: BlockRef): string {
  if ('tag' in ref) return ref.tag
  return 'number' in ref ? `${ref.number}` : ref.hash
}
