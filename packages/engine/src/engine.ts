import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { nextBaseFee, rollupFees } from '@altlayer/protocol'
import type { Block, Engine } from './api.ts'
import { type Consensus, type ConsensusContext, createConsensus } from './building/consensus.ts'
import { createDaLimits } from './building/da-limits.ts'
import { createChain } from './chain/chain.ts'
import { blockAttributes } from './chain/receipts.ts'
import { createStateReader } from './chain/state-reader.ts'
import { createEventBus } from './events.ts'
import { lockDirectory } from './lock.ts'
import { type EngineOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { createSenderStates } from './pool/sender-states.ts'
import { openPool } from './pool/service.ts'
import { createQueries } from './queries.ts'
import { openLmdbStore } from './store/lmdb.ts'
import { startWarmUp } from './warm-up/index.ts'
import type { BuilderData, BuilderHandlers } from './workers/builder.ts'
import { startCallThreads } from './workers/callers.ts'
import { connect, stopThread } from './workers/channel.ts'
import { startSenderThreads } from './workers/senders.ts'
import { createStateProgram } from './workers/state-program.ts'

/**
 * Opens the chain in a data directory, writing its genesis when the directory is new, and starts the
 * engine's threads. Throws EngineError: `store` when the directory is another chain's, damaged or in
 * use, `invalid` for an option out of its range.
 *
 * @example
 * const genesis = parseGenesis(JSON.parse(await readFile('genesis.json', 'utf8')))
 * const engine = await openEngine({ genesis, dataDir: '.altlayer/engine' })
 * const hash = await engine.pool.add(rawTransaction)
 */
export async function openEngine(engineOptions: EngineOptions): Promise<Engine> {
  const options = resolveOptions(engineOptions)
  const unlock = await lockDirectory(options.dataDir)
  const cleanups: (() => Promise<unknown> | unknown)[] = [unlock]
  const cleanUp = async (): Promise<void> => {
    for (const cleanup of cleanups.toReversed()) await cleanup()
  }
  try {
    return await start(options, cleanups, cleanUp)
  } catch (error) {
    await cleanUp()
    throw error
  }
}

/** Starts everything, noting in `cleanups` how to end what has begun so far. */
async function start(
  options: ResolvedOptions,
  cleanups: (() => Promise<unknown> | unknown)[],
  cleanUp: () => Promise<void>,
): Promise<Engine> {
  const { genesis, dataDir, log } = options
  const { config } = genesis

  const threads = startSenderThreads(options.senderWorkers)
  cleanups.push(() => threads.close())

  const builderData: BuilderData = { directory: dataDir, genesis }
  const worker = new Worker(new URL('./workers/builder.ts', import.meta.url), {
    workerData: builderData,
  })
  const connection = connect<BuilderHandlers>(worker)
  const builder = connection.remote
  worker.on('error', (error) => log('error', `the builder thread failed: ${String(error)}`))
  cleanups.push(() => stopThread(worker, connection))
  const first = await builder.genesis(undefined)

  const store = openLmdbStore(dataDir)
  cleanups.push(() => store.close())
  const chain = createChain(store, genesis, first)
  const reader = createStateReader(createStateProgram(store, config, 'read'))
  const events = createEventBus((error) => log('error', `a listener failed: ${String(error)}`))

  const callers = startCallThreads({
    count: options.callWorkers,
    queue: options.callQueue,
    directory: dataDir,
    genesis,
    log,
  })
  cleanups.push(() => callers.close())

  const poolHead = (head: Block | undefined) => {
    const { header } = chain.head
    const next = header.timestamp + 1n
    const attributes = config.mode === 'op' ? blockAttributes(head?.transactions[0]) : undefined
    return {
      baseFee: nextBaseFee(config, header, next),
      gasLimit: header.gasLimit,
      ...(attributes && { rollupFees: rollupFees(attributes, config.forks, next) }),
    }
  }
  const states = createSenderStates((address) => reader.sender(chain.head, address))
  const daLimits = createDaLimits()
  let consensus: Consensus | undefined
  const pool = await openPool(
    {
      config,
      limits: options.pool,
      threads,
      journalPath: join(dataDir, 'pool.journal'),
      senderState: states.get,
      onPending(transaction) {
        consensus?.payload?.offer(transaction)
        events.emit('pendingTransaction', transaction)
      },
      log,
    },
    poolHead(chain.block(chain.head.hash)),
    chain.head.header.timestamp,
  )
  cleanups.push(() => pool.close())

  const onHead: ConsensusContext['onHead'] = (change, known) => {
    states.renew(known)
    const reverted = change.reverted.toReversed().flatMap(({ transactions }) => transactions)
    const head = change.applied.at(-1) ?? chain.block(chain.head.hash)
    pool.follow(poolHead(head), chain.head.header.timestamp, reverted)
    events.emit('head', change)
  }
  const rules = createConsensus({
    config,
    chain,
    builder,
    threads,
    pool: pool.core,
    slotTime: options.slotTime,
    lastLook: options.lastLook,
    daLimits: daLimits.get,
    wantedSenders: () => states.wanted(Array.from(pool.core.senders(), ({ address }) => address)),
    onHead,
    onChange: () => events.emit('pending'),
    log,
  })
  consensus = rules
  cleanups.push(() => rules.close())

  if (options.warmUp) {
    const warmUp = startWarmUp({ genesis, threads, builder, log })
    cleanups.push(() => warmUp.close())
  }

  let closing: Promise<void> | undefined
  return {
    config,
    pool: pool.api,
    ...createQueries({
      config,
      chain,
      store,
      reader,
      callers,
      origins: threads.origins,
      payload: () => rules.payload,
      callTimeout: options.callTimeout,
    }),
    on: events.on,
    forkchoiceUpdated: rules.forkchoiceUpdated,
    getPayload: rules.getPayload,
    newPayload: rules.newPayload,
    setDaLimits: daLimits.set,
    close() {
      closing ??= cleanUp()
      return closing
    },
  }
}
