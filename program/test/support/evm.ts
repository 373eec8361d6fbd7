import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { compile } from '../../scripts/compile.ts'
import {
  HINT_PRECOMPILE,
  KEY_KECCAK256,
  KEY_PRECOMPILE,
  MODE_ETHEREUM,
  OUTPUT_CODE,
  OUTPUT_NODE,
  OUTPUT_TRACE,
  SPEC_PRAGUE,
} from '../../shared/abi.ts'
import { bytes, globalValue, hex } from './module.ts'

const program = join(import.meta.dirname, '..', '..')

interface EvmExports {
  readonly memory: WebAssembly.Memory
  readonly INPUT: WebAssembly.Global
  readonly RETURN_DATA: WebAssembly.Global
  readonly hostError: WebAssembly.Global
  readonly refundCounter: { readonly value: bigint }
  readonly messageGasLeft: { readonly value: bigint }
  readonly messageReturnLength: WebAssembly.Global
  readonly messageContract: WebAssembly.Global
  readonly codeGeneration: WebAssembly.Global
  readonly recordGeneration: WebAssembly.Global
  readonly ENV_NUMBER: WebAssembly.Global
  readonly ENV_TIMESTAMP: WebAssembly.Global
  readonly ENV_CHAIN_ID: WebAssembly.Global
  readonly logCount: WebAssembly.Global
  arenaReset(): void
  arenaUsed(): number
  clearHostError(): void
  codeCacheInit(budget: number): void
  codeCacheClear(): void
  setRules(mode: number, spec: number, fork: number): void
  setTraceMode(mode: number): void
  setBlockNumber(number: bigint): void
  setAncestors(number: bigint, parentHash: number): void
  stateOpen(root: number): void
  stateRoot(out: number): void
  stateCommit(): void
  txBegin(): void
  txEnd(): void
  checkpoint(): number
  revertTo(position: number): void
  account(address: number): number
  accountBalance(account: number): number
  accountNonce(account: number): bigint
  accountExists(account: number): number
  accountIsEmpty(account: number): number
  setBalance(account: number, value: number): void
  setNonce(account: number, nonce: bigint): void
  setCode(account: number, code: number, length: number): void
  touch(account: number): void
  warmAddress(account: number): number
  sloadRaw(account: number, key: number): number
  sstoreRaw(account: number, key: number, value: number): void
  executeMessage(
    kind: number,
    caller: number,
    to: number,
    value: number,
    data: number,
    length: number,
    gas: bigint,
    isStatic: number,
  ): number
}

export interface CallOptions {
  readonly from?: string
  readonly value?: bigint
  readonly data?: Uint8Array | string
  readonly gas?: bigint
  readonly isStatic?: boolean
}

export interface CallResult {
  /** HALT_*. */
  readonly halt: number
  readonly gasUsed: bigint
  readonly output: Uint8Array
  readonly contract: string
}

/** The EVM over a state that begins empty, with what tests need to look into it. */
export interface TestEvm {
  readonly exports: EvmExports
  readonly memory: Uint8Array
  /** Trace events since the last call of `trace`. */
  readonly events: Uint8Array[]
  /** Trie nodes and code by the hex of their hash. */
  readonly database: Map<string, Uint8Array>
  /** Answers precompiles by the last two bytes of their address; undefined refuses the input. */
  precompile: (address: number, input: Uint8Array) => Uint8Array | undefined
  interrupted: () => boolean
  /** Opens the state with a root, the empty one by default; a transaction is open. */
  open(root?: Uint8Array): void
  setAccount(
    address: string,
    fields: {
      balance?: bigint
      nonce?: bigint
      code?: Uint8Array | string
      storage?: Record<string, bigint>
    },
  ): void
  balance(address: string): bigint
  nonce(address: string): bigint
  exists(address: string): boolean
  storage(address: string, key: bigint): bigint
  call(to: string, options?: CallOptions): CallResult
  create(initCode: Uint8Array | string, options?: CallOptions): CallResult
  root(): string
  trace(mode: number): void
}

const EMPTY_ROOT = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
export const SENDER = `0x${'5e'.repeat(20)}`

