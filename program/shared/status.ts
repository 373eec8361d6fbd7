// Status codes of the program's entry points, shared by the program (AssemblyScript) and its hosts
// (TypeScript). Valid in both languages: keep it to `export const STATUS_NAME: i32 = literal`.
// 0 success; 1..49 host and input; 50..99 block; 100..149 transaction rejected; 150..199 derivation.

export const STATUS_OK: i32 = 0

// --- host and input ---
/** The host does not know a preimage; the key goes with the result. */
export const STATUS_MISSING_PREIMAGE: i32 = 1
/** What the host gave for a keccak256 key does not hash to it. */
export const STATUS_BAD_PREIMAGE: i32 = 2
/** A preimage hashes to its key but is not a well-formed trie node or account. */
export const STATUS_MALFORMED_NODE: i32 = 3
/** The block needs more memory than the block arena has. */
export const STATUS_ARENA_FULL: i32 = 4
/** The host's `interrupted` returned true. */
export const STATUS_INTERRUPTED: i32 = 5
/** The bytes in the input region are not what the entry point takes. */
export const STATUS_BAD_INPUT: i32 = 6
/** The entry point needs an open block, or one that is not sealed. */
export const STATUS_NOT_OPEN: i32 = 7
/** The answer does not fit the result region. */
export const STATUS_RESULT_FULL: i32 = 8
/** A preimage is larger than anything that may stand behind its key. */
export const STATUS_PREIMAGE_TOO_LARGE: i32 = 9
/** A contract's code does not fit the code cache. */
export const STATUS_CODE_TOO_LARGE: i32 = 10

// --- block ---
/** The parent header is not one that a block can follow (no base fee, gas limit below the elasticity, ...). */
export const STATUS_BAD_PARENT: i32 = 50
/** timestamp, parent's timestamp: the first must be larger. */
export const STATUS_BAD_TIMESTAMP: i32 = 51
/** gas limit, parent's gas limit: Ethereum allows a change below 1/1024 of the parent's and at least 5000. */
export const STATUS_BAD_GAS_LIMIT: i32 = 52
/** Attribute that the fork demands is absent, or one that it does not know is present; number of the attribute. */
export const STATUS_BAD_ATTRIBUTES: i32 = 53
/** EIP-1559 parameters: denominator, elasticity; both zero or neither (Holocene). */
export const STATUS_BAD_EIP1559_PARAMS: i32 = 54
/** extraData: length, longest allowed. */
export const STATUS_BAD_EXTRA_DATA: i32 = 55
/** A system contract that makes requests has no code or its call failed (EIP-7002, EIP-7251). */
export const STATUS_SYSTEM_CALL_FAILED: i32 = 56
/** A log of the deposit contract is not in EIP-6110's layout. */
export const STATUS_BAD_DEPOSIT_LOG: i32 = 57
/** BLOCKHASH: the header behind an ancestor's hash is malformed. */
export const STATUS_MALFORMED_HEADER: i32 = 58
/** The block is sealed: only commit, abort and reads are left. */
export const STATUS_SEALED: i32 = 59
/** The block was opened for calls: it cannot be sealed. */
export const STATUS_NOT_BUILDING: i32 = 60
/** timestamp, activation time: a fork is active whose rules the program does not have. */
export const STATUS_UNSUPPORTED_FORK: i32 = 61

