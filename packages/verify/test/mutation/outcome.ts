import assert from 'node:assert/strict'
import {
  type ChainConfig,
  decodeHoloceneExtraData,
  type ForkName,
  type Hash,
  isForkActive,
  MalformedInputError,
} from '@altlayer/protocol'
import {
  type BlockFixture,
  createFixtureVerifier,
  type FixtureVerifier,
  parseFixture,
  VerificationProblem,
} from '../../src/index.ts'
import type { RealBlock } from '../helpers/fixtures.ts'

// What a verifier makes of a changed fixture, and whether it may say so.
//
// A match says: under these rules the block with this hash follows from this parent. It is false when that is not
// so. The hash commits to the parent, the attributes and the transactions; so a match is true exactly when
// - the expected hash, the parent's header, the attributes and the transactions are, read, what they were
//   ("equal": another case of a hex digit, white space, a member that means nothing), and
// - every preimage that was read is the one that was there, whatever lies beside it ("unread": a witness item that
//   execution does not ask for; its name, which is no part of what is hashed), and
// - the rules come to the same in this block ("other rules": a fork's time that leaves it on the same side of the
//   block, parameters that are not read, or that give what the others give).

export type Outcome =
  /** No match: malformed, a rule broken, a preimage wrong or missing, another hash. */
  'refused' | 'equal' | 'unread' | 'other rules'

/** Judges changes of one real block. */
export interface Judge {
  /** Throws AssertionError for a false match. */
  judge(bytes: Uint8Array): Outcome
}

export function createJudge(block: RealBlock): Judge {
  const original = block.fixture
  const own = createFixtureVerifier(original.config)
  return {
    judge(bytes) {
      const fixture = read(bytes)
      if (fixture === undefined) return 'refused'
      const result = verify(own, original, fixture)
      if (result === undefined || !result.matches) return 'refused'
      return trueMatch(original, fixture, result.used)
    },
  }
}

function read(bytes: Uint8Array): BlockFixture | undefined {
  try {
    return parseFixture(JSON.parse(Buffer.from(bytes).toString()))
  } catch (error) {
    if (error instanceof MalformedInputError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function verify(own: FixtureVerifier, original: BlockFixture, fixture: BlockFixture) {
  try {
    const same = isSame(fixture.config, original.config)
    return (same ? own : createFixtureVerifier(fixture.config)).verify(fixture)
  } catch (error) {
    if (error instanceof MalformedInputError || error instanceof VerificationProblem)
      return undefined
    throw error
  }
}

/** Why a match of a changed fixture is true. Throws AssertionError where it is not. */
export function trueMatch(
  original: BlockFixture,
  fixture: BlockFixture,
  used: ReadonlySet<Hash>,
): Outcome {
  assert.equal(fixture.expectedHash, original.expectedHash, 'another block')
  assert.deepEqual(fixture.parent, original.parent, 'another parent')
  assert.deepEqual(fixture.attributes, original.attributes, 'other attributes')
  assert.deepEqual(fixture.transactions, original.transactions, 'other transactions')
  for (const hash of used) {
    // Found by the hash but its first byte: the program compares all of it.
    const item = itemOf(original, hash)
    assert.deepEqual(fixture.witness.get(hash), item, `preimage ${hash}`)
  }
  if (!isSame(fixture.config, original.config)) {
    assert.deepEqual(
      rulesAt(fixture.config, fixture),
      rulesAt(original.config, original),
      'other rules',
    )
    return 'other rules'
  }
  return isSame([...fixture.witness], [...original.witness]) ? 'equal' : 'unread'
}

function itemOf({ witness }: BlockFixture, hash: Hash): Uint8Array | undefined {
  for (const [name, item] of witness) if (name.slice(4) === hash.slice(4)) return item
  return undefined
}

const FORKS: readonly ForkName[] = [
  'regolith',
  'canyon',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'isthmus',
]

/** The first block of one of these differs from those after it (L1 attributes of the older form). */
const ACTIVATIONS: readonly ForkName[] = ['ecotone', 'isthmus']

/** What a configuration means for a block: its forks, and the parameters that its base fee comes from. */
function rulesAt(config: ChainConfig, { parent, attributes }: BlockFixture): unknown {
  const { timestamp } = attributes
  const inBlock = (fork: ForkName) => isForkActive(config.forks, fork, timestamp)
  const inParent = (fork: ForkName) => isForkActive(config.forks, fork, parent.timestamp)
  return {
    forks: FORKS.filter(inBlock),
    activated: ACTIVATIONS.filter((fork) => inBlock(fork) && !inParent(fork)),
    unsupported: config.unsupportedFrom !== undefined && timestamp >= config.unsupportedFrom.time,
    // Since Holocene they stand in the parent; what the rules say is read before that only.
    eip1559: inParent('holocene')
      ? decodeHoloceneExtraData(parent.extraData)
      : {
          denominator: Number(
            inBlock('canyon') ? config.eip1559?.denominatorCanyon : config.eip1559?.denominator,
          ),
          elasticity: Number(config.eip1559?.elasticity),
        },
  }
}

function isSame(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b)
    return true
  } catch {
    return false
  }
}
