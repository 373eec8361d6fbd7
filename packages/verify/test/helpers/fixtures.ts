import { testData } from '../../../../scripts/testdata.ts'
import { type BlockFixture, parseFixture } from '../../src/index.ts'

/** The real OP Stack blocks of the public test data. */
export interface RealBlock {
  readonly path: string
  readonly chain: 'OP Mainnet' | 'OP Sepolia'
  /** The file's bytes. */
  readonly bytes: Uint8Array
  readonly fixture: BlockFixture
}

const data = await testData('op-blocks.tar.xz', (path) => path.endsWith('.json'))

/** As node:test's `skip` option takes it. */
export const absent = data.absent

export const realBlocks: readonly RealBlock[] = [...data.files].map(([path, bytes]) => ({
  path,
  chain: path.includes('/10-') ? 'OP Mainnet' : 'OP Sepolia',
  bytes,
  fixture: parseFixture(JSON.parse(Buffer.from(bytes).toString())),
}))

export function realBlock(chain: RealBlock['chain']): RealBlock {
  const found = realBlocks.find((block) => block.chain === chain)
  if (found === undefined) throw new Error(`no block of ${chain} in the test data`)
  return found
}
