import * as layout from '@altlayer/program/shared/config.ts'
import {
  type Address,
  type ChainConfig,
  encodeHeader,
  encodeRlp,
  encodeRlpList,
  type Hash,
  type Header,
  type Hex,
  hexToBytes,
  MAX_UINT64,
  MalformedInputError,
  type RlpValue,
  uint64Bytes,
  uintBytes,
} from '@altlayer/protocol'
import type {
  AccountOverride,
  BlockAttributes,
  BlockOverrides,
  CallMessage,
  MessageOptions,
} from './types.ts'

// What goes into the program: RLP, but for the configuration record. An optional value is a list of
// none or one item. All of these throw MalformedInputError for values out of range.

const NEVER = MAX_UINT64

/** The configuration record (program/shared/config.ts). */
export function encodeConfig(config: ChainConfig): Uint8Array {
  if (config.chainId < 1n || config.chainId >> BigInt(layout.CONFIG_CHAIN_ID_MAX_BITS) !== 0n)
    throw new MalformedInputError(
      'config.chainId',
      `1 to 2^${layout.CONFIG_CHAIN_ID_MAX_BITS} - 1`,
      `${config.chainId}`,
    )
  const bytes = new Uint8Array(layout.CONFIG_SIZE)
  const view = new DataView(bytes.buffer)
  const set = (offset: number, value: bigint, name: string): void => {
    if (value < 0n || value > MAX_UINT64)
      throw new MalformedInputError(`config.${name}`, 'an integer of 64 bits', `${value}`)
    view.setBigUint64(offset, value, true)
  }
  set(layout.CONFIG_MODE, config.mode === 'op' ? 1n : 0n, 'mode')
  set(layout.CONFIG_CHAIN_ID, config.chainId, 'chainId')
  for (const [offset, name] of FORKS) set(offset, config.forks[name] ?? NEVER, `forks.${name}`)
  set(layout.CONFIG_UNSUPPORTED, config.unsupportedFrom?.time ?? NEVER, 'unsupportedFrom.time')
  if (config.mode === 'op') encodeEip1559(config, set)
  else encodeBlobSchedule(config, set)
  if (config.depositContract !== undefined) {
    view.setBigUint64(layout.CONFIG_HAS_DEPOSIT_CONTRACT, 1n, true)
    bytes.set(
      hexToBytes(config.depositContract, 'config.depositContract', 20),
      layout.CONFIG_DEPOSIT_CONTRACT,
    )
  }
  return bytes
}

const FORKS = [
  [layout.CONFIG_SHANGHAI, 'shanghai'],
  [layout.CONFIG_CANCUN, 'cancun'],
  [layout.CONFIG_PRAGUE, 'prague'],
  [layout.CONFIG_REGOLITH, 'regolith'],
  [layout.CONFIG_CANYON, 'canyon'],
  [layout.CONFIG_ECOTONE, 'ecotone'],
  [layout.CONFIG_FJORD, 'fjord'],
  [layout.CONFIG_GRANITE, 'granite'],
  [layout.CONFIG_HOLOCENE, 'holocene'],
  [layout.CONFIG_ISTHMUS, 'isthmus'],
] as const

type SetField = (offset: number, value: bigint, name: string) => void

function encodeEip1559(config: ChainConfig, set: SetField): void {
  const parameters = config.eip1559
  if (parameters === undefined)
    throw new MalformedInputError('config.eip1559', 'parameters, as mode is op', 'nothing')
  for (const [offset, name] of [
    [layout.CONFIG_DENOMINATOR, 'denominator'],
    [layout.CONFIG_DENOMINATOR_CANYON, 'denominatorCanyon'],
    [layout.CONFIG_ELASTICITY, 'elasticity'],
  ] as const) {
    const value = parameters[name]
    // They go into Holocene's extra data as u32.
    if (value < 1n || value > 0xffffffffn)
      throw new MalformedInputError(`config.eip1559.${name}`, '1 to 2^32 - 1', `${value}`)
    set(offset, value, `eip1559.${name}`)
  }
}

