import { describe, MalformedInputError } from './errors.ts'
import {
  ETHEREUM_FORKS,
  isForkActive,
  OP_FORKS,
  orderForks,
  UNSUPPORTED_FORKS,
} from './fork-schedule.ts'
import { EMPTY_HASH, EMPTY_REQUESTS_HASH, EMPTY_ROOT, EMPTY_UNCLES_HASH } from './header.ts'
import {
  bigintToHex,
  MAX_UINT64,
  parseAddress,
  parseData,
  parseHash,
  parseInteger,
  quantity,
  ZERO_ADDRESS,
  ZERO_HASH,
} from './hex.ts'
import { type JsonObject, jsonNumber, optional, parseObject, unknownMembers } from './json.ts'
import { parseOptimismEip1559 } from './rollup-config.ts'
import type { Address, ChainConfig, ForkTimes, Hash, Header, Hex } from './types.ts'

/** An account of the genesis allocation. */
export interface GenesisAccount {
  readonly address: Address
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Hex
  readonly storage: readonly (readonly [slot: Hash, value: Hash])[]
}

/** Header fields a genesis file sets; what follows from the allocation and the forks is left out. */
export interface GenesisHeader {
  readonly number: bigint
  readonly timestamp: bigint
  readonly extraData: Hex
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  readonly difficulty: bigint
  readonly mixHash: Hash
  readonly nonce: Hex
  readonly miner: Address
  readonly parentHash: Hash
  /** Undefined: 1 gwei, EIP-1559's initial base fee. */
  readonly baseFeePerGas?: bigint
  readonly excessBlobGas?: bigint
  readonly blobGasUsed?: bigint
}

/** A genesis file in geth's form. */
export interface Genesis {
  readonly config: ChainConfig
  readonly header: GenesisHeader
  readonly alloc: readonly GenesisAccount[]
  /** Members of `config` that mean nothing here, kept for writing it back. */
  readonly otherConfig: JsonObject
}

type BlobSchedule = NonNullable<ChainConfig['blobSchedule']>

// EIP-4844 and EIP-7691.
const DEFAULT_BLOB_SCHEDULE: BlobSchedule = {
  cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477n },
  prague: { target: 6, max: 9, baseFeeUpdateFraction: 5007716n },
}

const INITIAL_BASE_FEE = 1_000_000_000n

// The program executes Paris and later: a chain must have these active in its first block.
const BLOCK_FORKS = [
  'homesteadBlock',
  'eip150Block',
  'eip155Block',
  'eip158Block',
  'byzantiumBlock',
  'constantinopleBlock',
  'petersburgBlock',
  'istanbulBlock',
  'muirGlacierBlock',
  'berlinBlock',
  'londonBlock',
  'arrowGlacierBlock',
  'grayGlacierBlock',
] as const

const KNOWN_CONFIG = new Set<string>([
  'chainId',
  'optimism',
  'blobSchedule',
  'depositContractAddress',
  ...ETHEREUM_FORKS.map((fork) => `${fork}Time`),
  ...OP_FORKS.map((fork) => `${fork}Time`),
])

/**
 * Reads a genesis file: `config.optimism` present makes it an OP Stack chain, otherwise Ethereum. Throws
 * MalformedInputError naming the field.
 *
 * @example
 * const genesis = parseGenesis(JSON.parse(await readFile('genesis.json', 'utf8')))
 */
export function parseGenesis(value: unknown, path = 'genesis'): Genesis {
  const json = parseObject(value, path)
  const configJson = parseObject(json.config, `${path}.config`)
  return {
    config: parseChainConfig(configJson, `${path}.config`, json),
    header: parseGenesisHeader(json, path),
    alloc: parseAlloc(json, path),
    otherConfig: unknownMembers(configJson, KNOWN_CONFIG),
  }
}

/** A genesis file's `config`. `genesis` is the file around it, which tells whether the merge is behind it. */
export function parseChainConfig(
  value: unknown,
  path = 'config',
  genesis?: JsonObject,
): ChainConfig {
  const json = parseObject(value, path)
  const chainId = parseInteger(json.chainId, `${path}.chainId`, MAX_UINT64)
  if (chainId === 0n) throw new MalformedInputError(`${path}.chainId`, 'a positive integer', '0')
  const mode = json.optimism === undefined || json.optimism === null ? 'ethereum' : 'op'
  checkParis(json, path, mode, genesis)
  const unsupportedFrom = firstUnsupported(json, path, mode)
  const common = { mode, chainId, ...(unsupportedFrom && { unsupportedFrom }) } as const
  if (mode === 'op')
    return {
      ...common,
      forks: parseOpForks(json, path),
      eip1559: parseOptimismEip1559(json.optimism, `${path}.optimism`),
    }
  const depositContract = optional(
    json.depositContractAddress,
    `${path}.depositContractAddress`,
    parseAddress,
  )
  return {
    ...common,
    forks: parseForks(json, path, ETHEREUM_FORKS),
    blobSchedule: parseBlobSchedule(json.blobSchedule, `${path}.blobSchedule`),
    ...(depositContract && { depositContract }),
  }
}

