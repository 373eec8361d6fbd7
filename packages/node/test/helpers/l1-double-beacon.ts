import type { ServerResponse } from 'node:http'
import { bytesToHex, type Hash, TX_BLOB } from '@altlayer/protocol'
import { type DoubleBlock, SLOT_TIME } from './l1-double.ts'

// The part of the beacon API (ethereum/beacon-APIs) that serves blobs, of the L1 double.

/** How a beacon node behaves. */
export interface BeaconManners {
  /** Which blobs it has. */
  readonly has: (versionedHash: Hash) => boolean
  /** What it makes of a blob before it gives it out. */
  readonly change: (blob: Uint8Array) => Uint8Array
  /** Of every answer; 200 is a node in order, 0 one that hangs up. */
  readonly status: number
}

interface BeaconOf {
  readonly chain: readonly DoubleBlock[]
  readonly genesisTime: number
}

export function answerBeacon(
  of: BeaconOf,
  manners: BeaconManners,
  target: string,
  response: ServerResponse,
): void {
  if (manners.status === 0) {
    response.destroy()
    return
  }
  const url = new URL(target, 'http://beacon')
  const data = manners.status === 200 ? dataOf(of, manners, url) : undefined
  const status = data === undefined && manners.status === 200 ? 404 : manners.status
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(data === undefined ? { code: status, message: 'no' } : { data }))
}

function dataOf(of: BeaconOf, manners: BeaconManners, { pathname, searchParams }: URL): unknown {
  if (pathname === '/eth/v1/beacon/genesis') return { genesis_time: String(of.genesisTime) }
  if (pathname === '/eth/v1/config/spec') return { SECONDS_PER_SLOT: String(SLOT_TIME) }
  const slot = /^\/eth\/v1\/beacon\/blobs\/(\d+)$/.exec(pathname)?.[1]
  if (slot === undefined) return undefined
  const timestamp = BigInt(of.genesisTime + Number(slot) * SLOT_TIME)
  const block = of.chain.find(({ header }) => header.timestamp === timestamp)
  if (block === undefined) return undefined
  const wanted = searchParams.getAll('versioned_hashes').flatMap((value) => value.split(','))
  return blobsOf(block)
    .filter(({ versionedHash }) => manners.has(versionedHash))
    .filter(({ versionedHash }) => wanted.length === 0 || wanted.includes(versionedHash))
    .map(({ blob }) => bytesToHex(manners.change(blob)))
}

/** The blobs of a block, in order. */
export function blobsOf({ transactions }: DoubleBlock) {
  return transactions.flatMap(({ fields, blobs }) =>
    fields.type !== TX_BLOB
      ? []
      : fields.blobVersionedHashes.map((versionedHash, i) => ({
          versionedHash,
          blob: blobs[i] as Uint8Array,
        })),
  )
}
