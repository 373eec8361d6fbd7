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
