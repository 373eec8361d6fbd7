import {
  HALT_CODE_SIZE,
  HALT_CODE_STORE_OUT_OF_GAS,
  HALT_INVALID_CODE,
  HALT_REVERT,
  HALT_SUCCESS,
} from '@altlayer/program/shared/halt.ts'
import { type Address, bytesToHex, type Hash, type Hex } from '@altlayer/protocol'
import type { TracerConfig } from '../api.ts'
import type { ExecutionResult } from '../program/types.ts'
import { decodeTraceEvent, type EnterEvent, type ExitEvent, type StepEvent } from './events.ts'
import { haltReason } from './halt.ts'
import {
  isCreation,
  OP_CALLCODE,
  OP_DELEGATECALL,
  OP_SELFDESTRUCT,
  OP_SLOAD,
  OP_SSTORE,
  opcodeName,
} from './opcodes.ts'
import { type TraceBudget, type Tracer, tooLarge } from './tracer.ts'

/** Punctuation and field names of one entry. */
const ENTRY_CHARACTERS = 120
const WORD_CHARACTERS = 69

/** Yellow Paper, G_codedeposit: per byte. */
const GAS_CODE_DEPOSIT = 200n

/** Endings that no instruction is to blame for: the frame's last one did what it should. */
const NO_INSTRUCTION_FAILED: ReadonlySet<number> = new Set([
  HALT_SUCCESS,
  HALT_REVERT,
  HALT_INVALID_CODE,
  HALT_CODE_SIZE,
  HALT_CODE_STORE_OUT_OF_GAS,
])

/** One instruction, with the field names of execution-apis' StructLog. */
interface StructLog {
  pc: number
  op: string
  gas: number
  gasCost: number
  depth: number
  refund: number
  error?: string
  stack?: readonly Hex[]
  memory?: readonly Hex[]
  returnData?: Hex
  storage?: Record<Hash, Hash>
}

/** A frame that is open, and what is not known yet of its last instruction. */
interface Frame {
  readonly account: Address
  last?: { readonly log: StructLog | undefined; readonly step: StepEvent; cost?: bigint }
}

