// Hints in the OP Stack's text form: `<route> 0x<hex>` (specs, "Fault Proof", Pre-image hinting routes). Only a proof
// gives them: they tell its host what the next preimages will be, and change nothing of what follows.

import { hint } from './host'

/** `l1-block-header ` */
const L1_HEADER: usize = memory.data<u8>([108, 49, 45, 98, 108, 111, 99, 107, 45, 104, 101, 97, 100, 101, 114, 32])
/** `l1-transactions ` */
const L1_TRANSACTIONS: usize = memory.data<u8>([108, 49, 45, 116, 114, 97, 110, 115, 97, 99, 116, 105, 111, 110, 115, 32])
/** `l1-receipts ` */
const L1_RECEIPTS: usize = memory.data<u8>([108, 49, 45, 114, 101, 99, 101, 105, 112, 116, 115, 32])
/** `l1-blob ` */
const L1_BLOB: usize = memory.data<u8>([108, 49, 45, 98, 108, 111, 98, 32])
/** `l2-block-header ` */
const L2_HEADER: usize = memory.data<u8>([108, 50, 45, 98, 108, 111, 99, 107, 45, 104, 101, 97, 100, 101, 114, 32])
/** `l2-transactions ` */
const L2_TRANSACTIONS_OF: usize = memory.data<u8>([108, 50, 45, 116, 114, 97, 110, 115, 97, 99, 116, 105, 111, 110, 115, 32])
/** `l2-code ` */
const L2_CODE: usize = memory.data<u8>([108, 50, 45, 99, 111, 100, 101, 32])
/** `l2-state-node ` */
const L2_NODE: usize = memory.data<u8>([108, 50, 45, 115, 116, 97, 116, 101, 45, 110, 111, 100, 101, 32])
/** `l2-output ` */
const L2_OUTPUT: usize = memory.data<u8>([108, 50, 45, 111, 117, 116, 112, 117, 116, 32])

/** The longest: a blob's. */
const text: usize = memory.data(128, 8)

let enabled: bool = false
// Trie nodes and code are of the L2 state while a block is executed; else they are of what the last hint named.
let inState: bool = false

export function enableHints(): void {
  enabled = true
}

export function hintState(on: bool): void {
  inState = on
}

/** `route` has `routeLength` bytes, the data at most 48. */
function give(route: usize, routeLength: usize, data: usize, length: usize): void {
  memory.copy(text, route, routeLength)
  let at = text + routeLength
  store<u8>(at++, 0x30)
  store<u8>(at++, 0x78)
  for (let i: usize = 0; i < length; i++) {
    const byte = load<u8>(data + i)
    store<u8>(at++, digit(byte >> 4))
    store<u8>(at++, digit(byte & 15))
  }
  hint(text, at - text)
}

function digit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x57 + value
}

export function hintL1Header(hash: usize): void {
  if (enabled) give(L1_HEADER, 16, hash, 32)
}

export function hintL1Transactions(hash: usize): void {
  if (enabled) give(L1_TRANSACTIONS, 16, hash, 32)
}

export function hintL1Receipts(hash: usize): void {
  if (enabled) give(L1_RECEIPTS, 12, hash, 32)
}

export function hintL2Header(hash: usize): void {
  if (enabled) give(L2_HEADER, 16, hash, 32)
}

export function hintL2Transactions(hash: usize): void {
  if (enabled) give(L2_TRANSACTIONS_OF, 16, hash, 32)
}

export function hintOutput(hash: usize): void {
  if (enabled) give(L2_OUTPUT, 10, hash, 32)
}

export function hintCode(hash: usize): void {
  if (enabled) give(L2_CODE, 8, hash, 32)
}

/** A trie node, where it is one of the state. */
export function hintNode(hash: usize): void {
  if (enabled && inState) give(L2_NODE, 14, hash, 32)
}

const blob: usize = memory.data(48, 8)

/** A blob by its versioned hash, its index in the L1 block, and the block's timestamp. */
export function hintBlob(versionedHash: usize, index: u64, timestamp: u64): void {
  if (!enabled) return
  memory.copy(blob, versionedHash, 32)
  store<u64>(blob, bswap(index), 32)
  store<u64>(blob, bswap(timestamp), 40)
  give(L1_BLOB, 8, blob, 48)
}
