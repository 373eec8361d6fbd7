import type { BlockAttributes } from '@altlayer/engine'
import {
  type ChainConfig,
  chainConfigOf,
  type Hash,
  type Header,
  headerFromRpc,
  hexToBytes,
  type JsonObject,
  MAX_UINT64,
  MalformedInputError,
  optional,
  parseAddress,
  parseArray,
  parseData,
  parseHash,
  parseObject,
  parseQuantity,
  parseRollupConfig,
} from '@altlayer/protocol'

/** A block to execute from a witness alone. */
export interface BlockFixture {
  readonly config: ChainConfig
  readonly parent: Header
  readonly attributes: BlockAttributes
  /** EIP-2718 encodings, in order. */
  readonly transactions: readonly Uint8Array[]
  /** Preimages by keccak256: trie nodes, code, ancestors' headers. What is asked for is verified when used. */
  readonly witness: ReadonlyMap<Hash, Uint8Array>
  readonly expectedHash: Hash
  /** The header behind `expectedHash`, where the fixture has it: names the field that differs. */
  readonly expectedHeader?: Header
}

/**
 * Reads a fixture in the form of kona's executor tests: `rollup_config`, `parent_header`,
 * `executing_payload`, `witness`, `expected_block_hash`; `expected_header` is optional. Throws
 * MalformedInputError naming the member.
 */
export function parseFixture(json: unknown): BlockFixture {
  const fixture = parseObject(json, 'fixture')
  const payload = parseObject(fixture.executing_payload, 'executing_payload')
  const expectedHeader = optional(fixture.expected_header, 'expected_header', headerFromRpc)
  return {
    config: chainConfigOf(parseRollupConfig(fixture.rollup_config, 'rollup_config')),
    parent: headerFromRpc(fixture.parent_header, 'parent_header'),
    attributes: parseAttributes(payload),
    transactions: parseArray(payload.transactions, 'executing_payload.transactions').map((raw, i) =>
      hexToBytes(raw as string, `executing_payload.transactions[${i}]`),
    ),
    witness: parseWitness(fixture.witness),
    expectedHash: parseHash(fixture.expected_block_hash, 'expected_block_hash'),
    ...(expectedHeader && { expectedHeader }),
  }
}

function parseAttributes(payload: JsonObject): BlockAttributes {
  const at = (name: string) => `executing_payload.${name}`
  const beaconRoot = optional(payload.parentBeaconBlockRoot, at('parentBeaconBlockRoot'), parseHash)
  const eip1559Params = optional(payload.eip1559Params, at('eip1559Params'), (value, path) =>
    parseData(value, path, 8),
  )
  // An OP Stack block has none, whether the list is there or not.
  const withdrawals = optional(payload.withdrawals, at('withdrawals'), parseArray) ?? []
  if (withdrawals.length > 0) {
    throw new MalformedInputError(at('withdrawals'), 'no withdrawals', `${withdrawals.length}`)
  }
  return {
    timestamp: parseQuantity(payload.timestamp, at('timestamp'), MAX_UINT64),
    prevRandao: parseHash(payload.prevRandao, at('prevRandao')),
    feeRecipient: parseAddress(payload.suggestedFeeRecipient, at('suggestedFeeRecipient')),
    gasLimit: parseQuantity(payload.gasLimit, at('gasLimit'), MAX_UINT64),
    ...(beaconRoot && { parentBeaconBlockRoot: beaconRoot }),
    ...(eip1559Params && { eip1559Params }),
  }
}

function parseWitness(value: unknown): ReadonlyMap<Hash, Uint8Array> {
  return new Map(
    Object.entries(parseObject(value, 'witness')).map(([hash, preimage]) => [
      parseHash(hash, 'witness'),
      // Checks that it is a string, too.
      hexToBytes(preimage as string, `witness.${hash}`),
    ]),
  )
}
