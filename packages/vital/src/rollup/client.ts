import {
  type Hash,
  type Hex,
  parseData,
  parseHash,
  parseObject,
  parseQuantity,
} from '@altlayer/protocol'

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
  safeHeadAtL1Block(number: bigint): Promise<{ readonly number: bigint; readonly hash: Hash }>
  syncStatus(): Promise<SyncStatus>
  /** RLP of a block's header. */
  rawHeader(hash: Hash): Promise<Hex>
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
/** Bytes of an answer. */
const MAX_ANSWER = 1 << 20
const VERSION_0: Hash = `0x${'00'.repeat(32)}`

/**
 * @param url JSON-RPC with the `optimism_` and `debug_` namespaces: our node's, or op-node's with op-geth behind one
 * address.
 */
export function createRollupClient(url: string): RollupClient {
  let id = 0
  async function request(method: string, params: readonly unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(TIMEOUT),
      })
      const text = await response.text()
      if (text.length > MAX_ANSWER) throw new Error(`an answer of ${text.length} bytes`)
      const answer = parseObject(JSON.parse(text), 'answer')
      if (answer.error !== undefined && answer.error !== null) {
        throw new Error(String(parseObject(answer.error, 'error').message))
      }
      return answer.result
    } catch (cause) {
      throw new RollupRpcError(`${method} of the rollup node: ${(cause as Error).message}`, {
        cause,
      })
    }
  }

  /** Parses an answer; what is wrong with it is the node's error. */
  async function ask<T>(
    method: string,
    params: readonly unknown[],
    parse: (result: unknown) => T,
  ): Promise<T> {
    const result = await request(method, params)
    try {
      return parse(result)
    } catch (cause) {
      throw new RollupRpcError(`${method} of the rollup node: ${(cause as Error).message}`, {
        cause,
      })
    }
  }

  const hexNumber = (number: bigint) => `0x${number.toString(16)}`
  return {
    outputAtBlock: (number) =>
      ask('optimism_outputAtBlock', [hexNumber(number)], (result) => {
        const json = parseObject(result, 'result')
        const block = parseObject(json.blockRef, 'result.blockRef')
        return {
          number,
          outputRoot: parseHash(json.outputRoot, 'result.outputRoot'),
          version:
            json.version === undefined ? VERSION_0 : parseHash(json.version, 'result.version'),
          stateRoot: parseHash(json.stateRoot, 'result.stateRoot'),
          withdrawalStorageRoot: parseHash(
            json.withdrawalStorageRoot,
            'result.withdrawalStorageRoot',
          ),
          blockHash: parseHash(block.hash, 'result.blockRef.hash'),
        }
      }),
    safeHeadAtL1Block: (number) =>
      ask('optimism_safeHeadAtL1Block', [hexNumber(number)], (result) => {
        const head = parseObject(parseObject(result, 'result').safeHead, 'result.safeHead')
        return {
          number: numberOf(head.number, 'result.safeHead.number'),
          hash: parseHash(head.hash, 'result.safeHead.hash'),
        }
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
