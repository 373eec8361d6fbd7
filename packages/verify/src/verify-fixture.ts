import type { ChainConfig, Hash, Header } from '@altlayer/protocol'
import { differingHeaderFields, headerToRpc } from '@altlayer/protocol'
import { createExecutor, executionProblem } from './execute.ts'
import type { BlockFixture } from './fixture.ts'
import { VerificationProblem } from './verdict.ts'

/** What stateless execution of a fixture came to. */
export interface FixtureResult {
  readonly header: Header
  readonly hash: Hash
  /** Execution gave the expected hash. */
  readonly matches: boolean
  /** First field in which the header differs from the expected one, where the fixture has that. */
  readonly difference?: {
    readonly field: string
    readonly expected: string | undefined
    readonly actual: string | undefined
  }
  /** Hashes of the preimages that execution asked for and got. */
  readonly used: ReadonlySet<Hash>
  /** Of execution, from opening the block to its sealed header; in milliseconds. */
  readonly milliseconds: number
}

/** Runs fixtures of one chain, one after the other, on one instance of the program. */
export interface FixtureVerifier {
  /**
   * Executes the block with nothing but its witness and compares the hash. `warm`: what earlier runs brought
   * (and was hashed then) may be used; else every preimage is asked for and hashed again. Throws
   * VerificationProblem when the witness lacks a preimage or has a wrong one, or the block is not valid.
   */
  verify(fixture: BlockFixture, warm?: boolean): FixtureResult
}

/** Throws MalformedInputError for a configuration that is out of range. */
export function createFixtureVerifier(config: ChainConfig): FixtureVerifier {
  const executor = createExecutor({ config })
  return {
    verify(fixture, warm = false) {
      if (!warm) executor.clear()
      const used = new Set<Hash>()
      const byKey = new Map<string, readonly [Hash, Uint8Array]>()
      for (const entry of fixture.witness) byKey.set(entry[0].slice(4), entry)
      const execution = executor.run(fixture, (key) => {
        const found = byKey.get(Buffer.from(key.subarray(1)).toString('hex'))
        if (found !== undefined) used.add(found[0])
        return found?.[1]
      })
      if (!execution.sealed)
        throw new VerificationProblem(executionProblem(execution.error, execution.transaction))
      const { header, hash, milliseconds } = execution
      const matches = hash === fixture.expectedHash
      const difference = matches ? undefined : firstDifference(header, fixture.expectedHeader)
      return { header, hash, matches, used, milliseconds, ...(difference && { difference }) }
    },
  }
}

/** `verify` on an instance of its own. */
export function verifyFixture(fixture: BlockFixture): FixtureResult {
  return createFixtureVerifier(fixture.config).verify(fixture)
}

function firstDifference(
  actual: Header,
  expected: Header | undefined,
): FixtureResult['difference'] {
  if (expected === undefined) return undefined
  const [field] = differingHeaderFields(expected, actual)
  if (field === undefined) return undefined
  return { field, expected: headerToRpc(expected)[field], actual: headerToRpc(actual)[field] }
}
