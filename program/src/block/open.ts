// Opening a block: on a parent, to build or verify its child; or at a header, to run calls on its state.

import { FORK_CANYON, FORK_HOLOCENE, MODE_OP, SPEC_CANCUN, SPEC_SHANGHAI } from '../../shared/abi'
import {
  STATUS_BAD_ATTRIBUTES,
  STATUS_BAD_EIP1559_PARAMS,
  STATUS_BAD_EXTRA_DATA,
  STATUS_BAD_GAS_LIMIT,
  STATUS_BAD_INPUT,
  STATUS_BAD_PARENT,
  STATUS_BAD_TIMESTAMP,
  STATUS_OK,
  STATUS_UNSUPPORTED_FORK,
} from '../../shared/status'
import { arenaAllocUninitialized, arenaReset } from '../arena'
import { hostError } from '../host'
import {
  ENV_BASE_FEE,
  ENV_BLOB_BASE_FEE,
  ENV_CHAIN_ID,
  ENV_COINBASE,
  ENV_GAS_LIMIT,
  ENV_PREV_RANDAO,
  ENV_TIMESTAMP,
  setBlockNumber,
  setRules,
} from '../evm/env'
import { keccak256 } from '../keccak/keccak'
import { wordCopy, wordFromAddress, wordFromBytes, wordSet } from '../num/word'
import { forgetFeeParameters } from '../op/attributes'
import { deployCreate2Deployer } from '../op/create2'
import { HOLOCENE_EXTRA_DATA_SIZE, blobBaseFee, constantDenominator, nextBaseFee, nextExcessBlobGas } from './fees'
import { itemLen, itemNext, itemStart, itemU64, rlpFixed, rlpList, rlpString, rlpU256, rlpU64 } from '../rlp/decode'
import { stateOpen } from '../state/transaction'
import { reject } from '../tx/reject'
import { setAncestorHashes, setAncestors } from './ancestors'
import {
  BLOCK_BUILDING,
  BLOCK_CALLS,
  beginBlock,
  blockBaseFee,
  blockBlobBaseFee,
  blockCoinbase,
  blockExcessBlobGas,
  blockFork,
  blockGasLimit,
  blockNumber,
  blockParentHash,
  blockPrevRandao,
  blockSpec,
  blockStateRoot,
  blockTimestamp,
  setBeaconRoot,
  setBlobGas,
  setExtraData,
  setWithdrawals,
} from './current'
import {
  decodeHeader,
  headerBaseFee,
  headerCoinbase,
  headerExcessBlobGas,
  headerGasLimit,
  headerMixHash,
  headerNumber,
  headerParentHash,
  headerStateRoot,
  headerTimestamp,
} from './header'
import { optionalItem, optionalNext, rlpOptional } from './optional'
import { chainId, configElasticity, forkAt, isUnsupported, mode, specAt, unsupportedFrom } from './rules'
import { openingCalls } from './system'
import { checkWithdrawals } from './withdrawals'

// Which attribute a STATUS_BAD_ATTRIBUTES is about; the host words them.
const NO_BEACON_ROOT: u64 = 1
const EXTRA_BEACON_ROOT: u64 = 2
const EXTRA_WITHDRAWALS: u64 = 3
const OP_WITHDRAWALS: u64 = 4
const NO_EIP1559_PARAMS: u64 = 5
const EXTRA_EIP1559_PARAMS: u64 = 6
const OP_EXTRA_DATA: u64 = 7

const GAS_LIMIT_BOUND_DIVISOR: u64 = 1024
const GAS_LIMIT_MIN: u64 = 5000
const EXTRA_DATA_MAX: usize = 32

// The attributes at hand.
let timestamp: u64 = 0
let gasLimit: u64 = 0
let prevRandao: usize = 0
let feeRecipient: usize = 0
/** 0 when absent. */
let beaconRoot: usize = 0
let withdrawals: usize = 0
let withdrawalsEnd: usize = 0
/** 8 bytes, 0 when absent. */
let eip1559Params: usize = 0
let extraData: usize = 0
let extraDataLen: usize = 0

