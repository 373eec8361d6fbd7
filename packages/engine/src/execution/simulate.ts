import { STATUS_TX_BLOCK_GAS_LIMIT } from '@altlayer/program/shared/status.ts'
import {
  type Address,
  bigintToHex,
  type ChainConfig,
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  encodeHeader,
  encodeReceipt,
  encodeRlp,
  GAS_PER_BLOB,
  type Hash,
  type Header,
  headerHash,
  hexToBytes,
  isForkActive,
  logsBloom,
  nextBaseFee,
  nextExcessBlobGas,
  orderedTrieRoot,
  PREDEPLOYS,
  SYSTEM_CONTRACTS,
  uintBytes,
  ZERO_HASH,
} from '@altlayer/protocol'
import type { SimulatedBlock, SimulateRequest } from '../api.ts'
import { blockSize } from '../chain/block-size.ts'
import { EngineError } from '../errors.ts'
import { ProgramError } from '../program/errors.ts'
import type {
  AccountOverride,
  CallMessage,
  ExecutionResult,
  Log,
  Program,
  Withdrawal,
} from '../program/types.ts'
import { preimageKey } from '../store/keys.ts'
import { abandon, type ExecutionContext, type Overlay } from './context.ts'
import { collectTransfers } from './transfer-logs.ts'
import { unsignedTransaction } from './unsigned.ts'

type BlockRequest = SimulateRequest['blocks'][number]

/** Where a simulation begins. */
export interface SimulationBase {
  readonly header: Header
  readonly hash: Hash
  /** Seconds from one block to the next where a block does not say. */
  readonly blockTime: bigint
}

/** A call with this much gas gets what its block has left. */
const ALL_GAS = (1n << 64n) - 1n
/** EIP-4788 and EIP-2935 keep this many entries. */
const HISTORY_LENGTH = 8191n
const GWEI = 1_000_000_000n
/** Blocks that a gap in the numbers may stand for. */
const MAX_GAP = 256n

/**
 * eth_simulateV1: blocks of calls on top of a committed block, each on the state the one before left.
 * Nothing is stored; what the blocks write lives in an overlay until the end. Throws EngineError
 * `invalid` for blocks that are not in order, ProgramError for a call that `validation` refuses.
 */
export function simulate(
  context: ExecutionContext,
  base: SimulationBase,
  request: Omit<SimulateRequest, 'block'>,
): readonly SimulatedBlock[] {
  const overlay = createOverlay()
  context.setOverlay(overlay)
  try {
    const simulated: SimulatedBlock[] = []
    let parent = { header: base.header, hash: base.hash }
    for (const block of withoutGaps(base, request.blocks)) {
      const result = simulateBlock(context, parent, block, request)
      simulated.push(result)
      parent = { header: result.block.header, hash: result.block.hash }
      overlay.put(hexToBytes(parent.hash), encodeHeader(parent.header))
    }
    return simulated
  } finally {
    context.setOverlay(undefined)
    abandon(context.program)
  }
}

interface PlacedBlock extends BlockRequest {
  readonly number: bigint
  readonly timestamp: bigint
}

/** Gives every block its number and time, with empty blocks where numbers are left out. */
function withoutGaps(
  base: SimulationBase,
  blocks: readonly BlockRequest[],
): readonly PlacedBlock[] {
  const placed: PlacedBlock[] = []
  let { number, timestamp } = base.header
  for (const block of blocks) {
    const wanted = block.blockOverrides?.number ?? number + 1n
    if (wanted <= number)
      throw new EngineError('invalid', `block numbers must be in order: ${wanted} <= ${number}`)
    if (wanted - base.header.number > MAX_GAP)
      throw new EngineError(
        'limit',
        `too many blocks: ${wanted - base.header.number}, at most ${MAX_GAP}`,
      )
    while (number + 1n < wanted) {
      number++
      timestamp += base.blockTime
      placed.push({ calls: [], number, timestamp })
    }
    const time = block.blockOverrides?.timestamp ?? timestamp + base.blockTime
    if (time <= timestamp)
      throw new EngineError('invalid', `block timestamps must be in order: ${time} <= ${timestamp}`)
    number = wanted
    timestamp = time
    placed.push({ ...block, number, timestamp })
  }
  return placed
}

