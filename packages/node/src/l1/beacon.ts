import {
  type Hash,
  hexToBytes,
  httpEndpoint,
  MalformedInputError,
  parseArray,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'
import { BLOB_SIZE } from '../batcher/blob.ts'
import { L1Error } from './client.ts'

/** Bytes of a compressed point: a commitment, a proof. */
const POINT_SIZE = 48
/** Bytes of an answer at most: 200 blobs in hex, several times what a block may have. */
const MAX_ANSWER = 64 * 1024 * 1024
/** Milliseconds that a beacon node may take. */
const TIMEOUT = 20_000

/** Blobs of one block: that in this slot. */
export interface BlobQuery {
  readonly slot: bigint
  /** Their places among the blobs of the block. */
  readonly indices: readonly number[]
  /** Their versioned hashes. */
  readonly hashes: readonly Hash[]
}

/** A blob as a beacon node gave it out, not verified yet. */
export interface BlobCandidate {
  readonly blob: Uint8Array
  /** Commitment and proof, where the node gives them. */
  readonly proven?: { readonly commitment: Uint8Array; readonly proof: Uint8Array }
}

/** When an L1's slots are. */
export interface SlotTiming {
  /** Seconds. */
  readonly genesis: bigint
  readonly secondsPerSlot: bigint
}

/** One beacon node, over HTTP (ethereum/beacon-APIs). Methods reject with BeaconAnswerError where it answers, but not so. */
export interface Beacon {
  /** Where it is, for messages: without path and query, which may hold an access key. */
  readonly origin: string
  timing(): Promise<SlotTiming>
  blobs(form: BlobForm, query: BlobQuery): Promise<readonly BlobCandidate[]>
}

/** A beacon node answered, but not with what was asked. It may have it in another form. */
export class BeaconAnswerError extends L1Error {
  /** HTTP's; 200 where it is the content that is wrong. */
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/**
 * The forms in which beacon nodes have given out blobs, those that cost least first. Sidecars carry proofs, and are what
 * archives of blobs serve; since Fulu most nodes have only `blobs`, some of them only for who holds all columns. Not
 * every server knows the filters: without them the whole block comes.
 */
export const BLOB_FORMS = ['sidecars', 'blobs', 'all-blobs', 'all-sidecars'] as const
export type BlobForm = (typeof BLOB_FORMS)[number]

export function connectBeacon(url: string): Beacon {
  const { href, origin, headers } = httpEndpoint(url)
  const base = new URL(href)
  const folder = base.pathname.replace(/\/$/, '')

  /** `parse`s what is answered; `parameters` are added to those of the URL, where an access key may be. */
  async function get<T>(
    path: string,
    parse: (data: unknown) => T,
    parameters: readonly (readonly [string, string])[] = [],
  ): Promise<T> {
    const target = new URL(base)
    target.pathname = `${folder}${path}`
    for (const [name, value] of parameters) target.searchParams.append(name, value)
    const response = await fetch(target, {
      headers: { ...headers, accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new BeaconAnswerError(`${path} answered ${response.status}`, response.status)
    }
    const text = await boundedText(response, path)
    try {
      return parse(parseObject(JSON.parse(text), 'answer').data)
    } catch (error) {
      if (error instanceof MalformedInputError || error instanceof SyntaxError)
        throw new BeaconAnswerError(`${path}: ${error.message}`, response.status)
      throw error
    }
  }

  return {
    origin,
    async timing() {
      const genesis = await get('/eth/v1/beacon/genesis', (data) =>
        parseInteger(parseObject(data, 'data').genesis_time, 'genesis_time'),
      )
      return {
        genesis,
        secondsPerSlot: await get('/eth/v1/config/spec', (data) => {
          const seconds = parseInteger(
            parseObject(data, 'data').SECONDS_PER_SLOT,
            'SECONDS_PER_SLOT',
          )
          if (seconds === 0n) throw new MalformedInputError('SECONDS_PER_SLOT', 'at least 1', '0')
          return seconds
        }),
      }
    },
    blobs(form, { slot, indices, hashes }) {
      switch (form) {
        case 'sidecars':
          return get(
            `/eth/v1/beacon/blob_sidecars/${slot}`,
            parseSidecars,
            indices.map((index) => ['indices', `${index}`]),
          )
        case 'all-sidecars':
          return get(`/eth/v1/beacon/blob_sidecars/${slot}`, parseSidecars)
        case 'blobs':
          return get(
            `/eth/v1/beacon/blobs/${slot}`,
            parseBlobs,
            hashes.map((hash) => ['versioned_hashes', hash]),
          )
        case 'all-blobs':
          return get(`/eth/v1/beacon/blobs/${slot}`, parseBlobs)
      }
    },
  }
}

function parseSidecars(data: unknown): readonly BlobCandidate[] {
  return parseArray(data, 'sidecars').map((item, i) => {
    const path = `sidecars[${i}]`
    const sidecar = parseObject(item, path)
    return {
      blob: parseBytes(sidecar.blob, `${path}.blob`, BLOB_SIZE),
      proven: {
        commitment: parseBytes(sidecar.kzg_commitment, `${path}.kzg_commitment`, POINT_SIZE),
        proof: parseBytes(sidecar.kzg_proof, `${path}.kzg_proof`, POINT_SIZE),
      },
    }
  })
}

function parseBlobs(data: unknown): readonly BlobCandidate[] {
  return parseArray(data, 'blobs').map((item, i) => ({
    blob: parseBytes(item, `blobs[${i}]`, BLOB_SIZE),
  }))
}

function parseBytes(value: unknown, path: string, size: number): Uint8Array {
  if (typeof value !== 'string') throw new MalformedInputError(path, 'hex digits', typeof value)
  return hexToBytes(value, path, size)
}

async function boundedText({ body, status }: Response, path: string): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > MAX_ANSWER)
      throw new BeaconAnswerError(`${path} answered with more than ${MAX_ANSWER} bytes`, status)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
