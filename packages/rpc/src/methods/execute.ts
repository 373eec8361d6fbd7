import type { AccountOverride, BlockRef, CallRequest, ExecutionResult } from '@altlayer/engine'
import { type Address, bytesToHex, createAddress, type Hash, quantity } from '@altlayer/protocol'
import type { Api } from '../api.ts'
import {
  blockOverrides,
  type ParsedBlockOverrides,
  stateOverrides,
  type TransactionArgs,
  toMessage,
  transactionArgs,
} from '../call-params.ts'
import { executionError, RpcError, SERVER_ERROR } from '../errors.ts'
import { LATEST, requireHeader } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import { blockRef, optional } from '../params.ts'
import { precompilesAt, requireMovedPrecompiles } from '../precompiles.ts'
import type { Json } from '../rollup.ts'
import { accessListResultSchema, dataSchema, quantitySchema } from '../schemas.ts'

const params = [
  param('Transaction', transactionArgs),
  param('Block', optional(blockRef)),
  param('State overrides', optional(stateOverrides)),
  param('Block overrides', optional(blockOverrides)),
] as const

/** The engine's form of such a call. */
export function callRequest(
  { engine, limits }: Api,
  args: TransactionArgs,
  block: BlockRef,
  overrides: readonly AccountOverride[] | undefined,
  blockOverride: ParsedBlockOverrides | undefined,
): CallRequest {
  if (overrides?.some(({ movePrecompileTo }) => movePrecompileTo !== undefined)) {
    const { header } = requireHeader(engine, block)
    requireMovedPrecompiles(overrides, engine.config, header.timestamp)
  }
  return {
    block,
    message: toMessage(args, engine.config.chainId, limits.callGas),
    timeout: limits.callTimeout,
    ...(overrides === undefined ? {} : { overrides }),
    ...(blockOverride === undefined ? {} : { blockOverrides: blockOverride.overrides }),
  }
}

/** Calls, estimates and access lists. */
export function executeMethods(api: Api): readonly Method[] {
  const { engine, limits } = api

  async function call(request: CallRequest): Promise<Json> {
    const result = await engine.call(request)
    if (result.status !== 'success') throw executionError(result)
    return bytesToHex(result.returnData)
  }

  async function estimate(request: CallRequest): Promise<Json> {
    const answer = await engine.estimateGas({ ...request, gasCap: limits.callGas })
    if ('gas' in answer) return quantity(answer.gas)
    if (answer.result.status === 'halt' && answer.result.error === 'out of gas')
      throw new RpcError(SERVER_ERROR, `gas required exceeds allowance (${request.message.gas})`)
    throw executionError(answer.result)
  }

  /**
   * Runs the message with the list it needed the time before, until the list stays the same: what a
   * transaction touches can depend on the gas it has left.
   */
  async function accessList(request: CallRequest): Promise<Json> {
    const { header } = requireHeader(engine, request.block)
    const { message } = request
    const nonce = message.nonce ?? (await engine.account(request.block, message.from))?.nonce ?? 0n
    const precompiles = precompilesAt(engine.config, header.timestamp)
    const warm = (account: Address) =>
      account === message.from ||
      account === (message.to ?? createAddress(message.from, nonce)) ||
      account === header.miner ||
      precompiles.has(account)

    let list = message.accessList ?? []
    for (let round = 0; ; round++) {
      const result = await engine.call({
        ...request,
        message: { ...message, accessList: list },
        options: { ...request.options, accessList: true },
      })
      const next = neededList(result, warm)
      if (sameList(list, next) || round === MAX_ROUNDS) return accessListAnswer(next, result)
      list = next
    }
  }

  return [
    method({
      name: 'eth_call',
      summary: 'Executes a message without a transaction.',
      params,
      result: ['Return data', dataSchema],
      handler: ([args, ref = LATEST, state, block]) =>
        call(callRequest(api, args, ref, state, block)),
    }),
    method({
      name: 'eth_estimateGas',
      summary: 'The least gas with which a transaction succeeds.',
      params,
      result: ['Gas', quantitySchema],
      handler: ([args, ref = LATEST, state, block]) =>
        estimate(callRequest(api, args, ref, state, block)),
    }),
    method({
      name: 'eth_createAccessList',
      summary: 'The access list a transaction would profit from (EIP-2930).',
      params,
      result: ['Access list', accessListResultSchema],
      handler: ([args, ref = LATEST, state, block]) =>
        accessList(callRequest(api, args, ref, state, block)),
    }),
  ]
}

type AccessList = readonly { readonly address: Address; readonly storageKeys: readonly Hash[] }[]

const MAX_ROUNDS = 16

/** What was touched, in a fixed order, without accounts that are warm anyway. */
function neededList({ accessList = [] }: ExecutionResult, warm: (account: Address) => boolean) {
  return accessList
    .filter(({ address, storageKeys }) => storageKeys.length > 0 || !warm(address))
    .map(({ address, storageKeys }) => ({ address, storageKeys: storageKeys.toSorted() }))
    .toSorted((a, b) => (a.address < b.address ? -1 : 1))
}

function sameList(a: AccessList, b: AccessList): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function accessListAnswer(list: AccessList, result: ExecutionResult): Json {
  return {
    accessList: list,
    gasUsed: quantity(result.gasUsed),
    ...(result.status === 'success' ? {} : { error: executionError(result).message }),
  }
}
