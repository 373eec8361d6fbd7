import { decodeTransaction, type Hash, TX_BLOB, versionedHash } from '@altlayer/protocol'
import type { FetchBlob } from '../derivation/preimage-source.ts'
import {
  type Beacon,
  BeaconAnswerError,
  BLOB_FORMS,
  type BlobCandidate,
  type BlobForm,
  connectBeacon,
  type SlotTiming,
} from './beacon.ts'
import { L1Error } from './client.ts'
import type { L1FullBlock } from './data.ts'
import { commitToBlob, verifyBlobs } from './kzg.ts'

/** A blob and its KZG commitment, 48 bytes. */
export interface CommittedBlob {
  readonly blob: Uint8Array
  readonly commitment: Uint8Array
}

/** The blobs of the transaction that a blob belongs to: they are asked for together. */
interface Wanted {
  readonly block: L1FullBlock
  readonly hashes: readonly Hash[]
  /** Place of the first among the blobs of the block. */
  readonly first: number
  /** Blobs in the block. */
  readonly total: number
}

interface Source {
  readonly beacon: Beacon
  /** In which blobs are asked for: that which worked last is the first. */
  forms: readonly BlobForm[]
  /** When slots are, as it says; 'untold': it does not say; undefined: not asked yet. */
  timing?: SlotTiming | 'untold'
}

/**
 * Fetches blobs from beacon APIs: from the one that had the last, then from the others in order. Each is
 * checked against the versioned hash asked for by its KZG proof, or by its own commitment, so that a beacon
 * node need not be trusted. Rejects with L1Error, which tells what each of them said.
 */
export function createBlobSource(urls: readonly string[]): FetchBlob {
  const fetchBlob = createCommittedBlobSource(urls)
  return async (hash, block) => (await fetchBlob(hash, block)).blob
}

/** As `createBlobSource`, with the commitments that the blobs were checked by. */
export function createCommittedBlobSource(
  urls: readonly string[],
): (hash: Hash, block: L1FullBlock) => Promise<CommittedBlob> {
  let sources: readonly Source[] = urls.map((url) => ({
    beacon: connectBeacon(url),
    forms: BLOB_FORMS,
  }))
  /** Blobs of one transaction are wanted one after the other. */
  let last:
    | { readonly of: Hash; readonly first: number; blobs: readonly BlobCandidate[] }
    | undefined

  /**
   * Where a node has the blobs of a block. Archives of blobs do not say when slots are: for them any other's word is
   * taken. Where none says it, as at Anvil, blocks go by their numbers.
   */
  async function slotsOf(source: Source, { header }: L1FullBlock): Promise<ReadonlySet<bigint>> {
    const slotBy = ({ genesis, secondsPerSlot }: SlotTiming) =>
      (header.timestamp - genesis) / secondsPerSlot
    const own = await timingOf(source)
    if (own !== 'untold') return new Set([slotBy(own)])
    const others = await Promise.allSettled(sources.map(timingOf))
    const slots = others.flatMap((other) =>
      other.status === 'fulfilled' && other.value !== 'untold' ? [slotBy(other.value)] : [],
    )
    return new Set(slots.length > 0 ? slots : [header.number])
  }

  /** What a node has, in the first form in which it has it. */
  async function from(source: Source, hash: Hash, wanted: Wanted) {
    const problems: string[] = []
    const hashes = [...new Set(wanted.hashes)]
    const indices = wanted.hashes.map((_, i) => wanted.first + i)
    for (const slot of await slotsOf(source, wanted.block))
      for (const form of source.forms) {
        try {
          const blobs = await source.beacon.blobs(form, { slot, hashes, indices })
          const found = await pick(hash, wanted, blobs)
          if (found === undefined) {
            problems.push('the block has no such blob')
            continue
          }
          source.forms = [form, ...source.forms.filter((other) => other !== form)]
          last = { of: wanted.block.hash, first: wanted.first, blobs }
          return found
        } catch (error) {
          if (!(error instanceof BeaconAnswerError)) throw error
          problems.push(error.message)
        }
      }
    throw new L1Error([...new Set(problems)].join(', '))
  }

  return async (hash, block) => {
    const wanted = wantedWith(hash, block)
    if (last?.of === block.hash && last.first === wanted.first) {
      const found = await pick(hash, wanted, last.blobs)
      if (found !== undefined) return found
    }
    const problems: string[] = []
    for (const source of sources) {
      try {
        const found = await from(source, hash, wanted)
        sources = [source, ...sources.filter((other) => other !== source)]
        return found
      } catch (error) {
        problems.push(`${source.beacon.origin}: ${(error as Error).message}`)
      }
    }
    const reasons = problems.length > 0 ? problems.join('; ') : 'no beacon API is configured'
    throw new L1Error(`blob ${hash} of L1 block ${block.header.number}: ${reasons}`)
  }
}

/** Asked until it answers. Rejects where it does not, or with what is no timing. */
async function timingOf(source: Source): Promise<SlotTiming | 'untold'> {
  try {
    source.timing ??= await source.beacon.timing()
  } catch (error) {
    if (!(error instanceof BeaconAnswerError) || error.status !== 404) throw error
    source.timing = 'untold'
  }
  return source.timing
}

/** The blob that verifiably has the versioned hash. A node may send more than was asked for, not more than there are. */
async function pick(
  hash: Hash,
  { hashes, first, total }: Wanted,
  answer: readonly BlobCandidate[],
): Promise<CommittedBlob | undefined> {
  const candidates = answer.slice(0, total)
  for (const { blob, proven } of candidates)
    if (proven !== undefined && versionedHash(proven.commitment) === hash)
      if (await verifyBlobs([{ blob, ...proven }])) return { blob, commitment: proven.commitment }
  // Without commitments a blob's own must be computed: that of the one in the right place first.
  const place = hashes.indexOf(hash)
  const likely = candidates.length > hashes.length ? first + place : place
  const inOrder = [...candidates.slice(likely, likely + 1), ...candidates]
  for (const { blob, proven } of new Set(inOrder)) {
    if (proven !== undefined) continue
    const committed = await commitToBlob(blob)
    if (committed.versionedHash === hash) return { blob, commitment: committed.commitment }
  }
  return undefined
}

/** Throws L1Error where no transaction of the block has such a blob. */
function wantedWith(hash: Hash, block: L1FullBlock): Wanted {
  const lists = block.transactions.flatMap((raw) => {
    const transaction = raw[0] === TX_BLOB ? decodeTransaction(raw) : undefined
    return transaction?.type === TX_BLOB ? [transaction.blobVersionedHashes] : []
  })
  let total = 0
  let wanted: Pick<Wanted, 'hashes' | 'first'> | undefined
  for (const hashes of lists) {
    if (wanted === undefined && hashes.includes(hash)) wanted = { hashes, first: total }
    total += hashes.length
  }
  if (wanted === undefined)
    throw new L1Error(`no transaction of L1 block ${block.header.number} has the blob ${hash}`)
  return { ...wanted, block, total }
}
