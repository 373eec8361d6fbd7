import { createProgram, type DerivedAttributes, type Program } from '@altlayer/engine'
import {
  type Batch,
  BLOB_DATA_MAX,
  encodeBlob,
  encodeChannel,
  encodeFrames,
  splitFrames,
} from '@altlayer/node/tools'
import {
  type Address,
  bigintToHex,
  bytesToHex,
  chainConfigOf,
  EMPTY_BLOOM,
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeHoloceneExtraData,
  encodeTransaction,
  fakeExponential,
  type Hash,
  type Header,
  type Hex,
  headerHash,
  hexToBytes,
  keccak256Hex,
  l1AttributesDeposit,
  l1AttributesOf,
  OP_FORKS,
  orderedTrieRoot,
  PREDEPLOYS,
  parseRollupConfig,
  type RollupConfig,
} from '@altlayer/protocol'
import { type Account, makeAccount, poolCode, sign, tokenCode } from './accounts.ts'

// A rollup's history as L1 has it: every block executed once, then posted by our own encoders.

export interface L1Block {
  readonly hash: Hash
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
}

export interface L2Block {
  readonly hash: Hash
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
}

export interface BenchChain {
  readonly config: RollupConfig
  readonly l1: readonly L1Block[]
  /** Genesis first. */
  readonly l2: readonly L2Block[]
  readonly blobs: ReadonlyMap<Hash, Uint8Array>
  /** State of the genesis: nodes and code by the last 31 bytes of their hash. */
  readonly state: ReadonlyMap<string, Uint8Array>
  readonly sequenced: number
  /** Bytes of L2 transactions, and of what was posted for them. */
  readonly bytes: { readonly transactions: number; readonly posted: number }
}

export interface ChainOptions {
  readonly blocks: number
  /** Transactions a block, on average. */
  readonly perBlock: number
  /** Of others, in every L1 block. */
  readonly l1Transactions: number
}

const L1_TIME = 1_700_000_000n
const L1_BLOCK_TIME = 12n
const L2_BLOCK_TIME = 2n
/** Seconds that an L2 block is ahead of its L1 origin at least: L1 blocks are not seen at once. */
const ORIGIN_DELAY = 24n
/** L2 blocks a channel, about what fills a few blobs, and every how manyth of them goes as calldata. */
const CHANNEL_BLOCKS = 250
const CALLDATA_EVERY = 4
const CALLDATA_FRAME = 100_000
const USERS = 400

const L1_CHAIN_ID = 900n
const L2_CHAIN_ID = 901n
const TOKEN: Address = `0x${'70'.repeat(20)}`
const POOL: Address = `0x${'90'.repeat(20)}`
const INBOX: Address = '0xff00000000000000000000000000000000000901'
const EXTRA_DATA = encodeHoloceneExtraData({ denominator: 250, elasticity: 6 })

const word = (value: number | bigint): Hash => bigintToHex(BigInt(value))

/** Numbers below 1 that are the same in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const emptyHeader = {
  sha3Uncles: EMPTY_UNCLES_HASH,
  stateRoot: EMPTY_ROOT,
  receiptsRoot: EMPTY_ROOT,
  logsBloom: EMPTY_BLOOM,
  difficulty: 0n,
  gasUsed: 0n,
  nonce: '0x0000000000000000',
  withdrawalsRoot: EMPTY_ROOT,
  blobGasUsed: 0n,
  excessBlobGas: 0n,
  requestsHash: EMPTY_REQUESTS_HASH,
} as const

/** A program over a map. */
export function createStateProgram(
  config: RollupConfig,
  state: Map<string, Uint8Array>,
  sender: (hash: Uint8Array) => Uint8Array | undefined,
): Program {
  const key = (hash: Uint8Array) =>
    Buffer.from(hash.buffer, hash.byteOffset + 1, 31).toString('latin1')
  return createProgram(
    {
      preimage: (typed) => state.get(key(typed)),
      output: (_, hash, data) => void state.set(key(hash), data.slice()),
      sender,
    },
    { config: chainConfigOf(config) },
  )
}

