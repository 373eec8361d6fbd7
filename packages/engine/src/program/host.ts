import {
  HINT_PRECOMPILE,
  KEY_PRECOMPILE,
  OUTPUT_CODE,
  OUTPUT_NODE,
  OUTPUT_TRACE,
} from '@altlayer/program/shared/abi.ts'
import { precompile } from '../precompiles/index.ts'
import type { ProgramHost } from './types.ts'

/** A host that sees more than a node's: for proofs. */
export interface ImportedHost extends ProgramHost {
  /** A hint that is no precompile request. */
  hint?(bytes: Uint8Array): void
  /** Every record of the output, in place of `output` and `trace`. */
  record?(kind: number, record: Uint8Array): void
}

/** The functions the program imports, and the memory they reach once it is instantiated. */
export interface HostImports {
  readonly imports: WebAssembly.Imports
  attach(memory: Uint8Array): void
}

const HASH_SIZE = 32
// A precompile request: kind, address, gas, input.
const REQUEST_ADDRESS_END = 21
const REQUEST_INPUT = 29
const ECRECOVER = 1
const ECRECOVER_INPUT = 128

/** The answer to a precompile request: a status byte, then the output. */
const FAILED = Uint8Array.of(0)

/** Connects a host to the program's imports (program/src/host.ts); answers precompile requests natively. */
export function createImports(host: ImportedHost): HostImports {
  let memory: Uint8Array = new Uint8Array(0)
  let answer: Uint8Array | undefined

  const give = (bytes: Uint8Array | undefined, to: number, capacity: number): number => {
    if (bytes === undefined) return -1
    memory.set(bytes.length > capacity ? bytes.subarray(0, capacity) : bytes, to)
    return bytes.length
  }

  const imports = {
    preimage(key: number, to: number, capacity: number): number {
      const at = key >>> 0
      if (memory[at] === KEY_PRECOMPILE) return give(answer, to >>> 0, capacity >>> 0)
      return give(host.preimage(memory.subarray(at, at + HASH_SIZE)), to >>> 0, capacity >>> 0)
    },
    hint(ptr: number, length: number): number {
      const at = ptr >>> 0
      const bytes = memory.subarray(at, at + (length >>> 0))
      if (memory[at] !== HINT_PRECOMPILE) {
        host.hint?.(bytes)
        return 0
      }
      answer = runPrecompile(host, bytes)
      return 1
    },
    output(kind: number, ptr: number, length: number): void {
      const at = ptr >>> 0
      const record = memory.subarray(at, at + (length >>> 0))
      if (host.record !== undefined) host.record(kind, record)
      else if (kind === OUTPUT_TRACE) host.trace?.(record)
      else if (kind === OUTPUT_NODE || kind === OUTPUT_CODE)
        host.output?.(
          kind === OUTPUT_NODE ? 'node' : 'code',
          record.subarray(0, HASH_SIZE),
          record.subarray(HASH_SIZE),
        )
    },
    interrupted: (): number => (host.interrupted?.() ? 1 : 0),
  }
  return {
    imports: { host: imports },
    attach(view) {
      memory = view
    },
  }
}

function runPrecompile(host: ProgramHost, request: Uint8Array): Uint8Array {
  const input = request.subarray(REQUEST_INPUT)
  if (
    host.sender !== undefined &&
    addressOf(request) === ECRECOVER &&
    input.length === ECRECOVER_INPUT
  ) {
    const sender = knownSender(host, input)
    if (sender !== undefined) return sender
  }
  return answerPrecompile(request)
}

function addressOf(request: Uint8Array): number {
  return (
    ((request[REQUEST_ADDRESS_END - 2] as number) << 8) |
    (request[REQUEST_ADDRESS_END - 1] as number)
  )
}

/** The answer to a precompile request (program/shared/abi.ts, HINT_PRECOMPILE): 1 and the output, or 0. */
export function answerPrecompile(request: Uint8Array): Uint8Array {
  const address = addressOf(request)
  const input = request.subarray(REQUEST_INPUT)
  const output = precompile(address, input)
  if (output === undefined) return FAILED
  const answer = new Uint8Array(1 + output.length)
  answer[0] = 1
  answer.set(output, 1)
  return answer
}

/** The host's answer in ecrecover's form. */
function knownSender(host: ProgramHost, input: Uint8Array): Uint8Array | undefined {
  const v = input[63] as number
  for (let i = 32; i < 63; i++) if (input[i] !== 0) return undefined
  if (v !== 27 && v !== 28) return undefined
  const sender = host.sender?.(
    input.subarray(0, 32),
    v,
    input.subarray(64, 96),
    input.subarray(96, 128),
  )
  if (sender === undefined) return undefined
  const answer = new Uint8Array(33)
  answer[0] = 1
  answer.set(sender, 13)
  return answer
}
