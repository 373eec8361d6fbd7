import {
  type Block,
  type Engine,
  type ExecutionResult,
  ProgramError,
  type ProgramErrorCode,
  type SimulatedBlock,
  type SimulateRequest,
} from '@altlayer/engine'
import { type Address, bytesToHex, type Hash, type Header, quantity } from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { blockOverrides, stateOverrides, toMessage, transactionArgs } from '../call-params.ts'
import { EXECUTION_REVERTED, INVALID_PARAMS, RpcError, revertMessage } from '../errors.ts'
import { blockFields, transactionHashes } from '../format/block.ts'
import { formatLog } from '../format/log.ts'
import { formatTransaction } from '../format/transaction.ts'
import { LATEST, requireHeader } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import { array, blockRef, boolean, object, optional } from '../params.ts'
import { requireMovedPrecompiles } from '../precompiles.ts'
import type { Json } from '../rollup.ts'
import { arrayOf, blockSchema } from '../schemas.ts'

// Codes of execution-apis: a call that failed without reverting; more than this node does at once;
// blocks whose numbers or times do not rise.
const VM_ERROR = -32015
const CLIENT_LIMIT = -38026
const NUMBER_ORDER = -38020
const TIME_ORDER = -38021

/** Codes of execution-apis for what a validated call can be refused for. */
const REJECTIONS: Readonly<Partial<Record<ProgramErrorCode, number>>> = {
  TX_NONCE_TOO_LOW: -38010,
  TX_NONCE_TOO_HIGH: -38011,
  TX_FEE_CAP_TOO_LOW: -38012,
  TX_INTRINSIC_GAS: -38013,
  TX_FLOOR_DATA_GAS: -38013,
  TX_INSUFFICIENT_FUNDS: -38014,
  TX_INSUFFICIENT_FUNDS_FOR_TRANSFER: -38014,
  TX_BLOCK_GAS_LIMIT: -38015,
  TX_INIT_CODE_SIZE: -38025,
}

/** Stands for the gas the block has left (SimulateRequest). */
const ALL_GAS = (1n << 64n) - 1n

const payload = object('simulation', {
  blockStateCalls: array(
    object('block state calls', {
      blockOverrides: optional(blockOverrides),
      stateOverrides: optional(stateOverrides),
      calls: optional(array(transactionArgs)),
    }),
  ),
  validation: optional(boolean),
  traceTransfers: optional(boolean),
  returnFullTransactions: optional(boolean),
})

/** eth_simulateV1: blocks of calls that build on one another. */
export function simulateMethods({ engine, limits, logTimestamps }: Api): readonly Method[] {
  return [
    method({
      name: 'eth_simulateV1',
      summary: 'Executes blocks of calls that build on one another.',
      params: [param('Payload', payload), param('Block', optional(blockRef))],
      result: ['Blocks', arrayOf(blockSchema)],
      handler: async ([request, ref = LATEST]) => {
        const { blockStateCalls, validation, traceTransfers, returnFullTransactions } = request
        if (blockStateCalls.length === 0) throw new RpcError(INVALID_PARAMS, 'empty input')
        if (blockStateCalls.length > limits.simulateBlocks)
          throw new RpcError(
            CLIENT_LIMIT,
            `too many blocks: ${blockStateCalls.length}, at most ${limits.simulateBlocks}`,
          )
        const simulation: SimulateRequest = {
          block: ref,
          validation: validation ?? false,
          traceTransfers: traceTransfers ?? false,
          blocks: blockStateCalls.map((one) => ({
            calls: (one.calls ?? []).map((args) =>
              toMessage(args, engine.config.chainId, limits.callGas, ALL_GAS),
            ),
            ...(one.stateOverrides === undefined ? {} : { overrides: one.stateOverrides }),
            ...(one.blockOverrides === undefined
              ? {}
              : {
                  blockOverrides: one.blockOverrides.overrides,
                  ...(one.blockOverrides.withdrawals === undefined
                    ? {}
                    : { withdrawals: one.blockOverrides.withdrawals }),
                }),
          })),
        }
        const { header } = requireHeader(engine, ref)
        for (const { overrides } of simulation.blocks)
          requireMovedPrecompiles(overrides ?? [], engine.config, header.timestamp)
        checkOrder(header, simulation)
        const senders = simulation.blocks.map(({ calls }) => calls.map(({ from }) => from))
        const blocks = await engine.simulate(simulation).catch((error) => {
          throw simulationError(error)
        })
        return blocks.map((block, index) =>
          formatSimulated(engine, block, {
            full: returnFullTransactions ?? false,
            senders: senders[index] ?? [],
            logTimestamps,
          }),
        )
      },
    }),
  ]
}

/** Numbers and times that are given must rise; the engine fills in the others. Throws RpcError. */
function checkOrder(base: Header, { blocks }: SimulateRequest): void {
  let { number, timestamp } = base
  for (const { blockOverrides: given } of blocks) {
    const next = given?.number ?? number + 1n
    if (next <= number)
      throw new RpcError(NUMBER_ORDER, `block numbers must be in order: ${next} <= ${number}`)
    number = next
    if (given?.timestamp === undefined) continue
    if (given.timestamp <= timestamp)
      throw new RpcError(
        TIME_ORDER,
        `block timestamps must be in order: ${given.timestamp} <= ${timestamp}`,
      )
    timestamp = given.timestamp
  }
}

function simulationError(error: unknown): unknown {
  const code = error instanceof ProgramError ? REJECTIONS[error.code] : undefined
  return code === undefined ? error : new RpcError(code, (error as ProgramError).message)
}

interface View {
  readonly full: boolean
  readonly senders: readonly Address[]
  readonly logTimestamps: boolean
}

function formatSimulated(engine: Engine, { block, results }: SimulatedBlock, view: View): Json {
  const hashes = transactionHashes(block)
  const { header, hash } = block
  let logIndex = 0
  return {
    ...blockFields(engine, block),
    transactions: view.full
      ? block.transactions.map((raw, index) =>
          formatTransaction(raw, {
            hash: hashes[index] as Hash,
            from: view.senders[index] as Address,
            block: { hash, number: header.number, index },
            ...(header.baseFeePerGas === undefined ? {} : { baseFeePerGas: header.baseFeePerGas }),
          }),
        )
      : hashes,
    calls: results.map((result, index) => {
      const firstLogIndex = logIndex
      logIndex += result.logs.length
      return formatCall(result, block, hashes[index] as Hash, index, firstLogIndex, view)
    }),
  }
}

function formatCall(
  result: ExecutionResult,
  { header, hash }: Block,
  transactionHash: Hash,
  transactionIndex: number,
  firstLogIndex: number,
  { logTimestamps }: View,
): Json {
  const logs = result.logs.map((log, index) =>
    formatLog(
      {
        ...log,
        blockHash: hash,
        blockNumber: header.number,
        blockTimestamp: header.timestamp,
        transactionHash,
        transactionIndex,
        logIndex: firstLogIndex + index,
        removed: false,
      },
      logTimestamps,
    ),
  )
  return {
    status: result.status === 'success' ? '0x1' : '0x0',
    returnData: bytesToHex(result.returnData),
    gasUsed: quantity(result.gasUsed),
    maxUsedGas: quantity(result.maxGasUsed),
    logs,
    ...(result.status === 'success' ? {} : { error: callError(result) }),
  }
}

function callError(result: ExecutionResult): Json {
  if (result.status !== 'revert')
    return { code: VM_ERROR, message: result.error ?? 'execution failed' }
  return {
    code: EXECUTION_REVERTED,
    message: revertMessage(result.returnData),
    data: bytesToHex(result.returnData),
  }
}
