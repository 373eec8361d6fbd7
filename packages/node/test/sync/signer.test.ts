import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Hash } from '@altlayer/protocol'
import { pino } from 'pino'
import { watchSigner } from '../../src/sync/signer.ts'
import { simulatedClock } from '../helpers/clock.ts'
import { testHash } from '../helpers/config.ts'

it('looks at the unsafe block signer with every new L1 block, and not more often than needed between them', async () => {
  const clock = simulatedClock()
  let head: Hash | undefined = testHash(1, 1)
  let signer = 'aa'
  let looks = 0
  const watch = watchSigner({
    l1: {
      async request() {
        looks++
        return `0x${'00'.repeat(12)}${signer.repeat(20)}`
      },
    },
    systemConfig: `0x${'11'.repeat(20)}`,
    l1Head: () => head,
    clock,
    logger: pino({ enabled: false }),
  })
  await clock.advance(2_000)
  assert.deepEqual([watch.signer(), looks], [`0x${'aa'.repeat(20)}`, 1])
  signer = 'bb'
  head = testHash(1, 2)
  await clock.advance(1_000)
  assert.deepEqual([watch.signer(), looks], [`0x${'bb'.repeat(20)}`, 2])
  // No block for a long time: an L1 that is silent, or one that mines on demand.
  await clock.advance(11_000)
  assert.equal(looks, 2)
  await clock.advance(2_000)
  assert.equal(looks, 3)
  await watch.close()
})
