import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Block } from '@altlayer/engine'
import type { RollupConfig } from '@altlayer/protocol'
import { pino } from 'pino'
import { createTurns } from '../../src/chain/turns.ts'
import type { Deriver } from '../../src/derivation/deriver.ts'
import { openSafeHeads } from '../../src/derivation/safe-heads.ts'
import { startVerifier } from '../../src/derivation/verifier.ts'
import type { L1Block } from '../../src/l1/client.ts'
import { followL1 } from '../../src/l1/follower.ts'
import { simulatedClock } from '../helpers/clock.ts'
import { fakeEngine } from '../helpers/engine.ts'
import { fakeL1, l1Block, l1Chain } from '../helpers/l1.ts'
import { createWorld } from './model.ts'

const FIRST = 10n
const LAST = 29n

/** A verifier of a rollup for which nothing is posted, on L1 blocks 10 to 29; `seen`: what it had read before it started. */
function startIdle(seen: bigint | undefined) {
  const clock = simulatedClock()
  const chain = l1Chain(l1Block(Number(FIRST), 1_000), Number(LAST - FIRST) + 1, 12)
  const at = (number: bigint) => chain[Number(number - FIRST)]
  const l1Genesis = chain[0] as L1Block
  const client = fakeL1(chain)
  const world = createWorld()
  const config: RollupConfig = {
    ...world.config,
    genesis: { ...world.config.genesis, l1: { number: FIRST, hash: l1Genesis.hash } },
  }
  const genesis = world.l2[0] as Block
  const safeHeads = openSafeHeads(undefined, () => {})
  if (seen !== undefined)
    safeHeads.add({
      l1: { number: seen, hash: (at(seen) as L1Block).hash },
      l2: { number: 0n, hash: genesis.hash },
    })
  let read = FIRST
  const deriver: Deriver = {
    ended: false,
    async reset() {
      read = FIRST
      return { number: FIRST, hash: l1Genesis.hash }
    },
    next: async () => ({ kind: 'needs-l1', number: read + 1n }),
    async advance(number) {
      const block = at(number)
      if (block !== undefined) read = number
      return block
    },
    invalid: () => Promise.reject(new Error('nothing was derived')),
    close: async () => undefined,
  }
  const logger = pino({ enabled: false })
  const follower = followL1({
    client,
    clock,
    logger,
    pollInterval: 1_000,
    confirmations: 0,
    contracts: [],
  })
  const verifier = startVerifier({
    turns: createTurns(),
    config,
    engine: fakeEngine(genesis, clock),
    client,
    follower,
    l1Genesis,
    safeHeads,
    startDeriver: () => deriver,
    sequencing: false,
    clock,
    logger,
  })
  return {
    verifier,
    genesis,
    l1: at,
    async readAll() {
      while (verifier.heads()?.idle !== true) await clock.advance(1_000)
    },
    async stop() {
      await verifier.close()
      await follower.close()
    },
  }
}

describe('a rollup for which nothing is posted', () => {
  // A dispute game that begins meanwhile asks for it, and a false claim would win where nobody knew.
  for (const [when, seen] of [
    ['from its start on', undefined],
    ['after a restart', 15n],
  ] as const)
    it(`is known to have followed from each L1 block that was read, ${when}`, async (t) => {
      const rollup = startIdle(seen)
      t.after(rollup.stop)
      await rollup.readAll()
      for (const number of [seen ?? FIRST, 20n, LAST]) {
        const head = rollup.verifier.safeHeadAt(number)
        assert.deepEqual(
          [head?.l1, head?.l2],
          [
            { number, hash: rollup.l1(number)?.hash },
            { number: 0n, hash: rollup.genesis.hash },
          ],
        )
      }
      assert.equal(rollup.verifier.safeHeadAt(LAST + 1n), undefined, 'not read yet')
    })
})
