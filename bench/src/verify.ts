import { parseFixture } from '@altlayer/cli/src/verify-block/fixture.ts'
import { verifyBlock } from '@altlayer/cli/src/verify-block/verify.ts'
import { testData } from '../../scripts/testdata.ts'
import { figure, median, printTable } from './measure.ts'

const ROUNDS = 15

/**
 * Stateless execution of the two real OP Stack blocks in the test data, every preimage verified. Cold:
 * the first time in a new process, wasm not yet optimised by V8; warm: the median of the runs after,
 * each with a new instance and empty caches.
 */
export async function run(): Promise<void> {
  const data = await testData('op-blocks.tar.xz', (path) => path.endsWith('.json'))
  if (data.absent) throw new Error(data.absent)
  const rows = [...data.files].map(([path, bytes]) => {
    const fixture = parseFixture(JSON.parse(new TextDecoder().decode(bytes)))
    const times: number[] = []
    let gas = 0n
    for (let round = 0; round <= ROUNDS; round++) {
      const result = verifyBlock(fixture)
      if (!result.matches)
        throw new Error(`${path}: got ${result.hash}, not ${fixture.expectedHash}`)
      times.push(result.milliseconds)
      gas = result.header.gasUsed
    }
    const [cold, ...rest] = times as [number, ...number[]]
    const warm = median(rest)
    const mgas = (milliseconds: number) => figure(Number(gas) / 1000 / milliseconds)
    return [
      path.replace(/^.*\//, ''),
      `${fixture.transactions.length}`,
      `${gas}`,
      figure(cold),
      mgas(cold),
      figure(warm),
      mgas(warm),
    ]
  })
  printTable(['block', 'transactions', 'gas', 'cold ms', 'Mgas/s', 'warm ms', 'Mgas/s'], rows)
}
