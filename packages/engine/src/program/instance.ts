import { readFileSync } from 'node:fs'
import {
  TRACE_MODE_FRAMES,
  TRACE_MODE_MEMORY,
  TRACE_MODE_RETURN_DATA,
  TRACE_MODE_STEPS,
} from '@altlayer/program/shared/trace.ts'
import type { Address, ChainConfig, Hash } from '@altlayer/protocol'
import { initPrecompiles } from '../precompiles/index.ts'
import { accessListOf } from './access-list.ts'
import {
  readAccount,
  readDiff,
  readEnvironment,
  readError,
  readExecution,
  readProof,
  readSealed,
  readTransaction,
} from './decode.ts'
import {
  encodeConfig,
  encodeMessage,
  encodeOpen,
  encodeOpenAt,
  encodeOverrides,
  encodeProof,
  encodeSlot,
} from './encode.ts'
import { createImports } from './host.ts'
import { createReader } from './memory.ts'
import type { Program, ProgramHost, TraceOptions } from './types.ts'

// The program calls its host synchronously, precompiles included: they are ready before the first call.
await initPrecompiles()

export interface ProgramOptions {
  readonly config: ChainConfig
  /** Budget for trie nodes kept between blocks, 1 MiB to 512 MiB; default 256 MiB. Only what is used costs memory. */
  readonly nodeCacheBytes?: number
  /** Budget for decoded code, 4 MiB to 256 MiB; default 128 MiB. */
  readonly codeCacheBytes?: number
}

const DEFAULT_NODE_CACHE = 256 << 20
const DEFAULT_CODE_CACHE = 128 << 20

/** The program was not built: `npm run build -w program` makes it. */
export class ProgramNotBuiltError extends Error {
  override readonly name = 'ProgramNotBuiltError'
}

/** What program/src/main.ts exports. Those that return a number return a status. */
interface Exports {
  readonly memory: WebAssembly.Memory
  inputAddress(): number
  inputSize(): number
  resultAddress(): number
  resultSize(): number
  configure(length: number, nodeCacheBytes: number, codeCacheBytes: number): number
  open(length: number): number
  openAt(length: number): number
  overrideState(length: number): number
  transaction(length: number): number
  message(length: number): number
  seal(): number
  stateRoot(): number
  commit(): number
  abort(): void
  gasLeft(): bigint
  environment(): number
  account(): number
  code(): number
  storage(): number
  proof(length: number): number
  diff(): number
  touched(): number
  trace(mode: number): void
  clearCache(): void
}

const wasm = new URL(import.meta.resolve('@altlayer/program/build/program.wasm'))
let compiled: WebAssembly.Module | undefined

/** The compiled program, once a thread. Throws ProgramNotBuiltError. */
export function programModule(): WebAssembly.Module {
  if (compiled !== undefined) return compiled
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = readFileSync(wasm)
  } catch (error) {
    throw new ProgramNotBuiltError(`no program at ${wasm.pathname}: npm run build`, {
      cause: error,
    })
  }
  compiled = new WebAssembly.Module(bytes)
  return compiled
}

/**
 * Creates an instance of the program: its own memory (about 3 GiB of address space, of which only what is used
 * is resident), no block open. Throws MalformedInputError when the config is out of range, and
 * ProgramNotBuiltError.
 *
 * @example
 * const program = createProgram({ preimage: (key) => witness.get(hex(key)) }, { config })
 * program.open(parent, attributes)
 * for (const raw of transactions) program.transaction(raw)
 * const { hash } = program.seal()
 */
export function createProgram(host: ProgramHost, options: ProgramOptions): Program {
  const { imports, attach } = createImports(host)
  const instance = new WebAssembly.Instance(programModule(), imports)
  const exports = instance.exports as unknown as Exports
  const memory = createReader(new Uint8Array(exports.memory.buffer))
  attach(memory.bytes)
  const input = exports.inputAddress() >>> 0
  const inputSize = exports.inputSize() >>> 0
  const result = exports.resultAddress() >>> 0

  const give = (bytes: Uint8Array): number => {
    if (bytes.length > inputSize)
      throw new RangeError(`program input of ${bytes.length} bytes, at most ${inputSize}`)
    memory.bytes.set(bytes, input)
    return bytes.length
  }
  const check = (status: number, from?: Address): void => {
    if (status !== 0) throw readError(memory, result, status, from)
  }
  const resultSize = (): number => exports.resultSize() >>> 0

  check(
    exports.configure(
      give(encodeConfig(options.config)),
      options.nodeCacheBytes ?? DEFAULT_NODE_CACHE,
      options.codeCacheBytes ?? DEFAULT_CODE_CACHE,
    ),
  )

  const touched = () => {
    check(exports.touched())
    return readDiff(memory, result, resultSize())
  }

  const environment = () => {
    check(exports.environment())
    return readEnvironment(memory, result)
  }

  return {
    open: (parent, attributes) => check(exports.open(give(encodeOpen(parent, attributes)))),
    openAt: (header, overrides) => check(exports.openAt(give(encodeOpenAt(header, overrides)))),
    override: (accounts) => check(exports.overrideState(give(encodeOverrides(accounts)))),
    transaction(raw) {
      check(exports.transaction(give(raw)))
      return readTransaction(memory, result)
    },
    message(message, options = {}) {
      check(exports.message(give(encodeMessage(message, options))), message.from)
      const execution = readExecution(memory, result)
      if (!options.accessList) return execution
      return {
        ...execution,
        accessList: accessListOf(touched(), message, execution, environment().feeRecipient),
      }
    },
    seal() {
      check(exports.seal())
      return readSealed(memory, result)
    },
    stateRoot() {
      check(exports.stateRoot())
      return memory.hash(result)
    },
    commit: () => check(exports.commit()),
    abort: () => exports.abort(),
    gasLeft: () => BigInt.asUintN(64, exports.gasLeft()),
    environment,
    account(address: Address) {
      give(encodeProof(address, []))
      check(exports.account())
      return readAccount(memory, result)
    },
    code(address: Address) {
      give(encodeProof(address, []))
      check(exports.code())
      return memory.copy(result, resultSize())
    },
    storage(address: Address, slot: Hash) {
      give(encodeSlot(address, slot))
      check(exports.storage())
      return memory.hash(result)
    },
    proof(address: Address, slots: readonly Hash[]) {
      check(exports.proof(give(encodeProof(address, slots))))
      return readProof(memory, result, slots)
    },
    diff() {
      check(exports.diff())
      return readDiff(memory, result, resultSize())
    },
    touched,
    trace: (options) => exports.trace(options === undefined ? 0 : traceMode(options)),
    clearCache: () => exports.clearCache(),
  }
}

function traceMode(options: TraceOptions): number {
  if (!options.steps) return TRACE_MODE_FRAMES
  return (
    TRACE_MODE_FRAMES |
    TRACE_MODE_STEPS |
    (options.memory ? TRACE_MODE_MEMORY : 0) |
    (options.returnData ? TRACE_MODE_RETURN_DATA : 0)
  )
}
