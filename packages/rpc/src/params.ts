import type { BlockRef, BlockTag } from '@altlayer/engine'
import { type Address, type Hash, type Hex, hexToBytes, isHex } from '@altlayer/protocol'
import { ParamError } from './errors.ts'

// Types of parameters: each is a JSON schema, shown by rpc_discover, and the parser that enforces it.
// The words of the errors are geth's, which users know; a member of an object is named before them.

export interface JsonSchema {
  readonly [keyword: string]: unknown
}

export interface Type<T> {
  readonly schema: JsonSchema
  /** Throws ParamError. */
  parse(value: unknown): T
}

const MAX_UINT64 = (1n << 64n) - 1n
const MAX_INT64 = (1n << 63n) - 1n
const HEX_DIGITS = /^[0-9a-fA-F]*$/

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw new ParamError(`expected a string, got ${kindOf(value)}`)
}

/** geth's words for what is wrong with a hex string before its digits are looked at. */
function digits(value: unknown): string {
  const string = text(value)
  if (string === '') throw new ParamError('empty hex string')
  if (!string.startsWith('0x') && !string.startsWith('0X'))
    throw new ParamError('hex string without 0x prefix')
  return string.slice(2)
}

function parseQuantity(value: unknown, bits: 64 | 256): bigint {
  const number = digits(value)
  if (number === '') throw new ParamError('hex string "0x"')
  if (number.length > 1 && number.startsWith('0'))
    throw new ParamError('hex number with leading zero digits')
  if (number.length > bits / 4) {
    // Only the length is known to be wrong: a huge string is not scanned.
    throw new ParamError(`hex number > ${bits} bits`)
  }
  if (!HEX_DIGITS.test(number)) throw new ParamError('invalid hex string')
  return BigInt(`0x${number}`)
}

export const uint256: Type<bigint> = {
  schema: { title: 'uint256', type: 'string', pattern: '^0x(0|[1-9a-f][0-9a-f]{0,63})$' },
  parse: (value) => parseQuantity(value, 256),
}

export const uint64: Type<bigint> = {
  schema: { title: 'uint64', type: 'string', pattern: '^0x(0|[1-9a-f][0-9a-f]{0,15})$' },
  parse: (value) => parseQuantity(value, 64),
}

/** A uint64 as quantity or, as geth's `DecimalOrHex` takes it, as a JSON number or decimal string. */
export const flexibleUint64: Type<bigint> = {
  schema: { title: 'uint64', oneOf: [uint64.schema, { type: 'integer', minimum: 0 }] },
  parse(value) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
    if (typeof value === 'string' && /^(0|[1-9][0-9]{0,19})$/.test(value)) {
      const number = BigInt(value)
      if (number > MAX_UINT64) throw new ParamError('number > 64 bits')
      return number
    }
    return parseQuantity(value, 64)
  },
}

export const bytes: Type<Uint8Array> = {
  schema: { title: 'bytes', type: 'string', pattern: '^0x([0-9a-f]{2})*$' },
  parse(value) {
    if (isHex(value)) return hexToBytes(value)
    const data = digits(value)
    if (data.length % 2 !== 0) throw new ParamError('hex string of odd length')
    if (!HEX_DIGITS.test(data)) throw new ParamError('invalid hex string')
    return hexToBytes(`0x${data}`)
  },
}

function fixedHex<T extends Hex>(title: string, size: number, name: string): Type<T> {
  return {
    schema: { title, type: 'string', pattern: `^0x[0-9a-fA-F]{${2 * size}}$` },
    parse(value) {
      if (isHex(value, size)) return value.toLowerCase() as T
      const data = digits(value)
      if (data.length % 2 !== 0) throw new ParamError('hex string of odd length')
      if (data.length !== 2 * size)
        throw new ParamError(`hex string has length ${data.length}, want ${2 * size} for ${name}`)
      if (!HEX_DIGITS.test(data)) throw new ParamError('invalid hex string')
      return `0x${data.toLowerCase()}` as T
    },
  }
}

export const hash: Type<Hash> = fixedHex('hash', 32, 'Hash')
export const address: Type<Address> = fixedHex('address', 20, 'Address')

export const boolean: Type<boolean> = {
  schema: { type: 'boolean' },
  parse(value) {
    if (typeof value === 'boolean') return value
    throw new ParamError(`expected a boolean, got ${kindOf(value)}`)
  },
}

export const string: Type<string> = { schema: { type: 'string' }, parse: text }

/** A JSON number within [min, max]. */
export function number(min: number, max: number): Type<number> {
  return {
    schema: { type: 'number', minimum: min, maximum: max },
    parse(value) {
      if (typeof value !== 'number') throw new ParamError(`expected a number, got ${kindOf(value)}`)
      if (!(value >= min && value <= max))
        throw new ParamError(`expected a number from ${min} to ${max}, got ${value}`)
      return value
    },
  }
}

export function oneOf<const T extends string>(values: readonly T[]): Type<T> {
  return {
    schema: { type: 'string', enum: values },
    parse(value) {
      const found = values.find((one) => one === value)
      if (found === undefined) throw new ParamError(`expected one of ${values.join(', ')}`)
      return found
    },
  }
}

