import assert from 'node:assert/strict'
import { devAccount } from '@altlayer/launch'
import { type Address, bytesToHex, type Hash } from '@altlayer/protocol'
import { encodeFunctionData, parseAbi } from 'viem'
import { eventually } from '../../../../launch/test/eventually.ts'
import { startTestAnvil, type TestAnvil } from './anvil.ts'
import {
  framesOf,
  l2Transfer,
  type PlannedBlock,
  type PlanOptions,
  planBlocks,
  postFrames,
  spanOf,
} from './batches.ts'
import { type HeadsWatcher, watchHeads } from './heads.ts'
import { rpc } from './json-rpc.ts'
import { type Deployment, deployRollup, removeDeployment, type Tempo } from './rollup.ts'
import { type RollupNodeOptions, startNode, type TestNode } from './rollup-node.ts'

/** A rollup on an anvil of its own, its nodes as processes, and the test as batcher if it wants to be. */
export interface World {
  readonly deployment: Deployment
  readonly l1: TestAnvil
  readonly watcher: HeadsWatcher
  startNode(
    name: string,
    options?: Partial<Pick<RollupNodeOptions, 'l1Url' | 'beaconUrls' | 'sequencer'>>,
  ): Promise<TestNode>
  /**
   * Mines what waits and an empty block after it; when the node has come to that one, it has derived all that
   * L1 holds. Returns the node's heads.
   */
  caughtUp(node: TestNode): Promise<Awaited<ReturnType<TestNode['status']>>>
  /** As `caughtUp`, and none of the node's blocks has an L1 origin that is gone. */
  stands(node: TestNode): Promise<void>
  /** Waits until an account has this balance in the node's safe block. */
  has(node: TestNode, account: Address, wei: bigint): Promise<void>
  /** Plans the blocks after the node's safe head; each has a transfer to `marker`, if there is one. */
  plan(node: TestNode, options?: PlanOptions & { marker?: Address }): Promise<Plan>
  /** Posts a plan as a span batch; the next L1 block holds it. */
  post(plan: Plan): Promise<Hash>
  /** Posts the blocks of the time since the last ones, mines it, waits until the node has them as safe. */
  extend(node: TestNode, options?: { marker?: Address }): Promise<Plan>
  /** Deposits ETH to an L2 account; the next L1 block holds it. */
  deposit(to: Address, wei: bigint): Promise<Hash>
  /** As `caughtUp` for all of the nodes, which have the same safe head. */
  agree(nodes: readonly TestNode[]): Promise<void>
  /**
   * A node from an empty disk derives what L1 holds: every node has the same safe chain, and no head at
   * any time contradicted it.
   */
  conclude(nodes: readonly TestNode[]): Promise<void>
  explain(): string
  close(): Promise<void>
}

/** Blocks on a block. */
export interface Plan {
  readonly parentHash: Hash
  readonly blocks: readonly PlannedBlock[]
  readonly last: number
}

export interface WorldOptions {
  readonly tempo: Tempo
  /** L1 blocks from latest to safe, and again to finalized. */
  readonly slotsInEpoch: number
}

/** An account that has ETH on L2 and that nothing else uses. */
const payer = devAccount(5)
const portalAbi = parseAbi([
  'function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes data) payable',
])

/** A fresh address, to see on L2 what was included. */
export function newMarker(): Address {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(20)))
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const deployment = await deployRollup(options.tempo)
  const { config, folder, launched } = deployment
  const l1 = await startTestAnvil({ folder, ...options, statePath: deployment.statePath })
  const watcher = watchHeads()
  const nodes: TestNode[] = []
  const explain = () =>
    nodes.map((node) => `--- ${node.name}\n${node.log().slice(-3_000)}`).join('\n')

  async function caughtUp(node: TestNode) {
    await l1.mine(2)
    return eventually(
      `${node.name} has read all of L1`,
      async () => {
        const [status, head] = [await node.status(), await l1.head()]
        return status.current_l1.hash === head.hash && status
      },
      explain,
    )
  }

  async function plan(node: TestNode, { marker, ...of }: PlanOptions & { marker?: Address } = {}) {
    const { safe_l2: parent } = await caughtUp(node)
    const planned = await planBlocks(config, l1, parent, of)
    const nonce = Number(
      await rpc<string>(node.url, 'eth_getTransactionCount', [payer.address, 'safe']),
    )
    const blocks = await Promise.all(
      planned.map(async (block, i) => {
        if (marker === undefined) return block
        const transfer = await l2Transfer(config, payer.privateKey, nonce + i, marker)
        return { ...block, transactions: [transfer, ...block.transactions] }
      }),
    )
    return { parentHash: parent.hash, blocks, last: parent.number + blocks.length }
  }

  const post = ({ parentHash, blocks }: Plan) =>
    postFrames(config, l1, framesOf([spanOf(config, parentHash, blocks)]))

  async function agree(of: readonly TestNode[]): Promise<void> {
    await l1.mine(2)
    await eventually(
      'the nodes have read all of L1 and have the same safe head',
      async () => {
        const { hash } = await l1.head()
        const all = await Promise.all(of.map((node) => node.status()))
        return all.every(
          ({ current_l1, safe_l2 }) =>
            current_l1.hash === hash && safe_l2.hash === all[0]?.safe_l2.hash,
        )
      },
      explain,
    )
  }

  const isCanonical = async (at: { readonly number: number; readonly hash: Hash }) =>
    (await l1.block(BigInt(at.number)))?.hash === at.hash

  return {
    deployment,
    l1,
    watcher,
    caughtUp,
    plan,
    post,
    agree,
    explain,
    async stands(node) {
      await caughtUp(node)
      await eventually(
        `${node.name} stands on L1`,
        async () => isCanonical((await node.status()).unsafe_l2.l1origin),
        explain,
      )
    },
    has: async (node, account, wei) => {
      await eventually(
        `${account} has ${wei} wei at ${node.name}`,
        async () => (await node.balance(account)) === wei,
        explain,
      )
    },
    async startNode(name, of = {}) {
      const { configPath } = deployment
      const node = await startNode({ name, l1Url: l1.url, configPath, folder, ...of })
      nodes.push(node)
      watcher.watch(node)
      return node
    },
    async extend(node, of) {
      const planned = await plan(node, of)
      await post(planned)
      await l1.mine()
      await eventually(
        `block ${planned.last} is safe at ${node.name}`,
        async () => (await node.status()).safe_l2.number >= planned.last,
        explain,
      )
      return planned
    },
    deposit: (to, wei) =>
      l1.send({
        from: devAccount(6).address,
        to: launched.addresses.OptimismPortalProxy as Address,
        value: wei,
        data: encodeFunctionData({
          abi: portalAbi,
          functionName: 'depositTransaction',
          args: [to, wei, 100_000n, false, '0x'],
        }),
      }),
    async conclude(of) {
      const fresh = await startNode({
        name: 'fresh',
        l1Url: l1.url,
        configPath: deployment.configPath,
        folder,
      })
      nodes.push(fresh)
      await agree([fresh, ...of])
      const { safe_l2 } = await fresh.status()
      for (const node of of)
        for (let number = 0; number <= safe_l2.number; number++)
          assert.equal(
            (await node.block(number))?.hash,
            (await fresh.block(number))?.hash,
            `block ${number} of ${node.name}`,
          )
      await watcher.finish(fresh, isCanonical)
    },
    async close() {
      await watcher.stop()
      for (const node of nodes) await node.stop('SIGKILL')
      await l1.stop('SIGKILL')
      removeDeployment(deployment)
    },
  }
}
