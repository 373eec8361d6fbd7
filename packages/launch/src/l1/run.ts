import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Address,
  bytesToHex,
  checksumAddress,
  concatBytes,
  hexToBytes,
  lowerCaseAddress,
} from '@altlayer/protocol'
import { encodeFunctionData, formatEther, getContractAddress, type TransactionReceipt } from 'viem'
import { type L1Client, SendError, shortMessage, type TransactionRequest } from './client.ts'
import { ensureDeterministicDeployer } from './deterministic-deployer.ts'
import {
  type AddressOf,
  addressesOf,
  checkPlan,
  creationCode,
  DETERMINISTIC_DEPLOYER,
  PlanError,
  prerequisites,
  type Step,
} from './plan.ts'
import type { StateFile, StepRecord } from './state-file.ts'

/** Told after each step that is done. */
type StepProgress = (event: {
  readonly step: string
  readonly done: number
  readonly total: number
  readonly found: boolean
}) => void

export interface RunContext {
  readonly client: L1Client
  readonly state: StateFile
  readonly progress?: StepProgress
  /** Steps already reported by an earlier run of a part of the plan: not reported again. */
  readonly reported?: Set<string>
  /** Steps in all, where `steps` is a part. */
  readonly total?: number
}

/** A step's transaction failed and the chain does not show its effect. */
export class StepFailedError extends Error {
  override readonly name = 'StepFailedError'
  readonly step: string
  constructor(step: string, reason: string, options?: ErrorOptions) {
    super(`deployment step "${step}": ${reason}`, options)
    this.step = step
  }
}

/** Percent on top of a gas estimate. */
const GAS_MARGIN = 20n

/**
 * Brings the chain to where every step of the plan is done, in waves: all steps whose prerequisites
 * are done go out together, one nonce after the other. Each asks the chain first, so running a plan
 * again, after whatever interruption, sends only what is missing. Returns the contracts' addresses.
 */
export async function runSteps(steps: readonly Step[], context: RunContext): Promise<AddressOf> {
  checkPlan(steps)
  await ensureDeterministicDeployer(context.client)
  await settlePending(context.client)
  const created = await findCreated(steps, context)
  const address = addressesOf(steps, created)
  const done = new Set<string>()
  const report = reporter(steps, context, done)
  while (done.size < steps.length) {
    const ready = steps.filter(
      (step) => !done.has(step.name) && prerequisites(step).every((name) => done.has(name)),
    )
    if (ready.length === 0)
      throw new PlanError(
        `steps wait for each other: ${steps.filter(({ name }) => !done.has(name)).map(({ name }) => name)}`,
      )
    const isThere = await Promise.all(ready.map((step) => isDone(step, context.client, address)))
    const found = ready.filter((_, index) => isThere[index])
    const missing = ready.filter((_, index) => !isThere[index])
    report(found, (step) => recordOf(step, address, { status: 'found' }))
    if (missing.length === 0) continue
    const receipts = await sendWave(missing, context, address)
    report(missing, (step) => {
      const receipt = receipts.get(step.name) as TransactionReceipt
      return recordOf(step, address, {
        status: 'done',
        transaction: receipt.transactionHash,
        block: Number(receipt.blockNumber),
      })
    })
  }
  return address
}

function reporter(steps: readonly Step[], context: RunContext, done: Set<string>) {
  const reported = context.reported ?? new Set<string>()
  return (finished: readonly Step[], record: (step: Step) => StepRecord) => {
    const records: Record<string, StepRecord> = {}
    for (const step of finished) {
      done.add(step.name)
      const before = context.state.steps[step.name]
      const now = record(step)
      // What an earlier run sent itself is not "found" in the journal.
      const kept = now.status === 'found' && before?.transaction ? { ...before, ...now } : now
      records[step.name] = kept.transaction ? { ...kept, status: 'done' } : kept
      if (reported.has(step.name)) continue
      reported.add(step.name)
      context.progress?.({
        step: step.name,
        done: reported.size,
        total: context.total ?? steps.length,
        found: now.status === 'found',
      })
    }
    if (finished.length > 0) context.state.update(records)
  }
}

function recordOf(step: Step, address: AddressOf, rest: StepRecord): StepRecord {
  return step.kind === 'contract' ? { address: address(step.name), ...rest } : rest
}

async function isDone(step: Step, client: L1Client, address: AddressOf): Promise<boolean> {
  if (step.kind === 'call') return step.done(client, address)
  return (await client.code(address(step.name))) !== '0x'
}

