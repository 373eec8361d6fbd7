import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { serveRpc } from '../../../rpc/test/support/json-rpc-server.ts'
import { createTestChain } from '../helpers/chain.ts'
import { realBlocks } from '../helpers/fixtures.ts'
import { record, recordedMethods } from '../helpers/recorded.ts'
import type { Reading, SoakTask } from './child.ts'

// Whether memory stays flat: a process of its own follows two rollups for thousands of blocks, and meanwhile
// verifies the real OP Mainnet and Sepolia blocks again and again. What it serves them from is here.
//   npm run soak -w @altlayer/verify -- --blocks 3000

const { values } = parseArgs({ options: { blocks: { type: 'string', default: '3000' } } })
const blocks = Number(values.blocks)
if (!Number.isSafeInteger(blocks) || blocks < 100) throw new RangeError('--blocks: at least 100')

/** Part of the run in which caches and heaps reach their size. */
const WARM_UP = 0.3
/** Growth after that which is not called flat; a heap breathes by less. */
const TOLERANCE = 32 << 20

const chains = [createTestChain(901n), createTestChain(902n, 'isthmus')]
for (const chain of chains) chain.mine(blocks)
const servers = await Promise.all([
  ...chains.map(({ methods }) => serveRpc(methods)),
  ...realBlocks.map(({ fixture }) => serveRpc(recordedMethods(record(fixture)))),
])
const urls = servers.map(({ url }) => url)
const task: SoakTask = {
  rollups: chains.map(({ config }, i) => ({ url: urls[i] as string, config })),
  real: realBlocks.map(({ fixture }, i) => ({
    url: urls[chains.length + i] as string,
    config: fixture.config,
    number: fixture.parent.number + 1n,
  })),
  blocks,
}
const child: ChildProcess = fork(new URL('./child.ts', import.meta.url), {
  serialization: 'advanced',
})
const readings: Reading[] = []
child.on('message', (reading: Reading) => {
  readings.push(reading)
  const { followed, real, rss, heap } = reading
  console.log(
    `${followed} blocks followed, ${real} real blocks: ${mib(rss)} MiB resident, ${mib(heap)} MiB heap`,
  )
})
child.send(task)
const [code] = (await once(child, 'exit')) as [number]
await Promise.all(servers.map((server) => server.close()))
if (code !== 0) throw new Error(`the process ended with exit code ${code}`)

const total = readings.at(-1)?.followed ?? 0
const settled = readings.filter(({ followed }) => followed >= total * WARM_UP)
const half = settled.length >> 1
const peak = (list: readonly Reading[]) => Math.max(...list.map(({ rss }) => rss))
const growth = peak(settled.slice(half)) - peak(settled.slice(0, half))
console.log(
  JSON.stringify({
    followed: total,
    real: readings.at(-1)?.real,
    peakMiB: mib(peak(readings)),
    growthMiB: mib(growth),
  }),
)
process.exitCode = growth > TOLERANCE || total < 2 * blocks ? 1 : 0

function mib(bytes: number): number {
  return Math.round(bytes / (1 << 20))
}
