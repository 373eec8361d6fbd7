import { createProofSource, type ProofReads, type ProofSource } from '@altlayer/engine'
import {
  decodeBlock,
  decodeHeader,
  type Hash,
  headerFromRpc,
  hexToBytes,
  MalformedInputError,
  parseData,
  parseHash,
  parseObject,
  quantity,
} from '@altlayer/protocol'
import { createRpcClient } from '@altlayer/rpc/client'
import { createCommittedBlobSource } from '../l1/blobs.ts'
import { connectL1 } from '../l1/client.ts'
import { createL1Data, type L1FullBlock } from '../l1/data.ts'

export interface RpcProofSourceOptions {
  readonly l1Url: string
  readonly l1BeaconUrls: readonly string[]
  /** A node of the rollup that serves `debug_` and `optimism_`. */
  readonly rollupUrl: string
  /** The block whose output root both sides agree on. */
  readonly agreedNumber: bigint
}

/** The rollup's node does not answer, or not with what was asked. */
export class ProofRpcError extends Error {
  override readonly name = 'ProofRpcError'
}

/** Milliseconds for one attempt. */
const TIMEOUT = 20_000
/** L1 blocks that are kept: receipts and blobs are asked for right after the transactions of their block. */
const KEPT = 4
/** geth's database keys of code: this, then the hash. */
const CODE_PREFIX = '63'

/**
 * What a fault proof needs, from RPCs of L1, of its beacon API and of the rollup. `fetch` rejects with L1Error,
 * ProofRpcError or ProofDataError; the proof checks the rest against hashes.
 */
export function createRpcProofSource(
  options: RpcProofSourceOptions,
): ProofSource & { close(): void } {
  const headers = connectL1({ url: options.l1Url, timeout: TIMEOUT })
  const l1 = createL1Data({ url: options.l1Url })
  const fetchBlob = createCommittedBlobSource(options.l1BeaconUrls)
  const rollup = createRpcClient(options.rollupUrl, { timeout: TIMEOUT })
  let recent: readonly L1FullBlock[] = []

  async function l1Block(hash: Hash): Promise<L1FullBlock | undefined> {
    const known = recent.find((block) => block.hash === hash)
    if (known !== undefined) return known
    const block = await l1.block(hash)
    if (block !== undefined) recent = [block, ...recent].slice(0, KEPT)
    return block
  }

  /** The answer of the rollup's node, parsed. */
  async function ask<T>(
    method: string,
    params: readonly unknown[],
    parse: (answer: unknown) => T,
  ): Promise<T> {
    try {
      return parse(await rollup.request(method, params))
    } catch (cause) {
      throw new ProofRpcError(`${method} of the rollup's node: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
  const bytes = (answer: unknown) => hexToBytes(parseData(answer, 'answer'))

  const reads: ProofReads = {
    async l1Header(hash) {
      const json = await headers.request('eth_getBlockByHash', [hash, false])
      return json === null || json === undefined ? undefined : headerFromRpc(json, 'block')
    },
    async l1Transactions(hash) {
      const block = await l1Block(hash)
      return block && (block.leaves ?? block.transactions)
    },
    async l1Receipts(hash) {
      const block = await l1Block(hash)
      return block && l1.receipts(block)
    },
    async blob(versionedHash, { timestamp }) {
      // The block of the last transactions: it is the one that names the blob.
      const block = recent.find(({ header }) => header.timestamp === timestamp)
      return block && fetchBlob(versionedHash, block)
    },
    l2Header: (hash) => ask('debug_getRawHeader', [hash], (answer) => decodeHeader(bytes(answer))),
    l2Transactions: (hash) =>
      ask('debug_getRawBlock', [hash], (answer) => decodeBlock(bytes(answer)).transactions),
    l2State: (kind, hash) =>
      ask('debug_dbGet', [kind === 'node' ? hash : `0x${CODE_PREFIX}${hash.slice(2)}`], bytes),
    l2Output: (root) =>
      ask('optimism_outputAtBlock', [quantity(options.agreedNumber)], (answer) => {
        const output = parseObject(answer, 'output')
        const has = parseHash(output.outputRoot, 'output.outputRoot')
        if (has !== root) throw new MalformedInputError('output.outputRoot', root, has)
        const block = parseObject(output.blockRef, 'output.blockRef')
        return {
          stateRoot: parseHash(output.stateRoot, 'output.stateRoot'),
          messagePasserStorageRoot: parseHash(
            output.withdrawalStorageRoot,
            'output.withdrawalStorageRoot',
          ),
          blockHash: parseHash(block.hash, 'output.blockRef.hash'),
        }
      }),
  }
  const source = createProofSource(reads)
  return {
    fetch: source.fetch,
    close() {
      headers.close()
      l1.close()
      rollup.close()
    },
  }
}
