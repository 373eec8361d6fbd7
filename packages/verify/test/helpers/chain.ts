import { createProgram, type Program, type TransactionResult } from '@altlayer/engine'
import {
  type Address,
  bigintToHex,
  bytesToHex,
  type ChainConfig,
  decodeTransaction,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeHeader,
  encodeTransaction,
  type Hash,
  type Header,
  type Hex,
  headerHash,
  headerToRpc,
  hexToBytes,
  keccak256Hex,
  l1AttributesDeposit,
  OP_FORKS,
  quantity,
  TX_DEPOSIT,
  transactionToRpc,
} from '@altlayer/protocol'
import { RpcError, type RpcMethod } from '../../../rpc/test/support/json-rpc-server.ts'
import { receiptsJson } from './recorded.ts'
import { prove } from './trie.ts'

// A rollup that a test makes: real blocks of deposits, executed by the program, with their witnesses.

export interface TestBlock {
  readonly header: Header
  readonly hash: Hash
  readonly json: Record<string, unknown>
  readonly receipts: readonly unknown[]
  readonly witness: { readonly state: Hex[]; readonly codes: Hex[]; readonly headers: Hex[] }
}

export interface TestChain {
  readonly config: ChainConfig
  /** By number, genesis first. */
  readonly blocks: readonly TestBlock[]
  /** Adds `count` blocks on the head. */
  mine(count: number): void
  /** Takes blocks off the head and puts as many others, and one more, in their place. */
  reorg(depth: number): void
  /** What an honest RPC answers, always of the chain as it is. */
  readonly methods: Record<string, RpcMethod>
}

