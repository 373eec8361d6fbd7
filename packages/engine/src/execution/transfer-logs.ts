import { type Address, bigintToHex, type Hash } from '@altlayer/protocol'
import type { ExecutionResult, Log } from '../program/types.ts'
import { decodeTraceEvent } from '../trace/events.ts'
import type { ExecutionContext } from './context.ts'

/** Where eth_simulateV1 says that transfers of ETH are logged. */
const ETHER: Address = `0x${'ee'.repeat(20)}`
/** keccak256 of Transfer(address,address,uint256). */
const TRANSFER_TOPIC: Hash = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const DELEGATECALL = 0xf4

/** Runs a message; `logs` are its own with a Transfer log for every transfer of ETH among them, in their order. */
export function collectTransfers(
  { program, setTraceSink }: ExecutionContext,
  run: () => ExecutionResult,
): { readonly execution: ExecutionResult; readonly logs: readonly Log[] } {
  const logs: Log[] = []
  /** Logs there were when each open frame began. */
  const frames: number[] = []
  setTraceSink((bytes) => {
    const event = decodeTraceEvent(bytes)
    if (event.kind === 'enter') {
      frames.push(logs.length)
      if (event.value > 0n && event.opcode !== DELEGATECALL)
        logs.push(transferLog(event.from, event.to, event.value))
    } else if (event.kind === 'exit') {
      const before = frames.pop() ?? 0
      if (event.halt !== 0) logs.length = before
    } else if (event.kind === 'log') {
      logs.push({ address: event.address, topics: event.topics, data: event.data })
    }
  })
  program.trace({ steps: false })
  try {
    return { execution: run(), logs }
  } finally {
    program.trace(undefined)
    setTraceSink(undefined)
  }
}

function transferLog(from: Address, to: Address, value: bigint): Log {
  return {
    address: ETHER,
    topics: [TRANSFER_TOPIC, word(from), word(to)],
    data: bigintToHex(value),
  }
}

function word(address: Address): Hash {
  return `0x${'00'.repeat(12)}${address.slice(2)}`
}