function simulateBlock(
  context: ExecutionContext,
  parent: { readonly header: Header; readonly hash: Hash },
  block: PlacedBlock,
  options: Omit<SimulateRequest, 'block' | 'blocks'>,
): SimulatedBlock {
  const { program, config } = context
  const environment = environmentOf(config, parent, block, options.validation)
  const { blobBaseFee } = block.blockOverrides ?? {}
  program.openAt(environment, blobBaseFee === undefined ? {} : { blobBaseFee })
  if (block.overrides !== undefined && block.overrides.length > 0) program.override(block.overrides)
  const system = systemWrites(program, environment)
  if (system.length > 0) program.override(system)
  const run = runCalls(context, environment, block.calls, options)
  credit(program, block.withdrawals ?? [])
  const stateRoot = program.stateRoot()
  program.commit()
  const header: Header = {
    ...environment,
    stateRoot,
    transactionsRoot: orderedTrieRoot(run.transactions),
    receiptsRoot: orderedTrieRoot(run.receipts),
    logsBloom: run.logsBloom,
    gasUsed: run.gasUsed,
    ...(environment.blobGasUsed !== undefined && { blobGasUsed: run.blobGasUsed }),
    ...(environment.withdrawalsRoot !== undefined && {
      withdrawalsRoot: withdrawalsRoot(context, { ...environment, stateRoot }, block.withdrawals),
    }),
  }
  const withdrawals = header.withdrawalsRoot === undefined ? undefined : (block.withdrawals ?? [])
  return {
    block: {
      header,
      hash: headerHash(header),
      transactions: run.transactions,
      ...(withdrawals !== undefined && { withdrawals }),
      size: blockSize(encodeHeader(header).length, run.transactions, withdrawals),
    },
    results: run.results,
  }
}

/**
 * The header of the block to come, on its parent's state: opened as it is, the program sees the new
 * number and time, the parent as an ancestor, and the state the parent left.
 */
function environmentOf(
  config: ChainConfig,
  parent: { readonly header: Header; readonly hash: Hash },
  block: PlacedBlock,
  validation: boolean,
): Header {
  const overrides = block.blockOverrides ?? {}
  const active = (
    ethereum: 'shanghai' | 'cancun' | 'prague',
    op: 'canyon' | 'ecotone' | 'isthmus',
  ) => isForkActive(config.forks, config.mode === 'op' ? op : ethereum, block.timestamp)
  const baseFee = validation ? nextBaseFee(config, parent.header, block.timestamp) : 0n
  return {
    parentHash: parent.hash,
    sha3Uncles: EMPTY_UNCLES_HASH,
    // As in geth, what a block overrides holds for those after it too.
    miner: overrides.feeRecipient ?? parent.header.miner,
    stateRoot: parent.header.stateRoot,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: logsBloom([]),
    difficulty: 0n,
    number: block.number,
    gasLimit: overrides.gasLimit ?? parent.header.gasLimit,
    gasUsed: 0n,
    timestamp: block.timestamp,
    // On a Holocene chain the next base fee is computed from it.
    extraData: config.mode === 'op' ? parent.header.extraData : '0x',
    mixHash: overrides.prevRandao ?? ZERO_HASH,
    nonce: '0x0000000000000000',
    baseFeePerGas: overrides.baseFeePerGas ?? baseFee,
    ...(active('shanghai', 'canyon') && { withdrawalsRoot: EMPTY_ROOT }),
    ...(active('cancun', 'ecotone') && {
      blobGasUsed: 0n,
      excessBlobGas: nextExcessBlobGas(config, parent.header, block.timestamp),
      parentBeaconBlockRoot: ZERO_HASH,
    }),
    ...(active('prague', 'isthmus') && { requestsHash: EMPTY_REQUESTS_HASH }),
  }
}

