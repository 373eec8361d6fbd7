// Virtual memory map. All regions are fixed; only touched pages cost memory. See README, "Memory".
// Every address is a multiple of 64 KiB. The sum stays below 2^32 (wasm32, and the proof machine's space).

const KIB: usize = 1 << 10
const MIB: usize = 1 << 20

/** Data segments and compiler statics live below. */
export const STATIC_END: usize = 1 * MIB

export const STACK_SIZE: usize = 32 * KIB
export const MAX_DEPTH: i32 = 1024
/** Stack of depth d occupies [STACKS + d * STACK_SIZE, + STACK_SIZE), growing down. */
export const STACKS: usize = STATIC_END
export const STACKS_END: usize = STACKS + 1025 * STACK_SIZE + 31 * KIB + KIB

/** Frame records. */
export const FRAMES: usize = STACKS_END
export const FRAME_SIZE: usize = 512
export const FRAMES_END: usize = FRAMES + 1 * MIB

/** What the host passes in and takes out. */
export const INPUT: usize = FRAMES_END
export const INPUT_SIZE: usize = 160 * MIB
export const RESULT: usize = INPUT + INPUT_SIZE
export const RESULT_SIZE: usize = 160 * MIB

/** Output of the last call; also where precompile results arrive. */
export const RETURN_DATA: usize = RESULT + RESULT_SIZE
export const RETURN_DATA_SIZE: usize = 64 * MIB

/** Memories of open frames, one after the other. */
export const EVM_MEMORY: usize = RETURN_DATA + RETURN_DATA_SIZE
export const EVM_MEMORY_SIZE: usize = 768 * MIB

export const BLOCK_ARENA: usize = EVM_MEMORY + EVM_MEMORY_SIZE
export const BLOCK_ARENA_SIZE: usize = 1024 * MIB

/** Two generations of encoded trie nodes, each with its hash table. The host sets how much of it is used. */
export const NODE_CACHE: usize = BLOCK_ARENA + BLOCK_ARENA_SIZE
export const NODE_CACHE_SIZE: usize = 512 * MIB

/** Decoded code. The host sets how much of it is used. */
export const CODE_CACHE: usize = NODE_CACHE + NODE_CACHE_SIZE
export const CODE_CACHE_SIZE: usize = 256 * MIB

/** Frames of the channels that derivation is waiting for. */
export const CHANNEL_FRAMES: usize = CODE_CACHE + CODE_CACHE_SIZE
export const CHANNEL_FRAMES_SIZE: usize = 256 * MIB

/** The channel that is being read: its frames joined, and decompressed. */
export const CHANNEL_INPUT: usize = CHANNEL_FRAMES + CHANNEL_FRAMES_SIZE
export const CHANNEL_INPUT_SIZE: usize = 128 * MIB
export const CHANNEL_OUTPUT: usize = CHANNEL_INPUT + CHANNEL_INPUT_SIZE
export const CHANNEL_OUTPUT_SIZE: usize = 128 * MIB

/** The brotli decoder's tables. */
export const BROTLI_TABLES: usize = CHANNEL_OUTPUT + CHANNEL_OUTPUT_SIZE
export const BROTLI_TABLES_SIZE: usize = 8 * MIB

/** The span batch that is being taken apart: its columns, then its transactions (derive/span-memory.ts). */
export const SPAN_MEMORY: usize = BROTLI_TABLES + BROTLI_TABLES_SIZE
export const SPAN_MEMORY_SIZE: usize = 208 * MIB

/** Batches that wait, before Holocene. */
export const BATCH_QUEUE: usize = SPAN_MEMORY + SPAN_MEMORY_SIZE
export const BATCH_QUEUE_SIZE: usize = 48 * MIB

/** The L1 block whose data derivation reads: its transactions, decoded blobs, frames. */
export const L1_DATA: usize = BATCH_QUEUE + BATCH_QUEUE_SIZE
export const L1_DATA_SIZE: usize = 32 * MIB

/** Receipts, blobs and L2 transactions while derivation looks at them. */
export const DERIVE_SCRATCH: usize = L1_DATA + L1_DATA_SIZE
export const DERIVE_SCRATCH_SIZE: usize = 32 * MIB

/** What derivation remembers of recent L1 blocks and safe L2 blocks, in rings by number. */
export const L1_CHAIN: usize = DERIVE_SCRATCH + DERIVE_SCRATCH_SIZE
export const L1_CHAIN_SIZE: usize = 16 * MIB
export const SAFE_CHAIN: usize = L1_CHAIN + L1_CHAIN_SIZE
export const SAFE_CHAIN_SIZE: usize = 2 * MIB

export const MEMORY_END: usize = SAFE_CHAIN + SAFE_CHAIN_SIZE
