import assert from 'node:assert/strict'
import { test } from 'node:test'
import { opStackArtifact } from '../../src/artifacts.ts'
import { batchInbox } from '../../src/l1/constants.ts'
import { allSteps } from '../../src/l1/op-stack.ts'
import {
  addressesOf,
  type ContractStep,
  checkPlan,
  PlanError,
  prerequisites,
  type Step,
  saltOf,
} from '../../src/l1/plan.ts'
import { TEST_DISPUTE, testConfig, ZERO_HASH } from '../helpers.ts'

const proxy = (name: string, admin: string): ContractStep => ({
  kind: 'contract',
  name,
  artifact: opStackArtifact('Proxy'),
  args: (address) => [address(admin)],
  create: { method: 'create2', salt: saltOf(ZERO_HASH, name) },
})

test('the OP Stack plan is sound: unique names, nothing missing, no circle', () => {
  const steps = allSteps(testConfig(), ZERO_HASH, TEST_DISPUTE)
  checkPlan(steps)
  const done = new Set<string>()
  for (let before = -1; before !== done.size; ) {
    before = done.size
    for (const step of steps) {
      if (prerequisites(step).every((name) => done.has(name))) done.add(step.name)
    }
  }
  assert.equal(done.size, steps.length)
})

test('addresses follow from the plan alone, and differ between rollups, deployers and salts', () => {
  const created = new Map([
    ['AddressManager', '0x00000000000000000000000000000000000000aa'],
  ] as const)
  const portal = (change: Parameters<typeof testConfig>[0], name = 'OptimismPortalProxy') =>
    addressesOf(allSteps(testConfig(change), ZERO_HASH, TEST_DISPUTE), created)(name)
  assert.equal(portal({}), portal({}))
  const others = [
    portal({}),
    portal({ l2ChainId: 902 }),
    portal({ salt: `0x${'01'.repeat(32)}` }),
    portal({ deployer: '0x00000000000000000000000000000000000000d1' }),
  ]
  assert.equal(new Set(others).size, others.length)
  // Implementations are shared by the rollups of an L1, unless their immutables differ.
  const shared = 'SystemConfigImpl'
  assert.equal(portal({}, shared), portal({ l2ChainId: 902 }, shared))
  const own = 'OptimismPortalImpl'
  assert.notEqual(portal({}, own), portal({ proofMaturityDelay: 13n }, own))
})

test('a plan that names a missing step, one name twice, or addresses in a circle is refused', () => {
  const call: Step = {
    kind: 'call',
    name: 'call',
    after: ['nowhere'],
    to: 'A',
    abi: [],
    functionName: 'f',
    args: () => [],
    done: async () => true,
  }
  assert.throws(() => checkPlan([proxy('A', 'A'), call]), PlanError)
  assert.throws(() => checkPlan([proxy('A', 'B'), proxy('A', 'B')]), PlanError)
  const circle = addressesOf([proxy('A', 'B'), proxy('B', 'A')], new Map())
  assert.throws(() => circle('A'), /depends on itself/)
  assert.throws(() => circle('C'), /no contract C/)
})

test('the batch inbox follows from the chain id', () => {
  // keccak256 of OP Mainnet's id, 10, as a word: c65a7bb8d6351c1c…
  assert.equal(batchInbox(10), '0x00c65a7bb8d6351c1cf70c95a316cc6a92839c98')
})
