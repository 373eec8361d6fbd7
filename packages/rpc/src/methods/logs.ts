import type { BlockRef, LogEntry, LogFilter } from '@altlayer/engine'
import type { Hash } from '@altlayer/protocol'
import { bytesToHex } from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { INVALID_PARAMS, LIMIT_EXCEEDED, ParamError, RpcError, SERVER_ERROR } from '../errors.ts'
import type { LogQuery } from '../filters.ts'
import { blockLogs, formatLog, matchesFilter } from '../format/log.ts'
import { LATEST, requireHeader } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import {
  address,
  array,
  blockNumber,
  boolean,
  bytes,
  hash,
  type ObjectOf,
  type Optional,
  object,
  optional,
  type Type,
} from '../params.ts'
import type { Json } from '../rollup.ts'
import { anySchema, arrayOf, booleanSchema, logSchema, quantitySchema } from '../schemas.ts'

const MAX_TOPICS = 4
const MAX_ALTERNATIVES = 1_000

/** One value, or several of which one must match. */
function oneOrMore<T>(type: Type<T>): Type<readonly T[]> {
  const several = array(type, MAX_ALTERNATIVES)
  return {
    schema: { oneOf: [type.schema, several.schema] },
    parse: (value) => (Array.isArray(value) ? several.parse(value) : [type.parse(value)]),
  }
}

const filterMembers = {
  blockHash: optional(hash),
  fromBlock: optional(blockNumber),
  toBlock: optional(blockNumber),
  address: optional(oneOrMore(address)),
  topics: optional(array(optional(oneOrMore(hash)))),
}
const filterObject = object('filter', filterMembers)
type FilterArgs = ObjectOf<typeof filterMembers>

/** geth's flag for whole transactions: what a filter keeps of them until it is polled would have no bound. */
const hashesOnly: Optional<false> = {
  optional: true,
  schema: { oneOf: [{ type: 'boolean', enum: [false] }, { type: 'null' }] },
  parse(value) {
    if (optional(boolean).parse(value) !== true) return false
    throw new ParamError('a filter gathers hashes: eth_subscribe sends whole transactions')
  },
}

/** eth_getLogs' filter. Throws ParamError for contradicting members. */
export const filterArgs: Type<FilterArgs> = {
  schema: filterObject.schema,
  parse(value) {
    const args = filterObject.parse(value)
    if (args.blockHash !== undefined && (args.fromBlock ?? args.toBlock) !== undefined)
      throw new ParamError(
        'cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other',
      )
    if ((args.topics?.length ?? 0) > MAX_TOPICS) throw new ParamError('exceed max topics')
    return args
  },
}

/** The part of a filter that looks at logs. An empty list matches anything. */
export function logFilter({ address: addresses, topics }: FilterArgs): LogFilter {
  return {
    ...(addresses === undefined || addresses.length === 0 ? {} : { addresses }),
    ...(topics === undefined
      ? {}
      : { topics: topics.map((one) => (one === undefined || one.length === 0 ? null : one)) }),
  }
}

