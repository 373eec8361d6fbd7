import {
  type BlockRef,
  type ForeignBlock,
  type JsonText,
  TRACERS,
  type TracerConfig,
} from '@altlayer/engine'
import {
  bytesToHex,
  decodeBlock,
  encodeBlock,
  encodeHeader,
  encodeReceipt,
  type Hash,
  MalformedInputError,
} from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { blockOverrides, stateOverrides, transactionArgs } from '../call-params.ts'
import { INVALID_PARAMS, ParamError, RpcError, SERVER_ERROR } from '../errors.ts'
import { LATEST, rawTransaction, requireBlock, requireHeader } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import {
  anyObject,
  blockNumber,
  blockRef,
  boolean,
  bytes,
  hash,
  number,
  type ObjectOf,
  type Optional,
  object,
  optional,
  string,
  type Type,
} from '../params.ts'
import type { Json } from '../rollup.ts'
import { anySchema, arrayOf, dataSchema } from '../schemas.ts'
import { callRequest } from './execute.ts'

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** A Go duration ("300ms", "1m30s") in milliseconds. */
const duration: Type<number> = {
  schema: { title: 'duration', type: 'string', pattern: '^([0-9.]+(ns|us|µs|ms|s|m|h))+$' },
  parse(value) {
    const text = string.parse(value)
    const parts =
      text.length > 64 ? [] : [...text.matchAll(/([0-9]+(?:\.[0-9]*)?)(ns|us|µs|ms|s|m|h)/g)]
    const covered = parts.reduce((length, [part]) => length + part.length, 0)
    if (parts.length === 0 || covered !== text.length)
      throw new ParamError(`invalid duration "${text.slice(0, 64)}"`)
    return parts.reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MILLISECONDS[unit as string] ?? 0),
      0,
    )
  },
}

/** A key of geth's hash-keyed database: a node's hash, or 0x63 ("c") and a code's. */
const databaseKey: Type<{ readonly kind: 'node' | 'code'; readonly hash: Hash }> = {
  schema: { title: 'database key', type: 'string', pattern: '^0x(63)?[0-9a-fA-F]{64}$' },
  parse(value) {
    const key = bytesToHex(bytes.parse(value))
    if (key.length === 66) return { kind: 'node', hash: key }
    if (key.length === 68 && key.startsWith('0x63'))
      return { kind: 'code', hash: `0x${key.slice(4)}` }
    throw new ParamError("expected the 32 bytes of a node's hash, or 0x63 and those of a code's")
  },
}

/** Flags by name; of a muxTracer, those of its tracers by theirs. The tracer checks what it knows of them. */
const tracerOptions: Type<Readonly<Record<string, unknown>>> = {
  schema: { ...anyObject.schema, title: 'tracer options' },
  parse(value) {
    const options = Object.entries(anyObject.parse(value))
    return Object.fromEntries(options.map(([name, one]) => [name, withoutDepth(one, 1)]))
  },
}

/** No tracer has options nested deeper than `levels`: what is there is left out, as it could be of any depth. */
function withoutDepth(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return []
  const members = levels === 0 ? [] : Object.entries(value)
  return Object.fromEntries(members.map(([name, one]) => [name, withoutDepth(one, levels - 1)]))
}

const traceMembers = {
  tracer: optional(string),
  tracerConfig: optional(tracerOptions),
  timeout: optional(duration),
  enableMemory: optional(boolean),
  disableStack: optional(boolean),
  disableStorage: optional(boolean),
  enableReturnData: optional(boolean),
  limit: optional(number(0, Number.MAX_SAFE_INTEGER)),
}
const traceConfig = object('trace config', traceMembers)
/** geth's option for a state inside a block: refused, as the state after the block would be another answer. */
const txIndex: Optional<never> = {
  optional: true,
  schema: { type: 'null' },
  parse(value) {
    if (value === undefined || value === null) return undefined
    throw new ParamError('not supported: a call is traced on the state after the whole block')
  },
}

const traceCallConfig = object('trace call config', {
  ...traceMembers,
  txIndex,
  stateOverrides: optional(stateOverrides),
  blockOverrides: optional(blockOverrides),
})

type TraceArgs = ObjectOf<typeof traceMembers>

