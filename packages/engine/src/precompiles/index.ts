import { blake2f, initBlake2f } from './blake2f.ts'
import {
  blsG1Add,
  blsG1Msm,
  blsG2Add,
  blsG2Msm,
  blsMapFp2ToG2,
  blsMapFpToG1,
  blsPairing,
  loadBls12381,
} from './bls12381.ts'
import { bn254Add, bn254Mul, bn254Pairing, loadBn254 } from './bn254.ts'
import { ecrecover } from './ecrecover.ts'
import { ripemd160, sha256 } from './hashes.ts'
import { pointEvaluation, prepareKzg } from './kzg.ts'
import { modexp } from './modexp.ts'
import { loadP256, p256Verify } from './p256.ts'

export { recoverSender } from './ecrecover.ts'

type Precompile = (input: Uint8Array) => Uint8Array | undefined

/** `precompile` was called before `initPrecompiles` had finished. */
export class PrecompilesNotReadyError extends Error {
  override readonly name = 'PrecompilesNotReadyError'

  constructor() {
    super('precompiles: await initPrecompiles() before the first call')
  }
}

let loading: Promise<void> | undefined
let table: ReadonlyMap<number, Precompile> | undefined

/** Loads the curves' wasm; once a thread, before the first `precompile`. Calling it again is free. */
export function initPrecompiles(): Promise<void> {
  loading ??= load()
  return loading
}

async function load(): Promise<void> {
  initBlake2f()
  const [bn254, bls, p256] = await Promise.all([loadBn254(), loadBls12381(), loadP256()])
  const kzg = prepareKzg(bls)
  table = new Map<number, Precompile>([
    [0x01, ecrecover],
    [0x02, sha256],
    [0x03, ripemd160],
    [0x05, modexp],
    [0x06, (input) => bn254Add(bn254, input)],
    [0x07, (input) => bn254Mul(bn254, input)],
    [0x08, (input) => bn254Pairing(bn254, input)],
    [0x09, blake2f],
    [0x0a, (input) => pointEvaluation(kzg, input)],
    [0x0b, (input) => blsG1Add(bls, input)],
    [0x0c, (input) => blsG1Msm(bls, input)],
    [0x0d, (input) => blsG2Add(bls, input)],
    [0x0e, (input) => blsG2Msm(bls, input)],
    [0x0f, (input) => blsPairing(bls, input)],
    [0x10, (input) => blsMapFpToG1(bls, input)],
    [0x11, (input) => blsMapFp2ToG2(bls, input)],
    [0x100, (input) => p256Verify(p256, input)],
  ])
}

/**
 * The answer of the precompile at `address` (1 to 0x11 but identity, and 0x100), or undefined when it
 * fails, which costs the caller all gas. Gas and input size limits are the program's to check. Which of
 * them exist is a matter of the fork, so of the program as well; an address without one fails.
 */
export function precompile(address: number, input: Uint8Array): Uint8Array | undefined {
  if (table === undefined) throw new PrecompilesNotReadyError()
  return table.get(address)?.(input)
}
