import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type LaunchedRollup, launchRollup } from '@altlayer/launch'
import {
  type BlockPayload,
  blocksTopic,
  type OpStackP2p,
  openBans,
  readOrCreateKeyFile,
  startOpStackP2p,
} from '@altlayer/p2p'
import {
  EMPTY_BLOOM,
  EMPTY_REQUESTS_HASH,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  type Header,
  headerHash,
  orderedTrieRoot,
  parseRollupConfig,
  type RollupConfig,
} from '@altlayer/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { eventually } from '../../launch/test/eventually.ts'
import { freePort } from '../../launch/test/free-port.ts'
import { binary } from './helpers/process.ts'

// Nodes as processes of their own, on a rollup whose blocks nobody posts to L1: what followers know, they
// know from peers.

const folder = mkdtempSync(join(tmpdir(), 'altlayer-p2p-'))
let rollup: LaunchedRollup
let config: RollupConfig
/** Options of whoever is the sequencer: always the same peer to others. */
let sequencing: readonly string[]
let sequencer: TestNode
/** Follows the sequencer; everybody else has only it. */
let first: TestNode
const nodes: TestNode[] = []
const peers: OpStackP2p[] = []

interface TestNode {
  readonly pid: number
  readonly address: string
  rpc<T>(method: string, ...params: unknown[]): Promise<T>
  output(): string
  stop(): Promise<void>
}