// EIP-4844 and EIP-7691.
const BLOB_SCHEDULE = {
  cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n },
  prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n },
}

function encodeBlobSchedule(config: ChainConfig, set: SetField): void {
  for (const [offset, fork] of [
    [layout.CONFIG_BLOB_CANCUN, 'cancun'],
    [layout.CONFIG_BLOB_PRAGUE, 'prague'],
  ] as const) {
    const schedule = (config.blobSchedule ?? BLOB_SCHEDULE)[fork]
    const path = `blobSchedule.${fork}`
    for (const name of ['target', 'max'] as const)
      if (!Number.isInteger(schedule[name]) || schedule[name] < 0 || schedule[name] > 4096)
        throw new MalformedInputError(`config.${path}.${name}`, '0 to 4096', `${schedule[name]}`)
    set(offset, BigInt(schedule.target), `${path}.target`)
    set(offset + 8, BigInt(schedule.max), `${path}.max`)
    set(offset + 16, schedule.baseFeeUpdateFraction, `${path}.baseFeeUpdateFraction`)
  }
}

const EMPTY = new Uint8Array(0)
const NONE: RlpValue = []

function optional<T>(value: T | undefined, encode: (value: T) => RlpValue): RlpValue {
  return value === undefined ? NONE : [encode(value)]
}

const address = (value: Address, path: string): Uint8Array => hexToBytes(value, path, 20)
const hash = (value: Hash, path: string): Uint8Array => hexToBytes(value, path, 32)
const u64 = (value: bigint, path: string): Uint8Array => uint64Bytes(value, path)

function u256(value: bigint, path: string): Uint8Array {
  const bytes = uintBytes(value, path)
  if (bytes.length > 32) throw new MalformedInputError(path, 'an integer of 256 bits', `${value}`)
  return bytes
}

/** Input of `open`. */
export function encodeOpen(parent: Header, attributes: BlockAttributes): Uint8Array {
  const { withdrawals = [], parentBeaconBlockRoot, eip1559Params, extraData } = attributes
  const rest: RlpValue[] = [
    u64(attributes.timestamp, 'attributes.timestamp'),
    hash(attributes.prevRandao, 'attributes.prevRandao'),
    address(attributes.feeRecipient, 'attributes.feeRecipient'),
    u64(attributes.gasLimit, 'attributes.gasLimit'),
    optional(parentBeaconBlockRoot, (value) => hash(value, 'attributes.parentBeaconBlockRoot')),
    withdrawals.map((withdrawal, index) => {
      const path = `attributes.withdrawals[${index}]`
      return [
        u64(withdrawal.index, `${path}.index`),
        u64(withdrawal.validatorIndex, `${path}.validatorIndex`),
        address(withdrawal.address, `${path}.address`),
        u64(withdrawal.amount, `${path}.amount`),
      ]
    }),
    optional(eip1559Params, (value) => hexToBytes(value, 'attributes.eip1559Params', 8)),
    optional(extraData, (value) => hexToBytes(value, 'attributes.extraData')),
  ]
  return encodeRlpList([encodeHeader(parent), ...rest.map((value) => encodeRlp(value))])
}

/** Input of `openAt`. */
export function encodeOpenAt(header: Header, overrides: BlockOverrides = {}): Uint8Array {
  const fields: RlpValue[] = [
    optional(overrides.number, (value) => u64(value, 'overrides.number')),
    optional(overrides.timestamp, (value) => u64(value, 'overrides.timestamp')),
    optional(overrides.gasLimit, (value) => u64(value, 'overrides.gasLimit')),
    optional(overrides.feeRecipient, (value) => address(value, 'overrides.feeRecipient')),
    optional(overrides.prevRandao, (value) => hash(value, 'overrides.prevRandao')),
    optional(overrides.baseFeePerGas, (value) => u256(value, 'overrides.baseFeePerGas')),
    optional(overrides.blobBaseFee, (value) => u256(value, 'overrides.blobBaseFee')),
    optional(overrides.ancestorHashes, (hashes) =>
      hashes.map((value, index) => hash(value, `overrides.ancestorHashes[${index}]`)),
    ),
  ]
  return encodeRlpList([encodeHeader(header), ...fields.map((value) => encodeRlp(value))])
}

