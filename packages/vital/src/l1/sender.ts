import { setTimeout as sleep } from 'node:timers/promises'
import { type Address, type Hash, type Hex, hexToBytes, keccak256Hex } from '@altlayer/protocol'
import {
  BaseError,
  type PrivateKeyAccount,
  type PublicClient,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'

/** A call of a contract, to be sent as a transaction. */
export interface Call {
  readonly to: Address
  readonly data: Hex
  /** Wei. */
  readonly value?: bigint
  /** Given, the call is not tried beforehand: for what others that are under way make possible. */
  readonly gas?: bigint
}

/**
 * Sends transactions of one account, many at once: nonces in order, the fee raised while L1's base fee is above
 * it. Nothing is kept: after a restart its owner decides anew what is to be sent.
 */
export interface Sender {
  readonly address: Address
  /**
   * Resolves when the transaction is in a block. Rejects with CallRefusedError when the call would revert or did,
   * LostTransactionError when another transaction took its nonce, and what the client throws.
   */
  send(call: Call): Promise<TransactionReceipt>
  /** Stops waiting; what is pending rejects. */
  close(): void
}

/** A call reverts; the message has the contract's reason. */
export class CallRefusedError extends Error {
  override readonly name = 'CallRefusedError'
}

/** The transaction can no longer be included. */
export class LostTransactionError extends Error {
  override readonly name = 'LostTransactionError'
}

/** Fees would be above what was allowed. */
export class FeeLimitError extends Error {
  override readonly name = 'FeeLimitError'
}

/** Milliseconds between looks for a receipt. */
const POLL = 500
/** Room for a state that other transactions change until this one is executed, percent. */
const GAS_MARGIN = 125n
/** Percent that an L1 node asks for the replacement of a transaction, of every fee: geth's pool. */
const BUMP = 110n
/** Looks without a receipt after which it is sent again. */
const LOOKS_BEFORE_RESEND = 8

interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/**
 * @param options.maxFeePerGas Wei; above it nothing is sent (FeeLimitError) until L1 is cheaper.
 */
export function createSender(options: {
  readonly client: PublicClient
  readonly account: PrivateKeyAccount
  readonly chainId: number
  readonly maxFeePerGas: bigint
}): Sender {
  const { client, account, chainId, maxFeePerGas } = options
  const stop = new AbortController()
  const address = account.address.toLowerCase() as Address
  let nextNonce = 0
  let turn: Promise<unknown> = Promise.resolve()

  /** One after the other: a nonce is used once its transaction was taken. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  async function currentFees(): Promise<Fees> {
    const [block, tip] = await Promise.all([
      client.getBlock({ blockTag: 'latest' }),
      client.estimateMaxPriorityFeePerGas(),
    ])
    const wanted = 2n * (block.baseFeePerGas ?? 0n) + tip
    const least = (block.baseFeePerGas ?? 0n) + tip
    if (least > maxFeePerGas) {
      throw new FeeLimitError(`L1 asks for ${least} wei per gas, the limit is ${maxFeePerGas}`)
    }
    return {
      maxFeePerGas: wanted < maxFeePerGas ? wanted : maxFeePerGas,
      maxPriorityFeePerGas: tip,
    }
  }

  async function sign(call: Call, gas: bigint, nonce: number, fees: Fees): Promise<Hex> {
    return account.signTransaction({
      type: 'eip1559',
      chainId,
      to: call.to,
      data: call.data,
      value: call.value ?? 0n,
      gas,
      nonce,
      ...fees,
    })
  }

  async function estimate({ gas: given, ...call }: Call): Promise<bigint> {
    if (given !== undefined) return given
    try {
      const gas = await client.estimateGas({ account: address, ...call })
      return (gas * GAS_MARGIN) / 100n
    } catch (error) {
      if (error instanceof BaseError && isRevert(error)) {
        throw new CallRefusedError(error.shortMessage, { cause: error })
      }
      throw error
    }
  }

  async function submit(call: Call): Promise<Pending> {
    const gas = await estimate(call)
    return inTurn(async () => {
      const fees = await currentFees()
      const onChain = await client.getTransactionCount({ address, blockTag: 'latest' })
      const nonce = Math.max(onChain, nextNonce)
      const raw = await sign(call, gas, nonce, fees)
      await client.sendRawTransaction({ serializedTransaction: raw })
      nextNonce = nonce + 1
      return { call, gas, nonce, fees, raw, hashes: [keccak256Hex(hexToBytes(raw))] }
    })
  }

  /** Sends it again, for L1 may have forgotten it; with higher fees where L1 asks for more than it offers. */
  async function sendAgain(pending: Pending): Promise<Pending> {
    const again = raised(pending, await currentFees())
    if (again === undefined) {
      await client.sendRawTransaction({ serializedTransaction: pending.raw })
      return pending
    }
    const raw = await sign(pending.call, pending.gas, pending.nonce, again)
    await client.sendRawTransaction({ serializedTransaction: raw })
    const hashes = [...pending.hashes, keccak256Hex(hexToBytes(raw))]
    return { ...pending, fees: again, raw, hashes }
  }

  /** Fees that replace it; undefined while it offers enough, or where that is beyond the limit. */
  function raised({ fees }: Pending, current: Fees): Fees | undefined {
    if (current.maxFeePerGas <= fees.maxFeePerGas) return undefined
    const higher = {
      maxFeePerGas: most(current.maxFeePerGas, bumped(fees.maxFeePerGas)),
      maxPriorityFeePerGas: most(current.maxPriorityFeePerGas, bumped(fees.maxPriorityFeePerGas)),
    }
    return higher.maxFeePerGas > maxFeePerGas ? undefined : higher
  }

  async function receiptOf(hashes: readonly Hash[]): Promise<TransactionReceipt | undefined> {
    for (const hash of hashes) {
      const receipt = await client.getTransactionReceipt({ hash }).catch((error) => {
        if (error instanceof TransactionReceiptNotFoundError) return undefined
        throw error
      })
      if (receipt !== undefined) return receipt
    }
    return undefined
  }

  async function wait(first: Pending): Promise<TransactionReceipt> {
    let pending = first
    for (let looks = 1; ; looks++) {
      const used = await client.getTransactionCount({ address, blockTag: 'latest' })
      const receipt = await receiptOf(pending.hashes)
      if (receipt !== undefined) return receipt
      if (used > pending.nonce) {
        throw new LostTransactionError(`nonce ${pending.nonce} of ${address} was used by another`)
      }
      // A refusal says that L1 knows it already, or that it is too dear for now.
      if (looks % LOOKS_BEFORE_RESEND === 0) pending = await sendAgain(pending).catch(() => pending)
      await sleep(POLL, undefined, { signal: stop.signal })
    }
  }

  return {
    address,
    async send(call) {
      const receipt = await wait(await submit(call))
      if (receipt.status === 'reverted') {
        throw new CallRefusedError(`transaction ${receipt.transactionHash} reverted`)
      }
      return receipt
    },
    close: () => stop.abort(),
  }
}

interface Pending {
  readonly call: Call
  readonly gas: bigint
  readonly nonce: number
  readonly fees: Fees
  readonly raw: Hex
  /** Of each version that was sent. */
  readonly hashes: readonly Hash[]
}

function bumped(fee: bigint): bigint {
  return (fee * BUMP + 99n) / 100n
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** Whether the node executed the call and it reverted; else the node did not answer, or refused to try. */
function isRevert(error: BaseError): boolean {
  const found = error.walk(
    (cause) =>
      (cause as Error).name === 'ExecutionRevertedError' ||
      (cause as { code?: unknown }).code === 3,
  )
  return found !== null
}