/** The genesis file as JSON; `JSON.stringify` it. Inverse of `parseGenesis`. */
export function genesisToJson(genesis: Genesis): JsonObject {
  const { header } = genesis
  return {
    config: chainConfigToJson(genesis.config, genesis.otherConfig),
    number: quantity(header.number),
    timestamp: quantity(header.timestamp),
    extraData: header.extraData,
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    difficulty: quantity(header.difficulty),
    mixHash: header.mixHash,
    nonce: quantity(BigInt(header.nonce)),
    coinbase: header.miner,
    parentHash: header.parentHash,
    ...(header.baseFeePerGas !== undefined && { baseFeePerGas: quantity(header.baseFeePerGas) }),
    ...(header.excessBlobGas !== undefined && { excessBlobGas: quantity(header.excessBlobGas) }),
    ...(header.blobGasUsed !== undefined && { blobGasUsed: quantity(header.blobGasUsed) }),
    alloc: Object.fromEntries(
      genesis.alloc.map((account) => [account.address, accountToJson(account)]),
    ),
  }
}

/** A genesis file's `config`, every fork before Paris at block 0. `other` is added as it is. */
export function chainConfigToJson(config: ChainConfig, other: JsonObject = {}): JsonObject {
  const { mode, forks, eip1559, blobSchedule } = config
  // In op mode clients of Ethereum read the Ethereum fork that each OP fork brings.
  const ethereum: ForkTimes =
    mode === 'op'
      ? ({ shanghai: forks.canyon, cancun: forks.ecotone, prague: forks.isthmus } as ForkTimes)
      : forks
  const times = (names: readonly (keyof ForkTimes)[], of: ForkTimes) =>
    Object.fromEntries(
      names.flatMap((name) =>
        of[name] === undefined ? [] : [[`${name}Time`, jsonNumber(of[name], `${name}Time`)]],
      ),
    )
  return {
    chainId: jsonNumber(config.chainId, 'chainId'),
    ...Object.fromEntries(BLOCK_FORKS.map((fork) => [fork, 0])),
    ...(mode === 'op' && { mergeNetsplitBlock: 0, bedrockBlock: 0, terminalTotalDifficulty: 0 }),
    ...times(ETHEREUM_FORKS, ethereum),
    ...(mode === 'op' && times(OP_FORKS, forks)),
    ...(eip1559 && {
      optimism: {
        eip1559Elasticity: jsonNumber(eip1559.elasticity, 'eip1559.elasticity'),
        eip1559Denominator: jsonNumber(eip1559.denominator, 'eip1559.denominator'),
        eip1559DenominatorCanyon: jsonNumber(
          eip1559.denominatorCanyon,
          'eip1559.denominatorCanyon',
        ),
      },
    }),
    ...(blobSchedule && { blobSchedule: blobScheduleToJson(blobSchedule) }),
    ...(config.depositContract && { depositContractAddress: config.depositContract }),
    ...other,
  }
}

/**
 * The genesis block's header. `stateRoot` is the allocation's; `messagePasserRoot` the storage root of
 * L2ToL1MessagePasser, needed when Isthmus is active at genesis (specs, "Isthmus: Execution Engine").
 */
