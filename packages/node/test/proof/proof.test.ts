import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ProofClaim, runProof } from '@altlayer/engine'
import type { Hash } from '@altlayer/protocol'
import { encodeBlob } from '../../src/batcher/blob.ts'
import { encodeFrames } from '../../src/batcher/frame.ts'
import { type L2Block, singular, span } from '../derivation/model.ts'
import { l2Transaction } from '../derivation/transactions.ts'
import { testHash } from '../helpers/config.ts'
import { createExecutedWorld, type ExecutedWorld } from './executed-world.ts'
import { proveTwice } from './prove.ts'
import { claimOf, frames, outputAt, sourceOf, worldOf } from './world.ts'

const never = undefined
const AFTER_REGOLITH = ['canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus']
const granite = { holocene: never, isthmus: never }

const prove = (world: ExecutedWorld, claim: ProofClaim) =>
  proveTwice(sourceOf(world), claim, { config: world.config })

describe('a fault proof', () => {
  for (const [name, forks] of [
    ['since Isthmus', {}],
    ['in Holocene', { isthmus: never }],
    ['before Holocene', granite],
    ['in Bedrock', Object.fromEntries(AFTER_REGOLITH.map((fork) => [fork, never]))],
  ] as const)
    it(`finds the right output root, whatever block it starts from (${name})`, async () => {
      const world = await worldOf(9, { forks })
      const spans = name === 'in Bedrock' ? undefined : [span(world.config, world.l2.slice(1, 6))]
      const first = spans ?? world.l2.slice(1, 6).map((block) => singular(block))
      world.mine([await world.post(encodeFrames(frames(first)))])
      const rest = encodeFrames(frames(world.l2.slice(6).map((block) => singular(block))))
      world.mine([
        { raw: l2Transaction(1) },
        name === 'in Bedrock'
          ? await world.post(rest)
          : await world.postBlobs([new Uint8Array(131_072).fill(0xff), encodeBlob(rest)]),
      ])
      world.mine()
      for (const [from, to] of [
        [0, 1],
        [0, 9],
        [3, 4],
        [4, 8],
        [8, 9],
      ] as const) {
        const result = await prove(world, claimOf(world, from, to))
        assert.deepEqual(result, {
          valid: true,
          number: BigInt(to),
          outputRoot: outputAt(world, to),
        })
      }
    })

  it('refutes a wrong root, an old root, and one of another block', async () => {
    const world = await worldOf(6)
    world.mine([await world.post(encodeFrames(frames([span(world.config, world.l2.slice(1))])))])
    world.mine()
    const claim = claimOf(world, 1, 4)
    for (const claimedOutput of [testHash(9, 9), outputAt(world, 1), outputAt(world, 5)]) {
      const result = await prove(world, { ...claim, claimedOutput })
      assert.deepEqual(result, { valid: false, number: 4n, outputRoot: outputAt(world, 4) })
    }
  })

  it('takes a claim beyond the batches for one of the last block that L1 leads to', async () => {
    const world = await worldOf(8)
    world.mine([await world.post(encodeFrames(frames([span(world.config, world.l2.slice(1, 6))])))])
    world.mine()
    const beyond = await prove(world, claimOf(world, 2, 8))
    assert.deepEqual(beyond, { valid: false, number: 5n, outputRoot: outputAt(world, 5) })
    const absurd = { ...claimOf(world, 2, 5), claimedNumber: 2n ** 64n - 1n }
    assert.deepEqual(await prove(world, absurd), { ...beyond, valid: true })
  })

  it('does not look beyond the L1 head', async () => {
    const world = await worldOf(6)
    const before = world.l1.at(-1)?.hash as Hash
    world.mine([await world.post(encodeFrames(frames([span(world.config, world.l2.slice(1))])))])
    world.mine()
    const result = await prove(world, { ...claimOf(world, 0, 6), l1Head: before })
    assert.deepEqual(result, { valid: false, number: 0n, outputRoot: outputAt(world, 0) })
  })

  it('needs no derivation for a block that both sides agree on', async () => {
    const world = await worldOf(6)
    for (const to of [0, 2, 4]) {
      const claim = claimOf(world, 4, to)
      assert.equal((await prove(world, claim)).valid, true)
      const wrong = await prove(world, { ...claim, claimedOutput: testHash(9, 9) })
      assert.deepEqual(wrong, { valid: false, number: BigInt(to), outputRoot: outputAt(world, to) })
    }
  })

  it('replaces a block that is not valid by its deposits since Holocene, and voids its span before', async () => {
    for (const [forks, valid] of [
      [{}, 5n],
      [granite, 2n],
    ] as const) {
      const world = await worldOf(4, { forks })
      const { config, l2 } = world
      world.mine([await world.post(encodeFrames(frames([span(config, l2.slice(1, 3))])))])
      // Block 5 holds a transaction whose nonce was used, so that no sequencer could have made it.
      const replaced = world.build(false, [])
      const bad = { ...replaced, sequenced: [l2[1]?.sequenced[0] as Uint8Array] }
      world.mine([await world.post(encodeFrames(frames([span(config, [...l2.slice(3, 5), bad])])))])
      world.mine()
      const result = await prove(world, claimOf(world, 0, 5))
      assert.equal(result.number, valid)
      assert.equal(result.outputRoot, outputAt(world, Number(valid)))
      assert.equal(result.valid, valid === 5n)
    }
  })

  it('fills an expired sequencing window with empty blocks', async () => {
    const world = createExecutedWorld({ seqWindowSize: 3 })
    for (let i = 0; i < 6; i++) world.mine()
    for (let i = 0; i < 8; i++) {
      const head = world.l2.at(-1) as L2Block
      const next = world.l1.find(({ header }) => header.number === head.origin.header.number + 1n)
      const timestamp = head.header.timestamp + 2n
      world.build(next !== undefined && next.header.timestamp <= timestamp)
    }
    assert.equal((await prove(world, claimOf(world, 0, 8))).valid, true)
  })

  it('is the same however its preimages come, and asks for those of derived blocks never', async () => {
    const world = await worldOf(6)
    world.mine([await world.post(encodeFrames(frames([span(world.config, world.l2.slice(1))])))])
    world.mine()
    const claim = claimOf(world, 3, 6)
    const source = sourceOf(world)
    const derived = new Set(world.l2.slice(4).map(({ hash }) => hash))
    const runs = [
      await runProof(source, claim, { config: world.config }),
      await runProof(
        {
          fetch(hint, key, preimages) {
            assert.ok(!derived.has(hint.split(' ')[1] as Hash), hint)
            return sourceOf(world).fetch(hint, key, preimages)
          },
        },
        claim,
        { config: world.config },
      ),
    ]
    assert.deepEqual(runs[0], runs[1])
    assert.deepEqual([...source.routes.keys()].toSorted(), [
      'l1-block-header',
      'l1-receipts',
      'l1-transactions',
      'l2-block-header',
      'l2-code',
      'l2-output',
      'l2-state-node',
      'l2-transactions',
    ])
  })

  it('fails where a source cannot help, and where the claim is of another chain', async () => {
    const world = await worldOf(3)
    world.mine([await world.post(encodeFrames(frames([span(world.config, world.l2.slice(1))])))])
    const claim = claimOf(world, 0, 3)
    await assert.rejects(runProof({ fetch: async () => {} }, claim, { config: world.config }), {
      code: 'MISSING_PREIMAGE',
    })
    const emptied = createExecutedWorld()
    await assert.rejects(runProof(sourceOf(emptied), claim, { config: world.config }), {
      name: 'ProofDataError',
      message: /l1-block-header/,
    })
    const cause = new Error('L1 is away')
    const away = { fetch: () => Promise.reject(cause) }
    await assert.rejects(runProof(away, claim, { config: world.config }), cause)
    const config = {
      ...world.config,
      genesis: { ...world.config.genesis, l2: { number: 0n, hash: testHash(3, 3) } },
    }
    await assert.rejects(runProof(sourceOf(world), claim, { config }), { code: 'BAD_L2_BLOCK' })
  })
})
