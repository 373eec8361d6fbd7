import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Deriver } from '../../src/derivation/deriver.ts'
import { openSafeHeads } from '../../src/derivation/safe-heads.ts'
import type { L1Block } from '../../src/l1/client.ts'
import { FIRST, genesis, LAST, l1At, l1Genesis, startTestVerifier } from './test-verifier.ts'

/** A verifier of a rollup for which nothing is posted; `seen`: what it had read before it started. */
function startIdle(seen: bigint | undefined) {
  const safeHeads = openSafeHeads(undefined, () => {})
  if (seen !== undefined)
    safeHeads.add({
      l1: { number: seen, hash: (l1At(seen) as L1Block).hash },
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
      const block = l1At(number)
      if (block !== undefined) read = number
      return block
    },
    invalid: () => Promise.reject(new Error('nothing was derived')),
    close: async () => undefined,
  }
  const { verifier, clock, stop } = startTestVerifier({
    safeHeads,
    startDeriver: () => deriver,
    sequencing: false,
  })
  return {
    verifier,
    stop,
    async readAll() {
      while (verifier.heads()?.idle !== true) await clock.advance(1_000)
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
            { number, hash: l1At(number)?.hash },
            { number: 0n, hash: genesis.hash },
          ],
        )
      }
      assert.equal(rollup.verifier.safeHeadAt(LAST + 1n), undefined, 'not read yet')
    })
})
