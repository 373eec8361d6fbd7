import { FR, G1 } from '../precompiles/mcl.ts'
import { bitReversed, FIELD_ELEMENTS, type ScalarField } from './field.ts'

/** A group that a Fourier transform works in; addresses are offsets into mcl's memory. */
interface Group {
  /** Bytes of an element. */
  readonly size: number
  add(to: number, a: number, b: number): void
  sub(to: number, a: number, b: number): void
  /** `scalar` times `a`. */
  mul(to: number, a: number, scalar: number): void
}

/**
 * Replaces the `count` elements at an address, x_j at the place of j's reversed bits, by the sums of w^(jk) x_j at the
 * place of k: w is the first root of unity of order `count`, a power of two up to 4096. The inverse transform is the
 * same, its result k at the place of -k and `count` times as large.
 */
export type Transform = (at: number, count: number) => void

/** Transforms of vectors of scalars and of points of G1. */
export function createTransforms(field: ScalarField): {
  readonly scalars: Transform
  readonly points: Transform
} {
  const { mcl } = field
  const roots = naturalRoots(field)
  const scalars: Group = {
    size: FR,
    add: mcl._mclBnFr_add,
    sub: mcl._mclBnFr_sub,
    mul: mcl._mclBnFr_mul,
  }
  const points: Group = {
    size: G1,
    add: mcl._mclBnG1_add,
    sub: mcl._mclBnG1_sub,
    mul: mcl._mclBnG1_mul,
  }
  return {
    scalars: transformIn(scalars, roots, mcl._malloc(FR)),
    points: transformIn(points, roots, mcl._malloc(G1)),
  }
}

function transformIn(group: Group, roots: number, product: number): Transform {
  const { size, add, sub, mul } = group
  return (at, count) => {
    for (let half = 1; half < count; half *= 2) {
      const stride = (FIELD_ELEMENTS / (2 * half)) * FR
      for (let start = 0; start < count; start += 2 * half) {
        for (let j = 0; j < half; j++) {
          const [low, high] = [at + (start + j) * size, at + (start + j + half) * size]
          mul(product, high, roots + j * stride)
          sub(high, low, product)
          add(low, low, product)
        }
      }
    }
  }
}

/** The first half of the roots of unity, by number. */
function naturalRoots({ mcl, roots }: ScalarField): number {
  const natural = mcl._malloc((FIELD_ELEMENTS / 2) * FR)
  const heap = new Uint8Array(mcl.wasmMemory.buffer)
  for (let i = 0; i < FIELD_ELEMENTS / 2; i++) {
    const from = roots + bitReversed(i, FIELD_ELEMENTS) * FR
    heap.copyWithin(natural + i * FR, from, from + FR)
  }
  return natural
}