/** Copies the input to the arena, emptied for the new block: what is kept of it must outlive the call. */
function keepInput(ptr: usize, len: usize): usize {
  arenaReset()
  const copy = arenaAllocUninitialized(len)
  if (hostError == 0) memory.copy(copy, ptr, len)
  return copy
}

/**
 * Opens the block after a parent. Input: [parent header, timestamp, prevRandao, fee recipient, gas limit,
 * [parent beacon root], withdrawals, [eip1559Params], [extraData]], where brackets hold none or one item.
 */
export function openBlock(ptr: usize, len: usize): i32 {
  const input = keepInput(ptr, len)
  if (hostError != 0) return hostError
  const end = input + len
  if (!rlpList(input, end) || itemNext != end) return STATUS_BAD_INPUT
  const parent = itemStart
  if (!rlpList(parent, end)) return STATUS_BAD_INPUT
  const parentEnd = itemNext
  if (!decodeHeader(parent, parentEnd)) return STATUS_BAD_PARENT
  if (!decodeAttributes(parentEnd, end)) return STATUS_BAD_INPUT
  const status = checkAttributes()
  if (status != STATUS_OK) return status
  return begin(parent, parentEnd)
}

function decodeAttributes(ptr: usize, end: usize): bool {
  if (!rlpU64(ptr, end)) return false
  timestamp = itemU64
  if (!rlpFixed(itemNext, end, 32)) return false
  prevRandao = itemStart
  if (!rlpFixed(itemNext, end, 20)) return false
  feeRecipient = itemStart
  if (!rlpU64(itemNext, end)) return false
  gasLimit = itemU64
  const root = rlpOptional(itemNext, end)
  if (root < 0 || (root == 1 && !rlpFixed(optionalItem, optionalNext, 32))) return false
  beaconRoot = root == 1 ? itemStart : 0
  if (!rlpList(optionalNext, end)) return false
  withdrawals = itemStart
  withdrawalsEnd = itemNext
  if (checkWithdrawals(withdrawals, withdrawalsEnd) < 0) return false
  const params = rlpOptional(withdrawalsEnd, end)
  if (params < 0 || (params == 1 && !rlpFixed(optionalItem, optionalNext, 8))) return false
  eip1559Params = params == 1 ? itemStart : 0
  const extra = rlpOptional(optionalNext, end)
  if (extra < 0 || (extra == 1 && !rlpString(optionalItem, optionalNext))) return false
  extraData = extra == 1 ? itemStart : 0
  extraDataLen = extra == 1 ? itemLen : 0
  return optionalNext == end
}

/** The attributes against the fork and the parent, which is the decoded header. */
function checkAttributes(): i32 {
  if (timestamp <= headerTimestamp) return reject(STATUS_BAD_TIMESTAMP, timestamp, headerTimestamp)
  if (isUnsupported(timestamp)) return reject(STATUS_UNSUPPORTED_FORK, timestamp, unsupportedFrom())
  const spec = specAt(timestamp)
  if (spec >= SPEC_CANCUN && beaconRoot == 0) return reject(STATUS_BAD_ATTRIBUTES, NO_BEACON_ROOT, 0)
  if (spec < SPEC_CANCUN && beaconRoot != 0) return reject(STATUS_BAD_ATTRIBUTES, EXTRA_BEACON_ROOT, 0)
  const hasWithdrawals = withdrawals != withdrawalsEnd
  if (spec < SPEC_SHANGHAI && hasWithdrawals) return reject(STATUS_BAD_ATTRIBUTES, EXTRA_WITHDRAWALS, 0)
  return mode == MODE_OP ? checkOpAttributes(hasWithdrawals) : checkEthereumAttributes()
}

function checkEthereumAttributes(): i32 {
  if (eip1559Params != 0) return reject(STATUS_BAD_ATTRIBUTES, EXTRA_EIP1559_PARAMS, 0)
  if (extraDataLen > EXTRA_DATA_MAX) return reject(STATUS_BAD_EXTRA_DATA, extraDataLen, EXTRA_DATA_MAX)
  const change = gasLimit > headerGasLimit ? gasLimit - headerGasLimit : headerGasLimit - gasLimit
  if ((change != 0 && change >= headerGasLimit / GAS_LIMIT_BOUND_DIVISOR) || gasLimit < GAS_LIMIT_MIN) {
    return reject(STATUS_BAD_GAS_LIMIT, gasLimit, headerGasLimit)
  }
  return STATUS_OK
}

