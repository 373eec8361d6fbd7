// Numbers shared by the program (AssemblyScript) and its hosts (TypeScript). The file is valid in
// both languages: keep it to `export const NAME: i32 = literal`.

// Preimage key types: byte 0 of a 32-byte preimage key (OP Stack fault proof spec, "Pre-image Oracle").
export const KEY_LOCAL: i32 = 1
export const KEY_KECCAK256: i32 = 2
export const KEY_SHA256: i32 = 4
export const KEY_BLOB: i32 = 5
export const KEY_PRECOMPILE: i32 = 6

// First byte of a hint: what the preimages asked for next will be.
/** hint = [HINT_PRECOMPILE, 20-byte address, 8-byte big-endian required gas, input...]; then key type 6. */
export const HINT_PRECOMPILE: i32 = 6

// Kinds of `output` records.
/** 32-byte keccak256 ++ RLP of a new trie node (of 32 bytes or more). */
export const OUTPUT_NODE: i32 = 1
/** 32-byte keccak256 ++ contract code. */
export const OUTPUT_CODE: i32 = 2
/** One trace event; layout in program/README.md. */
export const OUTPUT_TRACE: i32 = 3
/** 32-byte hash ++ RLP of the header of a block that a proof derived: a preimage to come. */
export const OUTPUT_HEADER: i32 = 4
/** That block's transactions, each a little-endian u32 length and as many bytes: their trie's nodes are preimages to come. */
export const OUTPUT_TRANSACTIONS: i32 = 5

// Rules of the two modes.
export const MODE_ETHEREUM: i32 = 0
export const MODE_OP: i32 = 1

// Ethereum rule sets the EVM knows, in order.
export const SPEC_PARIS: i32 = 0
export const SPEC_SHANGHAI: i32 = 1
export const SPEC_CANCUN: i32 = 2
export const SPEC_PRAGUE: i32 = 3

// OP Stack forks, in order.
export const FORK_BEDROCK: i32 = 0
export const FORK_REGOLITH: i32 = 1
export const FORK_CANYON: i32 = 2
export const FORK_ECOTONE: i32 = 3
export const FORK_FJORD: i32 = 4
export const FORK_GRANITE: i32 = 5
export const FORK_HOLOCENE: i32 = 6
export const FORK_ISTHMUS: i32 = 7
