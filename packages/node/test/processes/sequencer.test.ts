import { after, before, describe, it } from 'node:test'
import { bytesToHex } from '@altlayer/protocol'
import { eventually } from '../../../launch/test/eventually.ts'
import { framesOf, l2Transfer, postFrames, spanOf } from './helpers/batches.ts'
import { rpc } from './helpers/json-rpc.ts'
import type { TestNode } from './helpers/rollup-node.ts'
import { createWorld, newMarker, type World } from './helpers/world.ts'

// A sequencer with its batcher and a verifier, in real time: an L1 block and an L2 block every second.

const ETHER = 10n ** 18n
/** L1 blocks. */
const WINDOW = 20
/** Two less than from L1's latest to its finalized. */
const DEPTH = 10
/** Milliseconds between L1 blocks. */
const L1_INTERVAL = 1_000
let world: World
let sequencer: TestNode
let verifier: TestNode
let stopMining: () => Promise<void>

before(async () => {
  world = await createWorld({
    tempo: { seqWindowSize: BigInt(WINDOW) },
    slotsInEpoch: (DEPTH + 2) / 2,
  })
  startMining()
  const { batcher } = world.deployment.launched.roleKeys
  if (batcher === undefined) throw new Error('no batcher key')
  sequencer = await world.startNode('sequencer', { sequencer: { batcherKey: batcher } })
  verifier = await world.startNode('verifier')
})
after(async () => {
  await stopMining?.()
  await world.close()
})

/** L1 blocks that nodes may be behind L1: on a slow machine the sequencing window is not over sooner for that. */
const MAX_BEHIND = 2

function startMining(): void {
  stopMining = world.l1.mineEvery(L1_INTERVAL, async () => {
    const { number } = await world.l1.head()
    for (const node of [sequencer, verifier]) {
      if (!node?.process().running()) continue
      const { current_l1 } = await node.status()
      if (Number(number) - current_l1.number > MAX_BEHIND) return false
    }
    return true
  })
}

/** Sends a transfer to the sequencer; a fresh account is the receiver. */
async function transfer(
  from: number,
): Promise<{ readonly to: `0x${string}`; readonly block: number }> {
  const { config, launched } = world.deployment
  const account = launched.accounts[from]
  if (account === undefined) throw new Error('no such account')
  const to = newMarker()
  const count = await rpc<string>(sequencer.url, 'eth_getTransactionCount', [
    account.address,
    'pending',
  ])
  const raw = await l2Transfer(config, account.privateKey, Number(count), to)
  const hash = await rpc<string>(sequencer.url, 'eth_sendRawTransaction', [bytesToHex(raw)])
  const block = await eventually(
    'the transfer is in a block',
    async () => {
      const receipt = await rpc<{ blockNumber: string } | null>(
        sequencer.url,
        'eth_getTransactionReceipt',
        [hash],
      )
      return receipt === null ? undefined : Number(receipt.blockNumber)
    },
    world.explain,
  )
  return { to, block }
}

/**
 * Deposits, and stops mining when the sequencer has it as safe: in one of the newest `depth` L1 blocks. Where
 * that took longer, another deposit is tried.
 */
async function depositNear(depth: number): Promise<`0x${string}`> {
  for (;;) {
    const receiver = newMarker()
    await world.deposit(receiver, ETHER)
    const { number } = await world.l1.head()
    await world.has(sequencer, receiver, ETHER)
    await stopMining()
    if ((await world.l1.head()).number - number < BigInt(depth)) return receiver
    startMining()
  }
}

const safeAt = async (node: TestNode) => (await node.status()).safe_l2.number

/** Both nodes have a block as safe that was made after now. */
async function goesOn(): Promise<void> {
  const { to, block } = await transfer(0)
  for (const node of [sequencer, verifier]) {
    await eventually(
      `block ${block} is safe at ${node.name}`,
      async () => (await safeAt(node)) >= block,
      world.explain,
    )
  }
  // Unless the block was replaced: then its transfer is in a later one.
  for (const node of [sequencer, verifier]) await world.has(node, to, 1n)
}

describe('a sequencer and its batcher', () => {
  it('make blocks that become safe, and final', async () => {
    const receiver = newMarker()
    await world.deposit(receiver, ETHER)
    await goesOn()
    await world.has(verifier, receiver, ETHER)
    await eventually(
      'blocks are final',
      async () => (await verifier.status()).finalized_l2.number > 0,
      world.explain,
    )
  })

  it('go on after a reorganisation of L1 of one block', async () => {
    await world.l1.reorg(1)
    await goesOn()
  })

  it('go on after a reorganisation of L1 down to its finalized block', async () => {
    const receiver = await depositNear(DEPTH)
    await world.l1.reorg(DEPTH)
    startMining()
    await goesOn()
    await world.has(sequencer, receiver, 0n)
  })

  it('are killed and go on', async () => {
    const { to } = await transfer(1)
    await sequencer.stop('SIGKILL')
    // However long it takes to start, the window is not over then.
    await stopMining()
    await sequencer.start()
    startMining()
    await goesOn()
    // It was in a block that was written to disk.
    await world.has(verifier, to, 1n)
  })

  it('go on after an L1 that stopped for a while', async () => {
    await world.l1.process().signal('SIGSTOP')
    const { unsafe_l2 } = await sequencer.status()
    await eventually(
      'blocks go on without L1',
      async () => (await sequencer.status()).unsafe_l2.number > unsafe_l2.number + 2,
      world.explain,
    )
    await world.l1.process().signal('SIGCONT')
    await goesOn()
  })
})

describe('a sequencer whose chain is not what L1 says', () => {
  it('takes over what another batcher with its key has posted', async () => {
    const { config } = world.deployment
    await stopMining()
    const plan = await world.plan(verifier, { marker: newMarker(), count: 1 })
    // What the batcher has sent is gone, and this takes its nonce.
    await world.l1.dropTransactions()
    await postFrames(config, world.l1, framesOf([spanOf(config, plan.parentHash, plan.blocks)]))
    await world.l1.mine()
    startMining()
    await goesOn()
  })

  it('goes on when nothing was posted for the whole sequencing window', async () => {
    await sequencer.stop('SIGKILL')
    const receiver = newMarker()
    await world.deposit(receiver, ETHER)
    const { head_l1 } = await verifier.status()
    await eventually(
      'the window is over',
      async () => (await verifier.status()).current_l1.number > head_l1.number + WINDOW + 2,
      world.explain,
    )
    await world.has(verifier, receiver, ETHER)
    await sequencer.start()
    await goesOn()
  })
})

describe('in the end', () => {
  it('a node from an empty disk has the same chain, and no head ever contradicted it', async () => {
    await sequencer.stop()
    await stopMining()
    await world.conclude([verifier])
  })
})