function checkOpAttributes(hasWithdrawals: bool): i32 {
  if (hasWithdrawals) return reject(STATUS_BAD_ATTRIBUTES, OP_WITHDRAWALS, 0)
  if (extraData != 0) return reject(STATUS_BAD_ATTRIBUTES, OP_EXTRA_DATA, 0)
  const holocene = forkAt(timestamp) >= FORK_HOLOCENE
  if (!holocene) return eip1559Params == 0 ? STATUS_OK : reject(STATUS_BAD_ATTRIBUTES, EXTRA_EIP1559_PARAMS, 0)
  if (eip1559Params == 0) return reject(STATUS_BAD_ATTRIBUTES, NO_EIP1559_PARAMS, 0)
  const denominator = bswap(load<u32>(eip1559Params))
  const elasticity = bswap(load<u32>(eip1559Params, 4))
  if ((denominator == 0) != (elasticity == 0)) return reject(STATUS_BAD_EIP1559_PARAMS, denominator, elasticity)
  return STATUS_OK
}

/** Everything was checked: the block begins. */
function begin(parent: usize, parentEnd: usize): i32 {
  const number = headerNumber + 1
  const spec = specAt(timestamp)
  const fork = forkAt(timestamp)
  const status = nextBaseFee(timestamp, blockBaseFee)
  if (status != STATUS_OK) return status
  const activatesCanyon = mode == MODE_OP && fork >= FORK_CANYON && forkAt(headerTimestamp) < FORK_CANYON
  beginBlock(BLOCK_BUILDING, spec, fork, number, timestamp, gasLimit)
  keccak256(parent, parentEnd - parent, blockParentHash)
  wordCopy(blockStateRoot, headerStateRoot)
  memory.copy(blockPrevRandao, prevRandao, 32)
  memory.copy(blockCoinbase, feeRecipient, 20)
  if (beaconRoot != 0) setBeaconRoot(beaconRoot)
  setWithdrawals(withdrawals, withdrawalsEnd)
  if (mode != MODE_OP) {
    setExtraData(extraData, extraDataLen)
    if (spec >= SPEC_CANCUN) setBlobGas(nextExcessBlobGas(spec))
  } else if (fork >= FORK_HOLOCENE) {
    encodeHoloceneExtraData(fork)
  }
  blobBaseFee(spec, blockExcessBlobGas, blockBlobBaseFee)
  setAncestors(number, blockParentHash)
  openState()
  if (activatesCanyon) deployCreate2Deployer()
  openingCalls()
  return hostError
}

/** Version 0 and the parameters of the attributes; zeros stand for the chain's constants. */
function encodeHoloceneExtraData(fork: i32): void {
  const data = arenaAllocUninitialized(HOLOCENE_EXTRA_DATA_SIZE)
  if (hostError != 0) return
  store<u8>(data, 0)
  if (load<u64>(eip1559Params) != 0) {
    memory.copy(data + 1, eip1559Params, 8)
  } else {
    store<u32>(data, bswap(<u32>constantDenominator(fork)), 1)
    store<u32>(data, bswap(<u32>configElasticity), 5)
  }
  setExtraData(data, HOLOCENE_EXTRA_DATA_SIZE)
}

/** Hands the block to the state and the EVM. */
function openState(): void {
  stateOpen(blockStateRoot)
  forgetFeeParameters()
  setRules(mode, blockSpec, blockFork)
  setBlockNumber(blockNumber)
  wordSet(ENV_CHAIN_ID, chainId)
  wordSet(ENV_TIMESTAMP, blockTimestamp)
  wordSet(ENV_GAS_LIMIT, blockGasLimit)
  wordFromAddress(ENV_COINBASE, blockCoinbase)
  wordFromBytes(ENV_PREV_RANDAO, blockPrevRandao)
  wordCopy(ENV_BASE_FEE, blockBaseFee)
  wordCopy(ENV_BLOB_BASE_FEE, blockBlobBaseFee)
}

