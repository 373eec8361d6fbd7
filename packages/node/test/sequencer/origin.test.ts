import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  chooseOrigin,
  type L1Origin,
  maxSequencerDrift,
  type OriginParent,
} from '../../src/sequencer/origin.ts'
import { testConfig, testHash } from '../helpers/config.ts'

const config = testConfig()

function l1Block(number: bigint, timestamp: bigint) {
  return {
    number,
    timestamp,
    hash: testHash(1, number),
    parentHash: testHash(1, number - 1n),
  }
}

function parentAt(timestamp: bigint, origin: L1Origin, sequenceNumber = 3n): OriginParent {
  return { timestamp, origin, sequenceNumber }
}

describe('the L1 origin of the next block', () => {
  const origin = l1Block(10n, 1_000n)

  it('is the next L1 block as soon as that is not younger than the L2 block', () => {
    const next = l1Block(11n, 1_012n)
    assert.deepEqual(chooseOrigin(config, parentAt(1_010n, origin), next), {
      kind: 'stay',
      sequenceNumber: 4n,
      depositsOnly: false,
    })
    assert.deepEqual(chooseOrigin(config, parentAt(1_011n, origin), next), {
      kind: 'advance',
      origin: next,
      depositsOnly: false,
    })
  })

  it('stays the same within the drift while no next L1 block is known', () => {
    const choice = chooseOrigin(config, parentAt(2_799n, origin), undefined)
    assert.deepEqual(choice, { kind: 'stay', sequenceNumber: 4n, depositsOnly: false })
  })

  it('is undecided past the drift without the next L1 block', () => {
    assert.deepEqual(chooseOrigin(config, parentAt(2_800n, origin), undefined), {
      kind: 'wait',
    })
  })

  it('goes with deposits only where a batch would miss the sequencing window', () => {
    const next = l1Block(11n, 1_012n)
    const depositsOnly = (l1Head: bigint, timestamp: bigint) => {
      const choice = chooseOrigin(config, parentAt(timestamp, origin), next, { l1Head })
      return 'depositsOnly' in choice && choice.depositsOnly
    }
    // A batch with origin 10 may be in block 10 + 3600 at the latest, and takes two blocks to get there.
    assert.equal(depositsOnly(3_607n, 1_010n), false)
    assert.equal(depositsOnly(3_608n, 1_010n), true)
    // With origin 11 it has one block more.
    assert.equal(depositsOnly(3_608n, 1_011n), false)
    assert.equal(depositsOnly(3_609n, 1_011n), true)
  })

  it('stays past the drift, with deposits only, when the next L1 block is younger', () => {
    const next = l1Block(11n, 9_000n)
    assert.deepEqual(chooseOrigin(config, parentAt(2_800n, origin), next), {
      kind: 'stay',
      sequenceNumber: 4n,
      depositsOnly: true,
    })
  })

  it('does not exist when the next L1 block has another parent', () => {
    const block = { ...l1Block(11n, 1_012n), parentHash: testHash(9, 10) }
    const choice = chooseOrigin(config, parentAt(1_011n, origin), block)
    assert.deepEqual(choice, { kind: 'reorg' })
  })

  it('may be as old as the chain says before Fjord, 1800 s after it', () => {
    const fjordLater = testConfig({
      forks: { fjord: 5_000, granite: 5_000, holocene: 5_000, isthmus: 5_000 },
    })
    assert.equal(maxSequencerDrift(fjordLater, 4_999n), 600n)
    assert.equal(maxSequencerDrift(fjordLater, 5_000n), 1_800n)
  })
})

// The rules of the specs' batch queue for the fields that a sequencer chooses, with the whole L1
// chain known: what the derivation will check later.
function assertDerivable(
  l1: readonly ReturnType<typeof l1Block>[],
  block: { origin: L1Origin; parentOrigin: L1Origin; timestamp: bigint; depositsOnly: boolean },
) {
  const { origin, parentOrigin, timestamp, depositsOnly } = block
  const step = origin.number - parentOrigin.number
  assert.ok(step === 0n || step === 1n, `origin moved by ${step}`)
  assert.ok(timestamp >= origin.timestamp, 'the block is older than its origin')
  if (timestamp <= origin.timestamp + maxSequencerDrift(config, origin.timestamp)) {
    assert.equal(depositsOnly, false, 'a block within the drift refuses transactions')
    return
  }
  assert.ok(depositsOnly, 'a block past the drift takes transactions')
  const next = l1.find(({ number }) => number === origin.number + 1n)
  if (step === 0n && next) assert.ok(timestamp < next.timestamp, 'the next origin was due')
}

describe('a sequencer on a simulated L1', () => {
  const gaps = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 30 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1_700, max: 5_000 }) },
    ),
    { minLength: 3, maxLength: 12 },
  )

  it('makes only blocks that derivation accepts, and reaches the end of L1', () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: 0, max: 40 }), (seconds, lag) => {
        let time = 1_000n
        const l1 = [l1Block(10n, time)]
        for (const gap of seconds) {
          time += BigInt(gap)
          l1.push(l1Block(10n + BigInt(l1.length), time))
        }
        const last = l1.at(-1) as L1Origin
        let parent: OriginParent = parentAt(1_000n, l1[0] as L1Origin, 0n)
        // The wall clock; L1 blocks become known `lag` seconds after their time.
        for (let now = 1_001n; parent.origin.number < last.number; now++) {
          assert.ok(now < last.timestamp + 10_000n, 'the sequencer is stuck')
          while (parent.timestamp < now) {
            const block = l1.find(({ number }) => number === parent.origin.number + 1n)
            const known = block !== undefined && block.timestamp + BigInt(lag) <= now
            const choice = chooseOrigin(config, parent, known ? block : undefined)
            assert.notEqual(choice.kind, 'reorg')
            if (choice.kind === 'wait' || choice.kind === 'reorg') break
            const origin = choice.kind === 'advance' ? choice.origin : parent.origin
            const timestamp = parent.timestamp + config.blockTime
            assertDerivable(l1, {
              origin,
              parentOrigin: parent.origin,
              timestamp,
              depositsOnly: choice.depositsOnly,
            })
            parent = {
              timestamp,
              origin,
              sequenceNumber: choice.kind === 'stay' ? choice.sequenceNumber : 0n,
            }
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})