export function makeChain(options: ChainOptions, progress: (done: number) => void): BenchChain {
  const users = Array.from({ length: USERS }, (_, i) => makeAccount(i))
  const batcher = makeAccount(1_000_000)
  const l1: L1Block[] = [makeL1(undefined, [])]
  const { config, genesis, program, state } = makeGenesis(users, batcher, l1[0] as L1Block)
  const l2: L2Block[] = [genesis]
  const ownState = new Map(state)
  const others = foreignTransactions(options.l1Transactions)
  const next = random(7)
  const blobs = new Map<Hash, Uint8Array>()
  let waiting: { block: L2Block; origin: L1Block; first: boolean; sequenced: Uint8Array[] }[] = []
  let items: Uint8Array[] = []
  let sequenced = 0
  const bytes = { transactions: 0, posted: 0 }
  let channels = 0
  let origin = l1[0] as L1Block
  let sequenceNumber = 0n

  const mine = () => {
    l1.push(makeL1(l1.at(-1), [...others(l1.length), ...items]))
    items = []
  }
  const post = () => {
    const [first] = waiting
    const last = waiting.at(-1)
    if (first === undefined || last === undefined) return
    const batch: Batch = {
      type: 'span',
      batch: {
        relativeTime: first.block.header.timestamp - config.genesis.l2Time,
        originNumber: last.origin.header.number,
        parentCheck: hexToBytes(first.block.header.parentHash).slice(0, 20),
        originCheck: hexToBytes(last.origin.hash).slice(0, 20),
        blocks: waiting.map((entry) => ({
          originChanged: entry.first,
          transactions: entry.sequenced,
        })),
      },
    }
    waiting = []
    const id = hexToBytes(word(++channels)).slice(16)
    const stream = encodeChannel([batch], 'brotli')
    bytes.posted += stream.length
    const call = { chainId: L1_CHAIN_ID, to: INBOX, gas: 5_000_000n }
    if (channels % CALLDATA_EVERY === 0) {
      for (const frame of splitFrames(id, stream, CALLDATA_FRAME))
        items.push(sign(batcher, { ...call, data: bytesToHex(encodeFrames([frame])) }))
      return
    }
    const blobVersionedHashes = splitFrames(id, stream, BLOB_DATA_MAX - 1).map((frame) => {
      const blob = encodeBlob(encodeFrames([frame]))
      const hash: Hash = `0x01${keccak256Hex(blob).slice(4)}`
      blobs.set(hash, blob)
      return hash
    })
    items.push(sign(batcher, { ...call, blobVersionedHashes }))
  }

  for (let i = 1; i <= options.blocks; i++) {
    const parent = l2.at(-1) as L2Block
    const timestamp = parent.header.timestamp + L2_BLOCK_TIME
    while ((l1.at(-1) as L1Block).header.timestamp + L1_BLOCK_TIME <= timestamp) mine()
    const following = l1.at(Number(origin.header.number - 10n) + 1)
    const first = following !== undefined && following.header.timestamp + ORIGIN_DELAY <= timestamp
    if (first) origin = following
    sequenceNumber = first ? 0n : sequenceNumber + 1n
    const count = Math.floor(next() * 2 * options.perBlock + 0.5)
    const transactions = Array.from({ length: count }, () => userTransaction(users, next))
    sequenced += count
    for (const raw of transactions) bytes.transactions += raw.length
    const block = execute(program, config, parent, origin, sequenceNumber, transactions)
    l2.push(block)
    waiting.push({ block, origin, first, sequenced: transactions })
    if (waiting.length === CHANNEL_BLOCKS || i === options.blocks) post()
    if (i % 1_000 === 0) progress(i)
  }
  // The last channel, and one block more, with which all of it is derivable.
  mine()
  mine()
  return { config, l1, l2, blobs, state: ownState, sequenced, bytes }
}

function makeGenesis(users: readonly Account[], batcher: Account, l1Genesis: L1Block) {
  const state = new Map<string, Uint8Array>()
  const make = (l2Hash: Hash) => rollupConfig(l1Genesis, l2Hash, batcher)
  const program = createStateProgram(make(word(0)), state, () => undefined)
  const header: Header = {
    ...emptyHeader,
    parentHash: word(0),
    miner: PREDEPLOYS.SequencerFeeVault,
    transactionsRoot: EMPTY_ROOT,
    number: 0n,
    gasLimit: 60_000_000n,
    timestamp: L1_TIME,
    extraData: EXTRA_DATA,
    mixHash: word(0),
    baseFeePerGas: 1_000_000n,
    parentBeaconBlockRoot: word(0),
  }
  program.openAt(header)
  for (let at = 0; at < users.length; at += 100)
    program.override(
      users.slice(at, at + 100).map(({ address }) => ({ address, balance: 10n ** 24n })),
    )
  program.override([
    // Balances of WETH98 are a mapping in slot 0.
    {
      address: TOKEN,
      nonce: 1n,
      balance: 10n ** 24n,
      code: tokenCode(),
      state: users.map(({ address }) => [
        keccak256Hex(hexToBytes(`0x${address.slice(2).padStart(64, '0')}${'00'.repeat(32)}`)),
        word(10n ** 20n),
      ]),
    },
    { address: POOL, nonce: 1n, code: poolCode() },
  ])
  const stateRoot = program.stateRoot()
  program.commit()
  const sealed = { ...header, stateRoot }
  const hash = headerHash(sealed)
  return {
    config: make(hash),
    genesis: { header: sealed, hash, transactions: [] },
    program,
    state,
  }
}

