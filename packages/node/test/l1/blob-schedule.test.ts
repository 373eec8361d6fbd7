import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { RollupConfig } from '@altlayer/protocol'
import { pino } from 'pino'
import { watchBlobSchedule } from '../../src/l1/blob-schedule.ts'
import { L1Error } from '../../src/l1/client.ts'
import { simulatedClock } from '../helpers/clock.ts'
import { testConfig } from '../helpers/config.ts'

const BPO2 = { target: 14, max: 21, baseFeeUpdateFraction: 11_684_671 }
const BPO3 = { target: 21, max: 32, baseFeeUpdateFraction: 20_609_697 }
const current = { activationTime: 1_767_747_671, blobSchedule: BPO2 }
const next = { activationTime: 1_800_000_000, blobSchedule: BPO3 }

/** Log lines of the first look, and of the next one an hour later. */
async function lines(config: Partial<RollupConfig>, answer: unknown) {
  const clock = simulatedClock()
  const written: { level: number; from?: string; msg: string }[] = []
  const watch = watchBlobSchedule({
    config: { ...testConfig(), l1ChainId: 1n, ...config },
    l1: {
      async request(method) {
        assert.equal(method, 'eth_config')
        if (answer instanceof Error) throw answer
        return answer
      },
    },
    clock,
    logger: pino({ level: 'debug' }, { write: (line: string) => written.push(JSON.parse(line)) }),
  })
  await clock.advance(0)
  const first = written.splice(0)
  await clock.advance(3_600_000)
  await watch.close()
  assert.deepEqual(
    written.map(({ msg }) => msg),
    first.map(({ msg }) => msg),
    'as long as it is so',
  )
  return first
}

it('says nothing where L1 counts as this node does', async () => {
  assert.deepEqual(await lines({}, { current, next: null, last: null }), [])
  const given = {
    l1BlobForks: [
      { time: 1_767_747_671n, fraction: 11_684_671n },
      { time: 1_800_000_000n, fraction: 20_609_697n },
    ],
  }
  assert.deepEqual(await lines(given, { current, next }), [])
  const prague = { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 }
  const local = { current: { activationTime: 0, blobSchedule: prague }, next: null }
  assert.deepEqual(await lines({ l1ChainId: 900n }, local), [])
})

it('says when L1 has a schedule, or will have one, that this node does not know', async () => {
  const [line, ...others] = await lines({}, { current, next })
  assert.deepEqual(others, [])
  assert.equal(line?.level, 50)
  assert.equal(line?.from, '2027-01-15T08:00:00.000Z')
  assert.match(line?.msg ?? '', /--rollup\.l1-chain-config/)
  assert.equal((await lines({ l1ChainId: 900n }, { current, next })).length, 2)
})

it('believes an L1 that does not tell, or tells nonsense', async () => {
  const unknown = new L1Error('the method eth_config does not exist')
  for (const answer of [unknown, null, 'x', { current: { blobSchedule: {} } }, { current: [] }]) {
    const said = await lines({}, answer)
    assert.deepEqual(
      said.map(({ level }) => level),
      [20],
    )
  }
  // Before Cancun there is no schedule to tell.
  assert.deepEqual(await lines({}, { current: { activationTime: 0, blobSchedule: null } }), [])
})
