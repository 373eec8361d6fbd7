import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hash } from '@altlayer/protocol'
import { type Call, rpcBatch } from './json-rpc.ts'
import type { L2BlockJson, L2Ref, SyncStatus, TestNode } from './rollup-node.ts'

// What must hold of every node's heads at any time, whatever happens to L1, to batches and to processes:
// finalized is in safe's chain and safe in unsafe's; finalized never goes back; block tags say what
// optimism_syncStatus says; nodes do not contradict each other.

export interface HeadsWatcher {
  /** Follows a node until the end. */
  watch(node: TestNode): void
  /** How often a node's heads were looked at. */
  samples(): number
  /** Ends the watch. */
  stop(): Promise<void>
  /**
   * Ends the watch and judges what was seen. Throws AssertionError with everything that was wrong; `reference` has derived the whole
   * of the final L1, whose blocks are `isCanonical`.
   */
  finish(
    reference: TestNode,
    isCanonical: (l1: { readonly number: number; readonly hash: Hash }) => Promise<boolean>,
  ): Promise<void>
}

/** Milliseconds between looks. */
const INTERVAL = 60

interface SafeAt {
  readonly node: string
  readonly l1: { readonly number: number; readonly hash: Hash }
  readonly safe: L2Ref
}

export function watchHeads(): HeadsWatcher {
  const wrong: string[] = []
  const finalizedHashes = new Map<number, { readonly hash: Hash; readonly node: string }>()
  const safeAt = new Map<string, SafeAt>()
  const stop = new AbortController()
  const running: Promise<void>[] = []
  let samples = 0

  const complain = (node: TestNode, what: string) => {
    if (wrong.length < 20) wrong.push(`${node.name}: ${what}`)
  }

  function checkFinalized(node: TestNode, { number, hash }: L2Ref, last: L2Ref | undefined) {
    if (last !== undefined && number < last.number)
      complain(node, `finalized went back from ${last.number} to ${number}`)
    const known = finalizedHashes.get(number)
    if (known === undefined) finalizedHashes.set(number, { hash, node: node.name })
    else if (known.hash !== hash)
      complain(node, `finalized ${number} is ${hash}, ${known.node} had ${known.hash}`)
  }

  /** Asks twice: what changed in between is not judged against what was asked in between. */
  async function look(node: TestNode, last: L2Ref | undefined): Promise<L2Ref> {
    const tags = ['latest', 'safe', 'finalized'] as const
    const byTag = tags.map((tag): Call => ['eth_getBlockByNumber', [tag, false]])
    const [first, ...rest] = await rpcBatch(node.url, [
      ['optimism_syncStatus'],
      ...byTag,
      ['optimism_syncStatus'],
    ])
    const status = first as SyncStatus
    const { unsafe_l2, safe_l2, finalized_l2, current_l1 } = status
    samples += 1
    if (finalized_l2.number > safe_l2.number || safe_l2.number > unsafe_l2.number)
      complain(
        node,
        `finalized ${finalized_l2.number}, safe ${safe_l2.number}, unsafe ${unsafe_l2.number}`,
      )
    checkFinalized(node, finalized_l2, last)
    // Behind its L1 head, a node may not have come to a reorganisation that it has heard of.
    if (current_l1.hash === status.head_l1.hash)
      safeAt.set(`${node.name} ${current_l1.hash} ${safe_l2.hash}`, {
        node: node.name,
        l1: current_l1,
        safe: safe_l2,
      })
    if (sameHeads(status, rest.at(-1) as SyncStatus)) {
      for (const [i, ref] of [unsafe_l2, safe_l2, finalized_l2].entries()) {
        const block = rest[i] as L2BlockJson | null
        // Before anything is derived there is no such block, and the status names genesis.
        const unset = block === null && ref.number === 0
        if (block?.hash !== ref.hash && !unset)
          complain(
            node,
            `tag ${tags[i]} is ${Number(block?.number)} ${block?.hash}, syncStatus has ${ref.number} ${ref.hash}`,
          )
      }
      await checkChain(node, status)
    }
    return finalized_l2
  }

  async function checkChain(node: TestNode, status: SyncStatus): Promise<void> {
    const heads = [status.safe_l2, status.finalized_l2]
    const [safe, finalized, after] = await rpcBatch(node.url, [
      ...heads.map(
        ({ number }): Call => ['eth_getBlockByNumber', [`0x${number.toString(16)}`, false]],
      ),
      ['optimism_syncStatus'],
    ])
    if (!sameHeads(status, after as SyncStatus)) return
    for (const [i, block] of [safe, finalized].entries())
      if ((block as L2BlockJson | null)?.hash !== heads[i]?.hash)
        complain(
          node,
          `${i === 0 ? 'safe' : 'finalized'} ${heads[i]?.number} ${heads[i]?.hash} is not in the chain of the head ${status.unsafe_l2.number} ${status.unsafe_l2.hash}, which has ${(block as L2BlockJson | null)?.hash}`,
        )
  }

  async function follow(node: TestNode): Promise<void> {
    let finalized: L2Ref | undefined
    while (!stop.signal.aborted) {
      // Down or restarting: nothing to see.
      finalized = await look(node, finalized).catch(() => finalized)
      await sleep(INTERVAL)
    }
  }

  async function end(): Promise<void> {
    stop.abort()
    await Promise.all(running)
  }

  return {
    stop: end,
    watch(node) {
      running.push(follow(node))
    },
    samples: () => samples,
    async finish(reference, isCanonical) {
      await end()
      const { safe_l2 } = await reference.status()
      for (const { node, l1, safe } of safeAt.values()) {
        if (!(await isCanonical(l1))) continue
        const block = await reference.block(safe.number)
        if (block?.hash !== safe.hash || safe.number > safe_l2.number)
          wrong.push(
            `${node}: with L1 read up to ${l1.number} ${l1.hash}, safe ${safe.number} was ${safe.hash}; L1 gives ${block?.hash ?? 'no such block'}`,
          )
      }
      for (const [number, { hash, node }] of finalizedHashes) {
        const block = await reference.block(number)
        if (block?.hash !== hash)
          wrong.push(`${node}: finalized ${number} was ${hash}; L1 gives ${block?.hash}`)
      }
      assert.ok(samples > 0, 'heads were looked at')
      assert.deepEqual(wrong, [], 'heads contradict')
    },
  }
}

function sameHeads(a: SyncStatus, b: SyncStatus): boolean {
  return (['unsafe_l2', 'safe_l2', 'finalized_l2'] as const).every(
    (name) => a[name].hash === b[name].hash,
  )
}
