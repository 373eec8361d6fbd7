import { type Curve, FR, G1 } from '../precompiles/mcl.ts'
import { bitReversed, FIELD_ELEMENTS, type ScalarField } from './field.ts'
import { createTransforms, type Transform } from './transform.ts'

// Proofs of cells (EIP-7594; consensus specs, Fulu, "Polynomial Commitments Sampling") by FK20 (Feist and Khovratovich,
// "Fast amortized KZG proofs"). The cell at the coset {x : x^64 = a} is proven by the quotient of the polynomial f by
// x^64 - a at tau, which is the sum over m = 1..63 of a^(m-1) H_m, where
//
//   H_m = sum over i of f_(i+64m) [tau^i].
//
// With i = r + 64 s that is, for each r < 64, a correlation of 64 coefficients with 64 points: a product in frequency
// space. The 128 values of a are the roots of unity of order 128, so that all proofs are one transform of the H_m.

/** Elements of a cell. */
const CELL = 64
/** Cells of an extended blob. */
export const CELLS = 128

/** The setup's points that FK20 works with. */
export const CELL_SETUP_POINTS = CELLS * CELL

/** Computes the proofs of all cells of the blob that was read last; addresses of points, in the order of the cells. */
export type ProveCells = () => readonly number[]

interface CellContext {
  readonly curve: Curve
  readonly field: ScalarField
  readonly transformScalars: Transform
  readonly transformPoints: Transform
  /** The points: for each frequency k and t < 64 the sum over s < 63 of w^(ks) [tau^(64 (62 - s) + 63 - t)]. */
  readonly setup: number
  /** 4096 scalars: the coefficients f_i at the place of -i. */
  readonly coefficients: number
  /** 128 scalars, those of one r. */
  readonly residue: number
  /** For each frequency the 64 scalars that belong to the setup's points. */
  readonly spectrum: number
  /** 128 points each. */
  readonly sums: number
  readonly proofs: number
  /** 1 / (4096 * 128), what both inverse transforms leave out. */
  readonly scale: number
}

/** `setup` is the address of CELL_SETUP_POINTS points in the order of `CellContext.setup`. */
export function prepareCells(curve: Curve, field: ScalarField, setup: number): ProveCells {
  const { mcl } = field
  const transforms = createTransforms(field)
  const scale = mcl._malloc(FR)
  mcl._mclBnFr_setInt32(scale, FIELD_ELEMENTS * CELLS)
  mcl._mclBnFr_inv(scale, scale)
  const context: CellContext = {
    curve,
    field,
    transformScalars: transforms.scalars,
    transformPoints: transforms.points,
    setup,
    coefficients: mcl._malloc(FIELD_ELEMENTS * FR),
    residue: mcl._malloc(CELLS * FR),
    spectrum: mcl._malloc(CELL_SETUP_POINTS * FR),
    sums: mcl._malloc(CELLS * G1),
    proofs: mcl._malloc(CELLS * G1),
    scale,
  }
  return () => {
    interpolate(context)
    for (let r = 0; r < CELL; r++) transformResidue(context, r)
    sumUp(context)
    return transformProofs(context)
  }
}

/** From the blob's elements, which are the values at the roots of unity, to the coefficients. */
function interpolate({ field, transformScalars, coefficients, scale }: CellContext): void {
  const { mcl, elements } = field
  copy(field, coefficients, elements, FIELD_ELEMENTS * FR)
  transformScalars(coefficients, FIELD_ELEMENTS)
  for (let at = 0; at < FIELD_ELEMENTS * FR; at += FR)
    mcl._mclBnFr_mul(coefficients + at, coefficients + at, scale)
}

/** The coefficients f_(r+64j) in frequency space. */
function transformResidue(context: CellContext, r: number): void {
  const { field, transformScalars, coefficients, residue, spectrum } = context
  for (let j = 0; j < CELLS; j++) {
    const to = residue + bitReversed(j, CELLS) * FR
    const place = (FIELD_ELEMENTS - (r + CELL * j)) % FIELD_ELEMENTS
    if (j < CELL) copy(field, to, coefficients + place * FR, FR)
    else field.mcl._mclBnFr_setInt32(to, 0)
  }
  transformScalars(residue, CELLS)
  for (let k = 0; k < CELLS; k++)
    copy(field, spectrum + (k * CELL + CELL - 1 - r) * FR, residue + k * FR, FR)
}

/** The products of both sides of the correlations, added up for each frequency. */
function sumUp({ curve, setup, spectrum, sums }: CellContext): void {
  for (let k = 0; k < CELLS; k++)
    curve.mcl._mclBnG1_mulVec(
      sums + bitReversed(k, CELLS) * G1,
      setup + k * CELL * G1,
      spectrum + k * CELL * FR,
      CELL,
    )
}

/** Back from frequency space to the H_m, and on to the proofs. */
function transformProofs(context: CellContext): readonly number[] {
  const { curve, field, transformPoints, sums, proofs } = context
  transformPoints(sums, CELLS)
  for (let m = 1; m <= CELLS; m++) {
    const to = proofs + bitReversed(m - 1, CELLS) * G1
    // The setup's order, s from the end, puts H_m at m + 62; the inverse transform puts that at its negative.
    if (m < CELL) copy(field, to, sums + (CELLS - (m + CELL - 2)) * G1, G1)
    else curve.mcl._mclBnG1_clear(to)
  }
  transformPoints(proofs, CELLS)
  return Array.from({ length: CELLS }, (_, i) => proofs + bitReversed(i, CELLS) * G1)
}

function copy({ mcl }: ScalarField, to: number, from: number, size: number): void {
  new Uint8Array(mcl.wasmMemory.buffer).copyWithin(to, from, from + size)
}
