// The guest's 2^32 bytes, page by page. Loads and stores go through READ_TABLE and WRITE_TABLE; whatever is not a
// plain access to a page that is there, dirty already and not decoded as code comes here.

import { decodePage, decodeWord } from './decode'
import { take } from './heap'
import {
  CODE_TABLE,
  DIRTY_CHECKPOINT,
  DIRTY_CHECKPOINT_LIST,
  DIRTY_TREE,
  DIRTY_TREE_LIST,
  PAGE_COUNT,
  PAGE_FLAGS,
  PAGE_SHIFT,
  PAGE_SIZE,
  READ_TABLE,
  SLOW,
  WRITE_TABLE,
  ZERO_PAGE,
} from './layout'

export let dirtyTree: u32 = 0
export let dirtyCheckpoint: u32 = 0

export function pagesInit(): void {
  for (let page: usize = 0; page < PAGE_COUNT; page++) {
    store<u32>(READ_TABLE + (page << 2), ZERO_PAGE - (page << PAGE_SHIFT))
    store<u32>(WRITE_TABLE + (page << 2), SLOW)
  }
}

/** Where the page is; the common page of zeros when nothing was written to it. */
export function pageBytes(page: usize): usize {
  return (page << PAGE_SHIFT) + load<u32>(READ_TABLE + (page << 2))
}

/** Where the page is for writing, marked dirty; 0 when there is no more memory. */
export function dirtyPage(page: usize): usize {
  let bytes: usize = pageBytes(page)
  if (bytes == ZERO_PAGE) {
    bytes = take(PAGE_SIZE)
    if (bytes == 0) return 0
    store<u32>(READ_TABLE + (page << 2), bytes - (page << PAGE_SHIFT))
  }
  const flags = load<u8>(PAGE_FLAGS + page)
  if ((flags & DIRTY_TREE) == 0) {
    store<u32>(DIRTY_TREE_LIST + ((<usize>dirtyTree) << 2), page)
    dirtyTree++
  }
  if ((flags & DIRTY_CHECKPOINT) == 0) {
    store<u32>(DIRTY_CHECKPOINT_LIST + ((<usize>dirtyCheckpoint) << 2), page)
    dirtyCheckpoint++
  }
  store<u8>(PAGE_FLAGS + page, DIRTY_TREE | DIRTY_CHECKPOINT)
  return bytes
}

/** How many of `length` bytes from guest address `at` are in its page. */
function inPage(at: u32, length: usize): usize {
  return min(length, PAGE_SIZE - (<usize>at & (PAGE_SIZE - 1)))
}

function guestBytes(at: u32): usize {
  return pageBytes(<usize>at >> PAGE_SHIFT) + (<usize>at & (PAGE_SIZE - 1))
}

/** Copies `length` bytes at guest address `from`, below 2^32 and in at most two pages, to ours. */
export function readGuest(from: u32, to: usize, length: usize): void {
  const first = inPage(from, length)
  memory.copy(to, guestBytes(from), first)
  if (first != length) memory.copy(to + first, guestBytes(from + first), length - first)
}

/**
 * Copies `length` bytes of ours to guest address `to`, below 2^32 and in at most two pages. False, with nothing
 * written, when there is no more memory.
 */
export function writeGuest(to: u32, from: usize, length: usize): bool {
  const first = inPage(to, length)
  if (first == length) return writeInPage(to, from, length)
  // The second page is made before anything is written to the first.
  if (dirtyPage(<usize>(to + first) >> PAGE_SHIFT) == 0) return false
  return writeInPage(to, from, first) && writeInPage(to + first, from + first, length - first)
}

function writeInPage(to: u32, from: usize, length: usize): bool {
  const page = <usize>to >> PAGE_SHIFT
  const bytes = dirtyPage(page)
  if (bytes == 0) return false
  const at = <usize>to & (PAGE_SIZE - 1)
  memory.copy(bytes + at, from, length)
  const code: usize = load<u32>(CODE_TABLE + (page << 2))
  if (code == 0) {
    store<u32>(WRITE_TABLE + (page << 2), bytes - (page << PAGE_SHIFT))
    return true
  }
  // Code that is written over is decoded anew at once: a fetch sees every earlier store.
  for (let word = at & ~3; word < at + length; word += 4) {
    decodeWord(code + (word << 2), load<u32>(bytes + word), <u64>(page << PAGE_SHIFT) + word)
  }
  return true
}

/** The page's records; 0 when there is no more memory. Stores to it take the slow way from now on. */
export function pageCode(page: usize): usize {
  const at = CODE_TABLE + (page << 2)
  const known: usize = load<u32>(at)
  if (known != 0) return known
  const code = take(5 * PAGE_SIZE)
  if (code == 0) return 0
  decodePage(code, pageBytes(page), <u64>(page << PAGE_SHIFT))
  store<u32>(at, code)
  store<u32>(WRITE_TABLE + (page << 2), SLOW)
  return code
}

/** Decodes the page anew, if it was decoded: the host has written to it. */
export function pageReplaced(page: usize): void {
  const code: usize = load<u32>(CODE_TABLE + (page << 2))
  if (code != 0) decodePage(code, pageBytes(page), <u64>(page << PAGE_SHIFT))
}

export function clearDirtyTree(): void {
  clearDirty(DIRTY_TREE_LIST, dirtyTree, ~DIRTY_TREE)
  dirtyTree = 0
}

export function clearDirtyCheckpoint(): void {
  clearDirty(DIRTY_CHECKPOINT_LIST, dirtyCheckpoint, ~DIRTY_CHECKPOINT)
  dirtyCheckpoint = 0
}

function clearDirty(list: usize, count: u32, keep: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const page: usize = load<u32>(list + ((<usize>i) << 2))
    store<u8>(PAGE_FLAGS + page, load<u8>(PAGE_FLAGS + page) & keep)
    store<u32>(WRITE_TABLE + (page << 2), SLOW)
  }
}
