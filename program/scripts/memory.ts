// The layout is plain arithmetic once its types are stripped; tsc does not know `usize`.
const layout: { MEMORY_END: number } = await import(
  new URL('../src/layout.ts', import.meta.url).href
)

const PAGE = 65_536

/** Pages of 64 KiB in the program's memory, which has this size from the start. */
export const MEMORY_PAGES: number = Math.ceil(layout.MEMORY_END / PAGE)

/** Bytes in the program's memory. */
export const MEMORY_SIZE: number = MEMORY_PAGES * PAGE