/** Logs, and the filters that are polled. */
export function logMethods({ engine, filters, limits, logTimestamps }: Api): readonly Method[] {
  const show = (logs: readonly LogEntry[]): Json => logs.map((log) => formatLog(log, logTimestamps))

  function blockNumberOf(ref: BlockRef | undefined): bigint {
    if (ref !== undefined && 'number' in ref) return ref.number
    return requireHeader(engine, ref ?? LATEST).header.number
  }

  async function logsInRange(from: bigint, to: bigint, filter: LogFilter): Promise<Json> {
    const head = requireHeader(engine, LATEST).header.number
    const end = to > head ? head : to
    if (from > end) return []
    const blocks = end - from + 1n
    if (blocks > BigInt(limits.logBlocks))
      throw new RpcError(
        LIMIT_EXCEEDED,
        `block range of ${blocks} blocks exceeds the limit of ${limits.logBlocks}`,
      )
    return show(await engine.logs(from, end, filter, limits.logResults))
  }

  function logsOfBlock(blockHash: Hash, filter: LogFilter): Json {
    const block = engine.block({ hash: blockHash })
    const receipts = engine.receipts(blockHash)
    if (block === undefined || receipts === undefined)
      throw new RpcError(SERVER_ERROR, 'unknown block')
    const logs = blockLogs(block, receipts, false).filter((log) => matchesFilter(log, filter))
    return show(logs)
  }

  function getLogs(args: FilterArgs): Json | Promise<Json> {
    const filter = logFilter(args)
    if (args.blockHash !== undefined) return logsOfBlock(args.blockHash, filter)
    const bounds = [fixedNumber(args.fromBlock), fixedNumber(args.toBlock)] as const
    checkRange(...bounds)
    const head = blockNumberOf(LATEST)
    // An empty answer would say that there are no logs where none are known yet.
    if (bounds.some((bound) => bound !== undefined && bound > head))
      throw new RpcError(INVALID_PARAMS, 'block range extends beyond current head block')
    return logsInRange(blockNumberOf(args.fromBlock), blockNumberOf(args.toBlock), filter)
  }

  /** A polled filter's range: a tag other than earliest leaves it open. */
  function query(args: FilterArgs): LogQuery {
    if (args.blockHash !== undefined)
      throw new RpcError(INVALID_PARAMS, 'a filter that is polled takes no blockHash')
    const from = fixedNumber(args.fromBlock)
    const to = fixedNumber(args.toBlock)
    checkRange(from, to)
    return {
      filter: logFilter(args),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    }
  }

  const filterParam = param('Filter', filterArgs)
  const idParam = param('Filter id', bytes)
  const id = ['Filter id', quantitySchema] as const

  return [
    method({
      name: 'eth_getLogs',
      summary: 'Logs of a range of blocks, or of one block.',
      params: [filterParam],
      result: ['Logs', arrayOf(logSchema)],
      handler: ([args]) => getLogs(args),
    }),
    method({
      name: 'eth_newFilter',
      summary: 'Installs a filter that gathers logs.',
      params: [filterParam],
      result: id,
      handler: ([args]) => filters.addLogFilter(query(args)),
    }),
    method({
      name: 'eth_newBlockFilter',
      summary: 'Installs a filter that gathers hashes of new blocks.',
      result: id,
      handler: () => filters.addBlockFilter(),
    }),
    method({
      name: 'eth_newPendingTransactionFilter',
      summary: 'Installs a filter that gathers hashes of transactions that become pending.',
      params: [param('Full transactions', hashesOnly)],
      result: id,
      handler: () => filters.addTransactionFilter(),
    }),
    method({
      name: 'eth_getFilterChanges',
      summary: 'What a filter gathered since it was last asked.',
      params: [idParam],
      result: ['Changes', arrayOf(anySchema)],
      handler: ([filterId]) => filters.changes(bytesToHex(filterId)),
    }),
    method({
      name: 'eth_getFilterLogs',
      summary: 'All logs that a log filter matches.',
      params: [idParam],
      result: ['Logs', arrayOf(logSchema)],
      handler: ([filterId]) => {
        const { filter, from, to } = filters.query(bytesToHex(filterId))
        const head = blockNumberOf(undefined)
        return logsInRange(from ?? head, to ?? head, filter)
      },
    }),
    method({
      name: 'eth_uninstallFilter',
      summary: 'Removes a filter.',
      params: [idParam],
      result: ['Removed', booleanSchema],
      handler: ([filterId]) => filters.remove(bytesToHex(filterId)),
    }),
  ]
}

function checkRange(from: bigint | undefined, to: bigint | undefined): void {
  if (from !== undefined && to !== undefined && from > to)
    throw new RpcError(INVALID_PARAMS, 'invalid block range params')
}

function fixedNumber(ref: BlockRef | undefined): bigint | undefined {
  if (ref === undefined) return undefined
  if ('number' in ref) return ref.number
  return 'tag' in ref && ref.tag === 'earliest' ? 0n : undefined
}
