// Layouts of what the program's entry points leave in the result region: byte offsets. Integers and words are
// little-endian; hashes and addresses are as users print them.

// After a status that is not 0.
/** Word; meaning in status.ts. */
export const ERROR_HAVE: i32 = 0
/** Word. */
export const ERROR_WANT: i32 = 32
/** 32 bytes: what a missing or bad preimage is of. */
export const ERROR_KEY: i32 = 64
/** 20 bytes: sender of the rejected transaction; zero when it is not known. */
export const ERROR_SENDER: i32 = 96
/** u32: whose record a host error is about: 0 none, 1 an account's, 2 a storage slot's. */
export const ERROR_PLACE: i32 = 116
/** 20 bytes: that account. */
export const ERROR_ACCOUNT: i32 = 120
/** 32 bytes: that slot. */
export const ERROR_SLOT: i32 = 144
export const ERROR_SIZE: i32 = 176

// After `transaction` and `message`.
/** u32, HALT_*. */
export const EXECUTION_HALT: i32 = 0
/** u32, EXECUTION_FLAG_*. */
export const EXECUTION_FLAGS: i32 = 4
/** u64. */
export const EXECUTION_GAS_USED: i32 = 8
/** u64. */
export const EXECUTION_GAS_REFUNDED: i32 = 16
/** u64: gas used before refunds. */
export const EXECUTION_MAX_GAS_USED: i32 = 24
/** u64: of the block, this transaction included. */
export const EXECUTION_CUMULATIVE_GAS: i32 = 32
/** u64: the sender's nonce before. */
export const EXECUTION_NONCE: i32 = 40
/** u64. */
export const EXECUTION_BLOB_GAS: i32 = 48
/** u32: transaction type. */
export const EXECUTION_TYPE: i32 = 56
/** u32: bytes of return data, which begin at EXECUTION_SIZE. */
export const EXECUTION_RETURN_LENGTH: i32 = 60
/** u32: bytes of the receipt, behind the return data. */
export const EXECUTION_RECEIPT_LENGTH: i32 = 64
/** u32: bytes of the RLP items of the logs, which end the receipt. */
export const EXECUTION_LOGS_LENGTH: i32 = 68
/** u32: where those begin in the result region. */
export const EXECUTION_LOGS: i32 = 72
/** Word. */
export const EXECUTION_GAS_PRICE: i32 = 80
/** Word. */
export const EXECUTION_L1_FEE: i32 = 112
/** Word. */
export const EXECUTION_OPERATOR_FEE: i32 = 144
export const EXECUTION_HASH: i32 = 176
export const EXECUTION_FROM: i32 = 208
export const EXECUTION_TO: i32 = 228
/** Address of the contract that was created. */
export const EXECUTION_CONTRACT: i32 = 248
/** u64: data gas behind the L1 fee. */
export const EXECUTION_L1_GAS: i32 = 272
export const EXECUTION_SIZE: i32 = 280

export const EXECUTION_FLAG_TO: i32 = 1
export const EXECUTION_FLAG_CONTRACT: i32 = 2
/** L1 and operator fee were charged (OP mode, not for deposits). */
export const EXECUTION_FLAG_FEES: i32 = 4
/** A deposit since Regolith: EXECUTION_NONCE is its deposit nonce. */
export const EXECUTION_FLAG_DEPOSIT_NONCE: i32 = 8
/** A deposit since Canyon: its receipt has version 1. */
export const EXECUTION_FLAG_DEPOSIT_VERSION: i32 = 16
export const EXECUTION_FLAG_BLOB: i32 = 32

// After `account`, and at the start of what `proof` leaves.
/** u32: 1 when the account exists. */
export const ACCOUNT_EXISTS: i32 = 0
/** u64. */
export const ACCOUNT_NONCE: i32 = 8
/** Word. */
export const ACCOUNT_BALANCE: i32 = 16
export const ACCOUNT_CODE_HASH: i32 = 48
export const ACCOUNT_STORAGE_ROOT: i32 = 80
/** Proof: then u32 length and that many bytes of RLP strings, the nodes; then for each slot a word, and the same. */
export const ACCOUNT_RESULT_SIZE: i32 = 112

// After `seal`.
export const SEALED_HASH: i32 = 0
/** u32. */
export const SEALED_HEADER_LENGTH: i32 = 32
/** u32: number of requests (EIP-7685); each is a u32 length and its bytes, behind the header. */
export const SEALED_REQUESTS: i32 = 36
export const SEALED_HEADER: i32 = 40

// After `diff` and `touched`: records of accounts one after the other until the end of the result.
/** 20 bytes. */
export const DIFF_ADDRESS: i32 = 0
/** u32, DIFF_FLAG_*. */
export const DIFF_FLAGS: i32 = 20
/** u32: number of slots. */
export const DIFF_SLOTS: i32 = 24
/** u32: bytes of the code before, when it changed and there was one. */
export const DIFF_CODE_BEFORE: i32 = 28
/** u32: bytes of the code after, when it changed and there is one. */
export const DIFF_CODE_AFTER: i32 = 32
/** Account state as `account` leaves it, from its nonce on: u64, word, hash, root. */
export const DIFF_BEFORE: i32 = 40
export const DIFF_AFTER: i32 = 144
/** Then the slots: key, value before, value after, 32 big-endian bytes each; then the codes before and after. */
export const DIFF_SIZE: i32 = 248
export const DIFF_SLOT_SIZE: i32 = 96

export const DIFF_FLAG_BEFORE: i32 = 1
export const DIFF_FLAG_AFTER: i32 = 2

// After `environment`.
/** u64. */
export const ENVIRONMENT_NUMBER: i32 = 0
/** u64. */
export const ENVIRONMENT_TIMESTAMP: i32 = 8
/** u64. */
export const ENVIRONMENT_GAS_LIMIT: i32 = 16
/** Word. */
export const ENVIRONMENT_BASE_FEE: i32 = 24
/** Word. */
export const ENVIRONMENT_BLOB_BASE_FEE: i32 = 56
export const ENVIRONMENT_PREV_RANDAO: i32 = 88
export const ENVIRONMENT_FEE_RECIPIENT: i32 = 120
export const ENVIRONMENT_SIZE: i32 = 140
