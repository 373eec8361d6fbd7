// The properties that both the test and the long-running command check.

import fc from 'fast-check'
import { createDifferential } from './differential.ts'
import { extremes } from './extremes.ts'
import { createOpCheck, opBlocks } from './op-block.ts'
import { precompileCalls } from './precompiles.ts'
import { scenarios } from './scenario.ts'
import { createSweep, fusedCodes, pairs } from './sweep.ts'

export interface FuzzProperty {
  readonly name: string
  /** Runs that take about as long as each of the others' in a round. */
  readonly runs: number
  readonly property: fc.IAsyncPropertyWithHooks<unknown>
  /** What has been done so far, for people. */
  summary(): string
}

/** Creates the properties; one wasm memory for each. */
export async function createProperties(): Promise<readonly FuzzProperty[]> {
  const differential = await createDifferential()
  const extreme = await createDifferential()
  const precompiles = await createDifferential()
  const sweep = await createSweep()
  const op = createOpCheck()
  let limits = 0
  return [
    {
      name: 'random contracts and transactions do what they do in EthereumJS',
      runs: 200,
      property: fc.asyncProperty(scenarios, (scenario) => differential.check(scenario)),
      summary: () => list(differential.endings),
    },
    {
      name: 'so do deep recursion, long return data and more code than the cache holds',
      runs: 5,
      property: fc.asyncProperty(extremes, (scenario) => extreme.check(scenario)),
      summary: () => list(extreme.endings),
    },
    {
      name: 'so do precompiles with odd inputs',
      runs: 8,
      property: fc.asyncProperty(precompileCalls, (scenario) => precompiles.check(scenario)),
      summary: () => list(precompiles.endings),
    },
    {
      name: 'fused instructions end as single ones at every gas limit, and as in EthereumJS',
      runs: 15,
      property: fc.asyncProperty(fusedCodes, async (code) => {
        limits += await sweep.check(code)
      }),
      summary: () => `${limits} gas limits`,
    },
    {
      name: 'so do all pairs of what is fused, at the ends of the stack',
      runs: 1,
      property: fc.asyncProperty(fc.constant('all'), async () => {
        for (const pair of pairs) limits += sweep.checkHeights(pair)
      }),
      summary: () => `${limits} gas limits and heights`,
    },
    {
      name: 'ether, fees and gas of rollup blocks add up, and their witnesses prove them and nothing else',
      runs: 120,
      property: fc.asyncProperty(opBlocks, async (block) => op.check(block)),
      summary: () => JSON.stringify(op.counts),
    },
  ]
}

const list = (endings: ReadonlyMap<string, number>) =>
  [...endings].map(([ending, count]) => `${count} ${ending}`).join(', ')

/** Checks a property; throws with the seed and the smallest counterexample. */
export async function checkProperty(
  { name, property }: FuzzProperty,
  seed: number,
  numRuns: number,
): Promise<void> {
  const result = await fc.check(property, { seed, numRuns })
  if (!result.failed) return
  const { counterexample, counterexamplePath, errorInstance } = result
  throw new Error(
    `${name}\nseed ${seed}, path ${counterexamplePath}\ncounterexample ${show(counterexample)}`,
    { cause: errorInstance },
  )
}

function show(value: unknown): string {
  const replace = (_: string, item: unknown) => {
    if (typeof item === 'bigint') return `${item}n`
    return item instanceof Uint8Array ? `0x${Buffer.from(item).toString('hex')}` : item
  }
  return JSON.stringify(value, replace, 1)
}
