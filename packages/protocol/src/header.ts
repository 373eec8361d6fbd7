import { MalformedInputError } from './errors.ts'
import {
  bytesToHex,
  hexToBytes,
  MAX_UINT64,
  parseAddress,
  parseData,
  parseHash,
  parseQuantity,
  quantity,
} from './hex.ts'
import { type JsonObject, parseObject } from './json.ts'
import { keccak256Hex } from './keccak.ts'
import {
  decodeRlp,
  encodeRlp,
  listOf,
  type RlpItem,
  rlpAddress,
  rlpHash,
  rlpHex,
  rlpUint,
  rlpUint64,
  uint64Bytes,
  uintBytes,
} from './rlp.ts'
import type { Hash, Header, Hex } from './types.ts'

/** keccak256 of the RLP of an empty list: `sha3Uncles` of every block after the merge. */
export const EMPTY_UNCLES_HASH: Hash =
  '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'
/** Root of an empty trie. */
export const EMPTY_ROOT: Hash = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
/** keccak256 of no bytes. */
export const EMPTY_HASH: Hash = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
/** EIP-7685: sha256 of no requests. */
export const EMPTY_REQUESTS_HASH: Hash =
  '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

type FieldKind = 'hash' | 'address' | 'bloom' | 'nonce' | 'bytes' | 'uint64' | 'uint256'

// In the order of the RLP; the optional ones form a suffix that may be cut at any point.
const FIELDS = [
  ['parentHash', 'hash'],
  ['sha3Uncles', 'hash'],
  ['miner', 'address'],
  ['stateRoot', 'hash'],
  ['transactionsRoot', 'hash'],
  ['receiptsRoot', 'hash'],
  ['logsBloom', 'bloom'],
  ['difficulty', 'uint256'],
  ['number', 'uint64'],
  ['gasLimit', 'uint64'],
  ['gasUsed', 'uint64'],
  ['timestamp', 'uint64'],
  ['extraData', 'bytes'],
  ['mixHash', 'hash'],
  ['nonce', 'nonce'],
  ['baseFeePerGas', 'uint256'],
  ['withdrawalsRoot', 'hash'],
  ['blobGasUsed', 'uint64'],
  ['excessBlobGas', 'uint64'],
  ['parentBeaconBlockRoot', 'hash'],
  ['requestsHash', 'hash'],
] as const satisfies readonly (readonly [keyof Header, FieldKind])[]
const REQUIRED_FIELDS = 15

const SIZES: Partial<Record<FieldKind, number>> = { hash: 32, address: 20, bloom: 256, nonce: 8 }

/** Header field names in the order of the RLP. */
export const HEADER_FIELDS: readonly (keyof Header)[] = FIELDS.map(([name]) => name)

/**
 * The RLP of a header. Throws MalformedInputError for a field out of its range, or a later field
 * without the ones before it.
 */
export function encodeHeader(header: Header): Uint8Array {
  const values: Uint8Array[] = []
  let missing: string | undefined
  for (const [name, kind] of FIELDS) {
    const value = header[name]
    if (value === undefined) {
      if (values.length < REQUIRED_FIELDS)
        throw new MalformedInputError(`header.${name}`, 'a value', 'nothing')
      missing ??= name
      continue
    }
    if (missing !== undefined)
      throw new MalformedInputError(`header.${missing}`, `a value, as ${name} has one`, 'nothing')
    values.push(fieldBytes(value, kind, `header.${name}`))
  }
  return encodeRlp(values)
}

function fieldBytes(value: Hex | bigint, kind: FieldKind, path: string): Uint8Array {
  if (typeof value === 'string') return hexToBytes(value, path, SIZES[kind])
  if (kind === 'uint64') return uint64Bytes(value, path)
  const bytes = uintBytes(value, path)
  if (bytes.length > 32) throw new MalformedInputError(path, 'an integer of 256 bits', `${value}`)
  return bytes
}

/** The header whose RLP `bytes` are. Throws MalformedInputError. */
export function decodeHeader(bytes: Uint8Array): Header {
  return headerFromItem(decodeRlp(bytes, 'header'), 'header')
}

