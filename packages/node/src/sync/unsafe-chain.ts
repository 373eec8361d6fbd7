import { type BlockPayload, payloadBytes } from '@altlayer/p2p'
import type { Hash } from '@altlayer/protocol'

// The blocks above the unsafe head that are known or looked for, as a bounded state machine without time or
// I/O. What is trusted is a hash at a height: of a block that the sequencer signed, or of the parent of one.

/** The block that the next one is to be built on. */
export interface Tip {
  readonly number: bigint
  readonly hash: Hash
}

export interface UnsafeChainLimits {
  /** Heights above the head that are looked at. */
  readonly span: bigint
  /** Bytes of payloads that wait, about. */
  readonly bytes: number
  /** Answers whose place in the chain is not known yet. */
  readonly unplaced: number
  /** Heights below a known block that are asked for at a time. */
  readonly window: number
}

/** Half an hour of blocks each second, and no more memory than a few of the largest blocks. */
export const UNSAFE_CHAIN_LIMITS: UnsafeChainLimits = {
  span: 2_048n,
  bytes: 64 * 2 ** 20,
  unplaced: 32,
  window: 16,
}

/** What became of a signed block: `far` is beyond the span, `conflicting` does not stand on our chain. */
export type Addition = 'added' | 'known' | 'behind' | 'far' | 'conflicting'

/** A peer's answer turned out to be the block that was asked for, or another. */
export interface Verdict {
  readonly peer: string
  readonly right: boolean
}

export type Next =
  | { readonly kind: 'block'; readonly payload: BlockPayload }
  /** The trusted block after the head has another parent. */
  | { readonly kind: 'conflict'; readonly payload: BlockPayload }
  | { readonly kind: 'none' }

export interface UnsafeChain {
  /** A block that the sequencer signed. */
  addSigned(payload: BlockPayload): Addition
  /** A peer's answer for its height, its hash checked against its content. */
  addAnswer(payload: BlockPayload, peer: string): void
  /** Heights to ask for, the most urgent first; none of `asked`. */
  wanted(asked: ReadonlySet<bigint>, max: number): readonly bigint[]
  /** What comes after the head. A conflict is forgotten with what stands on it. */
  next(): Next
  /** A block and what stands on it is not looked at again: it is not valid. */
  refuse(payload: BlockPayload): void
  /** The head is another now. `reorganised`: it is not built on the one before. */
  moveTo(head: Tip, reorganised: boolean): void
  /** Verdicts since the last call. */
  takeVerdicts(): readonly Verdict[]
  status(): { readonly blocks: number; readonly bytes: number; readonly highest: bigint }
}

interface Link {
  readonly hash: Hash
  readonly payload?: BlockPayload
}

interface Unplaced {
  readonly payload: BlockPayload
  readonly peer: string
}

/** Hashes that are not looked at again. */
const MAX_REFUSED = 4_096