/**
 * Opens the post-state and environment of a header. Input: [header, [number], [timestamp], [gas limit],
 * [fee recipient], [prevRandao], [base fee], [blob base fee], [[ancestor hash, ...]]]. A number one above the
 * header's makes the header the first ancestor.
 */
export function openAtHeader(ptr: usize, len: usize): i32 {
  const input = keepInput(ptr, len)
  if (hostError != 0) return hostError
  const end = input + len
  if (!rlpList(input, end) || itemNext != end) return STATUS_BAD_INPUT
  const header = itemStart
  if (!rlpList(header, end)) return STATUS_BAD_INPUT
  const headerEnd = itemNext
  if (!decodeHeader(header, headerEnd)) return STATUS_BAD_PARENT
  if (!decodeOverrides(headerEnd, end)) return STATUS_BAD_INPUT
  if (isUnsupported(timestamp)) return reject(STATUS_UNSUPPORTED_FORK, timestamp, unsupportedFrom())
  const spec = specAt(timestamp)
  beginBlock(BLOCK_CALLS, spec, forkAt(timestamp), overriddenNumber, timestamp, gasLimit)
  wordCopy(blockParentHash, headerParentHash)
  wordCopy(blockStateRoot, headerStateRoot)
  memory.copy(blockPrevRandao, prevRandao, 32)
  memory.copy(blockCoinbase, feeRecipient, 20)
  wordCopy(blockBaseFee, overriddenBaseFee)
  if (spec >= SPEC_CANCUN) setBlobGas(headerExcessBlobGas)
  if (hasBlobBaseFee) wordCopy(blockBlobBaseFee, overriddenBlobBaseFee)
  else blobBaseFee(spec, blockExcessBlobGas, blockBlobBaseFee)
  if (overriddenNumber == headerNumber + 1) {
    // The block to come: the header is its parent.
    keccak256(header, headerEnd - header, headerHash)
    setAncestors(overriddenNumber, headerHash)
  } else {
    setAncestors(headerNumber, blockParentHash)
  }
  if (ancestorHashes != 0 && !setAncestorHashes(ancestorHashes, ancestorHashesEnd)) return STATUS_BAD_INPUT
  openState()
  return hostError
}

const headerHash: usize = memory.data(32, 8)
let overriddenNumber: u64 = 0
const overriddenBaseFee: usize = memory.data(32, 8)
const overriddenBlobBaseFee: usize = memory.data(32, 8)
let hasBlobBaseFee: bool = false
/** Payload of the list; 0 when it is not given. */
let ancestorHashes: usize = 0
let ancestorHashesEnd: usize = 0

/** The header's values where nothing else is given. */
function decodeOverrides(ptr: usize, end: usize): bool {
  let given = rlpOptional(ptr, end)
  if (given < 0 || (given == 1 && !rlpU64(optionalItem, optionalNext))) return false
  overriddenNumber = given == 1 ? itemU64 : headerNumber
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpU64(optionalItem, optionalNext))) return false
  timestamp = given == 1 ? itemU64 : headerTimestamp
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpU64(optionalItem, optionalNext))) return false
  gasLimit = given == 1 ? itemU64 : headerGasLimit
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpFixed(optionalItem, optionalNext, 20))) return false
  feeRecipient = given == 1 ? itemStart : headerCoinbase
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpFixed(optionalItem, optionalNext, 32))) return false
  prevRandao = given == 1 ? itemStart : headerMixHash
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpU256(optionalItem, optionalNext, overriddenBaseFee))) return false
  if (given == 0) wordCopy(overriddenBaseFee, headerBaseFee)
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpU256(optionalItem, optionalNext, overriddenBlobBaseFee))) return false
  hasBlobBaseFee = given == 1
  given = rlpOptional(optionalNext, end)
  if (given < 0 || (given == 1 && !rlpList(optionalItem, optionalNext))) return false
  ancestorHashes = given == 1 ? itemStart : 0
  ancestorHashesEnd = given == 1 ? itemNext : 0
  return optionalNext == end
}