/** Sends one transaction a step and waits for all. Throws StepFailedError. */
async function sendWave(
  steps: readonly Step[],
  { client, state }: RunContext,
  address: AddressOf,
): Promise<ReadonlyMap<string, TransactionReceipt>> {
  // Contracts whose address depends on the nonce come first: it was computed from the next nonces.
  const ordered = [...steps.filter(isCreated), ...steps.filter((step) => !isCreated(step))]
  const requests = ordered.map((step) => requestOf(step, address))
  const gas = await Promise.all(
    requests.map((request, index) =>
      client.estimate([request]).then(
        ([estimate]) => ((estimate as bigint) * (100n + GAS_MARGIN)) / 100n,
        (cause: unknown) => {
          const { name } = ordered[index] as Step
          throw new StepFailedError(name, `would fail: ${shortMessage(cause)}`, { cause })
        },
      ),
    ),
  )
  const { pending } = await client.nonces()
  checkCreatedAddresses(ordered, client.account, pending, address)
  const hashes = await client
    .send(
      requests.map((request, index) => ({ ...request, gas: gas[index] as bigint })),
      pending,
    )
    .catch(async (cause: unknown) => {
      if (!(cause instanceof SendError)) throw cause
      const payer = /insufficient funds/i.test(cause.message) ? await payerOf(client) : ''
      const { name } = ordered[cause.index] as Step
      throw new StepFailedError(name, `${cause.message}${payer}`, { cause })
    })
  state.update(
    Object.fromEntries(
      ordered.map((step, index) => [
        step.name,
        recordOf(step, address, { status: 'sent', transaction: hashes[index] as `0x${string}` }),
      ]),
    ),
  )
  const receipts = await client.receipts(hashes)
  for (const [index, receipt] of receipts.entries()) {
    const step = ordered[index] as Step
    // A transaction may fail because another run's did the same just before.
    if (receipt.status === 'reverted' && !(await isDone(step, client, address)))
      throw new StepFailedError(step.name, `transaction ${receipt.transactionHash} reverted`)
  }
  for (const step of ordered) {
    if (!(await isDone(step, client, address)))
      throw new StepFailedError(step.name, 'its transaction succeeded without the expected effect')
  }
  return new Map(
    ordered.map((step, index) => [step.name, receipts[index] as TransactionReceipt] as const),
  )
}

/** Who is to be given ether. */
async function payerOf({ account, public: chain }: L1Client): Promise<string> {
  const balance = formatEther(await chain.getBalance({ address: account }))
  return `; ${checksumAddress(account)} pays for it and has ${balance} ETH`
}

function requestOf(step: Step, address: AddressOf): TransactionRequest {
  if (step.kind === 'call') {
    const data = encodeFunctionData({
      abi: step.abi,
      functionName: step.functionName,
      args: step.args(address),
    })
    return { to: address(step.to), data }
  }
  const code = creationCode(step, address)
  if (step.create.method === 'create') return { data: code }
  const data = bytesToHex(concatBytes(hexToBytes(step.create.salt), hexToBytes(code)))
  return { to: DETERMINISTIC_DEPLOYER, data }
}

const isCreated = (step: Step) => step.kind === 'contract' && step.create.method === 'create'

/** Waits for transactions that an interrupted run left in the pool. */
async function settlePending(client: L1Client): Promise<void> {
  const deadline = performance.now() + PENDING_TIMEOUT
  for (;;) {
    const { latest, pending } = await client.nonces()
    if (latest >= pending) return
    if (performance.now() > deadline)
      throw new StepFailedError(
        'pending transactions',
        `${pending - latest} transactions of ${client.account}, nonce ${latest} the first, stay in the pool`,
      )
    await sleep(200)
  }
}

const PENDING_TIMEOUT = 120_000

/** Addresses of the contracts that depend on a nonce: found, remembered, or those of the next nonces. */
async function findCreated(
  steps: readonly Step[],
  { client, state }: RunContext,
): Promise<ReadonlyMap<string, Address>> {
  const created = new Map<string, Address>()
  const unmade: string[] = []
  for (const step of steps) {
    if (step.kind !== 'contract' || step.create.method !== 'create') continue
    const remembered = state.steps[step.name]?.address
    const found =
      (await step.create.find(client, addressesOf(steps, created))) ??
      (remembered && (await client.code(remembered)) !== '0x' ? remembered : undefined)
    if (found) created.set(step.name, found)
    else unmade.push(step.name)
  }
  const { pending } = await client.nonces()
  for (const [index, name] of unmade.entries())
    created.set(name, createdAddress(client.account, pending + index))
  return created
}

function checkCreatedAddresses(
  ordered: readonly Step[],
  account: Address,
  nonce: number,
  address: AddressOf,
): void {
  for (const [index, step] of ordered.filter(isCreated).entries()) {
    if (address(step.name) !== createdAddress(account, nonce + index))
      throw new StepFailedError(
        step.name,
        `account ${account} sent other transactions meanwhile (nonce ${nonce}): run again`,
      )
  }
}

function createdAddress(from: Address, nonce: number): Address {
  return lowerCaseAddress(getContractAddress({ from, nonce: BigInt(nonce) }))
}
