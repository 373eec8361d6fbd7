import { parseArgs } from 'node:util'
import { figure, geometricMean, median, printTable } from '../measure.ts'
import { anvil, type Contestant, ethereumjs, ours } from './contestants.ts'
import { type Workload, workloads } from './workloads.ts'

interface Measured {
  readonly workload: string
  readonly gas: bigint
  /** Medians, in milliseconds. */
  readonly ours: number
  readonly anvil: number
  readonly ethereumjs: number
}

/**
 * Runs each workload by turns in our program and in anvil, a few rounds after warm-up, and compares the
 * medians; EthereumJS is run once or twice, since it takes much longer. All must return the same bytes.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '9' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const contestants = { ours: ours(), anvil: await anvil(), ethereumjs: await ethereumjs() }
  try {
    const measured: Measured[] = []
    for (const workload of workloads()) {
      if (values.only !== undefined && !workload.name.includes(values.only)) continue
      measured.push(await measure(workload, contestants, Number(values.rounds)))
    }
    if (values.json) printJson(measured)
    else print(measured)
  } finally {
    for (const contestant of Object.values(contestants)) await contestant.close()
  }
}

async function measure(
  workload: Workload,
  contestants: { ours: Contestant; anvil: Contestant; ethereumjs: Contestant },
  rounds: number,
): Promise<Measured> {
  const expected = await contestants.ours.run(workload)
  const time = async (contestant: Contestant): Promise<number> => {
    const { milliseconds, output } = await contestant.run(workload)
    if (output !== expected.output) {
      throw new Error(`${workload.name}: ${output} in place of ${expected.output}`)
    }
    return milliseconds
  }
  // V8 replaces its first, simple code of the program in the background; give it time to.
  for (const until = performance.now() + 1500; performance.now() < until; ) {
    await time(contestants.ours)
    await time(contestants.anvil)
  }
  const times: { ours: number[]; anvil: number[]; ethereumjs: number[] } = {
    ours: [],
    anvil: [],
    ethereumjs: [],
  }
  for (let round = 0; round < rounds; round++) {
    times.ours.push(await time(contestants.ours))
    times.anvil.push(await time(contestants.anvil))
  }
  times.ethereumjs.push(await time(contestants.ethereumjs))
  return {
    workload: workload.name,
    gas: expected.gas,
    ours: median(times.ours),
    anvil: median(times.anvil),
    ethereumjs: median(times.ethereumjs),
  }
}

const ratio = ({ ours, anvil }: Measured) => anvil / ours
const megagas = ({ gas }: Measured, milliseconds: number) => Number(gas) / milliseconds / 1000

function print(measured: readonly Measured[]): void {
  printTable(
    ['workload', 'gas', 'ours ms', 'anvil ms', 'ours / anvil', 'ours Mgas/s', 'EthereumJS Mgas/s'],
    measured.map((row) => [
      row.workload,
      `${row.gas}`,
      figure(row.ours),
      figure(row.anvil),
      `${ratio(row).toFixed(2)}x`,
      figure(megagas(row, row.ours)),
      figure(megagas(row, row.ethereumjs)),
    ]),
  )
  console.log(`geometric mean of ours / anvil: ${geometricMean(measured.map(ratio)).toFixed(2)}x`)
}

function printJson(measured: readonly Measured[]): void {
  const rows = measured.map((row) => ({
    workload: row.workload,
    gas: Number(row.gas),
    oursMilliseconds: row.ours,
    anvilMilliseconds: row.anvil,
    ratio: ratio(row),
    oursMegagasPerSecond: megagas(row, row.ours),
    ethereumjsMegagasPerSecond: megagas(row, row.ethereumjs),
  }))
  console.log(
    JSON.stringify({ workloads: rows, geometricMean: geometricMean(measured.map(ratio)) }),
  )
}
