import { readFileSync } from 'node:fs'
import type { ProgramImage } from './elf.ts'
import {
  EmulatorMemoryError,
  EmulatorNotBuiltError,
  MissingPreimageError,
  StateError,
} from './errors.ts'
import type { MachineState } from './state.ts'

export const PAGE_SIZE = 4096
export const LEAF_PROOF_SIZE = 28 * 32
/** `sp` of a machine that begins to run: zeros above it. */
const INITIAL_STACK_POINTER = 0xffffffc0n
/** Steps between which V8 may replace the run loop's code by better. */
const SLICE = 1n << 22n
const PREFIX_SIZE = 8
const MAX_PREIMAGE_SIZE = 1 << 30
const SPACE = 2n ** 32n
/** Most bytes handed to the host at a time. */
const OUTPUT_PIECE = 1n << 20n

/** What a machine asks for while it runs. Synchronous: have the preimages ready. */
export interface MachineHost {
  /** The bytes behind a typed key (hex, without 0x); undefined stops the run with MissingPreimageError. */
  preimage(key: string): Uint8Array | undefined
  /** Bytes written to stdout (1), stderr (2) or the hint channel (4), long ones in pieces. */
  readonly output?: ((descriptor: number, bytes: Uint8Array) => void) | undefined
}

/** A running machine. */
export interface Machine {
  readonly step: bigint
  readonly exited: boolean
  /** 0 while it runs. */
  readonly exitCode: number
  /**
   * Runs until step `until`, or to the exit. Throws MissingPreimageError and EmulatorMemoryError; the machine then
   * stands before the step that could not be made, and running on is possible when the cause is gone.
   */
  run(until: bigint): void
  /** The state between steps, after hashing the pages that changed. */
  state(): MachineState
  /** Proof of the leaf that holds `address`: 896 bytes. */
  proof(address: number): Uint8Array
  /** A copy of `length` bytes of memory; what is beyond 2^32 is left out. */
  read(address: number, length: number): Uint8Array
  /** Writes bytes that lie below 2^32. */
  write(address: number, bytes: Uint8Array): void
  /** Numbers of the pages written since `clearWritten`; a copy. */
  written(): Uint32Array
  clearWritten(): void
  /** Everything but memory, as it is. */
  core(): MachineCore
  setCore(core: MachineCore): void
}

/** A state without the root of its memory. */
export type MachineCore = Omit<MachineState, 'memoryRoot'>

/** What packages/vital/machine/main.ts exports. */
interface Exports {
  readonly memory: WebAssembly.Memory
  registers(): number
  preimageKey(): number
  getPc(): bigint
  getStep(): bigint
  getExited(): number
  getExitCode(): number
  getPreimageOffset(): bigint
  setMachine(pc: bigint, step: bigint, exited: boolean, exitCode: number, offset: bigint): void
  preimageSpace(size: number): number
  preimageReady(size: number): number
  outputFd(): number
  outputAddress(): bigint
  outputLength(): bigint
  readPage(page: number): number
  writePage(page: number): number
  pageWritten(page: number): void
  writtenCount(): number
  writtenList(): number
  clearWritten(): void
  memoryRoot(): number
  proof(address: number): number
  run(limit: bigint): number
}

// RUN_* of machine/run.ts.
const RUN_LIMIT = 0
const RUN_EXITED = 1
const RUN_PREIMAGE = 2
const RUN_OUTPUT = 3

const wasm = new URL('../build/emulator.wasm', import.meta.url)
let compiled: WebAssembly.Module | undefined

/** The compiled emulator, once a thread. Throws EmulatorNotBuiltError. */
function emulatorModule(): WebAssembly.Module {
  if (compiled !== undefined) return compiled
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = readFileSync(wasm)
  } catch (error) {
    throw new EmulatorNotBuiltError(`no emulator at ${wasm.pathname}: npm run build`, {
      cause: error,
    })
  }
  compiled = new WebAssembly.Module(bytes)
  return compiled
}

/**
 * A machine with a program in its memory, before the first step.
 *
 * @example
 * const machine = createMachine(parseElf(file), { preimage: (key) => preimages.get(key) })
 * machine.run(10_000_000_000n)
 * console.log(machine.exited, machine.exitCode, stateHash(machine.state()))
 */
export function createMachine(image: ProgramImage, host: MachineHost): Machine {
  const machine = createEmptyMachine(host)
  for (const { address, bytes } of image.segments) machine.write(address, bytes)
  const registers = new BigUint64Array(32)
  registers[2] = INITIAL_STACK_POINTER
  machine.setCore({
    preimageKey: new Uint8Array(32),
    preimageOffset: 0n,
    pc: image.entry,
    exitCode: 0,
    exited: false,
    step: 0n,
    registers,
  })
  return machine
}

