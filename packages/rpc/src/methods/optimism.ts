import type { Api } from '../api.ts'
import { RpcError, SERVER_ERROR } from '../errors.ts'
import { type Method, method, param } from '../method.ts'
import { flexibleUint64 } from '../params.ts'
import type { RollupApi } from '../rollup.ts'
import { stringSchema } from '../schemas.ts'

/** The rollup node's namespace; none without a rollup node. */
export function optimismMethods({ rollup }: Api): readonly Method[] {
  return rollup === undefined ? [] : methodsOf(rollup)
}

function methodsOf(rollup: RollupApi): readonly Method[] {
  return [
    method({
      name: 'optimism_outputAtBlock',
      summary: 'Output root of an L2 block and what it commits to.',
      params: [param('Block number', flexibleUint64)],
      result: ['Output', { type: 'object' }],
      handler: ([block]) => answer(() => rollup.outputAtBlock(block)),
    }),
    method({
      name: 'optimism_safeHeadAtL1Block',
      summary: 'The safe L2 block once an L1 block had been read.',
      params: [param('L1 block number', flexibleUint64)],
      result: ['Safe head', { type: 'object' }],
      handler: ([block]) => answer(() => rollup.safeHeadAtL1Block(block)),
    }),
    method({
      name: 'optimism_syncStatus',
      summary: 'How far the node is with each view of L1 and L2.',
      result: ['Status', { type: 'object' }],
      handler: () => answer(() => rollup.syncStatus()),
    }),
    method({
      name: 'optimism_rollupConfig',
      summary: "The chain's rollup configuration.",
      result: ['Configuration', { type: 'object' }],
      handler: () => answer(() => rollup.rollupConfig()),
    }),
    method({
      name: 'optimism_version',
      summary: 'Version of the rollup node.',
      result: ['Version', stringSchema],
      handler: () => rollup.version(),
    }),
  ]
}

/** The rollup node's refusals are for the reader (RollupApi). */
async function answer<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw new RpcError(SERVER_ERROR, error instanceof Error ? error.message : String(error))
  }
}
