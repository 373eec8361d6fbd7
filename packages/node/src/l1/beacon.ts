import {
  decodeTransaction,
  type Hash,
  hexToBytes,
  MalformedInputError,
  parseArray,
  parseInteger,
  parseObject,
  TX_BLOB,
  versionedHash,
} from '@altlayer/protocol'
import { BLOB_SIZE } from '../batcher/blob.ts'
import type { FetchBlob } from '../derivation/preimage-source.ts'
import { L1Error } from './client.ts'
import type { L1FullBlock } from './data.ts'
import { commitToBlob, verifyBlobs } from './kzg.ts'

/** Bytes of a compressed point: a commitment, a proof. */
const POINT_SIZE = 48
/** Bytes of an answer at most: 200 blobs in hex, several times what a block may have. */
const MAX_ANSWER = 64 * 1024 * 1024
/** Milliseconds that a beacon node may take. */
const TIMEOUT = 20_000

interface Timing {
  readonly genesis: bigint
  readonly secondsPerSlot: bigint
}

/** Blobs of a block as a beacon node gave them out, not verified yet. */
interface Candidate {
  readonly blob: Uint8Array
  /** Commitment and proof, where the node gives them. */
  readonly proven?: { readonly commitment: Uint8Array; readonly proof: Uint8Array }
}

/**
 * Fetches blobs from beacon APIs, the first that has a blob with the versioned hash asked for: each is
 * checked against it by its KZG proof, or by its own commitment, so that a beacon node need not be trusted.
 * Rejects with L1Error, which tells what each of them said.
 */
export function createBlobSource(urls: readonly string[]): FetchBlob {
  const fetchBlob = createCommittedBlobSource(urls)
  return async (versionedHash, block) => (await fetchBlob(versionedHash, block)).blob
}

/** A blob and its KZG commitment, 48 bytes. */
export interface CommittedBlob {
  readonly blob: Uint8Array
  readonly commitment: Uint8Array
}

/** As `createBlobSource`, with the commitments that the blobs were checked by. */
export function createCommittedBlobSource(
  urls: readonly string[],
): (versionedHash: Hash, block: L1FullBlock) => Promise<CommittedBlob> {
  const beacons = urls.map((url) => createBeacon(url))
  // Blobs of one L1 block are asked for one after the other: the whole block is fetched once.
  let cached:
    | { readonly hash: Hash; readonly of: Beacon; readonly blobs: readonly Candidate[] }
    | undefined
  return async (versionedHash, block) => {
    const problems: string[] = []
    for (const beacon of beacons) {
      try {
        if (cached?.hash !== block.hash || cached.of !== beacon)
          cached = { hash: block.hash, of: beacon, blobs: await beacon.blobs(block) }
        const found = await pick(versionedHash, block, cached.blobs)
        if (found !== undefined) return found
        problems.push(`${beacon.origin}: the block has no such blob`)
      } catch (error) {
        problems.push(`${beacon.origin}: ${(error as Error).message}`)
      }
    }
    const reasons = problems.length > 0 ? problems.join('; ') : 'no beacon API is configured'
    throw new L1Error(`blob ${versionedHash} of L1 block ${block.header.number}: ${reasons}`)
  }
}

/** The blob that verifiably has the versioned hash. */
async function pick(
  wanted: Hash,
  block: L1FullBlock,
  candidates: readonly Candidate[],
): Promise<CommittedBlob | undefined> {
  for (const { blob, proven } of candidates) {
    if (proven === undefined || versionedHash(proven.commitment) !== wanted) continue
    const { commitment } = proven
    return (await verifyBlobs([{ blob, ...proven }])) ? { blob, commitment } : undefined
  }
  // Without commitments a blob's own must be computed: that of the one in the right place first.
  const place = blobHashes(block).indexOf(wanted)
  const inOrder = [...candidates.slice(place, place + 1), ...candidates]
  for (const { blob, proven } of new Set(place < 0 ? candidates : inOrder)) {
    if (proven !== undefined) continue
    const { commitment, versionedHash: hash } = await commitToBlob(blob)
    if (hash === wanted) return { blob, commitment }
  }
  return undefined
}

/** Versioned hashes of a block's blobs, in order. */
function blobHashes({ transactions }: L1FullBlock): readonly Hash[] {
  return transactions.flatMap((raw) => {
    const transaction = raw[0] === TX_BLOB ? decodeTransaction(raw) : undefined
    return transaction?.type === TX_BLOB ? transaction.blobVersionedHashes : []
  })
}

/** A beacon node answered with a status other than success. */
class BeaconStatusError extends L1Error {
  readonly status: number
  constructor(path: string, status: number) {
    super(`${path} answered ${status}`)
    this.status = status
  }
}

interface Beacon {
  readonly origin: string
  blobs(block: L1FullBlock): Promise<readonly Candidate[]>
}

function createBeacon(url: string): Beacon {
  const base = url.replace(/\/$/, '')
  let timing: Timing | undefined

  async function get(path: string): Promise<unknown> {
    const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(TIMEOUT) })
    if (!response.ok) {
      await response.body?.cancel()
      throw new BeaconStatusError(path, response.status)
    }
    return JSON.parse(await boundedText(response, path))
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
      if (error instanceof BeaconStatusError && error.status === 404) return header.number
      throw error
    }
    return (header.timestamp - timing.genesis) / timing.secondsPerSlot
  }

  /** With proofs: what beacon nodes have served from Cancun on, and stop to serve since Fulu. */
  async function sidecars(slot: bigint): Promise<readonly Candidate[]> {
    const answer = parseObject(await get(`/eth/v1/beacon/blob_sidecars/${slot}`), 'sidecars')
    return parseArray(answer.data, 'sidecars.data').map((item, i) => {
      const path = `sidecars.data[${i}]`
      const sidecar = parseObject(item, path)
      return {
        blob: parseBlob(sidecar.blob, `${path}.blob`),
        proven: {
          commitment: parseBytes(sidecar.kzg_commitment, `${path}.kzg_commitment`, POINT_SIZE),
          proof: parseBytes(sidecar.kzg_proof, `${path}.kzg_proof`, POINT_SIZE),
        },
      }
    })
  }

  async function bareBlobs(slot: bigint): Promise<readonly Candidate[]> {
    const answer = parseObject(await get(`/eth/v1/beacon/blobs/${slot}`), 'blobs')
    return parseArray(answer.data, 'blobs.data').map((item, i) => ({
      blob: parseBlob(item, `blobs.data[${i}]`),
    }))
  }

  /** Whether this node is asked for sidecars first: until it has only the blobs. */
  let hasSidecars = true

  return {
    origin: new URL(url).origin,
    async blobs(block) {
      const slot = await slotOf(block)
      if (hasSidecars) {
        const found = await sidecars(slot).catch((error: unknown) => {
          if (error instanceof L1Error) return []
          throw error
        })
        if (found.length > 0) return found
      }
      const blobs = await bareBlobs(slot)
      if (blobs.length > 0) hasSidecars = false
      return blobs
    },
  }
}

async function boundedText({ body }: Response, path: string): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > MAX_ANSWER) throw new L1Error(`${path} answered with more than ${MAX_ANSWER} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parseBlob(value: unknown, path: string): Uint8Array {
  return parseBytes(value, path, BLOB_SIZE)
}

function parseBytes(value: unknown, path: string, size: number): Uint8Array {
  if (typeof value !== 'string') throw new MalformedInputError(path, 'hex digits', typeof value)
  return hexToBytes(value, path, size)
}
