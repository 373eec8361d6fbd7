import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Engine, ProgramError } from '@altlayer/engine'
import type { Hash, RollupConfig } from '@altlayer/protocol'
import { pino } from 'pino'
import { type Deriver, DeriverEndedError, startDeriver } from '../../src/derivation/deriver.ts'
import { PreimageUnknownError } from '../../src/derivation/preimage-source.ts'
import { L1Error } from '../../src/l1/client.ts'
import { settle } from '../helpers/clock.ts'
import { testHash } from '../helpers/config.ts'
import { type L1Double, startL1Double } from '../helpers/l1-double.ts'
import { createWorld, L1_TIME, type L2Block, sealL2 } from './model.ts'
import { FIRST, genesis, l1Genesis, startTestVerifier } from './test-verifier.ts'

const WINDOW = 2

/** A rollup on a double of L1; nothing is posted, so that empty blocks follow when the window ends. */
interface Rollup {
  readonly l1: L1Double
  readonly config: RollupConfig
  readonly blocks: Map<Hash, L2Block>
  readonly genesis: L2Block
  start(l1Url?: string): Deriver
  /** The block that attributes make, known from then on. */
  seal(parent: L2Block, derived: DerivedAttributes): L2Block
}
type DerivedAttributes = Extract<
  Awaited<ReturnType<Deriver['next']>>,
  { kind: 'attributes' }
>['derived']

async function createRollup(): Promise<Rollup> {
  const l1 = await startL1Double({ genesisTime: L1_TIME })
  const world = createWorld({ seqWindowSize: WINDOW })
  const first = l1.head()
  const config: RollupConfig = {
    ...world.config,
    genesis: { ...world.config.genesis, l1: { number: 0n, hash: first.hash } },
  }
  const genesis = world.l2[0] as L2Block
  const blocks = new Map<Hash, L2Block>([[genesis.hash, genesis]])
  const block: Engine['block'] = (ref) => ('hash' in ref ? blocks.get(ref.hash) : undefined)
  return {
    l1,
    config,
    blocks,
    genesis,
    start: (l1Url = l1.url) => startDeriver({ engine: { block }, config, l1Url, l1BeaconUrls: [] }),
    seal(parent, derived) {
      const sealed = sealL2(world.preimages, parent, derived.attributes, {
        origin: parent.origin,
        sequenceNumber: derived.sequenceNumber,
        transactions: [],
      })
      blocks.set(sealed.hash, sealed)
      return sealed
    },
  }
}

describe('the derivation thread', () => {
  let rollup: Rollup
  const derivers: Deriver[] = []
  const start = (l1Url?: string) => {
    const deriver = rollup.start(l1Url)
    derivers.push(deriver)
    return deriver
  }
  before(async () => {
    rollup = await createRollup()
  })
  after(async () => {
    await Promise.all(derivers.map((deriver) => deriver.close()))
    await rollup.l1.close()
  })

  it('derives from L1 and from the L2 blocks it is given, and again from any of them', async () => {
    const { l1, genesis } = rollup
    const deriver = start()
    assert.equal((await deriver.reset(genesis.hash)).hash, l1.chain[0]?.hash)
    const made: L2Block[] = [genesis]
    const head = () => made.at(-1) as L2Block
    while (made.length < 8) {
      const step = await deriver.next(head().hash)
      if (step.kind === 'needs-l1') {
        assert.equal(await deriver.advance(step.number), undefined)
        const mined = l1.mine()
        assert.equal((await deriver.advance(step.number))?.hash, mined.hash)
        continue
      }
      const { derived } = step
      assert.equal(derived.parent.hash, head().hash)
      assert.ok(derived.attributes.transactions.length > 0)
      made.push(rollup.seal(head(), derived))
    }
    assert.ok(l1.chain.length > WINDOW)

    // Another one, from a block in the middle: it asks for that block's ancestors.
    const other = start()
    const from = made[5] as L2Block
    await other.reset(from.hash)
    for (;;) {
      const step = await other.next(from.hash)
      if (step.kind === 'needs-l1') {
        await other.advance(step.number)
        continue
      }
      assert.equal(rollup.seal(from, step.derived).hash, made[6]?.hash)
      return
    }
  })

  it('says what is wrong in the words of the thread that found out', async () => {
    const { l1, genesis } = rollup
    const deriver = start()
    await assert.rejects(deriver.next(genesis.hash), ProgramError)
    await assert.rejects(deriver.reset(testHash(9, 9)), PreimageUnknownError)
    await deriver.reset(genesis.hash)
    assert.deepEqual(await deriver.next(genesis.hash), { kind: 'needs-l1', number: 1n })
    l1.intercept = () => {
      throw new Error('L1 is tired')
    }
    await assert.rejects(deriver.advance(1n), L1Error)
    l1.intercept = undefined
    assert.equal((await deriver.advance(1n))?.hash, l1.chain[1]?.hash)
    assert.equal(deriver.ended, false)
  })

  it('does not ask for ever for a block that is not what its hash says', async () => {
    const { genesis, config, l1 } = rollup
    const block: Engine['block'] = () => ({
      ...genesis,
      header: { ...genesis.header, gasUsed: 1n },
    })
    const deriver = startDeriver({ engine: { block }, config, l1Url: l1.url, l1BeaconUrls: [] })
    derivers.push(deriver)
    await assert.rejects(deriver.reset(genesis.hash), PreimageUnknownError)
  })

  it('ends when it is closed in the middle of a request', async () => {
    const { l1, genesis } = rollup
    const deriver = start()
    await deriver.reset(genesis.hash)
    l1.intercept = () => new Promise(() => {})
    const asked = assert.rejects(deriver.advance(1n))
    await settle()
    await deriver.close()
    await asked
    l1.intercept = undefined
    assert.ok(deriver.ended)
  })

  it('is told apart from derivation that fails when it dies', async () => {
    const deriver = start('not a URL')
    await assert.rejects(deriver.reset(rollup.genesis.hash), (error: Error) => {
      assert.ok(error instanceof DeriverEndedError)
      assert.match(error.message, /the derivation thread ended: .*Invalid URL/)
      return true
    })
    assert.ok(deriver.ended)
    await deriver.close()
  })
})

describe('a verifier whose derivation thread dies', () => {
  it('starts another, from the safe block where the first was', async () => {
    const resets: Hash[] = []
    const dead = (): Deriver => ({
      ended: true,
      reset: () => Promise.reject(new DeriverEndedError('the derivation thread ended: test')),
      advance: () => Promise.reject(new DeriverEndedError('over')),
      next: () => Promise.reject(new DeriverEndedError('over')),
      invalid: () => Promise.reject(new DeriverEndedError('over')),
      close: () => Promise.resolve(),
    })
    const alive = (): Deriver => ({
      ...dead(),
      ended: false,
      async reset(hash) {
        resets.push(hash)
        return { number: FIRST, hash: l1Genesis.hash }
      },
      next: async () => ({ kind: 'needs-l1', number: 99n }),
      advance: async () => undefined,
    })
    const logged: string[] = []
    const logger = pino({}, { write: (line) => logged.push(line) })
    let started = 0
    const { verifier, clock, stop } = startTestVerifier({
      startDeriver: () => (++started === 3 ? alive() : dead()),
      sequencing: true,
      logger,
    })
    await clock.advance(5_000)
    assert.equal(started, 3)
    assert.deepEqual(resets, [genesis.hash])
    assert.equal(verifier.heads()?.safe.hash, genesis.hash)
    assert.ok(logged.some((line) => line.includes('the derivation thread ended: test')))
    await stop()
  })
})
