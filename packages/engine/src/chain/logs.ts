import { type BloomBits, bloomBits, bloomHas, type Hash, hexToBytes } from '@altlayer/protocol'
import type { LogEntry, LogFilter, Receipt } from '../api.ts'
import { EngineError } from '../errors.ts'
import { readBloom } from '../store/chain-store.ts'
import type { Store } from '../store/store.ts'
import type { Chain } from './chain.ts'

/** Milliseconds of scanning after which other work of the thread comes in between. */
const SLICE = 8

/** Canonical logs in [from, to]. Throws EngineError `limit` past `maxResults`. */
export async function scanLogs(
  store: Store,
  chain: Chain,
  from: bigint,
  to: bigint,
  filter: LogFilter,
  maxResults: number,
): Promise<readonly LogEntry[]> {
  const mayMatch = bloomTest(filter)
  const found: LogEntry[] = []
  const head = chain.hash({ tag: 'latest' })
  const height = (head && chain.header(head)?.number) ?? 0n
  const last = to < height ? to : height
  let sliceEnd = performance.now() + SLICE
  for (let number = from; number <= last; number++) {
    if (performance.now() > sliceEnd) {
      await new Promise((resolve) => setImmediate(resolve))
      sliceEnd = performance.now() + SLICE
    }
    const bloom = readBloom(store, number)
    if (bloom === undefined || !mayMatch(bloom)) continue
    const hash = chain.canonicalHash(number)
    if (hash === undefined) continue
    collect(chain, hash, filter, maxResults, found)
  }
  return found
}

function collect(
  chain: Chain,
  hash: Hash,
  filter: LogFilter,
  maxResults: number,
  found: LogEntry[],
): void {
  const header = chain.header(hash)
  if (header === undefined) return
  for (const receipt of chain.receipts(hash) ?? [])
    for (const entry of matchingLogs(receipt, header.timestamp, filter)) {
      if (found.length >= maxResults)
        throw new EngineError('limit', `query returns more than ${maxResults} logs`)
      found.push(entry)
    }
}

/** The logs of a receipt that a filter lets through. */
export function matchingLogs(
  receipt: Receipt,
  blockTimestamp: bigint,
  filter: LogFilter,
): readonly LogEntry[] {
  const entries: LogEntry[] = []
  receipt.logs.forEach((log, index) => {
    if (!matches(log, filter)) return
    entries.push({
      ...log,
      blockHash: receipt.blockHash,
      blockNumber: receipt.blockNumber,
      blockTimestamp,
      transactionHash: receipt.transactionHash,
      transactionIndex: receipt.transactionIndex,
      logIndex: receipt.firstLogIndex + index,
      removed: false,
    })
  })
  return entries
}

function matches(log: Receipt['logs'][number], { addresses, topics }: LogFilter): boolean {
  if (addresses !== undefined && addresses.length > 0 && !addresses.includes(log.address))
    return false
  if (topics === undefined) return true
  // A filter with more positions than the log has topics does not match it.
  if (topics.length > log.topics.length) return false
  return topics.every(
    (wanted, position) =>
      wanted === null || wanted.length === 0 || wanted.includes(log.topics[position] as Hash),
  )
}

/** Whether a block's bloom leaves the filter a chance. */
function bloomTest({ addresses, topics }: LogFilter): (bloom: Uint8Array) => boolean {
  const groups: (readonly BloomBits[])[] = []
  for (const group of [addresses, ...(topics ?? [])])
    if (group !== undefined && group !== null && group.length > 0)
      groups.push(group.map((value) => bloomBits(hexToBytes(value))))
  return (bloom) => groups.every((group) => group.some((bits) => bloomHas(bloom, bits)))
}
