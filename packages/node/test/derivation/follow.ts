import assert from 'node:assert/strict'
import { createDerivation, type Derivation, type DerivedAttributes } from '@altlayer/engine'
import type { Hash } from '@altlayer/protocol'
import { type L2Block, plain, sealL2, type World } from './model.ts'

/** A derivation of the world's rollup, which sees all that the world's preimages have. */
export function derivationOf(world: World): Derivation {
  return createDerivation(
    { preimage: (key) => (world.hidden(key) ? undefined : world.preimages.get(key)) },
    { config: world.config },
  )
}

export interface Followed {
  /** Genesis, then every block made of what was derived. */
  readonly chain: readonly L2Block[]
  readonly steps: readonly DerivedAttributes[]
}

/**
 * Derives all that the L1 chain holds, block by block. `invalid` says which attributes make no valid
 * block; what takes their place is built instead.
 */
export function follow(
  world: World,
  options: {
    readonly derivation?: Derivation
    readonly invalid?: (step: DerivedAttributes) => boolean
    /** Called at every step; may make preimages hidden. */
    readonly repeat?: <T>(step: () => T) => T
  } = {},
): Followed {
  const derivation = options.derivation ?? derivationOf(world)
  const repeat = options.repeat ?? ((step) => step())
  const { l1 } = world
  const chain: L2Block[] = [world.l2[0] as L2Block]
  const steps: DerivedAttributes[] = []
  const head = () => chain.at(-1) as L2Block
  let safe = 0
  let at = repeat(() => derivation.reset(head().hash)).number
  for (;;) {
    const step = repeat(() => derivation.next(head().hash))
    if (step.kind === 'needs-l1') {
      assert.equal(step.number, at + 1n)
      const next = l1.find(({ header }) => header.number === step.number)
      if (next === undefined) return { chain, steps }
      at = repeat(() => derivation.advance(next.hash)).number
      assert.equal(at, step.number)
      continue
    }
    let derived = step.derived
    steps.push(derived)
    if (options.invalid?.(derived)) {
      const instead = repeat(() => derivation.invalid())
      if (instead === undefined) {
        chain.length = safe + 1
        continue
      }
      assert.ok(instead.depositsOnly)
      derived = instead
    }
    assert.equal(derived.parent.hash, head().hash)
    assert.equal(derived.derivedFrom.number, at)
    chain.push(blockOf(world, head(), derived))
    if (derived.concludes) safe = chain.length - 1
  }
}

export function blockOf(world: World, parent: L2Block, derived: DerivedAttributes): L2Block {
  const origin = world.l1.find(({ hash }) => hash === derived.origin.hash)
  assert.ok(origin !== undefined, 'an L1 origin on the chain')
  const transactions = derived.attributes.transactions.filter((raw) => raw[0] !== 0x7e)
  assert.equal(derived.depositsOnly, transactions.length === 0)
  return sealL2(world.preimages, parent, derived.attributes, {
    origin,
    sequenceNumber: derived.sequenceNumber,
    transactions,
  })
}

/** The derived chain begins with the world's L2 chain up to `count` blocks (all), to the byte. */
export function assertDerives(
  world: World,
  { chain, steps }: Followed,
  count = world.l2.length - 1,
): void {
  const hashes = (blocks: readonly L2Block[]): readonly Hash[] => blocks.map(({ hash }) => hash)
  world.l2.slice(1, count + 1).forEach((block, i) => {
    const step = steps[i]
    assert.ok(step !== undefined, `block ${block.header.number} is derived`)
    assert.deepEqual(plain(step.attributes), plain(block.attributes ?? assert.fail()))
  })
  assert.deepEqual(hashes(chain).slice(0, count + 1), hashes(world.l2).slice(0, count + 1))
}
