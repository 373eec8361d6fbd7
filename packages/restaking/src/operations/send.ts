import type { L1Client, TransactionRequest } from '@altlayer/launch/deploy'
import type { Address, Hash, Hex } from '@altlayer/protocol'
import { type Abi, type AbiItem, decodeErrorResult, numberToHex, type PublicClient } from 'viem'
import { abiOf, type Call } from './call.ts'

/** Gas that each call takes, in order. */
export interface CallGas {
  readonly call: Call
  readonly gas: bigint
}

/** A call would revert, or did. */
export class CallFailedError extends Error {
  override readonly name = 'CallFailedError'
  readonly title: string
  constructor(title: string, reason: string, options?: ErrorOptions) {
    super(`${title}: ${reason}`, options)
    this.title = title
  }
}

interface SimulatedCall {
  readonly status: Hex
  readonly gasUsed: Hex
  readonly returnData?: Hex
  readonly error?: { readonly message?: string; readonly data?: Hex }
}

/**
 * Runs calls one upon the other in the state of the newest block (`eth_simulateV1`), so that a call may
 * need an earlier one's effect; nothing is sent. Throws CallFailedError for the first that reverts.
 */
export async function simulate(
  client: PublicClient,
  from: Address,
  calls: readonly Call[],
): Promise<readonly CallGas[]> {
  if (calls.length === 0) return []
  const blockStateCalls = [
    {
      calls: calls.map(({ to, data, value }) => ({
        from,
        to,
        data,
        ...(value !== undefined && { value: numberToHex(value) }),
      })),
    },
  ]
  const blocks = (await client.request({
    method: 'eth_simulateV1',
    params: [{ blockStateCalls, validation: false, traceTransfers: false }, 'latest'],
  } as never)) as readonly { readonly calls: readonly SimulatedCall[] }[]
  const results = blocks[0]?.calls ?? []
  return calls.map((call, index) => {
    const result = results[index]
    if (result === undefined) throw new CallFailedError(call.title, 'the node did not run it')
    if (BigInt(result.status) !== 1n) throw new CallFailedError(call.title, reasonOf(result))
    return { call, gas: BigInt(result.gasUsed) }
  })
}

/** Gas on top of an estimate, percent. */
const GAS_MARGIN = 25n
/**
 * And three storage slots: a checkpoint, as of votes or of a supply, is overwritten within the second that an
 * estimate takes for now, and is a new one by the time the transaction runs.
 */
const CHECKPOINTS_GAS = 3n * 20_000n

/** Sends calls one after the other, each once the one before is in a block. Throws CallFailedError. */
export async function sendCalls(
  client: L1Client,
  calls: readonly Call[],
  sent: (call: Call, transaction: Hash) => void = () => undefined,
): Promise<readonly Hash[]> {
  const hashes: Hash[] = []
  for (const call of calls) {
    const [hash] = await sendIndependent(client, [call])
    hashes.push(hash as Hash)
    sent(call, hash as Hash)
  }
  return hashes
}

/**
 * Sends calls of which none needs another's effect, one nonce after the other without waiting for blocks
 * between them. Throws CallFailedError; when it is a transaction that failed, all are in blocks.
 */
export async function sendIndependent(
  client: L1Client,
  calls: readonly Call[],
): Promise<readonly Hash[]> {
  if (calls.length === 0) return []
  // What reverts now is not paid for.
  await Promise.all(calls.map((call) => simulate(client.public, client.account, [call])))
  const requests = calls.map(requestOf)
  const estimates = await client.estimate(requests)
  const { pending } = await client.nonces()
  const hashes = await client.send(
    requests.map((request, index) => ({
      ...request,
      gas: ((estimates[index] as bigint) * (100n + GAS_MARGIN)) / 100n + CHECKPOINTS_GAS,
    })),
    pending,
  )
  await checkReceipts(client, calls, hashes)
  return hashes
}

async function checkReceipts(
  client: L1Client,
  calls: readonly Call[],
  hashes: readonly Hash[],
): Promise<void> {
  for (const [index, { status, transactionHash }] of (await client.receipts(hashes)).entries())
    if (status !== 'success')
      throw new CallFailedError(
        (calls[index] as Call).title,
        `transaction ${transactionHash} reverted`,
      )
}

/**
 * Sends calls one nonce after the other without waiting for blocks between them: for a chain that nobody
 * else changes meanwhile, and calls that do not ask how much gas is left. Throws CallFailedError; when it
 * is a transaction that failed, those before it are in blocks.
 */
export async function sendTogether(client: L1Client, calls: readonly Call[]): Promise<void> {
  if (calls.length === 0) return
  const tried = await simulate(client.public, client.account, calls)
  const { pending } = await client.nonces()
  // What was used is after refunds, which are a fifth at most, and calls leave a 64th behind each.
  const requests = tried.map(({ call, gas }) => ({
    ...requestOf(call),
    gas: (gas * 3n) / 2n + CHECKPOINTS_GAS,
  }))
  await checkReceipts(client, calls, await client.send(requests, pending))
}

function requestOf({ to, data, value }: Call): TransactionRequest {
  return { to, data, ...(value !== undefined && { value }) }
}

/** The contract's error by name and arguments, where it is one of ours. */
function reasonOf({ error, returnData }: SimulatedCall): string {
  const data = error?.data ?? returnData ?? '0x'
  if (data.length >= 10) {
    for (const abi of Object.values(abiOf)) {
      const decoded = decode(abi(), data)
      if (decoded !== undefined) return decoded
    }
  }
  return error?.message ?? 'reverts'
}

function decode(abi: Abi, data: Hex): string | undefined {
  const errors = abi.filter((item: AbiItem) => item.type === 'error')
  try {
    const { errorName, args } = decodeErrorResult({ abi: errors, data })
    return `${errorName}(${(args ?? []).map(String).join(', ')})`
  } catch {
    // Of another contract.
    return undefined
  }
}
