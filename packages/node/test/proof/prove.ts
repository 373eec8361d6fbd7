import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  type DerivationOptions,
  type ProofClaim,
  type ProofResult,
  type ProofServer,
  type ProofSource,
  runProof,
} from '@altlayer/engine'
import { createMachine, createProgramHost, type ProgramImage, parseElf } from '@altlayer/vital'

const program = (name: string): URL => new URL(import.meta.resolve(`@altlayer/program/${name}`))

const { wasmSha256 } = JSON.parse(await readFile(program('elf/prestate.json'), 'utf8')) as {
  readonly wasmSha256: string
}
const image = parseElf(await readFile(program('elf/program.elf')))

/** Many times what a proof of a few blocks takes. */
const LIMIT = 10_000_000_000n

export interface GatheredProof {
  readonly result: ProofResult
  /** Knows every preimage that the proof asked for. */
  readonly server: ProofServer
}

/** Runs a proof in V8 and keeps what it asked for. */
export async function gatherProof(
  source: ProofSource,
  claim: ProofClaim,
  options: DerivationOptions,
): Promise<GatheredProof> {
  let server: ProofServer | undefined
  const result = await runProof(
    {
      fetch(hint, key, preimages) {
        // The preimages that a source is given to fill are those of the server itself, which answers precompiles too.
        server = preimages as ProofServer
        return source.fetch(hint, key, preimages)
      },
    },
    claim,
    options,
  )
  assert.ok(server)
  return { result, server }
}

/** The committed program, which must be that of the present sources. */
export async function programImage(): Promise<ProgramImage> {
  const wasm = createHash('sha256').update(await readFile(program('build/program.wasm')))
  assert.equal(
    wasm.digest('hex'),
    wasmSha256,
    'program/elf is of another program: npm run build:elf',
  )
  return image
}

/**
 * Runs a proof in V8, and then the same program on the proof machine with the preimages that the first run gathered:
 * both must come to the same verdict.
 */
export async function proveTwice(
  source: ProofSource,
  claim: ProofClaim,
  options: DerivationOptions,
): Promise<ProofResult> {
  const { result, server } = await gatherProof(source, claim, options)
  const machine = createMachine(await programImage(), createProgramHost(server))
  machine.run(LIMIT)
  assert.deepEqual([machine.exited, machine.exitCode], [true, result.valid ? 0 : 1])
  return result
}