const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`
/** Writes calldata's second word to the slot in its first. */
const STORE: Address = `0x${'57'.repeat(20)}`
const STORE_CODE: Hex = '0x6020355f355500'
const BLOCK_TIME = 2n
const GENESIS_TIME = 1_700_000_000n
const SLOTS = 24n

/** A chain at Holocene (Isthmus, if wanted) with its genesis only. */
export function createTestChain(
  chainId: bigint,
  fork: 'holocene' | 'isthmus' = 'holocene',
): TestChain {
  const config: ChainConfig = {
    mode: 'op',
    chainId,
    forks: Object.fromEntries(
      OP_FORKS.slice(0, OP_FORKS.indexOf(fork) + 1).map((name) => [name, 0n]),
    ),
    eip1559: { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n },
  }
  const preimages = new Map<Hash, Uint8Array>()
  const byKey = new Map<string, Uint8Array>()
  const keep = (data: Uint8Array) => {
    const hash = keccak256Hex(data)
    preimages.set(hash, data)
    byKey.set(hash.slice(4), data)
  }
  let asked: Map<string, Uint8Array> | undefined
  const program = createProgram(
    {
      preimage(key) {
        const id = bytesToHex(key).slice(4)
        const data = byKey.get(id)
        if (data !== undefined) asked?.set(id, data)
        return data
      },
      output: (_, __, data) => keep(data.slice()),
    },
    { config, nodeCacheBytes: 8 << 20, codeCacheBytes: 4 << 20 },
  )
  const blocks: TestBlock[] = [genesis(program, config)]
  keep(encodeHeader((blocks[0] as TestBlock).header))
  let salt = 0n

  const mineOne = (): void => {
    const parent = blocks.at(-1) as TestBlock
    const number = parent.header.number + 1n
    const transactions = depositsOf(number, salt)
    asked = new Map()
    program.clearCache()
    program.open(parent.header, {
      timestamp: parent.header.timestamp + BLOCK_TIME,
      prevRandao: bigintToHex(salt),
      feeRecipient: `0x${'fe'.repeat(20)}`,
      gasLimit: 30_000_000n,
      parentBeaconBlockRoot: bigintToHex(number),
      eip1559Params: '0x000000fa00000006',
    })
    const results = transactions.map((raw) => program.transaction(raw))
    const { header, hash } = program.seal()
    const data = [...asked.values()]
    asked = undefined
    program.commit()
    keep(encodeHeader(header))
    const isNode = (bytes: Uint8Array) => (bytes[0] as number) >= 0xc0
    blocks.push({
      header,
      hash,
      json: blockJson(header, hash, transactions, results),
      receipts: receiptsJson(transactions, header, hash, results),
      witness: {
        state: data.filter(isNode).map(bytesToHex),
        codes: data.filter((bytes) => !isNode(bytes)).map(bytesToHex),
        headers: [bytesToHex(encodeHeader(parent.header))],
      },
    })
  }

  const chain = {
    config,
    blocks,
    mine(count: number) {
      for (let i = 0; i < count; i++) mineOne()
    },
    reorg(depth: number) {
      blocks.splice(blocks.length - depth, depth)
      salt++
      for (let i = 0; i <= depth; i++) mineOne()
    },
  }
  return { ...chain, methods: methodsOf(config, blocks, preimages) }
}

function genesis(program: Program, config: ChainConfig): TestBlock {
  const header: Header = {
    parentHash: ZERO_HASH,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: `0x${'fe'.repeat(20)}`,
    stateRoot: EMPTY_ROOT,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: 0n,
    number: 0n,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: GENESIS_TIME,
    extraData: '0x00000000fa00000006',
    mixHash: ZERO_HASH,
    nonce: '0x0000000000000000',
    baseFeePerGas: 1_000_000_000n,
    withdrawalsRoot: EMPTY_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: ZERO_HASH,
    ...(config.forks.isthmus !== undefined && {
      requestsHash: '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    }),
  }
  program.openAt(header)
  program.override([
    { address: STORE, code: hexToBytes(STORE_CODE) },
    // Isthmus puts its storage root into the header.
    { address: '0x4200000000000000000000000000000000000016', nonce: 1n, balance: 1n },
    ...Array.from({ length: 64 }, (_, i) => ({
      address: keccak256Hex(Uint8Array.of(i)).slice(0, 42) as Address,
      balance: BigInt(i + 1),
    })),
  ])
  const whole = { ...header, stateRoot: program.stateRoot() }
  program.commit()
  const hash = headerHash(whole)
  const json = { ...headerToRpc(whole), hash, transactions: [], uncles: [] }
  return { header: whole, hash, json, receipts: [], witness: { state: [], codes: [], headers: [] } }
}

/** The L1 attributes, a mint to an account of the block's own, and a slot written or, each third block, deleted. */
function depositsOf(number: bigint, salt: bigint): readonly Uint8Array[] {
  const attributes = l1AttributesDeposit(
    {
      version: 'ecotone',
      number,
      timestamp: GENESIS_TIME,
      baseFee: 7n,
      hash: ZERO_HASH,
      sequenceNumber: number,
      batcherAddress: STORE,
      blobBaseFee: 1n,
      baseFeeScalar: 1000n,
      blobBaseFeeScalar: 2000n,
    },
    true,
  )
  const deposit = {
    type: TX_DEPOSIT,
    sourceHash: bigintToHex(number),
    from: keccak256Hex(hexToBytes(bigintToHex(number % 200n))).slice(0, 42) as Address,
    mint: 10n ** 9n + salt,
    gas: 100_000n,
    isSystemTransaction: false,
  } as const
  const word = (value: bigint) => bigintToHex(value).slice(2)
  const value = number % 3n === 0n ? 0n : number + salt
  const slot = number % 3n === 0n ? (number - 2n) % SLOTS : number % SLOTS
  const store = { ...deposit, to: STORE, value: 0n, data: `0x${word(slot)}${word(value)}` } as const
  const mint = { ...deposit, to: deposit.from, value: 1n, data: '0x' } as const
  return [attributes, mint, store].map(encodeTransaction)
}

function blockJson(
  header: Header,
  hash: Hash,
  transactions: readonly Uint8Array[],
  results: readonly TransactionResult[],
): Record<string, unknown> {
  return {
    ...headerToRpc(header),
    hash,
    uncles: [],
    transactions: transactions.map((raw, index) => {
      const { from, hash: transactionHash } = results[index] as TransactionResult
      const block = { hash, number: header.number, index }
      return transactionToRpc(decodeTransaction(raw), { hash: transactionHash, from, block })
    }),
  }
}

function methodsOf(
  config: ChainConfig,
  blocks: readonly TestBlock[],
  preimages: ReadonlyMap<Hash, Uint8Array>,
): Record<string, RpcMethod> {
  const at = (value: unknown) =>
    value === 'latest' ? blocks.at(-1) : blocks[Number(BigInt(value as Hex))]
  const shown = (block: TestBlock | undefined, whole: unknown) =>
    block && (whole === true ? block.json : { ...block.json, transactions: [] })
  return {
    eth_chainId: () => quantity(config.chainId),
    eth_getBlockByNumber: ([value, whole]) => shown(at(value), whole),
    eth_getBlockByHash: ([value, whole]) =>
      shown(
        blocks.find(({ hash }) => hash === value),
        whole,
      ),
    eth_getBlockReceipts: ([value]) => blocks.find(({ hash }) => hash === value)?.receipts,
    debug_executionWitness: ([value]) => at(value)?.witness,
    debug_dbGet: ([key]) => {
      const value = preimages.get(`0x${(key as string).slice(-64)}`)
      if (value === undefined) throw new RpcError(-32000, 'not found')
      return bytesToHex(value)
    },
    eth_getCode: ([address]) => (address === STORE ? STORE_CODE : '0x'),
    eth_getProof: ([address, slots, number]) => {
      const root = (at(number) as TestBlock).header.stateRoot
      const storage = (slots as Hash[]).map((key) => ({ key, proof: [] as Hex[] }))
      return {
        address,
        accountProof: prove(preimages, root, address as Hex).proof,
        storageProof: storage,
      }
    },
  }
}
