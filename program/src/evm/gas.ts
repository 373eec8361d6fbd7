// Gas costs that do not stand beside their only use. Yellow Paper appendix G and the EIPs named.

/** Access costs (EIP-2929). */
export const GAS_COLD_ACCOUNT: i64 = 2600
export const GAS_COLD_SLOT: i64 = 2100
export const GAS_WARM: i64 = 100

export const GAS_KECCAK256: i64 = 30
export const GAS_KECCAK256_WORD: i64 = 6
export const GAS_COPY_WORD: i64 = 3
export const GAS_EXP: i64 = 10
/** EIP-160. */
export const GAS_EXP_BYTE: i64 = 50
export const GAS_LOG: i64 = 375
export const GAS_LOG_BYTE: i64 = 8

export const GAS_CREATE: i64 = 32000
/** EIP-3860. */
export const GAS_INIT_CODE_WORD: i64 = 2
export const GAS_CODE_DEPOSIT_BYTE: i64 = 200
export const GAS_CALL_VALUE: i64 = 9000
export const GAS_CALL_STIPEND: i64 = 2300
export const GAS_NEW_ACCOUNT: i64 = 25000
export const GAS_SELFDESTRUCT: i64 = 5000

/** EIP-170. */
export const MAX_CODE_SIZE: usize = 24576
/** EIP-3860. */
export const MAX_INIT_CODE_SIZE: u64 = 49152
