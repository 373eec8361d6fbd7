// The emulator's own memory. All regions below HEAP are fixed; pages of the guest, decoded code and tree nodes are
// taken from the heap as the guest touches them.

const KIB: usize = 1 << 10
const MIB: usize = 1 << 20

/** Guest pages: the unit of sparse memory, of decoding and of checkpoints. */
export const PAGE_SHIFT: usize = 12
export const PAGE_SIZE: usize = 1 << 12
export const PAGE_COUNT: usize = 1 << 20

/** Compiler statics live below. */
const STATIC_END: usize = 64 * KIB

/** x0..x31, then a slot that takes what is written to x0. */
export const REGISTERS: usize = STATIC_END
export const PREIMAGE_KEY: usize = REGISTERS + 33 * 8
/** The record that stands for a pc that cannot be fetched. */
export const BAD_PC_RECORD: usize = REGISTERS + 1 * KIB
/** The record that stands for code there was no memory to decode. */
export const NO_MEMORY_RECORD: usize = BAD_PC_RECORD + 16
/** Z_0 .. Z_27: roots of zero subtrees by height. */
export const ZERO_ROOTS: usize = REGISTERS + 2 * KIB
/** The inner nodes of the page that is hashed: 128 slots of 32 bytes in heap order, slot 1 the root. */
export const PAGE_NODES: usize = REGISTERS + 4 * KIB
/** A leaf proof on its way out. */
export const PROOF: usize = REGISTERS + 8 * KIB
/** What an untouched page reads as. */
export const ZERO_PAGE: usize = REGISTERS + 16 * KIB

/** By page: its address here minus its guest address. A load adds the guest address. */
export const READ_TABLE: usize = 1 * MIB
/** The same for stores, or SLOW where a store has more to do than to store. */
export const WRITE_TABLE: usize = READ_TABLE + 4 * MIB
/** By page: its decoded records, or 0. */
export const CODE_TABLE: usize = WRITE_TABLE + 4 * MIB
/** By page: DIRTY_* bits. */
export const PAGE_FLAGS: usize = CODE_TABLE + 4 * MIB
/** Pages written since the tree was last computed, and since the last checkpoint. */
export const DIRTY_TREE_LIST: usize = PAGE_FLAGS + 1 * MIB
export const DIRTY_CHECKPOINT_LIST: usize = DIRTY_TREE_LIST + 4 * MIB
/** Nodes of the tree that are to be computed, one level at a time, and a mark for each node that is in it. */
export const NODE_LIST: usize = DIRTY_CHECKPOINT_LIST + 4 * MIB
export const NODE_MARKS: usize = NODE_LIST + 4 * MIB
/** The tree's upper 11 levels: 2048 slots of 32 bytes in heap order, slot 1 the root. */
export const TOP_NODES: usize = NODE_MARKS + 2 * MIB
/** By region of 1024 pages: its nodes (2048 slots in heap order), or 0. */
export const REGION_TABLE: usize = TOP_NODES + 64 * KIB
export const REGION_SIZE: usize = 64 * KIB

export const HEAP: usize = REGION_TABLE + 64 * KIB

export const SLOW: u32 = 1
export const DIRTY_TREE: u32 = 1
export const DIRTY_CHECKPOINT: u32 = 2