export function genesisHeader(genesis: Genesis, stateRoot: Hash, messagePasserRoot?: Hash): Header {
  const { config, header } = genesis
  const { forks, mode } = config
  const active = (fork: keyof ForkTimes) => isForkActive(forks, fork, header.timestamp)
  const op = mode === 'op'
  const isthmus = op && active('isthmus')
  if (isthmus && messagePasserRoot === undefined)
    throw new MalformedInputError(
      'messagePasserRoot',
      'a storage root, as Isthmus is active',
      'nothing',
    )
  const shanghai = active(op ? 'canyon' : 'shanghai')
  const cancun = active(op ? 'ecotone' : 'cancun')
  const prague = active(op ? 'isthmus' : 'prague')
  return {
    parentHash: header.parentHash,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: header.miner,
    stateRoot,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: header.difficulty,
    number: header.number,
    gasLimit: header.gasLimit,
    gasUsed: header.gasUsed,
    timestamp: header.timestamp,
    extraData: header.extraData,
    mixHash: header.mixHash,
    nonce: header.nonce,
    baseFeePerGas: header.baseFeePerGas ?? INITIAL_BASE_FEE,
    ...(shanghai && { withdrawalsRoot: isthmus ? (messagePasserRoot as Hash) : EMPTY_ROOT }),
    ...(cancun && {
      blobGasUsed: header.blobGasUsed ?? 0n,
      excessBlobGas: header.excessBlobGas ?? 0n,
      parentBeaconBlockRoot: ZERO_HASH,
    }),
    ...(prague && { requestsHash: EMPTY_REQUESTS_HASH }),
  }
}

function parseGenesisHeader(json: JsonObject, path: string): GenesisHeader {
  const integer = (name: string, max = MAX_UINT64) =>
    optional(json[name], `${path}.${name}`, (value, at) => parseInteger(value, at, max))
  const required = (name: string) => parseInteger(json[name], `${path}.${name}`, MAX_UINT64)
  const hash = (name: string) => optional(json[name], `${path}.${name}`, parseHash) ?? ZERO_HASH
  const baseFeePerGas = optional(json.baseFeePerGas, `${path}.baseFeePerGas`, parseInteger)
  const excessBlobGas = integer('excessBlobGas')
  const blobGasUsed = integer('blobGasUsed')
  return {
    number: integer('number') ?? 0n,
    timestamp: required('timestamp'),
    extraData: optional(json.extraData, `${path}.extraData`, parseData) ?? '0x',
    gasLimit: required('gasLimit'),
    gasUsed: integer('gasUsed') ?? 0n,
    difficulty: optional(json.difficulty, `${path}.difficulty`, parseInteger) ?? 0n,
    mixHash: hash('mixHash'),
    nonce: bigintToHex(integer('nonce') ?? 0n, 8),
    miner: optional(json.coinbase, `${path}.coinbase`, parseAddress) ?? ZERO_ADDRESS,
    parentHash: hash('parentHash'),
    ...(baseFeePerGas !== undefined && { baseFeePerGas }),
    ...(excessBlobGas !== undefined && { excessBlobGas }),
    ...(blobGasUsed !== undefined && { blobGasUsed }),
  }
}

function parseAlloc(genesis: JsonObject, path: string): readonly GenesisAccount[] {
  // OP Mainnet's: the state that a chain brought with it is elsewhere, the file has its root alone.
  if (genesis.alloc === undefined && genesis.stateHash !== undefined)
    throw new MalformedInputError(`${path}.alloc`, 'all accounts', 'only stateHash, their root')
  const seen = new Set<Address>()
  return Object.entries(parseObject(genesis.alloc, `${path}.alloc`)).map(([key, account]) => {
    const at = `${path}.alloc.${key}`
    // geth writes addresses without 0x here.
    const address = parseAddress(key.startsWith('0x') ? key : `0x${key}`, at)
    if (seen.has(address)) throw new MalformedInputError(at, 'each address once', 'it again')
    seen.add(address)
    const json = parseObject(account, at)
    // As the superchain registry once kept them, with the codes in files of their own.
    if (json.codeHash !== undefined && json.code === undefined && json.codeHash !== EMPTY_HASH)
      throw new MalformedInputError(`${at}.code`, 'the code', 'only codeHash, its hash')
    return {
      address,
      balance: optional(json.balance, `${at}.balance`, parseInteger) ?? 0n,
      nonce: optional(json.nonce, `${at}.nonce`, (v, p) => parseInteger(v, p, MAX_UINT64)) ?? 0n,
      code: optional(json.code, `${at}.code`, parseData) ?? '0x',
      storage: parseStorage(json.storage, `${at}.storage`),
    }
  })
}

function parseStorage(value: unknown, path: string): GenesisAccount['storage'] {
  if (value === undefined || value === null) return []
  return Object.entries(parseObject(value, path)).map(([slot, word]) => [
    storageWord(slot, path),
    storageWord(word, `${path}.${slot}`),
  ])
}

// geth accepts shortened words here.
function storageWord(value: unknown, path: string): Hash {
  if (typeof value !== 'string' || !/^(?:0x)?[0-9a-fA-F]{0,64}$/.test(value))
    throw new MalformedInputError(path, 'hex of at most 32 bytes', describe(value))
  return `0x${value.replace(/^0x/, '').toLowerCase().padStart(64, '0')}`
}

