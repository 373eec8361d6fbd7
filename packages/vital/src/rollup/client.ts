import {
  type Hash,
  type Hex,
  parseData,
  parseHash,
  parseObject,
  parseQuantity,
  quantity,
  ZERO_HASH,
} from '@altlayer/protocol'
import { createRpcClient } from '@altlayer/rpc/client'

/** An L2 block's output root and what it is made of. */
export interface Output {
  readonly number: bigint
  readonly outputRoot: Hash
  readonly version: Hash
  readonly stateRoot: Hash
  readonly withdrawalStorageRoot: Hash
  readonly blockHash: Hash
}

/** What the rollup's node says; every method rejects with RollupRpcError. */
export interface RollupClient {
  /** Of a block that it has. */
  outputAtBlock(number: bigint): Promise<Output>
  /** The safe head after the L1 block with this number was read. */
  safeHeadAtL1Block(number: bigint): Promise<SafeHead>
  syncStatus(): Promise<SyncStatus>
  /** RLP of a block's header. */
  rawHeader(hash: Hash): Promise<Hex>
}

/** An L2 block and the L1 block that it is known to have been the safe head at. */
export interface SafeHead {
  readonly number: bigint
  readonly hash: Hash
  /** The newest one known, not above the one that was asked for. */
  readonly l1: { readonly number: bigint; readonly hash: Hash }
}

export interface SyncStatus {
  readonly currentL1: bigint
  readonly safe: bigint
  readonly finalized: bigint
}

/** The rollup node does not answer, or not in its words. */
export class RollupRpcError extends Error {
  override readonly name = 'RollupRpcError'
}

/** Milliseconds until a request is given up. */
const TIMEOUT = 30_000
/** Bytes of an answer that are read. */
const MAX_ANSWER = 1 << 20

/**
 * @param url JSON-RPC with the `optimism_` and `debug_` namespaces: our node's, or op-node's with op-geth behind one
 * address.
 */
export function createRollupClient(url: string): RollupClient {
  const rpc = createRpcClient(url, { timeout: TIMEOUT, responseBytes: MAX_ANSWER })

  async function ask<T>(
    method: string,
    params: readonly unknown[],
    parse: (result: unknown) => T,
  ): Promise<T> {
    const refused = (cause: unknown, where: string) =>
      new RollupRpcError(`the rollup's node at ${where}${(cause as Error).message}`, { cause })
    const result = await rpc.request(method, params).catch((cause) => {
      throw refused(cause, '')
    })
    try {
      return parse(result)
    } catch (cause) {
      throw refused(cause, `${rpc.origin}: ${method}: `)
    }
  }

  return {
    outputAtBlock: (number) =>
      ask('optimism_outputAtBlock', [quantity(number)], (result) => {
        const json = parseObject(result, 'result')
        const block = parseObject(json.blockRef, 'result.blockRef')
        return {
          number,
          outputRoot: parseHash(json.outputRoot, 'result.outputRoot'),
          version:
            json.version === undefined ? ZERO_HASH : parseHash(json.version, 'result.version'),
          stateRoot: parseHash(json.stateRoot, 'result.stateRoot'),
          withdrawalStorageRoot: parseHash(
            json.withdrawalStorageRoot,
            'result.withdrawalStorageRoot',
          ),
          blockHash: parseHash(block.hash, 'result.blockRef.hash'),
        }
      }),
    safeHeadAtL1Block: (number) =>
      ask('optimism_safeHeadAtL1Block', [quantity(number)], (result) => {
        const json = parseObject(result, 'result')
        const blockOf = (name: string) => {
          const block = parseObject(json[name], `result.${name}`)
          return {
            number: numberOf(block.number, `result.${name}.number`),
            hash: parseHash(block.hash, `result.${name}.hash`),
          }
        }
        return { ...blockOf('safeHead'), l1: blockOf('l1Block') }
      }),
    syncStatus: () =>
      ask('optimism_syncStatus', [], (result) => {
        const json = parseObject(result, 'result')
        const number = (name: string) =>
          numberOf(parseObject(json[name], `result.${name}`).number, `result.${name}.number`)
        return {
          currentL1: number('current_l1'),
          safe: number('safe_l2'),
          finalized: number('finalized_l2'),
        }
      }),
    rawHeader: (hash) => ask('debug_getRawHeader', [hash], (result) => parseData(result, 'result')),
  }
}

/** Numbers that op-node writes as JSON numbers, others as quantities. */
function numberOf(value: unknown, path: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  return parseQuantity(value, path)
}