/** Input of `override`. */
export function encodeOverrides(accounts: readonly AccountOverride[]): Uint8Array {
  return encodeRlp(
    accounts.map((account, index) => {
      const path = `overrides[${index}]`
      return [
        address(account.address, `${path}.address`),
        optional(account.balance, (value) => u256(value, `${path}.balance`)),
        optional(account.nonce, (value) => u64(value, `${path}.nonce`)),
        optional(account.code, (value) => value),
        optional(account.state, (slots) => encodeSlots(slots, `${path}.state`)),
        encodeSlots(account.stateDiff ?? [], `${path}.stateDiff`),
        optional(
          account.movePrecompileTo ?? (account.replacesPrecompile ? '0x' : undefined),
          (to) => (to === '0x' ? EMPTY : address(to, `${path}.movePrecompileTo`)),
        ),
      ]
    }),
  )
}

function encodeSlots(slots: readonly (readonly [Hex, Hex])[], path: string): RlpValue {
  return slots.map(([slot, value], index) => [
    hexToBytes(slot, `${path}[${index}].slot`, 32),
    hexToBytes(value, `${path}[${index}].value`, 32),
  ])
}

const MESSAGE_FLAG_KEEP = 1
const MESSAGE_FLAG_VALIDATE = 2

/** Input of `message`. */
export function encodeMessage(message: CallMessage, options: MessageOptions): Uint8Array {
  const flags =
    (options.keep ? MESSAGE_FLAG_KEEP : 0) | (options.validate ? MESSAGE_FLAG_VALIDATE : 0)
  const maxFee = message.gasPrice ?? message.maxFeePerGas
  const maxPriorityFee = message.gasPrice ?? message.maxPriorityFeePerGas
  return encodeRlp([
    flags === 0 ? EMPTY : Uint8Array.of(flags),
    address(message.from, 'message.from'),
    message.to === undefined ? EMPTY : address(message.to, 'message.to'),
    u64(message.gas, 'message.gas'),
    u256(maxFee ?? 0n, 'message.maxFeePerGas'),
    u256(maxPriorityFee ?? 0n, 'message.maxPriorityFeePerGas'),
    u256(message.maxFeePerBlobGas ?? 0n, 'message.maxFeePerBlobGas'),
    u256(message.value ?? 0n, 'message.value'),
    optional(message.nonce, (value) => u64(value, 'message.nonce')),
    message.data ?? EMPTY,
    (message.accessList ?? []).map((entry, index) => [
      address(entry.address, `message.accessList[${index}].address`),
      entry.storageKeys.map((key, at) =>
        hash(key, `message.accessList[${index}].storageKeys[${at}]`),
      ),
    ]),
    optional(message.blobVersionedHashes, (hashes) =>
      hashes.map((value, index) => hash(value, `message.blobVersionedHashes[${index}]`)),
    ),
    optional(message.authorizationList, (list) =>
      list.map((entry, index) => {
        const path = `message.authorizationList[${index}]`
        return [
          u256(entry.chainId, `${path}.chainId`),
          address(entry.address, `${path}.address`),
          u64(entry.nonce, `${path}.nonce`),
          uintBytes(BigInt(entry.yParity), `${path}.yParity`),
          u256(entry.r, `${path}.r`),
          u256(entry.s, `${path}.s`),
        ]
      }),
    ),
  ])
}

/** Input of `proof`. */
export function encodeProof(account: Address, slots: readonly Hash[]): Uint8Array {
  const bytes = new Uint8Array(20 + 32 * slots.length)
  bytes.set(address(account, 'address'))
  slots.forEach((slot, index) => {
    bytes.set(hash(slot, `slots[${index}]`), 20 + 32 * index)
  })
  return bytes
}

/** Input of `storage`. */
export function encodeSlot(account: Address, slot: Hash): Uint8Array {
  return encodeProof(account, [slot])
}