/** Traces, witnesses and raw data. */
export function debugMethods(api: Api): readonly Method[] {
  const { engine, limits } = api

  function tracer(args: TraceArgs | undefined): TracerConfig {
    const { tracer: name, timeout, ...options } = args ?? {}
    return {
      ...options,
      ...(name === undefined || name === '' ? {} : { tracer: tracerName(name) }),
      timeout: Math.min(timeout ?? limits.traceTimeout, limits.traceTimeout),
    }
  }

  async function traceBlock(ref: BlockRef, config: TracerConfig): Promise<JsonText> {
    const { header } = requireHeader(engine, ref)
    if (header.number === engine.genesis.header.number)
      throw new RpcError(SERVER_ERROR, 'genesis is not traceable')
    return engine.traceBlock(ref, config)
  }

  function blockOfRlp(rlp: Uint8Array): ForeignBlock {
    try {
      return decodeBlock(rlp)
    } catch (error) {
      if (!(error instanceof MalformedInputError)) throw error
      throw new RpcError(SERVER_ERROR, `could not decode block: ${error.message}`)
    }
  }

  function rawReceipts(ref: BlockRef): Json {
    const { hash: blockHash } = requireHeader(engine, ref)
    return (engine.receipts(blockHash) ?? []).map((receipt) => bytesToHex(encodeReceipt(receipt)))
  }

  const block = param('Block', blockRef)
  const config = param('Tracer', optional(traceConfig))
  const traces = ['Traces', arrayOf(anySchema)] as const
  const raw = ['RLP', dataSchema] as const

  return [
    method({
      name: 'debug_traceTransaction',
      summary: 'Traces a transaction of the chain.',
      params: [param('Transaction hash', hash), config],
      result: ['Trace', anySchema],
      handler: ([transactionHash, args]) => {
        if (engine.transactionLocation(transactionHash) === undefined)
          throw new RpcError(SERVER_ERROR, 'transaction not found')
        return engine.traceTransaction(transactionHash, tracer(args))
      },
    }),
    method({
      name: 'debug_traceCall',
      summary: 'Traces a message on the state after a block.',
      params: [
        param('Transaction', transactionArgs),
        param('Block', optional(blockRef)),
        param('Tracer', optional(traceCallConfig)),
      ],
      result: ['Trace', anySchema],
      handler: ([args, ref = LATEST, options]) => {
        const { stateOverrides: state, blockOverrides: overrides, ...rest } = options ?? {}
        const trace = tracer(rest)
        const request = callRequest(api, args, ref, state, overrides)
        return engine.traceCall({ ...request, timeout: trace.timeout as number }, trace)
      },
    }),
    method({
      name: 'debug_traceBlockByNumber',
      summary: 'Traces all transactions of a block.',
      params: [param('Block', blockNumber), config],
      result: traces,
      handler: ([ref, args]) => traceBlock(ref, tracer(args)),
    }),
    method({
      name: 'debug_traceBlockByHash',
      summary: 'Traces all transactions of a block.',
      params: [param('Block hash', hash), config],
      result: traces,
      handler: ([blockHash, args]) => traceBlock({ hash: blockHash }, tracer(args)),
    }),
    method({
      name: 'debug_traceBlock',
      summary: 'Traces all transactions of a block given as RLP, on the state of its parent.',
      params: [param('Block RLP', bytes), config],
      result: traces,
      handler: ([rlp, args]) => engine.traceBlock(blockOfRlp(rlp), tracer(args)),
    }),
    method({
      name: 'debug_executionWitness',
      summary: 'What a stateless client needs to execute a block.',
      params: [block],
      result: ['Witness', { type: 'object' }],
      handler: ([ref]) => {
        requireHeader(engine, ref)
        return engine.witness(ref)
      },
    }),
    method({
      name: 'debug_dbGet',
      summary: 'A trie node by its keccak256, or code by "c" and its keccak256.',
      params: [param('Key', databaseKey)],
      result: ['Value', dataSchema],
      handler: ([{ kind, hash: key }]) => {
        const value = engine.preimage(kind, key)
        if (value === undefined) throw new RpcError(SERVER_ERROR, 'not found')
        return bytesToHex(value)
      },
    }),
    method({
      name: 'debug_getBadBlocks',
      summary: 'Invalid blocks that were kept: none are.',
      result: ['Blocks', arrayOf(anySchema)],
      handler: () => [],
    }),
    method({
      name: 'debug_getRawHeader',
      summary: 'RLP of a header.',
      params: [block],
      result: raw,
      handler: ([ref]) => bytesToHex(encodeHeader(requireHeader(engine, ref).header)),
    }),
    method({
      name: 'debug_getRawBlock',
      summary: 'RLP of a block.',
      params: [block],
      result: raw,
      handler: ([ref]) => bytesToHex(encodeBlock(requireBlock(engine, ref))),
    }),
    method({
      name: 'debug_getRawReceipts',
      summary: 'Consensus encodings of the receipts of a block (EIP-2718).',
      params: [block],
      result: ['Receipts', arrayOf(dataSchema)],
      handler: ([ref]) => rawReceipts(ref),
    }),
    method({
      name: 'debug_getRawTransaction',
      summary: 'Encoding of a transaction of the chain or of the pool (EIP-2718).',
      params: [param('Transaction hash', hash)],
      result: ['Transaction', dataSchema],
      handler: ([transactionHash]) => rawTransaction(engine, transactionHash),
    }),
  ]
}

function tracerName(name: string): (typeof TRACERS)[number] {
  const known = TRACERS.find((one) => one === name)
  if (known !== undefined) return known
  throw new RpcError(
    INVALID_PARAMS,
    `unknown tracer "${name.slice(0, 80)}": this node has ${TRACERS.join(', ')} and the default`,
  )
}
