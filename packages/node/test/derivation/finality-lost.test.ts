import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Block, Engine } from '@altlayer/engine'
import { ChainMismatchError, findPlausibleHead } from '../../src/chain/reorg.ts'
import { openSafeHeads } from '../../src/derivation/safe-heads.ts'
import { findStartingPoint } from '../../src/derivation/starting-point.ts'
import type { L1Epoch } from '../../src/l1/follower.ts'
import { fakeL1 } from '../helpers/l1.ts'
import { createWorld, type L2Block } from './model.ts'

it('says what is final, what L1 has instead, and how to go on if L1 will never have it again', async () => {
  const world = createWorld({})
  for (let i = 0; i < 6; i++) world.mine([], { time: 1_000_002 + 2 * i })
  for (let i = 0; i < 5; i++) world.build(true)
  const final = world.l2[4] as L2Block
  const block: Engine['block'] = (ref): Block | undefined => {
    if ('tag' in ref) return ref.tag === 'finalized' ? final : world.l2.at(-1)
    return world.l2.find(({ header, hash }) =>
      'hash' in ref ? hash === ref.hash : header.number === ref.number,
    )
  }
  const client = fakeL1(world.l1)
  const kept: L1Epoch[] = world.l1.slice(0, 3)
  for (let i = 0; i < 4; i++)
    kept.push(world.mine([], { parent: kept.at(-1) as L1Epoch, time: 1_000_031 + 2 * i }))
  client.chain = kept
  const options = {
    config: world.config,
    engine: { block, genesis: world.l2[0] as L2Block },
    client,
    l1Genesis: world.l1[0] as L1Epoch,
  }
  const says = (error: unknown) => {
    assert.ok(error instanceof ChainMismatchError)
    for (const part of [
      client.origin,
      `final L2 block 4 stands on ${world.l1[4]?.hash}`,
      `has ${kept[4]?.hash} as block ${kept[4]?.header.number}`,
      'delete the folder `engine`',
    ])
      assert.ok(error.message.includes(part), `${error.message}\ndoes not say: ${part}`)
    return true
  }
  const safeHeads = openSafeHeads(undefined, () => {})
  await assert.rejects(findStartingPoint({ ...options, safeHeads }), says)
  await assert.rejects(findPlausibleHead({ ...options, head: world.l2.at(-1) as L2Block }), says)
})
