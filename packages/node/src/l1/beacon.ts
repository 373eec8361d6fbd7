import {
  hexToBytes,
  MalformedInputError,
  parseArray,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'
import { BLOB_SIZE } from '../batcher/blob.ts'
import type { FetchBlob } from '../derivation/preimage-source.ts'
import { L1Error } from './client.ts'
import type { L1FullBlock } from './data.ts'
import { commitToBlob } from './kzg.ts'

/** Milliseconds that a beacon node may take. */
const TIMEOUT = 20_000

interface Timing {
  readonly genesis: bigint
  readonly secondsPerSlot: bigint
}

/**
 * Fetches blobs from beacon APIs, the first that has a blob with the versioned hash asked for: each is
 * checked by its own KZG commitment, so that a beacon node need not be trusted. Rejects with L1Error, which
 * tells what each of them said.
 */
export function createBlobSource(urls: readonly string[]): FetchBlob {
  const beacons = urls.map((url) => createBeacon(url))
  // Blobs of one L1 block are asked for one after the other: the whole block is fetched once.
  let cached: { readonly hash: string; readonly blobs: ReadonlyMap<string, Uint8Array> } | undefined
  return async (versionedHash, block) => {
    const problems: string[] = []
    for (const beacon of beacons) {
      if (cached?.hash !== block.hash || !cached.blobs.has(versionedHash)) {
        try {
          cached = { hash: block.hash, blobs: await beacon.blobs(block) }
        } catch (error) {
          problems.push(`${beacon.origin}: ${(error as Error).message}`)
          continue
        }
      }
      const blob = cached.blobs.get(versionedHash)
      if (blob !== undefined) return blob
      problems.push(`${beacon.origin}: the block has no such blob`)
    }
    const reasons = problems.length > 0 ? problems.join('; ') : 'no beacon API is configured'
    throw new L1Error(`blob ${versionedHash} of L1 block ${block.header.number}: ${reasons}`)
  }
}

function createBeacon(url: string) {
  const base = url.replace(/\/$/, '')
  let timing: Timing | undefined

  async function get(path: string): Promise<unknown> {
    const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(TIMEOUT) })
    if (!response.ok) throw new L1Error(`${path} answered ${response.status}`)
    return response.json()
  }

  async function readTiming(): Promise<Timing> {
    const genesis = parseObject(
      parseObject(await get('/eth/v1/beacon/genesis'), 'genesis').data,
      'data',
    )
    const spec = parseObject(parseObject(await get('/eth/v1/config/spec'), 'spec').data, 'data')
    const integer = (value: unknown, path: string) => parseInteger(value, path)
    return {
      genesis: integer(genesis.genesis_time, 'genesis_time'),
      secondsPerSlot: integer(spec.SECONDS_PER_SLOT, 'SECONDS_PER_SLOT'),
    }
  }

  /** A development L1 such as Anvil has no slots: its blocks go by their numbers. */
  async function slotOf({ header }: L1FullBlock): Promise<bigint> {
    try {
      timing ??= await readTiming()
    } catch (error) {
      if (error instanceof L1Error) return header.number
      throw error
    }
    return (header.timestamp - timing.genesis) / timing.secondsPerSlot
  }

  return {
    origin: new URL(url).origin,
    /** The blobs of a block by their versioned hashes. */
    async blobs(block: L1FullBlock): Promise<ReadonlyMap<string, Uint8Array>> {
      const slot = await slotOf(block)
      const answer = parseObject(await get(`/eth/v1/beacon/blobs/${slot}`), 'blobs')
      const blobs = new Map<string, Uint8Array>()
      for (const [i, item] of parseArray(answer.data, 'blobs.data').entries()) {
        if (typeof item !== 'string')
          throw new MalformedInputError(`blobs.data[${i}]`, 'hex digits', typeof item)
        const blob = hexToBytes(item, `blobs.data[${i}]`, BLOB_SIZE)
        blobs.set((await commitToBlob(blob)).versionedHash, blob)
      }
      return blobs
    },
  }
}
