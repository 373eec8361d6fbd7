import { decodeTraceEvent } from './events.ts'
import { OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL } from './opcodes.ts'
import type { Tracer } from './tracer.ts'

const SELECTOR_LENGTH = 4
const CALLS: ReadonlySet<number> = new Set([OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL])

/** Counts the function selectors called, by the size of their arguments (geth's 4byteTracer). */
export function createFourByteTracer(): Tracer {
  const counts = new Map<string, number>()
  return {
    options: { steps: false },
    event(bytes) {
      const event = decodeTraceEvent(bytes)
      if (event.kind !== 'enter' || !CALLS.has(event.opcode) || event.precompile) return
      const size = (event.input.length - 2) / 2
      if (size < SELECTOR_LENGTH) return
      const key = `${event.input.slice(0, 2 + 2 * SELECTOR_LENGTH)}-${size - SELECTOR_LENGTH}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    result: () => Object.fromEntries(counts),
  }
}