interface PeerDump {
  readonly bannedPeers: readonly string[]
  readonly peers: Readonly<
    Record<string, { readonly scores: { readonly reqResp: Readonly<Record<string, number>> } }>
  >
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const said = () => nodes.map((node) => node.output()).join('\n\n')

async function startNode(
  name: string,
  args: readonly string[],
  batcherKey?: string,
): Promise<TestNode> {
  const port = await freePort()
  const { ALTLAYER_BATCHER_KEY: _, ...others } = process.env
  const env = { ...others, ...(batcherKey && { ALTLAYER_BATCHER_KEY: batcherKey }) }
  const child = spawn(
    process.execPath,
    [
      binary,
      ...['node', '--l1', rollup.l1Url, '--config', rollup.rollupConfigPath],
      ...['--data-dir', join(folder, name), '--port', String(port), ...args],
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  ) as ChildProcess & { readonly pid: number }
  let output = `${name}:\n`
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const address = () => /peers reach it at (\S+)/.exec(output)?.[1]
  const node: TestNode = {
    pid: child.pid,
    get address() {
      return address() ?? assert.fail('no address')
    },
    output: () => output,
    async rpc<T>(method: string, ...params: unknown[]): Promise<T> {
      const response = await fetch(`http://127.0.0.1:${port}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      const answer = (await response.json()) as { result: T; error?: { message: string } }
      if (answer.error) throw new Error(answer.error.message)
      return answer.result
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGINT')
      await once(child, 'close')
    },
  }
  nodes.push(node)
  const ended = once(child, 'exit').then(() => assert.fail(`${name} ended:\n${output}`))
  // By itself, or because a test is over with it.
  ended.catch(() => undefined)
  await Promise.race([eventually(`${name} has an address`, address), ended])
  return node
}

const head = async (node: TestNode) => Number(await node.rpc<string>('eth_blockNumber'))
const hashOf = async (node: TestNode, number: number) =>
  (
    await node.rpc<{ hash: string } | null>(
      'eth_getBlockByNumber',
      `0x${number.toString(16)}`,
      false,
    )
  )?.hash

/**
 * At five looks in a row a follower is within one block of the sequencer, or has what that had at the look before: one
 * that was held up may make several blocks from one look to the next.
 */
async function isUpToDate(node: TestNode): Promise<void> {
  let looks = 0
  let before = Number.POSITIVE_INFINITY
  await eventually(
    'a follower is up to date',
    async () => {
      const [theirs, ours] = [await head(sequencer), await head(node)]
      looks = ours >= theirs - 1 || ours >= before ? looks + 1 : 0
      before = theirs
      return looks === 5
    },
    said,
    { interval: 250 },
  )
  const number = await head(node)
  assert.ok(number > 0)
  assert.equal(await hashOf(node, number), await hashOf(sequencer, number))
}

/** A peer of our own making, with a host of ours and manners of its own. */
async function startPeer(
  to: readonly TestNode[],
  payloadByNumber: (number: bigint) => BlockPayload | undefined = () => undefined,
): Promise<OpStackP2p> {
  const { forks, blockTime, genesis, l2ChainId } = config
  const peer = await startOpStackP2p({
    privateKey: readOrCreateKeyFile(join(folder, `peer-${peers.length}.txt`)),
    listen: { ip: '127.0.0.1', port: 0 },
    staticPeers: to.map(({ address }) => address),
    bootPeers: [],
    tide: { low: 20, high: 30, grace: 30_000 },
    ban: { threshold: -100, duration: 60_000 },
    bans: openBans(undefined, Date.now()),
    userAgent: 'test',
    now: Date.now,
    sleep: pause as (ms: number) => Promise<void>,
    logger: {
      debug() {},
      info() {},
      warn() {},
      error: (fields, text) => console.error(text, fields),
    },
    chain: {
      chainId: l2ChainId,
      forks,
      blockTime,
      genesisNumber: genesis.l2.number,
      genesisTime: genesis.l2Time,
    },
    signer: () => undefined,
    serve: true,
    onBlock: () => {},
    payloadByNumber,
  })
  peers.push(peer)
  return peer
}

/** A block with a hash of its own that is none of the chain's. */
function strangeBlock(number: bigint): BlockPayload {
  const transactions = [new Uint8Array(randomBytes(100))]
  const header: Header = {
    parentHash: `0x${'11'.repeat(32)}`,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: `0x${'22'.repeat(20)}`,
    stateRoot: EMPTY_ROOT,
    transactionsRoot: orderedTrieRoot(transactions),
    receiptsRoot: EMPTY_ROOT,
    logsBloom: EMPTY_BLOOM,
    difficulty: 0n,
    number,
    gasLimit: 60_000_000n,
    gasUsed: 0n,
    timestamp: config.genesis.l2Time + number * config.blockTime,
    extraData: '0x',
    mixHash: `0x${'33'.repeat(32)}`,
    nonce: '0x0000000000000000',
    baseFeePerGas: 1n,
    withdrawalsRoot: EMPTY_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: `0x${'44'.repeat(32)}`,
    requestsHash: EMPTY_REQUESTS_HASH,
  }
  return { header, blockHash: headerHash(header), transactions, withdrawals: [] }
}

/** Resident memory of a process, bytes. */
function memoryOf({ pid }: TestNode): number {
  const status = `/proc/${pid}/status`
  const kilobytes = existsSync(status)
    ? /VmRSS:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1]
    : spawnSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' }).stdout
  return Number(kilobytes ?? assert.fail('no figure')) * 1_024
}

before(async () => {
  rollup = await launchRollup({ dataDir: join(folder, 'l1'), l1: { port: 0 }, l2BlockTime: 1 })
  config = parseRollupConfig(JSON.parse(readFileSync(rollup.rollupConfigPath, 'utf8')))
  const keyFile = join(folder, 'sequencer-key.txt')
  writeFileSync(keyFile, `${rollup.roleKeys.sequencer}\n`, { mode: 0o600 })
  sequencing = [
    ...['--sequencer', '--p2p.sequencer.key', keyFile],
    ...['--p2p.listen.tcp', String(await freePort()), '--p2p.priv.path', join(folder, 'priv.txt')],
  ]
  sequencer = await startNode('sequencer', sequencing)
  first = await startNode('first', ['--p2p.static', sequencer.address])
})

after(async () => {
  await Promise.all([...nodes.map((node) => node.stop()), ...peers.map((peer) => peer.close())])
  await rollup?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('followers of a sequencer', () => {
  it('are within one block of it before L1 has any, also through another follower', async () => {
    const second = await startNode('second', ['--p2p.static', first.address])
    await isUpToDate(first)
    await isUpToDate(second)
    const status = await second.rpc<{ safe_l2: { number: number } }>('optimism_syncStatus')
    assert.equal(status.safe_l2.number, 0)
    // At some moment: a node that was held up for long is dialled anew.
    await eventually(
      'the second has one peer, the first two',
      async () => {
        const { connected, blocksTopicV4, banned } =
          await first.rpc<Record<string, number>>('opp2p_peerStats')
        assert.equal(banned, 0)
        const count = await second.rpc('net_peerCount')
        return count === '0x1' && connected === 2 && blocksTopicV4 === 2
      },
      said,
    )
    await second.stop()
  })

  it('that start late ask their peers for the blocks they missed, and are not fooled by a liar', async () => {
    const liar = await startPeer([], strangeBlock)
    await eventually('there is something to miss', async () => (await head(first)) > 15, said)
    const [address] = liar.host.addresses()
    // The liar is there before the honest peer tells that there is something to ask for.
    const late = await startNode('late', [
      ...['--p2p.bootnodes', address ?? assert.fail(), '--rpc.enable-admin'],
    ])
    const peersOf = () => late.rpc<PeerDump>('opp2p_peers', false)
    await eventually('the liar is there', async () => (await peersOf()).peers[liar.host.id], said)
    await late.rpc('opp2p_connectPeer', first.address)
    const self = await first.rpc<{ peerID: string }>('opp2p_self')
    await eventually(
      'both have answered',
      async () => {
        const { peers: known, bannedPeers } = await peersOf()
        const lied = known[liar.host.id]?.scores.reqResp.rejectedPayloads ?? 0
        const told = known[self.peerID]?.scores.reqResp.validResponses ?? 0
        return told > 0 && (lied > 0 || bannedPeers.includes(liar.host.id))
      },
      said,
    )
    await isUpToDate(late)
    assert.equal(await hashOf(late, 1), await hashOf(sequencer, 1))
    await late.stop()
  })

  it('ban who sends forged blocks and bombs, in bounded memory, and go on', async () => {
    const hostile = await startPeer([first])
    const topic = blocksTopic(config.l2ChainId, 4)
    await eventually(
      'the hostile peer is there',
      () => hostile.host.topicPeers(topic).length > 0,
      said,
    )
    const before = memoryOf(first)
    const key = new Uint8Array(randomBytes(32))
    // 10 MiB and one byte more, claimed by a few bytes; then as real data; then blocks that another key signed.
    await hostile.host.publish(topic, Uint8Array.of(0x81, 0x80, 0x80, 0x05, 0x00, 0x01))
    await hostile.host.publish(topic, new Uint8Array(randomBytes(10 * 2 ** 20 - 100)))
    const publishForged = async () =>
      hostile.publish(strangeBlock(BigInt(await head(sequencer)) + 1n), key)
    for (let i = 0; i < 50; i++) await publishForged()
    const dump = () => first.rpc<PeerDump>('opp2p_peers', true)
    await eventually(
      'it is banned',
      async () => {
        if ((await dump()).bannedPeers.includes(hostile.host.id)) return true
        // Two may have been enough not to be listened to for a while: it goes on.
        await publishForged()
        return false
      },
      said,
      { interval: 250 },
    )
    await eventually('it is disconnected', async () => !(await dump()).peers[hostile.host.id], said)
    await isUpToDate(first)
    assert.ok(memoryOf(first) - before < 400 * 2 ** 20)
    // It tries again each second or two, and stays out.
    await pause(3_000)
    assert.equal((await dump()).peers[hostile.host.id], undefined)
  })

  it('refuse methods that change who is a peer, unless told to serve them', async () => {
    await assert.rejects(first.rpc('opp2p_blockPeer', 'x'), /does not exist/)
  })

  it('leave its blocks for those that L1 holds, and follow whoever goes on from there', async () => {
    const wallet = privateKeyToAccount(rollup.accounts[0]?.privateKey ?? assert.fail())
    const raw = await wallet.signTransaction({
      chainId: rollup.l2ChainId,
      type: 'eip1559',
      to: wallet.address,
      gas: 21_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 10n ** 9n,
      nonce: 0,
    })
    const transaction = await sequencer.rpc<string>('eth_sendRawTransaction', raw)
    const receipt = () =>
      first.rpc<{ blockNumber: string; blockHash: string } | null>(
        'eth_getTransactionReceipt',
        transaction,
      )
    const { blockNumber, blockHash } = await eventually(
      'the follower has the transaction',
      async () => (await receipt()) ?? undefined,
      said,
    )
    await sequencer.stop()
    // Knows nothing of the transaction, makes other blocks from there on, and posts them.
    const posting = ['--data-availability-type', 'calldata', '--max-channel-duration', '1']
    sequencer = await startNode('successor', [...sequencing, ...posting], rollup.roleKeys.batcher)
    const number = Number(blockNumber)
    await eventually(
      'the other block',
      async () => {
        const hash = await hashOf(first, number)
        const isAnother = hash !== undefined && hash !== blockHash
        return isAnother && hash === (await hashOf(sequencer, number))
      },
      said,
    )
    assert.equal(await receipt(), null)
    // It may stand in the middle of a span of blocks, which are safe together.
    await eventually(
      'the other block is safe',
      async () => {
        const status = await first.rpc<{ safe_l2: { number: number } }>('optimism_syncStatus')
        return status.safe_l2.number >= number
      },
      said,
    )
    await isUpToDate(first)
  })
})
