import type { AccountOverride, BlockOverrides, CallMessage, Withdrawal } from '@altlayer/engine'
import { type Address, equalBytes, type Hash, ZERO_ADDRESS } from '@altlayer/protocol'
import { ParamError, RpcError, SERVER_ERROR } from './errors.ts'
import {
  address,
  array,
  bytes,
  flexibleUint64,
  hash,
  mapOf,
  type ObjectOf,
  object,
  optional,
  type Type,
  uint64,
  uint256,
  within,
} from './params.ts'

// The parameters of eth_call and its like: a message, and what to assume instead of state and block.

const MAX_OVERRIDES = 10_000

const accessList = array(object('access list entry', { address, storageKeys: array(hash) }))

const authorizationList = array(
  object('EIP-7702 authorization', {
    chainId: uint256,
    address,
    nonce: uint64,
    yParity: uint64,
    r: uint256,
    s: uint256,
  }),
)

const transactionMembers = {
  type: optional(uint64),
  chainId: optional(uint256),
  from: optional(address),
  to: optional(address),
  gas: optional(uint64),
  gasPrice: optional(uint256),
  maxFeePerGas: optional(uint256),
  maxPriorityFeePerGas: optional(uint256),
  maxFeePerBlobGas: optional(uint256),
  blobVersionedHashes: optional(array(hash)),
  value: optional(uint256),
  nonce: optional(uint64),
  data: optional(bytes),
  input: optional(bytes),
  accessList: optional(accessList),
  authorizationList: optional(authorizationList),
}

export type TransactionArgs = ObjectOf<typeof transactionMembers>

const transactionObject = object('transaction object', transactionMembers)

/**
 * A transaction without signature, as eth_call takes it: of `data` and `input`, `input` counts. Throws ParamError for
 * contradicting members.
 */