export function createUnsafeChain(head: Tip, limits = UNSAFE_CHAIN_LIMITS): UnsafeChain {
  let tip = head
  const links = new Map<bigint, Link>()
  const unplaced = new Map<bigint, Unplaced>()
  const refused = new Set<Hash>()
  let bytes = 0
  let verdicts: Verdict[] = []

  const highest = () => {
    let number = tip.number
    for (const at of links.keys()) if (at > number) number = at
    return number
  }

  function setLink(number: bigint, link: Link): void {
    removeLink(number)
    links.set(number, link)
    if (link.payload) bytes += payloadBytes(link.payload)
  }

  function removeLink(number: bigint): void {
    const before = links.get(number)
    if (before?.payload) bytes -= payloadBytes(before.payload)
    links.delete(number)
  }

  function removeUnplaced(number: bigint): Unplaced | undefined {
    const found = unplaced.get(number)
    if (found === undefined) return undefined
    unplaced.delete(number)
    bytes -= payloadBytes(found.payload)
    return found
  }

  function judge(peer: string, right: boolean): void {
    verdicts.push({ peer, right })
  }

  function noteRefused(hash: Hash): void {
    refused.add(hash)
    if (refused.size > MAX_REFUSED) refused.delete(refused.values().next().value as Hash)
  }

  /** Trusts a hash at a height and, with its payload, the parents as far as they are here. */
  function trust(number: bigint, hash: Hash, payload: BlockPayload | undefined): void {
    let at = number
    let link: Link = { hash, ...(payload && { payload }) }
    while (at > tip.number) {
      const before = links.get(at)
      // Known with what is below it.
      if (before?.hash === link.hash && before.payload !== undefined) return
      const answer = removeUnplaced(at)
      if (answer && link.payload === undefined) {
        const right = answer.payload.blockHash === link.hash
        judge(answer.peer, right)
        if (right) link = { hash: link.hash, payload: answer.payload }
      }
      setLink(at, link)
      if (link.payload === undefined) return
      link = { hash: link.payload.header.parentHash }
      at -= 1n
    }
  }

  /** Makes room by forgetting payloads from the top: the lowest are needed first. Their hashes stay. */
  function makeRoom(): void {
    if (bytes <= limits.bytes) return
    const heights = [...links.keys()].filter((at) => links.get(at)?.payload).sort(descending)
    for (const at of heights.slice(0, -1)) {
      if (bytes <= limits.bytes) return
      setLink(at, { hash: (links.get(at) as Link).hash })
    }
  }

  /** The links from `number` up that stand on one another are refused. */
  function refuseFrom(number: bigint): void {
    let at = number
    let parent: Hash | undefined
    for (let link = links.get(at); link !== undefined; link = links.get(at)) {
      const stands = parent === undefined || link.payload?.header.parentHash === parent
      if (!stands) return
      noteRefused(link.hash)
      removeLink(at)
      if (link.payload === undefined) return
      parent = link.hash
      at += 1n
    }
  }

  return {
    addSigned(payload) {
      const { header, blockHash } = payload
      if (header.number <= tip.number) return 'behind'
      if (header.number > tip.number + limits.span) return 'far'
      if (refused.has(blockHash) || refused.has(header.parentHash)) {
        noteRefused(blockHash)
        return 'conflicting'
      }
      if (links.get(header.number)?.payload?.blockHash === blockHash) return 'known'
      trust(header.number, blockHash, payload)
      makeRoom()
      return 'added'
    },
    addAnswer(payload, peer) {
      const { number } = payload.header
      if (number <= tip.number || number > highest()) return
      const link = links.get(number)
      if (link === undefined) {
        const full = unplaced.size >= limits.unplaced || bytes > limits.bytes
        if (full || unplaced.has(number)) return
        unplaced.set(number, { payload, peer })
        bytes += payloadBytes(payload)
        return
      }
      if (link.payload !== undefined) return
      const right = link.hash === payload.blockHash
      judge(peer, right)
      if (!right) return
      trust(number, link.hash, payload)
      makeRoom()
    },
    wanted(asked, max) {
      const wanted: bigint[] = []
      const full = bytes > (limits.bytes * 3) / 4
      for (const [low, high] of gaps(tip.number, links)) {
        const bottom = high - BigInt(limits.window) + 1n
        for (let at = high; at >= low && at >= bottom; at--) {
          if (unplaced.has(at) || asked.has(at)) continue
          const places = limits.unplaced - unplaced.size - asked.size - wanted.length
          if (!links.has(at) && places <= 0) continue
          if (wanted.length === max) return wanted
          wanted.push(at)
        }
        // Above it there is no room for more until this one is closed.
        if (full) break
      }
      return wanted
    },
    next() {
      const number = tip.number + 1n
      const payload = links.get(number)?.payload
      if (payload === undefined) return { kind: 'none' }
      if (payload.header.parentHash === tip.hash) return { kind: 'block', payload }
      refuseFrom(number)
      return { kind: 'conflict', payload }
    },
    refuse(payload) {
      noteRefused(payload.blockHash)
      if (links.get(payload.header.number)?.hash === payload.blockHash)
        refuseFrom(payload.header.number)
    },
    moveTo(next, reorganised) {
      tip = next
      for (const at of links.keys()) if (at <= tip.number) removeLink(at)
      for (const at of [...unplaced.keys()])
        if (at <= tip.number || at > highest()) removeUnplaced(at)
      if (reorganised) refused.clear()
    },
    takeVerdicts() {
      const taken = verdicts
      verdicts = []
      return taken
    },
    status: () => ({ blocks: links.size + unplaced.size, bytes, highest: highest() }),
  }
}

/** Runs of heights above `tip` without a payload, below a known block; the lowest first. */
function gaps(
  tip: bigint,
  links: ReadonlyMap<bigint, Link>,
): readonly (readonly [low: bigint, high: bigint])[] {
  const known = [...links.keys()].filter((at) => links.get(at)?.payload).sort(ascending)
  const found: [bigint, bigint][] = []
  let low = tip + 1n
  for (const at of known) {
    if (at > low) found.push([low, at - 1n])
    low = at + 1n
  }
  // Evicted payloads at the top: their hashes are known.
  const top = [...links.keys()].reduce((a, b) => (a > b ? a : b), tip)
  if (top >= low) found.push([low, top])
  return found
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function descending(a: bigint, b: bigint): number {
  return ascending(b, a)
}
