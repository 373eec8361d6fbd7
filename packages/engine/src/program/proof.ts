import {
  PROOF_FAILED,
  PROOF_NUMBER,
  PROOF_OUTPUT,
  PROOF_STATUS,
  PROOF_VALID,
} from '@altlayer/program/shared/proof.ts'
import type { Hash } from '@altlayer/protocol'
import { readError } from './decode.ts'
import type { DerivationOptions } from './derivation.ts'
import { createImports } from './host.ts'
import { programModule } from './instance.ts'
import { createReader } from './memory.ts'
import {
  createProofServer,
  type ProofClaim,
  type ProofPreimages,
  type ProofServer,
} from './proof-server.ts'

/** Gets the preimages that a proof needs. */
export interface ProofSource {
  /**
   * Adds what a hint names (specs, "Pre-image hinting routes": `l1-transactions 0x...`) to the preimages, among it
   * what is behind `key`: a keccak256 hash, or the typed key of another kind. Rejects when it cannot be had.
   */
  fetch(hint: string, key: Hash, preimages: ProofPreimages): Promise<void>
}

export interface ProofResult {
  /** Whether the claimed output root is the right one. */
  readonly valid: boolean
  /** The block whose output root was computed: the claimed one, or the last that L1 leads to. */
  readonly number: bigint
  readonly outputRoot: Hash
}

interface Exports {
  readonly memory: WebAssembly.Memory
  resultAddress(): number
  main(): number
}

/**
 * Runs the whole fault proof: the program that a dispute on L1 is about, on V8 instead of the proof machine. Throws
 * ProgramError when it fails, whatever the source rejects with, and ProgramNotBuiltError. The thread is busy between
 * fetches.
 *
 * @param server Of the claim and the options; it has all preimages of the run afterwards.
 *
 * @example
 * const { valid, outputRoot } = await runProof(source, claim, { config })
 */
export async function runProof(
  source: ProofSource,
  claim: ProofClaim,
  options: DerivationOptions,
  server: ProofServer = createProofServer(claim, options),
): Promise<ProofResult> {
  const exports = instantiate(server)
  const memory = createReader(new Uint8Array(exports.memory.buffer))
  const result = exports.resultAddress() >>> 0
  let failed: string | undefined
  for (;;) {
    const verdict = exports.main()
    if (verdict !== PROOF_FAILED)
      return {
        valid: verdict === PROOF_VALID,
        number: memory.u64(result + PROOF_NUMBER),
        outputRoot: memory.hash(result + PROOF_OUTPUT),
      }
    const error = readError(memory, result, memory.u32(result + PROOF_STATUS))
    const key = error.context.key
    if (error.code !== 'MISSING_PREIMAGE' || key === undefined) throw error
    const wanted = `${server.lastHint()} ${key}`
    // A source that says it has it, and has it not, would be asked for ever.
    if (wanted === failed) throw error
    failed = wanted
    await source.fetch(server.lastHint(), key, server)
  }
}

function instantiate(server: ProofServer): Exports {
  const { imports, attach } = createImports({
    preimage: (key) => server.get(key),
    hint: (bytes) => server.hint(bytes),
    record: (kind, record) => server.output(kind, record),
  })
  const instance = new WebAssembly.Instance(programModule(), imports)
  const exports = instance.exports as unknown as Exports
  attach(new Uint8Array(exports.memory.buffer))
  return exports
}
