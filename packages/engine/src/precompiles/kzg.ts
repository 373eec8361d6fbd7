import { hash } from 'node:crypto'
import { isBelow, isZero } from './input.ts'
import { type Curve, FP, FR, G1, readFp, readFr, readG1, readG2, writeFp } from './mcl.ts'

// EIP-4844's point evaluation, on mcl's BLS12-381: one proof needs of the KZG ceremony's result nothing
// but [tau]G2, and both G2 points of the check are fixed.

const BLS_MODULUS = '73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001'
const FIELD_ELEMENTS_PER_BLOB = '1000'
const MODULUS = Uint8Array.from(Buffer.from(BLS_MODULUS, 'hex'))
const RESULT = Buffer.from(FIELD_ELEMENTS_PER_BLOB.padStart(64, '0') + BLS_MODULUS, 'hex')

// x.c0, x.c1, y.c0, y.c1 of the group's generator and of [tau]G2 from the ceremony's trusted setup.
const G2_GENERATOR = [
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
  '13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e',
  '0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801',
  '0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be',
]
const G2_TAU = [
  '185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2',
  '15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72',
  '014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99',
  '1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154f',
]
const G1_GENERATOR = [
  '17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
  '08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1',
]

/** BLS12-381 with what the check needs of it prepared. */
export interface KzgContext {
  readonly curve: Curve
  /** Line functions of the generator and [tau]G2 for the Miller loop. */
  readonly generatorLines: number
  readonly tauLines: number
  readonly negatedG1: number
  readonly commitment: number
  readonly proof: number
  readonly four: number
  readonly scratch: number
}

/** Prepares the fixed points; `curve` must be BLS12-381. */
export function prepareKzg(curve: Curve): KzgContext {
  const { mcl, g1, g2 } = curve
  const lines = (coordinates: readonly string[]) => {
    if (!readG2(curve, g2, encoded(coordinates), 0, false)) throw new Error('KZG: bad G2 constant')
    const buffer = mcl._malloc(8 * mcl._mclBn_getUint64NumToPrecompute())
    mcl._mclBn_precomputeG2(buffer, g2)
    return buffer
  }
  if (!readG1(curve, g1, encoded(G1_GENERATOR), 0)) throw new Error('KZG: bad G1 constant')
  const negatedG1 = mcl._malloc(G1)
  mcl._mclBnG1_neg(negatedG1, g1)
  const four = mcl._malloc(FP)
  mcl._mclBnFp_setInt32(four, 4)
  return {
    curve,
    generatorLines: lines(G2_GENERATOR),
    tauLines: lines(G2_TAU),
    negatedG1,
    commitment: mcl._malloc(G1),
    proof: mcl._malloc(G1),
    four,
    scratch: mcl._malloc(FP),
  }
}

/**
 * Precompile 0x0a. Input: versioned hash, z, y (32 bytes each), commitment, proof (48 each). Undefined
 * unless the proof shows that the committed polynomial is y at z.
 */
export function pointEvaluation(context: KzgContext, input: Uint8Array): Uint8Array | undefined {
  if (input.length !== 192) return undefined
  const versioned = hash('sha256', input.subarray(96, 144), 'buffer')
  versioned[0] = 1
  if (!versioned.equals(input.subarray(0, 32))) return undefined
  if (!isBelow(input, 32, MODULUS) || !isBelow(input, 64, MODULUS)) return undefined
  if (!decompress(context, context.commitment, input, 96)) return undefined
  if (!decompress(context, context.proof, input, 144)) return undefined
  return verify(context, input) ? new Uint8Array(RESULT) : undefined
}

// e(C - y G1 + z proof, G2) = e(proof, [tau]G2)
function verify(context: KzgContext, input: Uint8Array): boolean {
  const { curve, negatedG1, commitment, proof } = context
  const { mcl, g1, fr, resultG1, sumG1 } = curve
  readFr(curve, fr, input, 64)
  readFr(curve, fr + FR, input, 32)
  const heap = new Uint8Array(mcl.wasmMemory.buffer)
  heap.copyWithin(g1, negatedG1, negatedG1 + G1)
  heap.copyWithin(g1 + G1, proof, proof + G1)
  const infinite = mcl._mclBnG1_isZero(proof) === 1
  mcl._mclBnG1_mulVec(resultG1, g1, fr, infinite ? 1 : 2)
  mcl._mclBnG1_add(sumG1, commitment, resultG1)
  return openingHolds(context, sumG1, proof)
}

/** Whether e(left, G2) = e(proof, [tau]G2); normalises `left`. */
export function openingHolds(context: KzgContext, left: number, proof: number): boolean {
  const { mcl, g1, gt } = context.curve
  // A point at infinity pairs to one: then the other must be infinity too.
  const infinite = mcl._mclBnG1_isZero(proof) === 1
  if (infinite || mcl._mclBnG1_isZero(left) === 1)
    return infinite && mcl._mclBnG1_isZero(left) === 1
  mcl._mclBnG1_normalize(left, left)
  mcl._mclBnG1_normalize(g1, proof)
  mcl._mclBnG1_neg(g1, g1)
  mcl._mclBn_precomputedMillerLoop2(gt, left, context.generatorLines, g1, context.tauLines)
  mcl._mclBn_finalExp(gt, gt)
  return mcl._mclBnGT_isOne(gt) === 1
}

/** Reads a compressed point of the subgroup (the serialisation of EIP-4844, as in the consensus layer's BLS keys). */
export function decompress(
  context: KzgContext,
  to: number,
  input: Uint8Array,
  at: number,
): boolean {
  const { curve, four, scratch } = context
  const { mcl } = curve
  const flags = input[at] as number
  if ((flags & 0x80) === 0) return false
  if ((flags & 0x40) !== 0) {
    mcl._mclBnG1_clear(to)
    return flags === 0xc0 && isZero(input, at + 1, at + 48)
  }
  const field = new Uint8Array(64)
  field.set(input.subarray(at, at + 48), 16)
  field[16] = flags & 0x1f
  const [x, y] = [to, to + FP]
  if (!readFp(curve, x, field, 0)) return false
  mcl._mclBnFp_sqr(scratch, x)
  mcl._mclBnFp_mul(scratch, scratch, x)
  mcl._mclBnFp_add(scratch, scratch, four)
  if (mcl._mclBnFp_squareRoot(y, scratch) !== 0) return false
  const isLarger = isLargerRoot(curve, y)
  if (isLarger !== ((flags & 0x20) !== 0)) mcl._mclBnFp_neg(y, y)
  mcl._mclBnFp_setInt32(to + 2 * FP, 1)
  return mcl._mclBnG1_isValidOrder(to) === 1
}

/** Whether y is above (p - 1) / 2: the larger of the two roots. y is not 0, as -4 is no cube. */
export function isLargerRoot(curve: Curve, y: number): boolean {
  const value = new Uint8Array(64)
  writeFp(curve, y, value, 0)
  const twice = BigInt(`0x${Buffer.from(value).toString('hex')}`) * 2n
  return twice > BigInt(`0x${Buffer.from(curve.modulus).toString('hex')}`)
}

function encoded(coordinates: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(coordinates.map((c) => c.padStart(128, '0')).join(''), 'hex'))
}
