import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { chainConfigOf, parseRollupConfig, type RollupConfig } from '@altlayer/protocol'
import {
  type BlockExecutor,
  createExecutor,
  createRpcClient,
  resolveRules,
  verifyForeignBlock,
} from '@altlayer/verify'
import { type Hex, keccak256, parseEther, toHex } from 'viem'
import { freePort } from '../../launch/test/free-port.ts'
import { clientsOf } from './helpers/clients.ts'
import { type Network, startNetwork } from './helpers/network.ts'
import { altlayer, binary } from './helpers/process.ts'
import {
  type Change,
  type RpcProxy,
  type RpcProxyOptions,
  startProxy,
} from './helpers/rpc-proxy.ts'

const folder = mkdtempSync(join(tmpdir(), 'altlayer-verify-'))
let network: Network
/** A block with transfers, a new contract, storage written and deleted, logs. */
let busy: { readonly number: bigint; readonly hash: Hex }
const proxies: RpcProxy[] = []
let rollup: RollupConfig
let executor: BlockExecutor | undefined

/** Constructor of: without calldata, an event; with it, its second word into the slot in its first. */
const RUNTIME = '3615600c576020355f3555005b60075f5fa100'
const CREATION: Hex = `0x61${(RUNTIME.length / 2).toString(16).padStart(4, '0')}80600a5f395ff3${RUNTIME}`

const ETH = ['eth_chainId', 'eth_getBlockByNumber', 'eth_getBlockByHash', 'eth_getBlockReceipts']

async function proxy(options: RpcProxyOptions): Promise<string> {
  const made = await startProxy(network.l2.url, options)
  proxies.push(made)
  return made.url
}

interface Line {
  readonly type?: string
  readonly status: string
  readonly number?: string
  readonly hash?: string
  readonly receipts?: string
  readonly witness?: { readonly source: string; readonly attempts: number }
  readonly problem?: {
    readonly code: string
    readonly message: string
    readonly field?: string
    readonly transaction?: number
  }
}

/** `altlayer verify-block` as a process of its own. */
async function command(url: string, block: string) {
  const args = ['verify-block', '--rpc', url, '--json', '--block', block]
  const { code, stdout, stderr } = await altlayer(args)
  assert.equal(stderr, '')
  return { code, verdict: JSON.parse(stdout) as Line }
}

/** The same in this process, for many cases. */
async function verifyBusy(url: string) {
  const rpc = createRpcClient(url)
  try {
    executor ??= createExecutor({ config: (await resolveRules(rpc, { configs: [rollup] })).config })
    executor.clear()
    const rules = { config: chainConfigOf(rollup), rpc, executor }
    return await verifyForeignBlock({ ...rules, capabilities: { refused: new Set() } }, busy.number)
  } finally {
    rpc.close()
  }
}

before(async () => {
  network = await startNetwork(join(folder, 'network'))
  const file = readFileSync(join(network.dataDir, 'rollup', 'rollup.json'), 'utf8')
  rollup = parseRollupConfig(JSON.parse(file))
  const { l2, l2Wallet } = clientsOf(network)
  const created = await l2.waitForTransactionReceipt({
    hash: await l2Wallet.sendTransaction({ data: CREATION }),
  })
  const to = created.contractAddress as Hex
  const word = (value: number) => toHex(value, { size: 32 }).slice(2)
  const store = (key: number, value: number): Hex => `0x${word(key)}${word(value)}`
  const nonce = await l2.getTransactionCount({ address: l2Wallet.account.address })
  const requests = [
    ...[1, 2, 3, 4].map((key) => ({ to, data: store(key, key) })),
    { to, data: store(2, 0) },
    { to, data: '0x' as Hex },
    { to: keccak256('0x01').slice(0, 42) as Hex, value: parseEther('0.1') },
    { data: CREATION },
  ]
  const hashes = await Promise.all(
    requests.map((request, i) =>
      l2Wallet.sendTransaction({ ...request, nonce: nonce + i, gas: 300_000n }),
    ),
  )
  const receipts = await Promise.all(hashes.map((hash) => l2.waitForTransactionReceipt({ hash })))
  const withLog = receipts.find(({ logs }) => logs.length > 0)
  assert.ok(withLog)
  busy = await settled(withLog.transactionHash)
})

/** The block of a transaction once two others stand on it: a sequencer may build its newest ones anew. */
async function settled(hash: Hex): Promise<typeof busy> {
  const { l2 } = clientsOf(network)
  for (;;) {
    const { blockNumber, blockHash } = await l2.getTransactionReceipt({ hash })
    while ((await l2.getBlockNumber({ cacheTime: 0 })) < blockNumber + 2n) await sleep(200)
    const block = await l2.getBlock({ blockNumber })
    if (block.hash === blockHash) return { number: blockNumber, hash: blockHash }
  }
}

