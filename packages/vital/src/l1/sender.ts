import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Address,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256Hex,
  lowerCaseAddress,
} from '@altlayer/protocol'
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
 * it. Nothing is kept: after a restart, or when L1 drops blocks with what was sent, its owner decides anew what is
 * to be sent; nonces that then lack a transaction get an empty one.
 */
export interface Sender {
  readonly address: Address
  /**
   * Resolves when the transaction is in a block. Rejects with CallRefusedError when the call would revert or did,
   * or nothing is at its address, LostTransactionError when another transaction took its nonce, FeeLimitError, and
   * what the client throws.
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

/** Milliseconds between looks for a receipt, unless told. */
const POLL = 500
/** Room for a state that other transactions change until this one is executed, percent. */
const GAS_MARGIN = 125n
/** Percent that an L1 node asks for the replacement of a transaction, of every fee: geth's pool. */
const BUMP = 110n
/** Looks without a receipt, though the nonce is used, after which another has used it. */
const LOOKS_BEFORE_LOST = 6
/** Looks without a receipt after which it is sent again. */
const LOOKS_BEFORE_RESEND = 8
/** Raises of the fees in place of a transaction that an earlier process left at the nonce. */
const REPLACEMENTS = 8
/** Gas of a transaction without data. */
const EMPTY_GAS = 21_000n

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
  /** Milliseconds between looks for a receipt. */
  readonly pollInterval?: number
}): Sender {
  const { client, account, chainId, maxFeePerGas, pollInterval = POLL } = options
  const stop = new AbortController()
  const address = lowerCaseAddress(account.address)
  let nextNonce = 0
  /** Nonces whose transactions somebody waits for. */
  const waiting = new Set<number>()
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

  /** Ether sent where nothing is would be lost: the game may be gone with the L1 block that it was in. */
  async function hasCode(to: Address): Promise<boolean> {
    return (await client.getCode({ address: to })) !== undefined
  }

  async function estimate({ gas: given, ...call }: Call): Promise<bigint> {
    if (!(await hasCode(call.to))) throw new CallRefusedError(`no contract is at ${call.to}`)
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
      const onChain = await client.getTransactionCount({ address, blockTag: 'latest' })
      const nonce = Math.max(onChain, nextNonce)
      const { fees, raw } = await offer(call, gas, nonce, await currentFees())
      nextNonce = nonce + 1
      waiting.add(nonce)
      return { call, gas, nonce, fees, raw, hashes: [keccak256Hex(hexToBytes(raw))] }
    })
  }

  /** Sends it, for more where L1 holds another with this nonce: what an earlier process sent. */
  async function offer(
    call: Call,
    gas: bigint,
    nonce: number,
    first: Fees,
  ): Promise<{ readonly fees: Fees; readonly raw: Hex }> {
    let fees = first
    for (let raises = 0; ; raises++) {
      const raw = await sign(call, gas, nonce, fees)
      try {
        await client.sendRawTransaction({ serializedTransaction: raw })
        return { fees, raw }
      } catch (error) {
        const higher = bumpedFees(fees)
        const tooDear = higher.maxFeePerGas > maxFeePerGas
        if (raises === REPLACEMENTS || tooDear || !isUnderpriced(error)) throw error
        fees = higher
      }
    }
  }

  /** An empty transaction in the place of whatever has the nonce. */
  async function cancel(nonce: number): Promise<void> {
    await offer({ to: address, data: '0x' }, EMPTY_GAS, nonce, await currentFees())
  }

  /** Gives every nonce below a pending one a transaction, for it cannot be included before. */
  function fill(used: number, nonce: number): Promise<void> {
    return inTurn(async () => {
      for (let below = used; below < nonce; below++) {
        // A refusal says that L1 has one, which is as good.
        if (!waiting.has(below)) await cancel(below).catch(() => undefined)
      }
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
    const least = bumpedFees(fees)
    const higher = {
      maxFeePerGas: most(current.maxFeePerGas, least.maxFeePerGas),
      maxPriorityFeePerGas: most(current.maxPriorityFeePerGas, least.maxPriorityFeePerGas),
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
    let usedUp = 0
    for (let looks = 1; ; looks++) {
      const used = await client.getTransactionCount({ address, blockTag: 'latest' })
      const receipt = await receiptOf(pending.hashes)
      if (receipt !== undefined) return receipt
      // A node can tell of the nonce before it tells of the receipt, and nodes behind one address differ.
      usedUp = used > pending.nonce ? usedUp + 1 : 0
      if (usedUp === LOOKS_BEFORE_LOST) {
        throw new LostTransactionError(`nonce ${pending.nonce} of ${address} was used by another`)
      }
      if (looks % LOOKS_BEFORE_RESEND === 0) {
        if (!(await hasCode(pending.call.to))) {
          await inTurn(() => cancel(pending.nonce))
          throw new LostTransactionError(`no contract is at ${pending.call.to} any more`)
        }
        // A refusal says that L1 knows it already, or that it is too dear for now.
        await fill(used, pending.nonce)
        pending = await sendAgain(pending).catch(() => pending)
      }
      await sleep(pollInterval, undefined, { signal: stop.signal })
    }
  }

  return {
    address,
    async send(call) {
      const pending = await submit(call)
      const receipt = await wait(pending).finally(() => waiting.delete(pending.nonce))
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

function bumpedFees({ maxFeePerGas, maxPriorityFeePerGas }: Fees): Fees {
  const bumped = (fee: bigint) => (fee * BUMP + 99n) / 100n
  return {
    maxFeePerGas: bumped(maxFeePerGas),
    maxPriorityFeePerGas: bumped(maxPriorityFeePerGas),
  }
}

/** Whether L1 holds another transaction with the nonce, which offers as much. */
function isUnderpriced(error: unknown): boolean {
  return error instanceof BaseError && /replacement transaction underpriced/i.test(error.message)
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
