import * as layout from '@altlayer/program/shared/derive.ts'
import { STATUS_NEEDS_L1 } from '@altlayer/program/shared/status.ts'
import {
  bigintToBytes,
  chainConfigOf,
  eip1559ParamsHex,
  type Hash,
  hexToBytes,
  MAX_UINT64,
  MalformedInputError,
  PREDEPLOYS,
  type RollupConfig,
  type SystemConfig,
} from '@altlayer/protocol'
import type { PayloadAttributes } from '../api.ts'
import { readError } from './decode.ts'
import { encodeConfig } from './encode.ts'
import { createImports } from './host.ts'
import { programModule } from './instance.ts'
import { createReader, type MemoryReader } from './memory.ts'
import type { ProgramHost } from './types.ts'

/** Number and hash of a block. */
interface BlockRef {
  readonly number: bigint
  readonly hash: Hash
}

/** What the next block is to be made of, and where that follows from. */
export interface DerivedAttributes {
  readonly parent: BlockRef
  readonly attributes: Required<Pick<PayloadAttributes, 'transactions' | 'noTxPool'>> &
    PayloadAttributes
  /** The block's L1 origin. */
  readonly origin: BlockRef
  /** L2 blocks since the first with this L1 origin. */
  readonly sequenceNumber: bigint
  /** The L1 block with whose data the block became derivable. */
  readonly derivedFrom: BlockRef
  /** No further block of the same batch follows. Before Holocene a block is safe only with the one that concludes. */
  readonly concludes: boolean
  readonly depositsOnly: boolean
}

export type DerivationStep =
  | { readonly kind: 'attributes'; readonly derived: DerivedAttributes }
  /** All data up to the L1 block before `number` are used. */
  | { readonly kind: 'needs-l1'; readonly number: bigint }

/**
 * The derivation of a rollup from L1: a state machine in an instance of the program of its own.
 * Everything it learns comes as preimages. Every method throws ProgramError; after MISSING_PREIMAGE it
 * can be repeated as if nothing had happened (`reset` too: until it succeeds there is no state).
 */
export interface Derivation {
  /**
   * Starts from an L2 block that is safe. Returns the L1 block whose data are read first. `judged`: number of the L1
   * block with whose data it became the safe head, if known. Since Holocene batches up to that one count no more: what
   * they led to, and what was dropped with them, is as it was. Without it, as in a fault proof, batches behind an
   * invalid one may count that did not when derivation came by without a stop.
   */
  reset(safeHead: Hash, judged?: bigint): BlockRef
  /** Goes on to the next L1 block. L1_REORG: it is not the child of the one before. */
  advance(l1Block: Hash): BlockRef
  /**
   * Attributes of the block after the safe head (before Holocene: after the last block made of an
   * unfinished span). Give them up with `invalid`, or come back with the new head.
   */
  next(safeHead: Hash): DerivationStep
  /**
   * The block of the last attributes is not valid. Since Holocene returns what takes its place: the same
   * with deposits only. Before, undefined: go back to the last safe block and ask again.
   */
  invalid(): DerivedAttributes | undefined
}

export interface DerivationOptions {
  readonly config: RollupConfig
  /** Blob parameter forks of L1 after Prague, oldest first (seconds). Default none. */
  readonly l1BlobForks?: readonly { readonly time: bigint; readonly fraction: bigint }[]
  /** Budget for trie nodes, 1 MiB to 512 MiB; default 8 MiB. */
  readonly nodeCacheBytes?: number
}

interface Exports {
  readonly memory: WebAssembly.Memory
  inputAddress(): number
  resultAddress(): number
  resultSize(): number
  configure(length: number, nodeCacheBytes: number, codeCacheBytes: number): number
  derive_configure(length: number): number
  derive_reset(): number
  derive_l1(): number
  derive_next(): number
  derive_invalid(): number
}

const MIB = 1 << 20

/** Throws MalformedInputError, naming the field, where `createDerivation` would. */
export function checkDerivationOptions(options: DerivationOptions): void {
  encodeDeriveConfig(options)
}

/**
 * Creates the derivation of a rollup. Preimages: type 2 (keccak256) for headers and trie nodes of L1 and
 * L2 blocks; type 5 for blobs, the key being keccak256 of the versioned hash, the answer the blob's 131072
 * bytes, which the host has verified against the hash. Throws MalformedInputError, ProgramNotBuiltError.
 *
 * @example
 * const derivation = createDerivation({ preimage: store.get }, { config })
 * derivation.reset(safeHead)
 * const step = derivation.next(safeHead)
 * if (step.kind === 'needs-l1') derivation.advance(await fetchL1(step.number))
 */
