import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createBudget, type Taken } from '../../src/player/budget.ts'

const seen = { block: 1n, reorganised: false, staked: 0n, balance: 10n ** 22n }

/** @throws when it was not taken. */
function taken(outcome: ReturnType<ReturnType<typeof createBudget>['take']>): Taken {
  if (outcome.kind !== 'taken') assert.fail(`${outcome.kind}, ${outcome.left} left`)
  return outcome
}

describe('a budget', () => {
  it('counts a bond from the move on, and until its block was looked at', () => {
    const budget = createBudget(100n)
    budget.update(seen)
    const first = taken(budget.take(60n, 'false-root'))
    assert.deepEqual(budget.take(60n, 'false-root'), { kind: 'limit', left: 40n })
    first.included(5n)
    budget.update({ ...seen, block: 4n })
    assert.equal(budget.take(60n, 'false-root').kind, 'limit')
    budget.update({ ...seen, block: 5n, staked: 60n })
    assert.deepEqual(budget.take(60n, 'false-root'), { kind: 'limit', left: 40n })
    taken(budget.take(40n, 'false-root'))
  })

  it('gives back what was not put at stake, or is gone with a reorganisation', () => {
    const budget = createBudget(100n)
    budget.update(seen)
    taken(budget.take(100n, 'false-root')).giveBack()
    taken(budget.take(100n, 'false-root')).included(9n)
    budget.update({ ...seen, block: 8n, reorganised: true })
    taken(budget.take(100n, 'false-root'))
  })

  it('keeps a part for false root claims, of the limit and of the account', () => {
    const budget = createBudget(100n)
    budget.update(seen)
    assert.deepEqual(budget.take(76n, 'true-root'), { kind: 'limit', left: 75n })
    taken(budget.take(75n, 'true-root'))
    taken(budget.take(25n, 'false-root'))
    const poor = createBudget(10n ** 20n)
    poor.update({ ...seen, balance: 1_000n })
    assert.deepEqual(poor.take(651n, 'true-root'), { kind: 'balance', left: 650n })
    taken(poor.take(650n, 'true-root'))
    taken(poor.take(250n, 'false-root'))
    assert.deepEqual(poor.take(1n, 'false-root'), { kind: 'balance', left: 0n })
  })

  it('is never exceeded, whatever is taken, included and seen', () => {
    const step = fc.record({
      bond: fc.bigInt(1n, 60n),
      isTrue: fc.boolean(),
      end: fc.constantFrom('open', 'included', 'back'),
      look: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [limit, funds] = [100n, 150n]
        const budget = createBudget(limit)
        let block = 1n
        let onChain = 0n
        let open = 0n
        const look = () =>
          budget.update({ block, reorganised: false, staked: onChain, balance: funds - onChain })
        look()
        for (const { bond, isTrue, end, look: looks } of steps) {
          const outcome = budget.take(bond, isTrue ? 'true-root' : 'false-root')
          if (outcome.kind === 'taken') {
            open += bond
            if (end === 'back') outcome.giveBack()
            if (end === 'included') {
              outcome.included(++block)
              onChain += bond
            }
            if (end !== 'open') open -= bond
          }
          assert.ok(onChain + open <= limit)
          if (looks) look()
        }
      }),
    )
  })
})
