import type { Engine } from '@altlayer/engine'
import { type Method, method, param } from '../method.ts'
import { uint64 } from '../params.ts'
import { booleanSchema } from '../schemas.ts'

/**
 * The `miner_` namespace, for batchers that run apart from the sequencer. Whoever can call it can hold a chain
 * back: it is not among the methods that every node serves.
 */
export function minerMethods(engine: Pick<Engine, 'setDaLimits'>): readonly Method[] {
  return [
    method({
      name: 'miner_setMaxDASize',
      summary: 'Limits what transactions and blocks take on L1, in estimated bytes; 0 is no limit.',
      params: [
        param('Most bytes of a transaction', uint64),
        param('Most bytes of a block', uint64),
      ],
      result: ['Done', booleanSchema],
      overlap: 1,
      handler: ([transaction, block]) => {
        engine.setDaLimits({ transaction: clamped(transaction), block: clamped(block) })
        return true
      },
    }),
  ]
}

/** Beyond 2^53 nothing is limited. */
function clamped(bytes: bigint): number {
  return bytes > BigInt(Number.MAX_SAFE_INTEGER) ? 0 : Number(bytes)
}
