import { randomBytes } from 'node:crypto'
import {
  bytesToHex,
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  type ForkTimes,
  type Hash,
  type Header,
  headerHash,
  orderedTrieRoot,
} from '@altlayer/protocol'
import type { Chain } from '../../src/opstack/chain.ts'
import {
  type BlockPayload,
  type PayloadVersion,
  payloadVersionAt,
} from '../../src/payload/payload.ts'

const FORKS: Readonly<Record<PayloadVersion, ForkTimes>> = {
  1: { regolith: 0n },
  2: { regolith: 0n, canyon: 0n, delta: 0n },
  3: { regolith: 0n, canyon: 0n, delta: 0n, ecotone: 0n },
  4: {
    regolith: 0n,
    canyon: 0n,
    delta: 0n,
    ecotone: 0n,
    fjord: 0n,
    granite: 0n,
    holocene: 0n,
    isthmus: 0n,
  },
}

/** A chain whose blocks are of a payload version, one a second, the present at block `height`. */
export function chainOf(version: PayloadVersion, height = 100n, now = Date.now()): Chain {
  return {
    chainId: 901n,
    forks: FORKS[version],
    genesisNumber: 0n,
    genesisTime: BigInt(Math.floor(now / 1_000)) - height,
    blockTime: 1n,
  }
}

export const randomHash = (): Hash => bytesToHex(randomBytes(32))

/** A block of a chain with a hash that is right; nothing else of it need be. */
export function blockOf(
  chain: Chain,
  number: bigint,
  parent: { readonly blockHash: Hash } = { blockHash: randomHash() },
  transactions: readonly Uint8Array[] = [Uint8Array.of(0x7e, ...randomBytes(40))],
): BlockPayload {
  const timestamp = chain.genesisTime + (number - chain.genesisNumber) * chain.blockTime
  const version = payloadVersionAt(chain.forks, timestamp)
  const header: Header = {
    parentHash: parent.blockHash,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: '0x4200000000000000000000000000000000000011',
    stateRoot: randomHash(),
    transactionsRoot: orderedTrieRoot(transactions),
    receiptsRoot: randomHash(),
    logsBloom: bytesToHex(randomBytes(256)),
    difficulty: 0n,
    number,
    gasLimit: 60_000_000n,
    gasUsed: 21_000n,
    timestamp,
    extraData: '0x000000000100000002',
    mixHash: randomHash(),
    nonce: '0x0000000000000000',
    baseFeePerGas: 1_000_000_007n,
    ...(version >= 2 && { withdrawalsRoot: version >= 4 ? randomHash() : EMPTY_ROOT }),
    ...(version >= 3 && {
      blobGasUsed: 0n,
      excessBlobGas: 0n,
      parentBeaconBlockRoot: randomHash(),
    }),
    ...(version >= 4 && { requestsHash: EMPTY_REQUESTS_HASH }),
  }
  return {
    header,
    blockHash: headerHash(header),
    transactions,
    ...(version >= 2 && { withdrawals: [] }),
  }
}

/** Blocks one on another, from `first` on. */
export function blocksOf(
  chain: Chain,
  first: bigint,
  count: number,
  parent?: { readonly blockHash: Hash },
): readonly BlockPayload[] {
  const blocks: BlockPayload[] = []
  for (let index = 0; index < count; index++)
    blocks.push(blockOf(chain, first + BigInt(index), blocks.at(-1) ?? parent))
  return blocks
}