/** A machine whose memory and registers are zero, for a state to be put into. */
export function createEmptyMachine(host: MachineHost): Machine {
  const exports = new WebAssembly.Instance(emulatorModule()).exports as unknown as Exports
  // Growing the memory replaces its buffer: a view is good until the next call that may take memory.
  let cached = new Uint8Array(exports.memory.buffer)
  const view = (): Uint8Array => {
    if (cached.buffer !== exports.memory.buffer) cached = new Uint8Array(exports.memory.buffer)
    return cached
  }
  const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value)
  const step = (): bigint => unsigned(exports.getStep())
  const registers = exports.registers() >>> 0
  const preimageKey = exports.preimageKey() >>> 0

  /** Calls `visit` for every page that [address, address + length) touches, below 2^32. */
  const pages = (
    address: number,
    length: number,
    visit: (page: number, from: number, count: number, done: number) => void,
  ): void => {
    const end = Math.min(address + length, 2 ** 32)
    for (let at = address; at < end; ) {
      const from = at % PAGE_SIZE
      const count = Math.min(PAGE_SIZE - from, end - at)
      visit(Math.floor(at / PAGE_SIZE), from, count, at - address)
      at += count
    }
  }

  const noMemory = (): EmulatorMemoryError =>
    new EmulatorMemoryError(`the program's pages do not fit into memory, at step ${step()}`)

  const read = (address: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, 2 ** 32 - address)))
    pages(address, length, (page, from, count, done) => {
      const at = (exports.readPage(page) >>> 0) + from
      bytes.set(view().subarray(at, at + count), done)
    })
    return bytes
  }

  const write = (address: number, bytes: Uint8Array): void => {
    if (address + bytes.length > 2 ** 32)
      throw new RangeError(`${bytes.length} bytes at ${address} reach beyond 2^32`)
    pages(address, bytes.length, (page, from, count, done) => {
      const at = exports.writePage(page) >>> 0
      if (at === 0) throw noMemory()
      view().set(bytes.subarray(done, done + count), at + from)
      exports.pageWritten(page)
    })
  }

  /** Gives the machine the preimage of the key it reads. */
  const givePreimage = (): void => {
    const key = Buffer.from(view().subarray(preimageKey, preimageKey + 32)).toString('hex')
    const bytes = host.preimage(key)
    if (bytes === undefined) throw new MissingPreimageError(key, step())
    if (bytes.length > MAX_PREIMAGE_SIZE)
      throw new EmulatorMemoryError(`the preimage of 0x${key} has ${bytes.length} bytes`)
    const size = PREFIX_SIZE + bytes.length
    const at = exports.preimageSpace(size) >>> 0
    if (at === 0) throw noMemory()
    new DataView(exports.memory.buffer).setBigUint64(at, BigInt(bytes.length))
    view().set(bytes, at + PREFIX_SIZE)
    if (exports.preimageReady(size) === 0)
      throw new StateError(`preimage offset ${exports.getPreimageOffset()} is beyond ${size}`)
  }

  const giveOutput = (): void => {
    if (host.output === undefined) return
    const from = unsigned(exports.outputAddress())
    const length = unsigned(exports.outputLength())
    const end = from + length < SPACE ? from + length : SPACE
    const descriptor = exports.outputFd()
    for (let at = from; at < end; at += OUTPUT_PIECE) {
      const count = end - at < OUTPUT_PIECE ? end - at : OUTPUT_PIECE
      host.output(descriptor, read(Number(at), Number(count)))
    }
  }

  return {
    get step() {
      return step()
    },
    get exited() {
      return exports.getExited() !== 0
    },
    get exitCode() {
      return exports.getExitCode()
    },
    run(until) {
      for (let left = until - step(); left > 0n; left = until - step()) {
        const status = exports.run(left < SLICE ? left : SLICE)
        if (status === RUN_EXITED) return
        if (status === RUN_PREIMAGE) givePreimage()
        else if (status === RUN_OUTPUT) giveOutput()
        else if (status !== RUN_LIMIT) throw noMemory()
      }
    },
    state() {
      const at = exports.memoryRoot() >>> 0
      if (at === 0) throw noMemory()
      return { memoryRoot: view().slice(at, at + 32), ...this.core() }
    },
    proof(address) {
      if (exports.memoryRoot() === 0) throw noMemory()
      const at = exports.proof(address) >>> 0
      return view().slice(at, at + LEAF_PROOF_SIZE)
    },
    read,
    write,
    written() {
      const at = exports.writtenList() >>> 0
      return new Uint32Array(exports.memory.buffer, at, exports.writtenCount()).slice()
    },
    clearWritten: () => exports.clearWritten(),
    core() {
      return {
        preimageKey: view().slice(preimageKey, preimageKey + 32),
        preimageOffset: unsigned(exports.getPreimageOffset()),
        pc: unsigned(exports.getPc()),
        exitCode: exports.getExitCode(),
        exited: exports.getExited() !== 0,
        step: step(),
        registers: new BigUint64Array(exports.memory.buffer, registers, 32).slice(),
      }
    },
    setCore(core) {
      view().set(core.preimageKey, preimageKey)
      new BigUint64Array(exports.memory.buffer, registers, 32).set(core.registers)
      exports.setMachine(core.pc, core.step, core.exited, core.exitCode, core.preimageOffset)
    },
  }
}