after(async () => {
  for (const one of proxies) await one.close()
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('verifying a rollup that runs elsewhere', () => {
  it('verifies a block by number, hash and tag, from debug_executionWitness', async () => {
    for (const block of [String(busy.number), 'latest']) {
      const { code, verdict } = await command(network.l2.url, block)
      assert.equal(verdict.status, 'valid', verdict.problem?.message)
      assert.equal(code, 0)
      assert.equal(verdict.receipts, 'compared')
      assert.equal(verdict.witness?.source, 'executionWitness')
      if (block !== 'latest') assert.equal(verdict.hash, busy.hash)
    }
    const args = ['verify-block', '--rpc', network.l2.url, '--block', busy.hash]
    const { stdout } = await altlayer(args)
    assert.match(stdout, new RegExp(`^VALID chain \\d+ block ${busy.number} ${busy.hash}`))
    assert.match(stdout, /receipts of the RPC: compared/)
  })

  it('does not wait without --follow for a block that is still to come', async () => {
    const { code, stderr } = await altlayer([
      ...['verify', '--rpc', network.l2.url, '--from', '1000000000'],
    ])
    assert.equal(code, 1)
    assert.match(stderr, /--from 1000000000 is after block \d+, the head of http.*--follow waits/)
  })

  it('needs no more than eth_getProof and debug_dbGet, each alone for most of it', async () => {
    for (const only of [
      [...ETH, 'eth_getProof', 'debug_dbGet'],
      [...ETH, 'debug_dbGet'],
      [...ETH, 'eth_getProof', 'eth_getCode', 'debug_dbGet', 'debug_traceBlockByHash'],
    ]) {
      const verdict = await verifyBusy(await proxy({ only }))
      assert.equal(verdict.status, 'valid', verdict.problem?.message)
      assert.equal(verdict.witness?.source, 'proofs')
    }
  })

  it('finds the lie, whatever it is, and never a match', async () => {
    type Block = { hash: Hex; stateRoot: Hex; transactions: { value: Hex }[] }
    type Receipt = { l1Fee?: Hex; logs: { data: Hex; topics: Hex[]; address: Hex }[] }
    type Witness = { state: Hex[] }
    const flip = (hex: Hex) => `${hex.slice(0, -1)}${hex.endsWith('0') ? '1' : '0'}` as Hex
    const blockLie = (change: (block: Block) => void): Change =>
      ((block: Block) => {
        if (block.hash === busy.hash) change(block)
        return block
      }) as Change
    const receiptsLie = (change: (receipts: Receipt[]) => void): Change =>
      ((receipts: Receipt[]) => {
        change(receipts)
        return receipts
      }) as Change
    const witnessOnly = [...ETH, 'optimism_rollupConfig', 'debug_executionWitness']
    const cases: readonly (readonly [string, RpcProxyOptions, RegExp])[] = [
      [
        'MISSING_PREIMAGE',
        {
          only: witnessOnly,
          lies: {
            debug_executionWitness: ((w: Witness) => ({
              ...w,
              state: w.state.map(flip),
            })) as Change,
          },
        },
        /missing preimage of 0x/,
      ],
      [
        'MISSING_PREIMAGE',
        {
          only: witnessOnly,
          lies: {
            debug_executionWitness: ((w: Witness) => ({ ...w, state: w.state.slice(1) })) as Change,
          },
        },
        /missing preimage of 0x.*no method debug_dbGet/,
      ],
      [
        'LIMIT',
        {
          lies: {
            debug_executionWitness: (() => ({
              state: Array(40).fill(`0x${'00'.repeat(2 << 20)}`),
            })) as Change,
          },
        },
        /has more than \d+ bytes/,
      ],
      [
        'RECEIPT',
        {
          lies: {
            eth_getBlockReceipts: receiptsLie((receipts) => {
              const [log] = receipts.find(({ logs }) => logs.length > 0)?.logs ?? []
              if (log !== undefined) log.topics = [`0x${'77'.repeat(32)}`]
            }),
          },
        },
        /logs\[0\]\.topics/,
      ],
      [
        'RECEIPT',
        {
          lies: {
            eth_getBlockReceipts: receiptsLie((receipts) => {
              const paying = receipts.find(({ l1Fee }) => l1Fee !== undefined) as Receipt
              paying.l1Fee = `${paying.l1Fee}0` as Hex
            }),
          },
        },
        /l1Fee is 0x\w+, the RPC shows 0x\w+0/,
      ],
      [
        'TRANSACTIONS',
        {
          lies: {
            eth_getBlockByNumber: blockLie((block) => {
              Object.assign(block.transactions.at(-1) as object, { value: '0x123' })
            }),
          },
        },
        /transaction \d+: its fields hash to/,
      ],
      [
        'HEADER_HASH',
        {
          lies: {
            eth_getBlockByNumber: blockLie((block) =>
              Object.assign(block, { stateRoot: flip(block.stateRoot) }),
            ),
          },
        },
        /stateRoot is 0x\w+ by execution/,
      ],
      [
        'PARENT_HEADER',
        {
          lies: {
            eth_getBlockByHash: ((b: Block) => ({ ...b, stateRoot: flip(b.stateRoot) })) as Change,
          },
        },
        /the parent's header hashes to/,
      ],
    ]
    for (const [code, options, message] of cases) {
      const { status, problem } = await verifyBusy(await proxy(options))
      assert.equal(status, 'unverified')
      assert.equal(problem?.code, code, problem?.message)
      assert.match(problem.message, message)
    }
    const [, lie] = cases.at(-1) as (typeof cases)[number]
    const { code, verdict } = await command(await proxy(lie), busy.hash)
    assert.equal(code, 1)
    assert.equal(verdict.problem?.code, 'PARENT_HEADER')
  })

  it('says what is wrong with its arguments, and when nobody answers', async () => {
    const usage = await altlayer(['verify-block', '--block', '5'])
    assert.equal(usage.code, 2)
    assert.match(usage.stderr, /name a fixture, or give --rpc/)
    const silent = await altlayer(['verify-block', '--rpc', 'http://127.0.0.1:1/secret'])
    assert.equal(silent.code, 1)
    assert.match(silent.stderr, /^altlayer verify-block: http:\/\/127\.0\.0\.1:1: eth_chainId: /)
    assert.doesNotMatch(silent.stderr, /secret/)
    const unknown = await proxy({ only: ['eth_chainId'] })
    const rules = await altlayer(['verify-block', '--rpc', unknown])
    assert.match(rules.stderr, /whose rules are not known: give its rollup\.json/)
    assert.equal((await altlayer(['verify', '--follow'])).code, 2)
  })
})

describe('following rollups that run elsewhere', () => {
  it('verifies all new blocks of two at once, and says how far behind each is', async () => {
    const stripped = await proxy({
      only: [...ETH, 'optimism_rollupConfig', 'eth_getProof', 'eth_getCode', 'debug_dbGet'],
    })
    const port = await freePort()
    const args = [
      ...['verify', '--follow', '--json', '--from', '1', '--workers', '1'],
      ...['--metrics', '--metrics.port', String(port)],
    ]
    const child = spawn(
      process.execPath,
      [binary, ...args, '--rpc', network.l2.url, '--rpc', stripped],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let output = ''
    const goal = busy.number + 4n
    const lines = () =>
      output
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line & { origin: string })
    const blocks = (origin: string) =>
      lines().filter((line) => line.type === 'block' && line.origin === origin)
    const origins = [network.l2.url, stripped].map((url) => new URL(url).origin)
    const reached = Promise.withResolvers<void>()
    child.once('close', () => reached.reject(new Error(`it ended early:\n${output}`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (origins.every((origin) => blocks(origin).some(({ number }) => number === `${goal}`)))
        reached.resolve()
    })
    await reached.promise
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number]
    for (const origin of origins) {
      const labels = `chain_id="${network.l2.chainId}",origin="${origin}"`
      assert.match(
        metrics,
        new RegExp(`altlayer_verify_blocks_total\\{${labels},status="valid"\\} \\d+`),
      )
      assert.match(metrics, new RegExp(`altlayer_verify_behind_seconds\\{${labels}\\} [\\d.]+`))
    }
    assert.equal(code, 0, output)
    for (const url of [network.l2.url, stripped]) {
      const list = blocks(new URL(url).origin)
      assert.deepEqual(
        list.map(({ number }) => number),
        list.map((_, i) => `${i + 1}`),
      )
      for (const { status, problem } of list) assert.equal(status, 'valid', problem?.message)
    }
    const last = lines()
      .filter(({ type }) => type === 'status')
      .slice(-2) as unknown as readonly {
      readonly behind: { readonly blocks: number; readonly seconds: number }
    }[]
    assert.equal(last.length, 2)
    for (const { behind } of last) assert.ok(behind.blocks >= 0 && behind.seconds >= 0)
  })

  it('ends at the head without --follow, in words for people', async () => {
    const { code, stdout } = await altlayer(['verify', '--rpc', network.l2.url])
    assert.equal(code, 0, stdout)
    assert.match(stdout, /rules from http/)
    const line = /chain \d+: block \d+ · behind \d+ blocks?, [\d.]+ (s|min|h) · [1-9]\d* valid/
    assert.match(stdout, line)
  })
})