export function createDerivation(
  host: Pick<ProgramHost, 'preimage' | 'sender'>,
  options: DerivationOptions,
): Derivation {
  const { imports, attach } = createImports(host)
  const instance = new WebAssembly.Instance(programModule(), imports)
  const exports = instance.exports as unknown as Exports
  const memory = createReader(new Uint8Array(exports.memory.buffer))
  attach(memory.bytes)
  const input = exports.inputAddress() >>> 0
  const result = exports.resultAddress() >>> 0
  const give = (bytes: Uint8Array): number => {
    memory.bytes.set(bytes, input)
    return bytes.length
  }
  const check = (status: number): void => {
    if (status !== 0) throw readError(memory, result, status)
  }
  check(
    exports.configure(
      give(encodeConfig(chainConfigOf(options.config))),
      options.nodeCacheBytes ?? 8 * MIB,
      4 * MIB,
    ),
  )
  check(exports.derive_configure(give(encodeDeriveConfig(options))))

  const hash = (value: Hash, path: string) => give(hexToBytes(value, path, 32))
  const origin = (): BlockRef => ({
    number: memory.u64(result + layout.ORIGIN_NUMBER),
    hash: memory.hash(result + layout.ORIGIN_HASH),
  })
  return {
    reset(safeHead, judged = 0n) {
      const number = Buffer.alloc(8)
      number.writeBigUInt64LE(judged)
      give(Buffer.concat([hexToBytes(safeHead, 'safeHead', 32), number]))
      check(exports.derive_reset())
      return origin()
    },
    advance(l1Block) {
      hash(l1Block, 'l1Block')
      check(exports.derive_l1())
      return origin()
    },
    next(safeHead) {
      hash(safeHead, 'safeHead')
      const status = exports.derive_next()
      if (status === STATUS_NEEDS_L1) return { kind: 'needs-l1', number: memory.word(result) }
      check(status)
      return { kind: 'attributes', derived: readAttributes(memory, result) }
    },
    invalid() {
      check(exports.derive_invalid())
      return exports.resultSize() === 0 ? undefined : readAttributes(memory, result)
    },
  }
}

function readAttributes(memory: MemoryReader, at: number): DerivedAttributes {
  const flags = memory.u32(at + layout.ATTRIBUTES_FLAGS)
  const has = (flag: number) => (flags & flag) !== 0
  const ref = (number: number, hash: number): BlockRef => ({
    number: memory.u64(at + number),
    hash: memory.hash(at + hash),
  })
  let cursor = at + layout.ATTRIBUTES_SIZE
  const transactions = Array.from(
    { length: memory.u32(at + layout.ATTRIBUTES_TRANSACTIONS) },
    () => {
      const length = memory.u32(cursor)
      cursor += 4 + length
      return memory.copy(cursor - length, length)
    },
  )
  return {
    parent: ref(layout.ATTRIBUTES_PARENT_NUMBER, layout.ATTRIBUTES_PARENT),
    attributes: {
      timestamp: memory.u64(at + layout.ATTRIBUTES_TIMESTAMP),
      prevRandao: memory.hash(at + layout.ATTRIBUTES_PREV_RANDAO),
      feeRecipient: PREDEPLOYS.SequencerFeeVault,
      gasLimit: memory.u64(at + layout.ATTRIBUTES_GAS_LIMIT),
      transactions,
      noTxPool: true,
      ...(has(layout.ATTRIBUTES_FLAG_WITHDRAWALS) && { withdrawals: [] }),
      ...(has(layout.ATTRIBUTES_FLAG_BEACON_ROOT) && {
        parentBeaconBlockRoot: memory.hash(at + layout.ATTRIBUTES_BEACON_ROOT),
      }),
      ...(has(layout.ATTRIBUTES_FLAG_EIP1559) && {
        eip1559Params: memory.hex(at + layout.ATTRIBUTES_EIP1559, 8),
      }),
    },
    origin: ref(layout.ATTRIBUTES_EPOCH, layout.ATTRIBUTES_EPOCH_HASH),
    sequenceNumber: memory.u64(at + layout.ATTRIBUTES_SEQUENCE_NUMBER),
    derivedFrom: ref(layout.ATTRIBUTES_DERIVED_FROM, layout.ATTRIBUTES_DERIVED_FROM_HASH),
    concludes: has(layout.ATTRIBUTES_FLAG_CONCLUDING),
    depositsOnly: has(layout.ATTRIBUTES_FLAG_DEPOSITS_ONLY),
  }
}

const NEVER = MAX_UINT64

