// Layout of the chain configuration record that a host passes to `configure`: byte offsets. All fields are
// little-endian u64, except the address; an activation time of 2^64 - 1 means never.

/** MODE_*. */
export const CONFIG_MODE: i32 = 0
export const CONFIG_CHAIN_ID: i32 = 8
// Activation times. The two groups are contiguous and in order.
export const CONFIG_SHANGHAI: i32 = 16
export const CONFIG_CANCUN: i32 = 24
export const CONFIG_PRAGUE: i32 = 32
export const CONFIG_REGOLITH: i32 = 40
export const CONFIG_CANYON: i32 = 48
export const CONFIG_ECOTONE: i32 = 56
export const CONFIG_FJORD: i32 = 64
export const CONFIG_GRANITE: i32 = 72
export const CONFIG_HOLOCENE: i32 = 80
export const CONFIG_ISTHMUS: i32 = 88
// OP Stack EIP-1559 parameters before Holocene.
export const CONFIG_DENOMINATOR: i32 = 96
export const CONFIG_DENOMINATOR_CANYON: i32 = 104
export const CONFIG_ELASTICITY: i32 = 112
/** Target, maximum (in blobs), base fee update fraction. */
export const CONFIG_BLOB_CANCUN: i32 = 120
export const CONFIG_BLOB_PRAGUE: i32 = 144
/** 1 when there is a deposit contract (EIP-6110). */
export const CONFIG_HAS_DEPOSIT_CONTRACT: i32 = 168
/** 20 bytes. */
export const CONFIG_DEPOSIT_CONTRACT: i32 = 176
/** Time from which a fork is active whose rules the program does not have. */
export const CONFIG_UNSUPPORTED: i32 = 200
export const CONFIG_SIZE: i32 = 208

/** Largest chain id: EIP-155's v must fit 64 bits. */
export const CONFIG_CHAIN_ID_MAX_BITS: i32 = 62
