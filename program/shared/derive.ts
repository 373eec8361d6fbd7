// Layouts of what passes between a host and the derivation entry points: byte offsets. Integers are little-endian
// u64 unless they say otherwise; hashes and addresses are as users print them; an activation time of 2^64 - 1 means
// never. The chain's own configuration (config.ts) comes before, through `configure`.

// A system config (OP Stack specs, "System Config"); its 32-byte words are big-endian.
/** 20 bytes. */
export const SYSTEM_BATCHER: i32 = 0
export const SYSTEM_OVERHEAD: i32 = 24
export const SYSTEM_SCALAR: i32 = 56
export const SYSTEM_GAS_LIMIT: i32 = 88
/** Denominator and elasticity, big-endian u32 each. */
export const SYSTEM_EIP1559: i32 = 96
/** Operator fee scalar, big-endian u32, and constant, big-endian u64. */
export const SYSTEM_OPERATOR_FEE: i32 = 104
export const SYSTEM_SIZE: i32 = 120

// Input of `derive_configure`.
export const DERIVE_L1_CHAIN_ID: i32 = 0
/** Seconds. */
export const DERIVE_BLOCK_TIME: i32 = 8
/** Seconds, before Fjord. */
export const DERIVE_MAX_DRIFT: i32 = 16
/** L1 blocks, at most DERIVE_WINDOW_MAX. */
export const DERIVE_WINDOW: i32 = 24
/** L1 blocks. */
export const DERIVE_TIMEOUT: i32 = 32
export const DERIVE_TIMEOUT_GRANITE: i32 = 40
export const DERIVE_DELTA: i32 = 48
export const DERIVE_PECTRA_BLOBS: i32 = 56
export const DERIVE_GENESIS_L1: i32 = 64
export const DERIVE_GENESIS_L2: i32 = 72
export const DERIVE_GENESIS_TIME: i32 = 80
/** 32 bytes. */
export const DERIVE_GENESIS_L1_HASH: i32 = 88
/** 32 bytes. */
export const DERIVE_GENESIS_L2_HASH: i32 = 120
/** SYSTEM_SIZE bytes. */
export const DERIVE_GENESIS_SYSTEM: i32 = 152
/** 20 bytes. */
export const DERIVE_INBOX: i32 = 272
/** 20 bytes. */
export const DERIVE_PORTAL: i32 = 296
/** 20 bytes. */
export const DERIVE_SYSTEM_CONFIG: i32 = 320
/** Number of blob parameter forks of L1 after Prague, at most DERIVE_BLOB_FORKS_MAX. */
export const DERIVE_BLOB_FORKS: i32 = 344
/** Activation time and base fee update fraction of each, oldest first. */
export const DERIVE_BLOB_FORK: i32 = 352
export const DERIVE_BLOB_FORKS_MAX: i32 = 16
export const DERIVE_CONFIG_SIZE: i32 = 608

/** Longest sequencing window, L1 blocks. */
export const DERIVE_WINDOW_MAX: i32 = 60000

// After `derive_reset` and `derive_l1`: the L1 block whose data are read.
export const ORIGIN_NUMBER: i32 = 0
/** 32 bytes. */
export const ORIGIN_HASH: i32 = 8
export const ORIGIN_SIZE: i32 = 40

// After `derive_next`, and `derive_invalid` since Holocene: payload attributes.
/** u32, ATTRIBUTES_FLAG_*. */
export const ATTRIBUTES_FLAGS: i32 = 0
/** u32: number of transactions, which begin at ATTRIBUTES_SIZE: each a u32 length and as many bytes. */
export const ATTRIBUTES_TRANSACTIONS: i32 = 4
export const ATTRIBUTES_TIMESTAMP: i32 = 8
export const ATTRIBUTES_GAS_LIMIT: i32 = 16
/** 32 bytes. */
export const ATTRIBUTES_PREV_RANDAO: i32 = 24
/** 32 bytes. */
export const ATTRIBUTES_BEACON_ROOT: i32 = 56
/** 8 bytes. */
export const ATTRIBUTES_EIP1559: i32 = 88
/** The L2 block to build on: 32 bytes, number. */
export const ATTRIBUTES_PARENT: i32 = 96
export const ATTRIBUTES_PARENT_NUMBER: i32 = 128
/** The L1 origin of the block: number, 32 bytes. */
export const ATTRIBUTES_EPOCH: i32 = 136
export const ATTRIBUTES_EPOCH_HASH: i32 = 144
/** The L1 block from whose data the attributes follow: number, 32 bytes. */
export const ATTRIBUTES_DERIVED_FROM: i32 = 176
export const ATTRIBUTES_DERIVED_FROM_HASH: i32 = 184
export const ATTRIBUTES_SEQUENCE_NUMBER: i32 = 216
export const ATTRIBUTES_SIZE: i32 = 224

/** Every transaction is a deposit. */
export const ATTRIBUTES_FLAG_DEPOSITS_ONLY: i32 = 1
/** No block of the same batch follows: with this block, all of the batch is safe. */
export const ATTRIBUTES_FLAG_CONCLUDING: i32 = 2
/** Canyon: the list of withdrawals is there, and empty. */
export const ATTRIBUTES_FLAG_WITHDRAWALS: i32 = 4
/** Ecotone. */
export const ATTRIBUTES_FLAG_BEACON_ROOT: i32 = 8
/** Holocene. */
export const ATTRIBUTES_FLAG_EIP1559: i32 = 16
