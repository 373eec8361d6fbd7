// Account and slot records of the open block: field offsets. Records live in the block arena and stay
// where they are until the block closes, so that pointers to them can be kept.

// Account.
/** 20 bytes, big-endian. */
export const ACCOUNT_ADDRESS: usize = 0
/** u32, ACCOUNT_FLAG_*. */
export const ACCOUNT_FLAGS: usize = 20
/** u64. */
export const ACCOUNT_NONCE: usize = 24
/** Word. */
export const ACCOUNT_BALANCE: usize = 32
/** 32 bytes; the hash of no code when there is none. */
export const ACCOUNT_CODE_HASH: usize = 64
/** 32 bytes: root from which slots are loaded. Emptied when the account is destroyed. */
export const ACCOUNT_STORAGE_ROOT: usize = 96
/** u32: the transaction in which the address is warm. */
export const ACCOUNT_WARM: usize = 128
/** u32: the transaction for which the values below were saved. */
export const ACCOUNT_TOUCHED: usize = 132
/** u32: first slot record of the account. */
export const ACCOUNT_SLOTS: usize = 136
/** u32: next account touched in the same transaction. */
export const ACCOUNT_NEXT_TOUCHED: usize = 140
/** u32: code entry in the code cache, valid in the generation beside it. */
export const ACCOUNT_CODE: usize = 144
/** u32. */
export const ACCOUNT_CODE_GENERATION: usize = 148
/** u32: next account of the block, in order of first use. */
export const ACCOUNT_NEXT: usize = 152
/** u32: handle of the account's dirty storage trie, 0 when there is none. */
export const ACCOUNT_TRIE: usize = 156
/** The address as a word. */
export const ACCOUNT_WORD: usize = 160
/** 32 bytes: keccak256 of the address, its key in the state trie. */
export const ACCOUNT_KEY: usize = 192
/** 32 bytes: storage root as of the last `stateRoot`. */
export const ACCOUNT_CURRENT_ROOT: usize = 224
// Values at the start of the block.
/** u64; u32 flags 8 bytes on; word 16 bytes on; 32-byte code hash 48 bytes on. */
export const ACCOUNT_AT_BLOCK: usize = 256
// Values at the start of the transaction in ACCOUNT_TOUCHED, laid out the same.
export const ACCOUNT_AT_TRANSACTION: usize = 336
/** 32 bytes: storage root at the start of the block. */
export const ACCOUNT_ROOT_AT_BLOCK: usize = 416
export const ACCOUNT_SIZE: usize = 448

// Fields of the two snapshots.
export const SNAPSHOT_NONCE: usize = 0
export const SNAPSHOT_FLAGS: usize = 8
export const SNAPSHOT_BALANCE: usize = 16
export const SNAPSHOT_CODE_HASH: usize = 48

/** The account is in the state: every account that is not empty, and empty ones of old states. */
export const ACCOUNT_FLAG_EXISTS: u32 = 1
/** Created by CREATE or CREATE2 in this transaction (EIP-6780). */
export const ACCOUNT_FLAG_CREATED: u32 = 2
/** To be destroyed when the transaction ends. */
export const ACCOUNT_FLAG_DESTRUCTED: u32 = 4
/** Changed since the state trie was last written. */
export const ACCOUNT_FLAG_DIRTY: u32 = 8

// Slot.
/** Word. */
export const SLOT_KEY: usize = 0
/** Word. */
export const SLOT_VALUE: usize = 32
/** Word: value at the start of the transaction in SLOT_TOUCHED (EIP-2200's original value). */
export const SLOT_ORIGINAL: usize = 64
/** Word: value at the start of the block. */
export const SLOT_AT_BLOCK: usize = 96
/** Word: value that the storage trie holds. */
export const SLOT_IN_TRIE: usize = 128
/** 32 bytes: keccak256 of the key, the slot's key in the storage trie. */
export const SLOT_TRIE_KEY: usize = 160
/** u32: the account's record. */
export const SLOT_ACCOUNT: usize = 192
/** u32: the transaction in which the slot is warm. */
export const SLOT_WARM: usize = 196
/** u32: the last transaction that read or wrote the slot. */
export const SLOT_TOUCHED: usize = 200
/** u32: next slot of the account. */
export const SLOT_NEXT: usize = 204
/** u32: next slot touched in the same transaction. */
export const SLOT_NEXT_TOUCHED: usize = 208
export const SLOT_SIZE: usize = 224
