import { ProgramError } from '../program/errors.ts'
import type { CallMessage, ExecutionResult, MessageOptions, Program } from '../program/types.ts'

/** Gas of a plain transfer: no transaction needs less. */
const TRANSFER_GAS = 21_000n
/** EIP-2929 leaves a called contract at least this with a value. */
const CALL_STIPEND = 2_300n
/**
 * The search ends when the answer is known to 1.5 %, as in geth: users and the
 * execution-apis cases expect its figures. Each halving costs a whole execution.
 */
const TOLERANCE = { part: 15n, whole: 1_000n }

export type Estimate = { readonly gas: bigint } | { readonly result: ExecutionResult }

/**
 * A gas limit with which the message succeeds on what is open: at most 1.5 % above the smallest, exact
 * for a plain transfer. `gasCap` is the caller's limit; the block's and what the sender can pay are
 * others. EIP-150 lets a call keep 1/64 of the gas, so that more than was used may be needed: the first
 * guess adds that, bisection does the rest.
 */
export function estimateGas(
  program: Program,
  message: CallMessage,
  options: MessageOptions | undefined,
  gasCap: bigint,
): Estimate {
  const run = (gas: bigint): ExecutionResult | undefined => {
    try {
      return program.message({ ...message, gas }, { ...options, keep: false })
    } catch (error) {
      // Less than is charged before execution begins: more gas is what it takes.
      if (error instanceof ProgramError && TOO_LITTLE.has(error.code)) return undefined
      throw error
    }
  }
  let high = upperBound(program, message, gasCap)
  const first = run(high)
  if (first === undefined)
    return { result: outOfGas(`gas required exceeds allowance (${high})`, high) }
  if (first.status === 'halt' && first.error === 'out of gas')
    return { result: { ...first, error: `gas required exceeds allowance (${high})` } }
  if (first.status !== 'success') return { result: first }

  const succeeds = (gas: bigint): boolean => run(gas)?.status === 'success'
  if (isTransfer(program, message) && succeeds(TRANSFER_GAS)) return { gas: TRANSFER_GAS }
  let low = first.gasUsed - 1n
  const likely = ((first.maxGasUsed + CALL_STIPEND) * 64n) / 63n
  if (likely > low && likely < high) {
    if (succeeds(likely)) high = likely
    else low = likely
  }
  while (low + 1n < high && (high - low) * TOLERANCE.whole >= high * TOLERANCE.part) {
    // The answer is mostly near what was used: look at twice the lower bound first.
    const middle = (low + high) / 2n
    const guess = middle > low * 2n && low > 0n ? low * 2n : middle
    if (succeeds(guess)) high = guess
    else low = guess
  }
  return { gas: high }
}

/** A transfer to an account without code, which runs nothing. */
function isTransfer(program: Program, { to, data }: CallMessage): boolean {
  return (data?.length ?? 0) === 0 && to !== undefined && program.code(to).length === 0
}

const TOO_LITTLE: ReadonlySet<string> = new Set(['TX_INTRINSIC_GAS', 'TX_FLOOR_DATA_GAS'])

function upperBound(program: Program, message: CallMessage, gasCap: bigint): bigint {
  const { gasLimit } = program.environment()
  let high = message.gas >= TRANSFER_GAS && message.gas < gasLimit ? message.gas : gasLimit
  const price = message.maxFeePerGas ?? message.gasPrice ?? 0n
  if (price > 0n) {
    const balance = program.account(message.from)?.balance ?? 0n
    const value = message.value ?? 0n
    // Without enough for the value, the execution itself says so.
    if (balance >= value) {
      const allowance = (balance - value) / price
      if (allowance < high) high = allowance
    }
  }
  return high < gasCap ? high : gasCap
}

function outOfGas(error: string, gasUsed: bigint): ExecutionResult {
  return {
    status: 'halt',
    error,
    gasUsed,
    gasRefunded: 0n,
    maxGasUsed: gasUsed,
    returnData: new Uint8Array(0),
    logs: [],
  }
}