function rollupConfig(l1: L1Block, l2Hash: Hash, batcher: Account): RollupConfig {
  return parseRollupConfig({
    genesis: {
      l1: { number: Number(l1.header.number), hash: l1.hash },
      l2: { number: 0, hash: l2Hash },
      l2_time: Number(L1_TIME),
      system_config: {
        batcherAddr: batcher.address,
        overhead: word(0),
        scalar: `0x01${((5n << 32n) | 7n).toString(16).padStart(62, '0')}`,
        gasLimit: 60_000_000,
        eip1559Params: '0x000000fa00000006',
        operatorFeeParams: word(0),
      },
    },
    block_time: Number(L2_BLOCK_TIME),
    max_sequencer_drift: 600,
    seq_window_size: 3_600,
    channel_timeout: 300,
    l1_chain_id: Number(L1_CHAIN_ID),
    l2_chain_id: Number(L2_CHAIN_ID),
    ...Object.fromEntries(OP_FORKS.map((fork) => [`${fork}_time`, 0])),
    batch_inbox_address: INBOX,
    deposit_contract_address: `0x${'d1'.repeat(20)}`,
    l1_system_config_address: `0x${'c1'.repeat(20)}`,
    chain_op_config: {
      eip1559Elasticity: 6,
      eip1559Denominator: 50,
      eip1559DenominatorCanyon: 250,
    },
  })
}

function makeL1(parent: L1Block | undefined, transactions: readonly Uint8Array[]): L1Block {
  const number = (parent?.header.number ?? 9n) + 1n
  const header: Header = {
    ...emptyHeader,
    parentHash: parent?.hash ?? word(0),
    miner: `0x${'00'.repeat(20)}`,
    transactionsRoot: orderedTrieRoot(transactions),
    number,
    gasLimit: 36_000_000n,
    timestamp: parent === undefined ? L1_TIME : parent.header.timestamp + L1_BLOCK_TIME,
    extraData: '0x',
    mixHash: word(number),
    baseFeePerGas: 10_000_000_000n,
    parentBeaconBlockRoot: word(number),
  }
  return { header, hash: headerHash(header), transactions }
}

/** A third transfers, 40 % token transfers, the rest calls of the pool with 260 bytes. */
function userTransaction(users: readonly Account[], next: () => number): Uint8Array {
  const pick = () => users[Math.floor(next() * users.length)] as Account
  const from = pick()
  const kind = next()
  const amount = BigInt(Math.floor(next() * 1e9)) * 10n ** 6n
  const call = { chainId: L2_CHAIN_ID, to: pick().address }
  if (kind < 1 / 3) return sign(from, { ...call, value: amount, gas: 21_000n })
  const to = call.to.slice(2).padStart(64, '0')
  if (kind < 0.733) {
    const data: Hex = `0xa9059cbb${to}${amount.toString(16).padStart(64, '0')}`
    return sign(from, { ...call, to: TOKEN, data, gas: 60_000n })
  }
  const words = [amount, amount / 2n, BigInt(to === '' ? 0 : `0x${to}`), 1n, 160n, 0n, 3_000n, 9n]
  const data: Hex = `0x414bf389${words.map((value) => value.toString(16).padStart(64, '0')).join('')}`
  return sign(from, { ...call, to: POOL, data, gas: 200_000n })
}

/** What stands in L1 blocks besides: calls of different lengths by others, again and again. */
function foreignTransactions(count: number): (block: number) => readonly Uint8Array[] {
  const next = random(11)
  const account = makeAccount(2_000_000)
  const made = Array.from({ length: 1_000 }, () => {
    const length = next() < 0.4 ? 0 : 4 + 32 * Math.floor(next() * 16)
    const data: Hex = `0x${Array.from({ length }, () =>
      Math.floor(next() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('')}`
    const to: Address = `0x${Math.floor(next() * 2 ** 32)
      .toString(16)
      .padStart(40, '1')}`
    return sign(account, { chainId: L1_CHAIN_ID, to, data, gas: 100_000n })
  })
  return (block) =>
    Array.from({ length: count }, (_, i) => made[(block * 37 + i) % made.length] as Uint8Array)
}

function execute(
  program: Program,
  config: RollupConfig,
  parent: L2Block,
  origin: L1Block,
  sequenceNumber: bigint,
  sequenced: readonly Uint8Array[],
): L2Block {
  const { header, hash } = origin
  const info = {
    number: header.number,
    timestamp: header.timestamp,
    baseFee: header.baseFeePerGas ?? 0n,
    blobBaseFee: fakeExponential(1n, header.excessBlobGas ?? 0n, 5_007_716n),
    hash,
  }
  const { systemConfig } = config.genesis
  const attributes = l1AttributesOf('isthmus', info, systemConfig, sequenceNumber)
  const transactions = [encodeTransaction(l1AttributesDeposit(attributes, true)), ...sequenced]
  return executeBlock(program, parent, {
    transactions,
    timestamp: parent.header.timestamp + L2_BLOCK_TIME,
    prevRandao: header.mixHash,
    feeRecipient: PREDEPLOYS.SequencerFeeVault,
    gasLimit: systemConfig.gasLimit,
    withdrawals: [],
    parentBeaconBlockRoot: header.parentBeaconBlockRoot ?? word(0),
    eip1559Params: '0x000000fa00000006',
  })
}

/** Executes payload attributes on a block and commits. */
export function executeBlock(
  program: Program,
  parent: L2Block,
  attributes: Omit<DerivedAttributes['attributes'], 'noTxPool'>,
): L2Block {
  const { transactions, ...rest } = attributes
  program.open(parent.header, rest)
  for (const raw of transactions) program.transaction(raw)
  const { header, hash } = program.seal()
  program.commit()
  return { header, hash, transactions }
}
