import type { Block } from '@altlayer/engine'
import type { RollupConfig } from '@altlayer/protocol'
import { type Logger, pino } from 'pino'
import { createTurns } from '../../src/chain/turns.ts'
import type { Deriver } from '../../src/derivation/deriver.ts'
import { openSafeHeads, type SafeHeads } from '../../src/derivation/safe-heads.ts'
import { startVerifier } from '../../src/derivation/verifier.ts'
import type { L1Block } from '../../src/l1/client.ts'
import { followL1 } from '../../src/l1/follower.ts'
import { simulatedClock } from '../helpers/clock.ts'
import { fakeEngine } from '../helpers/engine.ts'
import { fakeL1, l1Block, l1Chain } from '../helpers/l1.ts'
import { createWorld } from './model.ts'

/** L1 blocks that there are; the rollup begins at the first. */
export const FIRST = 10n
export const LAST = 29n

const L1 = l1Chain(l1Block(Number(FIRST), 1_000), Number(LAST - FIRST) + 1, 12)
export const l1At = (number: bigint) => L1[Number(number - FIRST)]
export const l1Genesis = L1[0] as L1Block

const rollup = createWorld()
export const genesis = rollup.l2[0] as Block
const config: RollupConfig = {
  ...rollup.config,
  genesis: { ...rollup.config.genesis, l1: { number: FIRST, hash: l1Genesis.hash } },
}

export interface TestVerifierOptions {
  readonly startDeriver: () => Deriver
  readonly sequencing: boolean
  /** Default: none yet. */
  readonly safeHeads?: SafeHeads
  readonly logger?: Logger
}

/** A verifier on an L1 and a clock of the test's, with what the test gives in place of what derives. */
export function startTestVerifier(options: TestVerifierOptions) {
  const clock = simulatedClock()
  const client = fakeL1(L1)
  const logger = options.logger ?? pino({ enabled: false })
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
    safeHeads: options.safeHeads ?? openSafeHeads(undefined, () => {}),
    startDeriver: options.startDeriver,
    sequencing: options.sequencing,
    clock,
    logger,
  })
  return {
    verifier,
    clock,
    async stop() {
      await verifier.close()
      await follower.close()
    },
  }
}