function accountToJson(account: GenesisAccount): JsonObject {
  return {
    balance: quantity(account.balance),
    ...(account.nonce !== 0n && { nonce: quantity(account.nonce) }),
    ...(account.code !== '0x' && { code: account.code }),
    ...(account.storage.length > 0 && { storage: Object.fromEntries(account.storage) }),
  }
}

function parseTime(value: unknown, path: string): bigint {
  return parseInteger(value, path, MAX_UINT64)
}

function parseForks(
  json: JsonObject,
  path: string,
  order: typeof OP_FORKS | typeof ETHEREUM_FORKS,
): ForkTimes {
  const field = (fork: string) => `${path}.${fork}Time`
  const times = Object.fromEntries(
    order.flatMap((fork) => {
      const time = optional(json[`${fork}Time`], field(fork), parseTime)
      return time === undefined ? [] : [[fork, time]]
    }),
  )
  return orderForks(times, order, field)
}

// Each OP fork brings an Ethereum fork with it: a file that gives them other times means a chain that
// no OP Stack client runs.
function parseOpForks(json: JsonObject, path: string): ForkTimes {
  const forks = parseForks(json, path, OP_FORKS)
  for (const [ethereum, op] of [
    ['shanghai', 'canyon'],
    ['cancun', 'ecotone'],
    ['prague', 'isthmus'],
  ] as const) {
    const field = `${path}.${ethereum}Time`
    const time = optional(json[`${ethereum}Time`], field, parseTime)
    if (time !== undefined && time !== forks[op])
      throw new MalformedInputError(field, `the time of ${op} (${forks[op] ?? 'never'})`, `${time}`)
  }
  return forks
}

function firstUnsupported(json: JsonObject, path: string, mode: ChainConfig['mode']) {
  for (const fork of UNSUPPORTED_FORKS[mode]) {
    const time = optional(json[`${fork}Time`], `${path}.${fork}Time`, parseTime)
    if (time !== undefined) return { fork, time }
  }
  return undefined
}

function checkParis(
  json: JsonObject,
  path: string,
  mode: ChainConfig['mode'],
  genesis: JsonObject | undefined,
): void {
  // OP Mainnet began before Berlin; its Bedrock genesis is far behind the blocks anyone executes here.
  if (mode === 'op') return
  for (const fork of BLOCK_FORKS) {
    const block = optional(json[fork], `${path}.${fork}`, parseTime)
    if (block !== undefined && block !== 0n)
      throw new MalformedInputError(
        `${path}.${fork}`,
        '0 (chains older than Paris are not executed)',
        `${block}`,
      )
  }
  parseInteger(json.londonBlock, `${path}.londonBlock`)
  const total = parseInteger(json.terminalTotalDifficulty, `${path}.terminalTotalDifficulty`)
  const difficulty = optional(genesis?.difficulty, 'genesis.difficulty', parseInteger) ?? total
  if (total > difficulty)
    throw new MalformedInputError(
      `${path}.terminalTotalDifficulty`,
      `at most the genesis difficulty (${difficulty}): proof of work is not executed`,
      `${total}`,
    )
}

function parseBlobSchedule(value: unknown, path: string): BlobSchedule {
  if (value === undefined || value === null) return DEFAULT_BLOB_SCHEDULE
  const json = parseObject(value, path)
  const read = (fork: 'cancun' | 'prague') =>
    optional(json[fork], `${path}.${fork}`, (entry, at) => {
      const schedule = parseObject(entry, at)
      return {
        target: Number(parseInteger(schedule.target, `${at}.target`, 0xffffn)),
        max: Number(parseInteger(schedule.max, `${at}.max`, 0xffffn)),
        baseFeeUpdateFraction: parseInteger(
          schedule.baseFeeUpdateFraction,
          `${at}.baseFeeUpdateFraction`,
          MAX_UINT64,
        ),
      }
    }) ?? DEFAULT_BLOB_SCHEDULE[fork]
  return { cancun: read('cancun'), prague: read('prague') }
}

function blobScheduleToJson(schedule: BlobSchedule): JsonObject {
  return Object.fromEntries(
    Object.entries(schedule).map(([fork, entry]) => [
      fork,
      {
        ...entry,
        baseFeeUpdateFraction: jsonNumber(entry.baseFeeUpdateFraction, `blobSchedule.${fork}`),
      },
    ]),
  )
}