/** The record that `derive_configure` takes (program/shared/derive.ts). */
export function encodeDeriveConfig({ config, l1BlobForks = [] }: DerivationOptions): Uint8Array {
  const bytes = new Uint8Array(layout.DERIVE_CONFIG_SIZE)
  const view = new DataView(bytes.buffer)
  const set = (offset: number, value: bigint, path: string): void => {
    if (value < 0n || value > MAX_UINT64)
      throw new MalformedInputError(`config.${path}`, 'an integer of 64 bits', `${value}`)
    view.setBigUint64(offset, value, true)
  }
  if (config.seqWindowSize > BigInt(layout.DERIVE_WINDOW_MAX))
    throw new MalformedInputError(
      'config.seqWindowSize',
      `at most ${layout.DERIVE_WINDOW_MAX} L1 blocks`,
      `${config.seqWindowSize}`,
    )
  if (l1BlobForks.length > layout.DERIVE_BLOB_FORKS_MAX)
    throw new MalformedInputError(
      'l1BlobForks',
      `at most ${layout.DERIVE_BLOB_FORKS_MAX}`,
      `${l1BlobForks.length}`,
    )
  set(layout.DERIVE_L1_CHAIN_ID, config.l1ChainId, 'l1ChainId')
  set(layout.DERIVE_BLOCK_TIME, config.blockTime, 'blockTime')
  set(layout.DERIVE_MAX_DRIFT, config.maxSequencerDrift, 'maxSequencerDrift')
  set(layout.DERIVE_WINDOW, config.seqWindowSize, 'seqWindowSize')
  set(layout.DERIVE_TIMEOUT, config.channelTimeout, 'channelTimeout')
  set(layout.DERIVE_TIMEOUT_GRANITE, config.channelTimeoutGranite, 'channelTimeoutGranite')
  set(layout.DERIVE_DELTA, config.forks.delta ?? NEVER, 'forks.delta')
  set(layout.DERIVE_PECTRA_BLOBS, config.pectraBlobScheduleTime ?? NEVER, 'pectraBlobScheduleTime')
  set(layout.DERIVE_GENESIS_L1, config.genesis.l1.number, 'genesis.l1.number')
  set(layout.DERIVE_GENESIS_L2, config.genesis.l2.number, 'genesis.l2.number')
  set(layout.DERIVE_GENESIS_TIME, config.genesis.l2Time, 'genesis.l2Time')
  bytes.set(
    hexToBytes(config.genesis.l1.hash, 'config.genesis.l1.hash', 32),
    layout.DERIVE_GENESIS_L1_HASH,
  )
  bytes.set(
    hexToBytes(config.genesis.l2.hash, 'config.genesis.l2.hash', 32),
    layout.DERIVE_GENESIS_L2_HASH,
  )
  bytes.set(encodeSystemConfig(config.genesis.systemConfig), layout.DERIVE_GENESIS_SYSTEM)
  for (const [offset, name] of [
    [layout.DERIVE_INBOX, 'batchInboxAddress'],
    [layout.DERIVE_PORTAL, 'depositContractAddress'],
    [layout.DERIVE_SYSTEM_CONFIG, 'l1SystemConfigAddress'],
  ] as const)
    bytes.set(hexToBytes(config[name], `config.${name}`, 20), offset)
  set(layout.DERIVE_BLOB_FORKS, BigInt(l1BlobForks.length), 'l1BlobForks')
  l1BlobForks.forEach(({ time, fraction }, index) => {
    const at = layout.DERIVE_BLOB_FORK + 16 * index
    set(at, time, `l1BlobForks[${index}].time`)
    set(at + 8, fraction, `l1BlobForks[${index}].fraction`)
  })
  return bytes
}

function encodeSystemConfig(config: SystemConfig): Uint8Array {
  const bytes = new Uint8Array(layout.SYSTEM_SIZE)
  bytes.set(hexToBytes(config.batcherAddress, 'batcherAddress', 20), layout.SYSTEM_BATCHER)
  bytes.set(bigintToBytes(config.overhead, 32, 'overhead'), layout.SYSTEM_OVERHEAD)
  bytes.set(bigintToBytes(config.scalar, 32, 'scalar'), layout.SYSTEM_SCALAR)
  new DataView(bytes.buffer).setBigUint64(layout.SYSTEM_GAS_LIMIT, config.gasLimit, true)
  bytes.set(hexToBytes(eip1559ParamsHex(config.eip1559Params)), layout.SYSTEM_EIP1559)
  bytes.set(bigintToBytes(config.operatorFeeScalar, 4), layout.SYSTEM_OPERATOR_FEE)
  bytes.set(bigintToBytes(config.operatorFeeConstant, 8), layout.SYSTEM_OPERATOR_FEE + 4)
  return bytes
}