/** What the system calls at a block's start store (EIP-4788, EIP-2935), where their contracts exist. */
function systemWrites(program: Program, header: Header): readonly AccountOverride[] {
  const writes: AccountOverride[] = []
  const exists = (address: Address) => program.code(address).length > 0
  if (header.parentBeaconBlockRoot !== undefined && exists(SYSTEM_CONTRACTS.BeaconBlockRoots)) {
    const slot = header.timestamp % HISTORY_LENGTH
    writes.push({
      address: SYSTEM_CONTRACTS.BeaconBlockRoots,
      stateDiff: [
        [bigintToHex(slot), bigintToHex(header.timestamp)],
        [bigintToHex(slot + HISTORY_LENGTH), header.parentBeaconBlockRoot],
      ],
    })
  }
  if (header.requestsHash !== undefined && exists(SYSTEM_CONTRACTS.HistoryStorage))
    writes.push({
      address: SYSTEM_CONTRACTS.HistoryStorage,
      stateDiff: [[bigintToHex((header.number - 1n) % HISTORY_LENGTH), header.parentHash]],
    })
  return writes
}

function runCalls(
  context: ExecutionContext,
  header: Header,
  calls: readonly CallMessage[],
  { validation, traceTransfers }: Omit<SimulateRequest, 'block' | 'blocks'>,
) {
  const { program } = context
  const transactions: Uint8Array[] = []
  const receipts: Uint8Array[] = []
  const results: ExecutionResult[] = []
  const emitted: Log[] = []
  let gasUsed = 0n
  let blobs = 0
  for (const call of calls) {
    const left = header.gasLimit - gasUsed
    const gas = call.gas === ALL_GAS ? left : call.gas
    if (gas > left) throw new ProgramError(STATUS_TX_BLOCK_GAS_LIMIT, { have: left, want: gas })
    const nonce = call.nonce ?? program.account(call.from)?.nonce ?? 0n
    const message = { ...call, gas, nonce }
    const run = () => program.message(message, { keep: true, validate: validation })
    const traced = traceTransfers ? collectTransfers(context, run) : undefined
    const result = traced?.execution ?? run()
    gasUsed += result.gasUsed
    blobs += call.blobVersionedHashes?.length ?? 0
    const transaction = unsignedTransaction(context.config.chainId, message)
    transactions.push(transaction.raw)
    // Transfers of ETH are shown among the logs but are none: bloom and receipts leave them out.
    results.push(traced === undefined ? result : { ...result, logs: traced.logs })
    for (const log of result.logs) emitted.push(log)
    receipts.push(
      encodeReceipt({
        type: transaction.type,
        status: result.status === 'success',
        cumulativeGasUsed: gasUsed,
        logsBloom: logsBloom(result.logs),
        logs: result.logs,
      }),
    )
  }
  return {
    transactions,
    receipts,
    results,
    gasUsed,
    blobGasUsed: GAS_PER_BLOB * BigInt(blobs),
    logsBloom: logsBloom(emitted),
  }
}

/** Withdrawals, EIP-4895: amounts are gwei. */
function credit(program: Program, withdrawals: readonly Withdrawal[]): void {
  for (const { address, amount } of withdrawals) {
    if (amount === 0n) continue
    const balance = (program.account(address)?.balance ?? 0n) + amount * GWEI
    program.override([{ address, balance }])
  }
}

function withdrawalsRoot(
  { program, config }: ExecutionContext,
  header: Header,
  withdrawals: readonly Withdrawal[] = [],
): Hash {
  if (config.mode === 'op' && isForkActive(config.forks, 'isthmus', header.timestamp)) {
    program.openAt(header)
    const account = program.account(PREDEPLOYS.L2ToL1MessagePasser)
    program.abort()
    return account?.storageRoot ?? EMPTY_ROOT
  }
  return orderedTrieRoot(
    withdrawals.map(({ index, validatorIndex, address, amount }) =>
      encodeRlp([
        uintBytes(index),
        uintBytes(validatorIndex),
        hexToBytes(address),
        uintBytes(amount),
      ]),
    ),
  )
}

function createOverlay(): Overlay {
  const entries = new Map<string, Uint8Array>()
  const text = (key: Uint8Array): string =>
    Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
  return {
    get: (key) => entries.get(text(key)),
    put: (hash, data) => {
      entries.set(text(preimageKey(hash)), data.slice())
    },
  }
}