// --- transaction; `have` and `want` are the two words of the error record ---
/** Not a transaction's encoding. */
export const STATUS_TX_MALFORMED: i32 = 100
/** have: the type; not known to the open block's fork. */
export const STATUS_TX_TYPE: i32 = 101
/** have: chain id signed for; want: the chain's. */
export const STATUS_TX_CHAIN_ID: i32 = 102
/** v, r or s out of range (EIP-2), or no key recovers. */
export const STATUS_TX_SIGNATURE: i32 = 103
/** have: transaction's nonce; want: account's. */
export const STATUS_TX_NONCE_TOO_LOW: i32 = 104
/** have: transaction's nonce; want: account's. */
export const STATUS_TX_NONCE_TOO_HIGH: i32 = 105
/** have: account's nonce, 2^64 - 1 (EIP-2681). */
export const STATUS_TX_NONCE_MAX: i32 = 106
/** The sender has code that is no EIP-7702 delegation (EIP-3607). */
export const STATUS_TX_SENDER_NOT_EOA: i32 = 107
/** have: max priority fee; want: max fee. */
export const STATUS_TX_TIP_ABOVE_FEE_CAP: i32 = 108
/** have: max fee; want: base fee. */
export const STATUS_TX_FEE_CAP_TOO_LOW: i32 = 109
/** have: max fee per blob gas; want: blob base fee. */
export const STATUS_TX_BLOB_FEE_CAP_TOO_LOW: i32 = 110
export const STATUS_TX_BLOB_CREATE: i32 = 111
export const STATUS_TX_NO_BLOBS: i32 = 112
/** have: index of the blob whose versioned hash is not version 1. */
export const STATUS_TX_BLOB_HASH_VERSION: i32 = 113
/** have: blob gas of the transaction; want: blob gas left in the block. */
export const STATUS_TX_BLOB_GAS_LIMIT: i32 = 114
export const STATUS_TX_NO_AUTHORIZATIONS: i32 = 115
export const STATUS_TX_SET_CODE_CREATE: i32 = 116
/** have: balance; want: gas limit * max fee + value + blob, L1 and operator fees; 2^256 - 1 when that overflows. */
export const STATUS_TX_INSUFFICIENT_FUNDS: i32 = 117
/** have: gas left in the block; want: the transaction's gas limit. */
export const STATUS_TX_BLOCK_GAS_LIMIT: i32 = 118
/** have: gas limit; want: intrinsic gas. */
export const STATUS_TX_INTRINSIC_GAS: i32 = 119
/** have: gas limit; want: the EIP-7623 floor. */
export const STATUS_TX_FLOOR_DATA_GAS: i32 = 120
/** have: size; want: 49152 (EIP-3860). */
export const STATUS_TX_INIT_CODE_SIZE: i32 = 121
/** have: balance; want: value; a message's sender cannot pay the value. */
export const STATUS_TX_INSUFFICIENT_FUNDS_FOR_TRANSFER: i32 = 122

// --- derivation ---
/** The channels that wait for frames need more memory than the program has for them. */
export const STATUS_CHANNELS_FULL: i32 = 150
/** The batches that wait, or the span batch being read, need more memory than the program has for them. */
export const STATUS_BATCHES_FULL: i32 = 151
/** have: number of the next L1 block; all data up to the one before is used. */
export const STATUS_NEEDS_L1: i32 = 152
/** `derive_reset` has not succeeded yet since the last `derive_configure`. */
export const STATUS_NOT_DERIVING: i32 = 153
/** `derive_l1`, while `derive_next` has not used up the block before; or derivation while a block is open. */
export const STATUS_DERIVE_ORDER: i32 = 154
/** have: its number. Another L1 block than the one before is the parent, or the safe head's origin is not in L1's chain. */
export const STATUS_L1_REORG: i32 = 155
/** An L1 block's header, transactions or receipts are not in the form that they have on Ethereum. */
export const STATUS_BAD_L1_BLOCK: i32 = 156
/** have: its number. An L2 block does not begin with L1 attributes, or is not the genesis that the config names. */
export const STATUS_BAD_L2_BLOCK: i32 = 157
/** have: number of the L1 block. A log of the deposit contract is no deposit of version 0. */
export const STATUS_BAD_DEPOSIT: i32 = 158
/** have: number of the L1 origin. The gas scalars are in no encoding that Ecotone knows. */
export const STATUS_BAD_SCALARS: i32 = 159
/** have: number, want: number of the L1 origin that the batches belong to. Derivation cannot go on from this safe head. */
export const STATUS_SAFE_HEAD_MISMATCH: i32 = 161
/** An L1 block, or an L2 block to compare a batch with, holds more than the program has room for. */
export const STATUS_L1_DATA_FULL: i32 = 162
/** `derive_invalid` without attributes before it. */
export const STATUS_NO_ATTRIBUTES: i32 = 163
/** `derive_invalid` for attributes that hold deposits only: such a block is valid by definition. */
export const STATUS_DEPOSITS_INVALID: i32 = 164

// --- proof ---
/** The boot information or the configuration that it names is malformed; have: the local key's index. */
export const STATUS_BAD_BOOT: i32 = 170
/** The agreed output root's preimage is not one of version 0, or not of this chain. */
export const STATUS_BAD_OUTPUT: i32 = 171