/** The default tracer: one entry per instruction (geth's struct logger). */
export function createStructLogger(config: TracerConfig, budget: TraceBudget): Tracer {
  const logs: StructLog[] = []
  const frames: Frame[] = []
  const storage = new Map<Address, Record<Hash, Hash>>()
  const limit = config.limit ?? 0
  const withStack = config.disableStack !== true
  const withStorage = config.disableStorage !== true
  /** `limit` instructions are written out, with what the one after tells of the last: the rest runs for its end alone. */
  let full = false

  function step(event: StepEvent): void {
    const frame = frames[event.depth]
    if (frame === undefined) throw new RangeError(`trace step at depth ${event.depth}: no frame`)
    finishInstruction(frame, event.gas, event)
    const log = record(event)
    if (log === undefined && limit > 0 && logs.length >= limit) {
      stop()
      return
    }
    frame.last = { log, step: event }
    if (withStorage && event.opcode === OP_SSTORE && event.stack.length >= 64) {
      setSlot(frame.account, word(event.stack, 0), word(event.stack, 1))
      if (log !== undefined) attachStorage(frame.account, log)
    }
  }

  function record(event: StepEvent): StructLog | undefined {
    if ((limit > 0 && logs.length >= limit) || budget.characters < 0) return undefined
    budget.characters -= ENTRY_CHARACTERS
    const log: StructLog = {
      pc: event.pc,
      op: opcodeName(event.opcode),
      gas: Number(event.gas),
      gasCost: 0,
      depth: event.depth + 1,
      refund: Number(event.refund),
    }
    if (withStack) log.stack = stackWords(event.stack)
    if (event.memory !== undefined) log.memory = memoryWords(event.memory)
    if (event.returnData !== undefined) log.returnData = event.returnData
    budget.characters -=
      WORD_CHARACTERS * ((log.stack?.length ?? 0) + (log.memory?.length ?? 0)) +
      (log.returnData?.length ?? 0)
    logs.push(log)
    return log
  }

  /** Callers' instructions are finished too: what they cost came with the frames that they opened. */
  function stop(): void {
    full = true
    for (const frame of frames) finishInstruction(frame, 0n)
  }

  /** Writes what only the instruction after this one tells: its cost, and the word SLOAD loaded. */
  function finishInstruction(frame: Frame, gasAfter: bigint, next?: StepEvent): void {
    const { last } = frame
    if (last === undefined) return
    delete frame.last
    if (last.log !== undefined) last.log.gasCost = Number(last.cost ?? last.step.gas - gasAfter)
    if (withStorage && last.step.opcode === OP_SLOAD && next !== undefined) {
      setSlot(frame.account, word(last.step.stack, 0), word(next.stack, 0))
      if (last.log !== undefined) attachStorage(frame.account, last.log)
    }
  }

  function setSlot(account: Address, slot: Hash, value: Hash): void {
    let slots = storage.get(account)
    if (slots === undefined) {
      slots = {}
      storage.set(account, slots)
    }
    slots[slot] = value
  }

  function attachStorage(account: Address, log: StructLog): void {
    log.storage = { ...storage.get(account) }
    budget.characters -= 2 * WORD_CHARACTERS * Object.keys(log.storage).length
  }

  function enter(event: EnterEvent): void {
    const caller = frames[event.depth - 1]
    // What SELFDESTRUCT cost shows in the gas its frame ends with.
    if (caller?.last !== undefined && event.opcode !== OP_SELFDESTRUCT)
      caller.last.cost = event.cost
    const borrowsCode = event.opcode === OP_DELEGATECALL || event.opcode === OP_CALLCODE
    frames.length = event.depth
    frames.push({ account: borrowsCode ? event.from : event.to })
  }

  function exit(event: ExitEvent): void {
    const frame = frames[event.depth]
    if (frame === undefined) return
    const { last } = frame
    finishInstruction(frame, event.gasLeft + depositGas(event))
    const reason = NO_INSTRUCTION_FAILED.has(event.halt) ? undefined : haltReason(event.halt)
    if (last?.log !== undefined && reason !== undefined) last.log.error = reason
    frames.length = event.depth
  }

  return {
    options: {
      steps: true,
      memory: config.enableMemory === true,
      returnData: config.enableReturnData === true,
    },
    event(bytes) {
      const event = decodeTraceEvent(bytes)
      if (event.kind === 'step') step(event)
      else if (event.kind === 'enter') enter(event)
      else if (event.kind === 'exit') exit(event)
    },
    hasEnough: () => full,
    isTooLarge: () => budget.characters < 0,
    result(execution) {
      if (budget.characters < 0) throw tooLarge()
      return {
        gas: Number(execution.gasUsed),
        failed: execution.status !== 'success',
        returnValue: returnValue(execution),
        structLogs: logs,
      }
    },
  }
}

/** What deploying the code cost: RETURN, the instruction before, has no part in it. */
function depositGas({ opcode, halt, output }: ExitEvent): bigint {
  if (halt !== HALT_SUCCESS || !isCreation(opcode)) return 0n
  return GAS_CODE_DEPOSIT * BigInt((output.length - 2) / 2)
}

/** geth gives the output of a success and of a revert, nothing after an exceptional halt. */
function returnValue(execution: ExecutionResult): Hex {
  return execution.status === 'halt' ? '0x' : bytesToHex(execution.returnData)
}

/** The word `fromTop` places below the top of the stack, 32 bytes. */
function word(stack: Uint8Array, fromTop: number): Hash {
  const end = stack.length - 32 * fromTop
  return bytesToHex(stack.subarray(end - 32, end))
}

/** The stack as quantities, bottom first. */
function stackWords(stack: Uint8Array): Hex[] {
  const hex = Buffer.from(stack.buffer, stack.byteOffset, stack.byteLength).toString('hex')
  const words: Hex[] = []
  for (let i = 0; i < hex.length; i += 64) {
    let start = i
    while (start < i + 63 && hex.charCodeAt(start) === 0x30) start++
    words.push(`0x${hex.slice(start, i + 64)}`)
  }
  return words
}

function memoryWords(memory: Uint8Array): Hex[] {
  const words: Hex[] = []
  for (let i = 0; i < memory.length; i += 32) words.push(bytesToHex(memory.subarray(i, i + 32)))
  return words
}
