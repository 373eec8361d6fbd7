// How much a transaction takes on L1 once it is compressed with others (OP Stack specs, "Fjord: L2 Execution Engine",
// FastLZ-based estimate). The program has the same computation for the L1 fee; here it serves batchers and builders.

const HASH_BITS = 13
const MAX_DISTANCE = 8191
const MAX_MATCH = 262
const LITERAL_RUN = 32
/** Bytes at the end that start no match. */
const TAIL = 13

/** Positions by hash, each plus `base`: what is below it is of an earlier input and counts as position 0. */
const table = new Uint32Array(1 << HASH_BITS)
let base = 0
let nextBase = 0

/** Length of FastLZ level 1's output for the data. */
export function fastLzLength(data: Uint8Array): number {
  const size = data.length
  if (size < TAIL + 2) return literals(size)
  if (nextBase + size > 0xffff_ffff) {
    table.fill(0)
    nextBase = 0
  }
  base = nextBase
  nextBase += size
  const limit = size - TAIL
  let length = 0
  let anchor = 0
  let at = 2
  for (;;) {
    const found = nextMatch(data, at, limit)
    if (found === undefined) return length + literals(size - anchor)
    if (found.at > anchor) length += literals(found.at - anchor)
    const matched = matchLength(data, found.candidate + 3, found.at + 3, limit + 9)
    length += matchCost(matched)
    at = found.at + matched
    // The next two positions start matches too.
    for (let i = 0; i < 2; i++, at++) table[slotOf(load24(data, at))] = base + at
    anchor = at
  }
}

/** The next position whose three bytes were seen before; the last one below `limit` does not count. */
function nextMatch(data: Uint8Array, from: number, limit: number) {
  for (let at = from; at < limit - 1; at++) {
    const bytes = load24(data, at)
    const slot = slotOf(bytes)
    const candidate = Math.max(0, (table[slot] as number) - base)
    table[slot] = base + at
    if (at - candidate <= MAX_DISTANCE && bytes === load24(data, candidate))
      return { at, candidate }
  }
  return undefined
}

function load24(data: Uint8Array, at: number): number {
  return (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16)
}

function slotOf(bytes: number): number {
  return (Math.imul(2_654_435_769, bytes) >>> (32 - HASH_BITS)) & ((1 << HASH_BITS) - 1)
}

/** Bytes that a run of literals takes: each 32 have a control byte. */
function literals(count: number): number {
  const rest = count % LITERAL_RUN
  return (LITERAL_RUN + 1) * Math.floor(count / LITERAL_RUN) + (rest === 0 ? 0 : rest + 1)
}

/** One more than the length of the common prefix, as the reference counts, while `q` is below `end`. */
function matchLength(data: Uint8Array, from: number, to: number, end: number): number {
  let p = from
  let q = to
  while (q < end) if (data[p++] !== data[q++]) break
  return q - to
}

function matchCost(length: number): number {
  const more = length - 1
  return 3 * Math.floor(more / MAX_MATCH) + (more % MAX_MATCH >= 6 ? 3 : 2)
}

const INTERCEPT = -42_585_600
const COEFFICIENT = 836_500
const FLOOR = 100_000_000

/**
 * Estimated bytes of a signed transaction on L1: at least 100, else 0.8365 of its FastLZ length less 42.6, rounded
 * down, as op-geth has it for `miner_setMaxDASize`.
 */
export function estimatedDaSize(raw: Uint8Array): number {
  return Math.floor(Math.max(FLOOR, INTERCEPT + COEFFICIENT * fastLzLength(raw)) / 1_000_000)
}
