// What passes between a host and `main`, the fault proof. Integers in the result are little-endian.

// Boot information: indices of local preimage keys (type 1), as the OP Stack's dispute games serve them (specs,
// "Fault Proof", Bootstrapping; FaultDisputeGame.addLocalData). Hashes have 32 bytes, numbers 8, big-endian.
/** Hash of the L1 block up to which L1 data count. */
export const BOOT_L1_HEAD: i32 = 1
/** The output root that both sides agree on. */
export const BOOT_AGREED_OUTPUT: i32 = 2
/** The output root that is disputed. */
export const BOOT_CLAIMED_OUTPUT: i32 = 3
/** Number of the L2 block that it is of. */
export const BOOT_CLAIMED_NUMBER: i32 = 4
export const BOOT_CHAIN_ID: i32 = 5
/**
 * keccak256 of the chain's configuration: the record of shared/config.ts, then that of shared/derive.ts. A game's local
 * data have at most 32 bytes, so that the configuration itself is a keccak256 preimage.
 */
export const BOOT_CONFIG: i32 = 6

// What `main` returns: the exit code of the program.
/** The claim is right. */
export const PROOF_VALID: i32 = 0
/** The claim is wrong. */
export const PROOF_INVALID: i32 = 1
/** The proof could not be made: PROOF_STATUS says why. After STATUS_MISSING_PREIMAGE `main` goes on when called again. */
export const PROOF_FAILED: i32 = 2

// The result region after `main`: the error record (result.ts), then
/** u32, STATUS_*. */
export const PROOF_STATUS: i32 = 176
/** u64: the L2 block whose output root was computed: the claimed one, or the last that L1 data lead to. */
export const PROOF_NUMBER: i32 = 184
/** 32 bytes: that output root. */
export const PROOF_OUTPUT: i32 = 192
export const PROOF_SIZE: i32 = 224