/** The header in a decoded RLP list. Throws MalformedInputError. */
export function headerFromItem(item: RlpItem, path = 'header'): Header {
  const items = listOf(item, REQUIRED_FIELDS, FIELDS.length, path)
  const header: Record<string, Hex | bigint> = {}
  items.forEach((field, index) => {
    const [name, kind] = FIELDS[index] as (typeof FIELDS)[number]
    header[name] = fieldValue(field, kind, `${path}.${name}`)
  })
  return header as unknown as Header
}

function fieldValue(item: RlpItem, kind: FieldKind, path: string): Hex | bigint {
  if (kind === 'hash') return rlpHash(item, path)
  if (kind === 'address') return rlpAddress(item, path)
  if (kind === 'uint64') return rlpUint64(item, path)
  if (kind === 'uint256') return rlpUint(item, path)
  return rlpHex(item, path, SIZES[kind])
}

/** The block hash: keccak256 of the header's RLP. */
export function headerHash(header: Header): Hash {
  return keccak256Hex(encodeHeader(header))
}

/** The header's fields as JSON-RPC writes them in a block, without `hash`. */
export function headerToRpc(header: Header): Record<string, Hex> {
  const fields: Record<string, Hex> = {}
  for (const [name] of FIELDS) {
    const value = header[name]
    if (value !== undefined) fields[name] = typeof value === 'bigint' ? quantity(value) : value
  }
  return fields
}

/**
 * The header in a JSON-RPC block (or a witness fixture's `parent_header`); other members are ignored,
 * `null` is absent. Throws MalformedInputError.
 *
 * @example
 * const header = headerFromRpc(await request('eth_getBlockByNumber', ['latest', false]))
 */
export function headerFromRpc(block: unknown, path = 'header'): Header {
  const json: JsonObject = parseObject(block, path)
  const header: Record<string, Hex | bigint> = {}
  FIELDS.forEach(([name, kind], index) => {
    const value = json[name]
    if ((value === undefined || value === null) && index >= REQUIRED_FIELDS) return
    header[name] = rpcField(value, kind, `${path}.${name}`)
  })
  return header as unknown as Header
}

function rpcField(value: unknown, kind: FieldKind, path: string): Hex | bigint {
  if (kind === 'hash') return parseHash(value, path)
  if (kind === 'address') return parseAddress(value, path)
  if (kind === 'uint64') return parseQuantity(value, path, MAX_UINT64)
  if (kind === 'uint256') return parseQuantity(value, path)
  return parseData(value, path, SIZES[kind])
}

/** Names of the header fields in which `a` and `b` differ, in the order of the RLP. */
export function differingHeaderFields(a: Header, b: Header): readonly (keyof Header)[] {
  return HEADER_FIELDS.filter((name) => a[name] !== b[name])
}

/** EIP-1559 parameters of an OP Stack header since Holocene (specs, "Holocene: Execution Engine"). */
export interface Eip1559Params {
  readonly denominator: number
  readonly elasticity: number
}

/** Holocene `extraData`: version 0, then denominator and elasticity as big-endian u32. */
export function encodeHoloceneExtraData(params: Eip1559Params): Hex {
  const bytes = new Uint8Array(9)
  const view = new DataView(bytes.buffer)
  view.setUint32(1, params.denominator)
  view.setUint32(5, params.elasticity)
  return bytesToHex(bytes)
}

/** The parameters in Holocene `extraData`. Throws MalformedInputError. */
export function decodeHoloceneExtraData(extraData: Hex): Eip1559Params {
  const bytes = hexToBytes(extraData, 'extraData', 9)
  if (bytes[0] !== 0) throw new MalformedInputError('extraData', 'version 0', `version ${bytes[0]}`)
  const view = new DataView(bytes.buffer)
  const params = { denominator: view.getUint32(1), elasticity: view.getUint32(5) }
  if (params.denominator === 0)
    throw new MalformedInputError('extraData', 'a denominator above zero', '0')
  return params
}