export async function testEvm(): Promise<TestEvm> {
  const wasm = join(program, 'build', 'test', 'evm.wasm')
  await compile(join(program, 'test', 'entries', 'evm.ts'), wasm)
  const module = await WebAssembly.compile(await readFile(wasm))
  let memory = new Uint8Array()
  const answers = new Map<string, Uint8Array>()
  const instance = await WebAssembly.instantiate(module, {
    host: {
      preimage(key: number, to: number, capacity: number): number {
        const at = key >>> 0
        const id = hex(memory.subarray(at + 1, at + 32))
        const kind = memory[at]
        const found =
          kind === KEY_KECCAK256
            ? evm.database.get(id)
            : kind === KEY_PRECOMPILE
              ? answers.get(id)
              : undefined
        if (found === undefined) return -1
        memory.set(found.subarray(0, capacity >>> 0), to >>> 0)
        return found.length
      },
      hint(ptr: number, length: number): void {
        const request = memory.slice(ptr >>> 0, (ptr >>> 0) + length)
        if (request[0] !== HINT_PRECOMPILE) throw new Error(`unexpected hint ${request[0]}`)
        const number = ((request[19] ?? 0) << 8) | (request[20] ?? 0)
        const output = evm.precompile(number, request.subarray(29))
        answers.clear()
        const key = hex(keccak_256(request.subarray(1)).subarray(1))
        answers.set(key, output === undefined ? Uint8Array.of(0) : Uint8Array.from([1, ...output]))
      },
      output(kind: number, at: number, length: number): void {
        const record = memory.slice(at >>> 0, (at >>> 0) + length)
        if (kind === OUTPUT_TRACE) evm.events.push(record)
        else if (kind === OUTPUT_NODE || kind === OUTPUT_CODE) {
          evm.database.set(hex(record.subarray(1, 32)), record.slice(32))
        } else throw new Error(`unexpected output of kind ${kind}`)
      },
      interrupted: () => (evm.interrupted() ? 1 : 0),
    },
  })
  const exports = instance.exports as unknown as EvmExports
  memory = new Uint8Array(exports.memory.buffer)
  const view = new DataView(memory.buffer)

  // Arguments at the start of the input region, call data behind them.
  const arg = globalValue(exports.INPUT)
  const data = arg + 4096
  const putAddress = (at: number, address: string) => memory.set(bytes(address), at)
  const putWord = (at: number, value: bigint) => {
    for (let i = 0; i < 4; i++)
      view.setBigUint64(at + 8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true)
  }
  const getWord = (at: number) => {
    let value = 0n
    for (let i = 3; i >= 0; i--)
      value = (value << 64n) | view.getBigUint64((at >>> 0) + 8 * i, true)
    return value
  }
  const record = (address: string) => {
    putAddress(arg, address)
    return exports.account(arg) >>> 0
  }
  const asBytes = (value: Uint8Array | string) => (typeof value === 'string' ? bytes(value) : value)
  const run = (kind: number, to: string, payload: Uint8Array, options: CallOptions): CallResult => {
    const gas = options.gas ?? 30_000_000n
    putAddress(arg, options.from ?? SENDER)
    putAddress(arg + 32, to)
    putWord(arg + 64, options.value ?? 0n)
    memory.set(payload, data)
    const halt = exports.executeMessage(
      kind,
      arg,
      arg + 32,
      arg + 64,
      data,
      payload.length,
      gas,
      options.isStatic ? 1 : 0,
    )
    const output = globalValue(exports.RETURN_DATA)
    const contract = globalValue(exports.messageContract)
    return {
      halt,
      gasUsed: gas - exports.messageGasLeft.value,
      output: memory.slice(output, output + globalValue(exports.messageReturnLength)),
      contract: contract === 0 ? '' : `0x${hex(memory.slice(contract, contract + 20))}`,
    }
  }

  const evm: TestEvm = {
    exports,
    memory,
    events: [],
    database: new Map(),
    precompile: () => undefined,
    interrupted: () => false,
    open(root = bytes(EMPTY_ROOT)) {
      exports.clearHostError()
      exports.arenaReset()
      memory.set(root, arg)
      exports.stateOpen(arg)
    },
    setAccount(address, fields) {
      const at = record(address)
      if (fields.balance !== undefined) {
        putWord(arg, fields.balance)
        exports.setBalance(at, arg)
      }
      if (fields.nonce !== undefined) exports.setNonce(at, fields.nonce)
      if (fields.code !== undefined) {
        const code = asBytes(fields.code)
        memory.set(code, data)
        exports.setCode(at, data, code.length)
      }
      for (const [key, value] of Object.entries(fields.storage ?? {})) {
        putWord(arg, BigInt(key))
        putWord(arg + 32, value)
        exports.sstoreRaw(at, arg, arg + 32)
      }
    },
    balance: (address) => getWord(exports.accountBalance(record(address))),
    nonce: (address) => BigInt.asUintN(64, exports.accountNonce(record(address))),
    exists: (address) => exports.accountExists(record(address)) !== 0,
    storage(address, key) {
      const at = record(address)
      putWord(arg, key)
      return getWord(exports.sloadRaw(at, arg))
    },
    call: (to, options = {}) => run(0, to, asBytes(options.data ?? new Uint8Array()), options),
    create: (initCode, options = {}) => run(1, SENDER, asBytes(initCode), options),
    root() {
      exports.stateRoot(arg)
      return hex(memory.slice(arg, arg + 32))
    },
    trace(mode) {
      evm.events.length = 0
      exports.setTraceMode(mode)
    },
  }
  exports.setRules(MODE_ETHEREUM, SPEC_PRAGUE, 0)
  evm.open()
  return evm
}
