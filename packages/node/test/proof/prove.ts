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
import { createMachine, createProgramHost, parseElf } from '@altlayer/vital'

const program = (name: string): URL => new URL(import.meta.resolve(`@altlayer/program/${name}`))

const { wasmSha256 } = JSON.parse(await readFile(program('elf/prestate.json'), 'utf8')) as {
  readonly wasmSha256: string
}
const image = parseElf(await readFile(program('elf/program.elf')))

/** Many times what a proof of a few blocks takes. */
const LIMIT = 10_000_000_000n

/**
 * Runs a proof in V8, and then the same program on the proof machine with the preimages that the first run gathered:
 * both must come to the same verdict.
 */
export async function proveTwice(
  source: ProofSource,
  claim: ProofClaim,
  options: DerivationOptions,
): Promise<ProofResult> {
  let gathered: ProofServer | undefined
  const result = await runProof(
    {
      fetch(hint, key, preimages) {
        // The preimages that a source is given to fill are those of the server itself, which answers precompiles too.
        gathered = preimages as ProofServer
        return source.fetch(hint, key, preimages)
      },
    },
    claim,
    options,
  )
  assert.ok(gathered)
  const wasm = createHash('sha256').update(await readFile(program('build/program.wasm')))
  assert.equal(
    wasm.digest('hex'),
    wasmSha256,
    'program/elf is of another program: npm run build:elf',
  )
  const machine = createMachine(image, createProgramHost(gathered))
  machine.run(LIMIT)
  assert.deepEqual([machine.exited, machine.exitCode], [true, result.valid ? 0 : 1])
  return result
}
