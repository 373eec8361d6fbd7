import {
  type Address,
  bytesToHex,
  encodeTransaction,
  type Hex,
  type SignedAuthorization,
  type SignedTransaction,
  TX_ACCESS_LIST,
  TX_BLOB,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
  TX_SET_CODE,
  transactionHash,
} from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { signableArgs, type TransactionArgs, toMessage } from '../call-params.ts'
import { executionError, INVALID_PARAMS, RpcError } from '../errors.ts'
import { formatTransaction } from '../format/transaction.ts'
import { LATEST, requireBlock } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import { suggestedTip, upcomingBaseFee } from '../prices.ts'
import type { Json } from '../rollup.ts'
import { dataSchema, transactionSchema } from '../schemas.ts'

/** eth_fillTransaction: what a wallet asks before it signs. */
export function fillMethods(api: Api): readonly Method[] {
  return [
    method({
      name: 'eth_fillTransaction',
      summary: 'Fills in what a transaction leaves out: nonce, gas, fees, chain id.',
      params: [param('Transaction', signableArgs)],
      result: [
        'Unsigned transaction',
        { type: 'object', properties: { raw: dataSchema, tx: transactionSchema } },
      ],
      handler: ([args]) => fill(api, args),
    }),
  ]
}

async function fill(api: Api, args: TransactionArgs): Promise<Json> {
  const { engine, limits } = api
  const { from } = args
  if (from === undefined)
    throw new RpcError(INVALID_PARAMS, 'invalid argument 0: missing required field "from"')
  const fees = feesOf(api, args)
  const nonce = args.nonce ?? engine.pool.nonce(from) ?? (await accountNonce(api, from))
  const message = toMessage({ ...args, ...fees, nonce }, engine.config.chainId, limits.callGas)
  let { gas } = args
  if (gas === undefined) {
    const request = { block: LATEST, message, timeout: limits.callTimeout }
    const estimate = await engine.estimateGas({ ...request, gasCap: limits.callGas })
    if ('result' in estimate) throw executionError(estimate.result)
    gas = estimate.gas
  }
  const raw = encodeTransaction(
    unsigned(args, {
      chainId: engine.config.chainId,
      nonce,
      gas,
      ...(args.to === undefined ? {} : { to: args.to }),
      value: args.value ?? 0n,
      data: bytesToHex(message.data ?? new Uint8Array()),
      ...fees,
    }),
  )
  return { raw: bytesToHex(raw), tx: formatTransaction(raw, { hash: transactionHash(raw), from }) }
}

interface Fees {
  readonly gasPrice?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
}

/** The fees given, or a suggested tip under a cap that survives several full blocks. */
function feesOf({ engine }: Api, args: TransactionArgs): Fees {
  if (args.gasPrice !== undefined) return { gasPrice: args.gasPrice }
  const head = requireBlock(engine, LATEST)
  const tip = args.maxPriorityFeePerGas ?? suggestedTip(engine, head)
  const cap = args.maxFeePerGas ?? 2n * upcomingBaseFee(engine, head.header) + tip
  return { maxFeePerGas: cap, maxPriorityFeePerGas: tip < cap ? tip : cap }
}

async function accountNonce({ engine }: Api, from: Address): Promise<bigint> {
  return (await engine.account({ tag: 'pending' }, from))?.nonce ?? 0n
}

interface Filled extends Fees {
  readonly chainId: bigint
  readonly nonce: bigint
  readonly gas: bigint
  readonly to?: Address
  readonly value: bigint
  readonly data: Hex
}

/** The transaction of the type that its members ask for, with a signature of zeros. */
function unsigned(args: TransactionArgs, filled: Filled): SignedTransaction {
  const { chainId, gasPrice, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n, ...common } = filled
  const signature = { yParity: 0, r: 0n, s: 0n }
  const accessList = args.accessList ?? []
  if (gasPrice !== undefined) {
    if (args.accessList === undefined)
      return { type: TX_LEGACY, gasPrice, v: 0n, r: 0n, s: 0n, ...common }
    return { type: TX_ACCESS_LIST, chainId, gasPrice, accessList, ...signature, ...common }
  }
  const fees = { maxFeePerGas, maxPriorityFeePerGas }
  const typed = { chainId, accessList, ...fees, ...signature, ...common }
  const { to, authorizationList, blobVersionedHashes, maxFeePerBlobGas } = args
  if (to !== undefined && blobVersionedHashes !== undefined) {
    const blobFee = maxFeePerBlobGas ?? 1n
    return { type: TX_BLOB, ...typed, to, maxFeePerBlobGas: blobFee, blobVersionedHashes }
  }
  if (to !== undefined && authorizationList !== undefined)
    return { type: TX_SET_CODE, ...typed, to, authorizationList: authorizationList.map(signed) }
  return { type: TX_DYNAMIC_FEE, ...typed }
}

function signed(
  authorization: NonNullable<TransactionArgs['authorizationList']>[number],
): SignedAuthorization {
  return { ...authorization, yParity: Number(authorization.yParity) }
}