export const transactionArgs: Type<TransactionArgs> = {
  schema: transactionObject.schema,
  parse(value) {
    const args = transactionObject.parse(value)
    const { gasPrice, maxFeePerGas: cap, maxPriorityFeePerGas: tip } = args
    if (gasPrice !== undefined && (cap !== undefined || tip !== undefined))
      throw new ParamError('both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
    if (cap !== undefined && tip !== undefined && cap < tip)
      throw new ParamError(`maxFeePerGas (${cap}) < maxPriorityFeePerGas (${tip})`)
    if (args.blobVersionedHashes !== undefined && args.to === undefined)
      throw new ParamError('missing "to" in blob transaction')
    return args
  },
}

/** A transaction that is to be signed: there, `data` and `input` must not differ. Throws ParamError. */
export const signableArgs: Type<TransactionArgs> = {
  schema: transactionArgs.schema,
  parse(value) {
    const args = transactionArgs.parse(value)
    const { data, input } = args
    if (data !== undefined && input !== undefined && !equalBytes(data, input))
      throw new ParamError(
        'both "data" and "input" are set and not equal. Please use "input" to pass transaction call data',
      )
    return args
  },
}

/**
 * The message to run, with at most `gasCap` gas, and `defaultGas` when it says none. Throws ParamError
 * when it is for another chain.
 */
export function toMessage(
  args: TransactionArgs,
  chainId: bigint,
  gasCap: bigint,
  defaultGas = gasCap,
): CallMessage {
  const { chainId: wanted, data, input, from, gas, type: _, authorizationList, ...rest } = args
  if (wanted !== undefined && wanted !== chainId)
    throw new ParamError(`chainId does not match node's (have=${wanted}, want=${chainId})`)
  const code = input ?? data
  return {
    ...rest,
    from: from ?? ZERO_ADDRESS,
    gas: gas === undefined ? defaultGas : gas > gasCap ? gasCap : gas,
    ...(code === undefined ? {} : { data: code }),
    ...(authorizationList === undefined
      ? {}
      : {
          authorizationList: authorizationList.map((one, index) => {
            if (one.yParity > 255n)
              throw new ParamError(`authorizationList: [${index}]: yParity: number > 8 bits`)
            return { ...one, yParity: Number(one.yParity) }
          }),
        }),
  }
}

const slots = mapOf(hash, hash, 100_000)

const overridesMap = mapOf(
  address,
  object('account override', {
    balance: optional(uint256),
    nonce: optional(flexibleUint64),
    code: optional(bytes),
    state: optional(slots),
    stateDiff: optional(slots),
    movePrecompileToAddress: optional(address),
  }),
  MAX_OVERRIDES,
)

/**
 * State to assume, by account. An overridden precompile is no longer one, as in geth. Throws ParamError, and
 * RpcError with execution-apis' codes for precompiles that are moved where they cannot be.
 */
export const stateOverrides: Type<readonly AccountOverride[]> = {
  schema: overridesMap.schema,
  parse(value) {
    const entries = overridesMap.parse(value)
    checkMoves(entries.map(([from, { movePrecompileToAddress: to }]) => ({ from, to })))
    return entries.map(([account, override]) =>
      within(account, () => {
        const { movePrecompileToAddress: moved, ...fields } = override
        if (fields.state !== undefined && fields.stateDiff !== undefined)
          throw new ParamError("has both 'state' and 'stateDiff'")
        return {
          address: account,
          ...fields,
          ...(moved === undefined ? { replacesPrecompile: true } : { movePrecompileTo: moved }),
        }
      }),
    )
  },
}

const MOVE_TO_ITSELF = -38022
const MOVES_TO_ONE_PLACE = -38023

function checkMoves(
  moves: readonly { readonly from: Address; readonly to?: Address | undefined }[],
) {
  const overridden = new Set(moves.map(({ from }) => from))
  const taken = new Set<Address>()
  for (const { from, to } of moves) {
    if (to === undefined) continue
    if (to === from)
      throw new RpcError(MOVE_TO_ITSELF, `account ${from}: its precompile is moved to itself`)
    if (taken.has(to))
      throw new RpcError(
        MOVES_TO_ONE_PLACE,
        `account ${to}: more than one precompile is moved here`,
      )
    if (overridden.has(to)) throw new RpcError(SERVER_ERROR, `account ${to} is already overridden`)
    taken.add(to)
  }
}

const withdrawal: Type<Withdrawal> = object('withdrawal', {
  index: uint64,
  validatorIndex: uint64,
  address,
  amount: uint64,
})

const blockMembers = {
  number: optional(uint64),
  time: optional(uint64),
  gasLimit: optional(uint64),
  feeRecipient: optional(address),
  prevRandao: optional(hash),
  baseFeePerGas: optional(uint256),
  blobBaseFee: optional(uint256),
  withdrawals: optional(array(withdrawal, 1_000)),
  // Names of geth before execution-apis settled on those above.
  coinbase: optional(address),
  random: optional(hash),
  baseFee: optional(uint256),
}

const blockObject = object('block overrides', blockMembers)

export interface ParsedBlockOverrides {
  readonly overrides: BlockOverrides
  readonly withdrawals?: readonly Withdrawal[]
}

/** Header fields to assume. */
export const blockOverrides: Type<ParsedBlockOverrides> = {
  schema: blockObject.schema,
  parse(value) {
    const given = blockObject.parse(value)
    const overrides = {
      number: given.number,
      timestamp: given.time,
      gasLimit: given.gasLimit,
      feeRecipient: given.feeRecipient ?? given.coinbase,
      prevRandao: (given.prevRandao ?? given.random) as Hash | undefined,
      baseFeePerGas: given.baseFeePerGas ?? given.baseFee,
      blobBaseFee: given.blobBaseFee,
    }
    return {
      overrides: defined(overrides),
      ...(given.withdrawals === undefined ? {} : { withdrawals: given.withdrawals }),
    }
  },
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the members that are undefined. */
export function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Defined<T>
}