export function array<T>(item: Type<T>, maxItems = 100_000): Type<readonly T[]> {
  return {
    schema: { type: 'array', items: item.schema, maxItems },
    parse(value) {
      if (!Array.isArray(value)) throw new ParamError(`expected an array, got ${kindOf(value)}`)
      if (value.length > maxItems)
        throw new ParamError(`expected at most ${maxItems} items, got ${value.length}`)
      return value.map((one, index) => within(`[${index}]`, () => item.parse(one)))
    },
  }
}

/** A type that is also given as null, which then counts as absent. */
export interface Optional<T> extends Type<T | undefined> {
  readonly optional: true
}

export function optional<T>(type: Type<T>): Optional<T> {
  return {
    optional: true,
    schema: { oneOf: [type.schema, { type: 'null' }] },
    parse: (value) => (value === undefined || value === null ? undefined : type.parse(value)),
  }
}

type Members = Readonly<Record<string, Type<unknown>>>
type Required<M extends Members> = {
  [K in keyof M as M[K] extends Optional<unknown> ? never : K]: M[K] extends Type<infer T>
    ? T
    : never
}
type Absent<M extends Members> = {
  [K in keyof M as M[K] extends Optional<unknown> ? K : never]?: M[K] extends Optional<infer T>
    ? T
    : never
}
export type ObjectOf<M extends Members> = Readonly<Required<M> & Absent<M>>

/** An object with these members. Others are ignored: clients send more than a method reads. */
export function object<M extends Members>(title: string, members: M): Type<ObjectOf<M>> {
  const names = Object.keys(members)
  const required = names.filter((name) => !isOptional(members[name] as Type<unknown>))
  return {
    schema: {
      title,
      type: 'object',
      required,
      properties: Object.fromEntries(names.map((name) => [name, members[name]?.schema])),
    },
    parse(value) {
      const input = record(value)
      const output: Record<string, unknown> = {}
      for (const name of names) {
        const given = Object.hasOwn(input, name) ? input[name] : undefined
        if (given === undefined && required.includes(name))
          throw new ParamError(`missing required field "${name}"`)
        const parsed = within(name, () => (members[name] as Type<unknown>).parse(given))
        if (parsed !== undefined) output[name] = parsed
      }
      return output as ObjectOf<M>
    },
  }
}

/** An object whose members whoever uses it checks. */
export const anyObject: Type<Readonly<Record<string, unknown>>> = {
  schema: { type: 'object' },
  parse: record,
}

/** An object used as a map; the entries keep their order. */
export function mapOf<K, V>(
  key: Type<K>,
  value: Type<V>,
  maxEntries: number,
): Type<readonly (readonly [K, V])[]> {
  return {
    schema: { type: 'object', additionalProperties: value.schema, maxProperties: maxEntries },
    parse(input) {
      const entries = Object.entries(record(input))
      if (entries.length > maxEntries)
        throw new ParamError(`expected at most ${maxEntries} entries, got ${entries.length}`)
      return entries.map(([name, one]) => {
        const where = name.length > 80 ? `${name.slice(0, 80)}…` : name
        return within(where, () => [key.parse(name), value.parse(one)] as const)
      })
    },
  }
}

const TAGS: ReadonlySet<string> = new Set<BlockTag>([
  'latest',
  'pending',
  'safe',
  'finalized',
  'earliest',
])

function parseBlockNumber(value: unknown): BlockRef {
  const given = text(value)
  if (TAGS.has(given)) return { tag: given as BlockTag }
  const number = parseQuantity(given, 64)
  if (number > MAX_INT64) throw new ParamError('block number larger than int64')
  return { number }
}

const numberOrTag: JsonSchema = {
  title: 'block number or tag',
  oneOf: [uint64.schema, { type: 'string', enum: [...TAGS] }],
}

/** A block by number or tag. */
export const blockNumber: Type<BlockRef> = { schema: numberOrTag, parse: parseBlockNumber }

/** A block by number, tag, hash, or as EIP-1898 writes it. */
export const blockRef: Type<BlockRef> = {
  schema: {
    title: 'block number, tag or hash',
    oneOf: [
      numberOrTag,
      hash.schema,
      {
        title: 'EIP-1898',
        type: 'object',
        properties: {
          blockNumber: uint64.schema,
          blockHash: hash.schema,
          requireCanonical: boolean.schema,
        },
      },
    ],
  },
  parse(value) {
    if (typeof value === 'string')
      return value.length === 66 ? { hash: hash.parse(value) } : parseBlockNumber(value)
    if (typeof value !== 'object') return parseBlockNumber(value)
    const { blockHash, blockNumber, requireCanonical } = record(value)
    const byHash = blockHash !== undefined && blockHash !== null
    if (byHash && blockNumber !== undefined && blockNumber !== null)
      throw new ParamError('cannot specify both BlockHash and BlockNumber, choose one or the other')
    if (!byHash) return within('blockNumber', () => parseBlockNumber(blockNumber))
    const canonical = within('requireCanonical', () => optional(boolean).parse(requireCanonical))
    return {
      hash: within('blockHash', () => hash.parse(blockHash)),
      requireCanonical: canonical ?? false,
    }
  },
}

/** Adds the place inside a parameter to an error. */
export function within<T>(name: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ParamError)) throw error
    throw new ParamError(`${name}${name === '' ? '' : ': '}${error.message}`)
  }
}

function isOptional(type: Type<unknown>): boolean {
  return 'optional' in type
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ParamError(`expected an object, got ${kindOf(value)}`)
  return value as Readonly<Record<string, unknown>>
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
