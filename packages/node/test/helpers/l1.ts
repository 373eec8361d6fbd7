import { EMPTY_ROOT, EMPTY_UNCLES_HASH, type Header, headerHash } from '@altlayer/protocol'
import type { L1Block, L1Client } from '../../src/l1/client.ts'
import { L1Error } from '../../src/l1/client.ts'
import type { L1Receipt } from '../../src/l1/receipts.ts'
import { testHash } from './config.ts'

export const fullBloom = `0x${'ff'.repeat(256)}` as const

/** An L1 block with the given place in its chain; `salt` makes another block at the same place. */
export function l1Block(
  number: number,
  timestamp: number,
  parentHash = testHash(0xf0, number - 1),
  salt = 0,
): L1Block {
  const header: Header = {
    parentHash,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: '0x0000000000000000000000000000000000000000',
    stateRoot: testHash(3, salt),
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: fullBloom,
    difficulty: 0n,
    number: BigInt(number),
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: BigInt(timestamp),
    extraData: '0x',
    mixHash: testHash(4, number),
    nonce: '0x0000000000000000',
    baseFeePerGas: 1_000_000_000n,
    withdrawalsRoot: EMPTY_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: testHash(5, number),
    requestsHash: testHash(6, 0),
  }
  return { header, hash: headerHash(header) }
}

/** A chain of `count` blocks from `first` on, `seconds` apart. */
export function l1Chain(first: L1Block, count: number, seconds: number, salt = 0): L1Block[] {
  const blocks = [first]
  while (blocks.length < count) {
    const { header, hash } = blocks.at(-1) as L1Block
    blocks.push(l1Block(Number(header.number) + 1, Number(header.timestamp) + seconds, hash, salt))
  }
  return blocks
}

/** An L1 whose chain and manners a test sets. */
export interface FakeL1 extends L1Client {
  chain: readonly L1Block[]
  /** Blocks from this number on are not mined yet. */
  head: bigint
  answers: boolean
  receiptsOf: (hash: string) => readonly L1Receipt[]
  readonly calls: string[]
}

export function fakeL1(
  chain: readonly L1Block[],
  head = chain.at(-1)?.header.number ?? 0n,
): FakeL1 {
  const calls: string[] = []
  const ask = <T>(call: string, answer: () => T): Promise<T> => {
    calls.push(call)
    if (!fake.answers) return Promise.reject(new L1Error('silent'))
    return Promise.resolve(answer())
  }
  const fake: FakeL1 = {
    origin: 'fake:',
    chain,
    head,
    answers: true,
    calls,
    receiptsOf: () => [],
    chainId: () => ask('chainId', () => 900n),
    block: (ref) =>
      ask(`block ${ref}`, () => {
        const number = typeof ref === 'bigint' ? ref : fake.head
        if (number > fake.head) return undefined
        return fake.chain.find(({ header }) => header.number === number)
      }),
    receipts: ({ hash }) => ask(`receipts ${hash}`, () => fake.receiptsOf(hash)),
    close: () => {},
  }
  return fake
}
