import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type Address,
  bytesToHex,
  decodeBlock,
  decodeReceipt,
  encodeTransaction,
  type Hex,
  headerHash,
  hexToBytes,
  keccak256,
  keccak256Hex,
  l1AttributesDeposit,
  TX_DEPOSIT,
} from '@altlayer/protocol'
import { ethers } from 'ethers'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  parseEther,
  parseTransaction,
  webSocket,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { chainConfig } from 'viem/op-stack'
import { eventually } from '../../launch/test/eventually.ts'
import { type RpcServer, startRpcServer } from '../src/index.ts'
import { assemble } from './support/assembler.ts'
import { call, result } from './support/client.ts'
import {
  CHAIN_ID,
  openBlock,
  openTestEngine,
  sealBlock,
  type TestEngine,
  testGenesis,
} from './support/engine.ts'

// The whole way of users' libraries: viem (with its OP Stack formatters) and ethers, over HTTP and
// WebSocket, against a real engine in OP mode that seals a block whenever a test asks.

const KEY: Hex = `0x${'01'.repeat(32)}`
const alice = privateKeyToAccount(KEY)
const BOB: Address = `0x${'b0'.repeat(20)}`
const TOPIC: Hex = `0x${'11'.repeat(32)}`
const TOPIC_LOGGER: Address = `0x${'10'.repeat(20)}`
const REVERTER: Address = `0x${'20'.repeat(20)}`
const COUNTER: Address = `0x${'30'.repeat(20)}`

const account = (address: Address, code: Hex = '0x', balance = 0n) => ({
  address,
  balance,
  nonce: 0n,
  code,
  storage: [],
})

let chain: TestEngine
let server: RpcServer
let url: string
let wsUrl: string

before(async () => {
  chain = await openTestEngine(
    testGenesis('op', [
      account(alice.address.toLowerCase() as Address, '0x', parseEther('1000')),
      account(TOPIC_LOGGER, assemble(`0xabcd 0 MSTORE ${TOPIC} 32 0 LOG1 STOP`)),
      account(REVERTER, assemble('0x4e487b71 224 0 MSTORE 0x11 0 0 REVERT')),
      account(COUNTER, assemble('0 SLOAD 1 ADD DUP1 0 SSTORE 0 MSTORE 32 0 RETURN')),
    ]),
  )
  server = await startRpcServer({ engine: chain.engine, port: 0 })
  url = `http://127.0.0.1:${server.port}`
  wsUrl = `ws://127.0.0.1:${server.port}`
})
after(async () => {
  await server.close()
  await chain.close()
})

function network() {
  return defineChain({
    ...chainConfig,
    id: Number(CHAIN_ID),
    name: 'test',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url], webSocket: [wsUrl] } },
  })
}

const reader = () => createPublicClient({ chain: network(), transport: http() })
const wallet = () => createWalletClient({ chain: network(), transport: http(), account: alice })

/** The transaction every block of a rollup begins with. */
const L1_ATTRIBUTES = encodeTransaction(
  l1AttributesDeposit(
    {
      version: 'isthmus',
      number: 1n,
      timestamp: 1_700_000_000n,
      baseFee: 8_000_000_000n,
      blobBaseFee: 2n,
      hash: TOPIC,
      sequenceNumber: 0n,
      batcherAddress: BOB,
      baseFeeScalar: 1368n,
      blobBaseFeeScalar: 810_949n,
      operatorFeeScalar: 5n,
      operatorFeeConstant: 6n,
    },
    true,
  ),
)

const openRollupBlock = () => openBlock(chain.engine, { transactions: [L1_ATTRIBUTES] })

/** Seals a block with what the pool has. */
async function mine(): Promise<void> {
  await settled(await openRollupBlock())
}

/** Waits until the open block has taken the pool's transactions, then seals it. */
async function settled(id: Hex): Promise<void> {
  const { pool } = chain.engine
  while (chain.engine.pendingReceipts().length < pool.status().pending + 1)
    await new Promise((resolve) => setTimeout(resolve, 5))
  await sealBlock(chain.engine, id)
}

describe('viem', () => {
  test('sends a transfer and reads it back in every way', async () => {
    const client = reader()
    const nonce = await client.getTransactionCount({ address: alice.address })
    const hash = await wallet().sendTransaction({ to: BOB, value: 7n })
    assert.equal(
      await client.getTransactionCount({ address: alice.address, blockTag: 'pending' }),
      nonce + 1,
    )
    const pending = await client.getTransaction({ hash })
    assert.equal(pending.blockNumber, null)
    await mine()
    const receipt = await client.getTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    assert.equal(receipt.gasUsed, 21_000n)
    assert.equal(receipt.type, 'eip1559')
    assert.equal(receipt.l1Fee, 0n)
    assert.equal(receipt.l1GasPrice, 8_000_000_000n)
    const shown = await result(server.port, 'eth_getTransactionReceipt', [hash])
    const { l1BlobBaseFeeScalar, operatorFeeConstant } = shown as Record<string, unknown>
    assert.equal(l1BlobBaseFeeScalar, '0xc5fc5')
    assert.equal(operatorFeeConstant, '0x6')
    const block = await client.getBlock({
      blockNumber: receipt.blockNumber,
      includeTransactions: true,
    })
    assert.equal(block.transactions.at(-1)?.hash, hash)
    assert.equal(block.hash, receipt.blockHash)
    const index = receipt.transactionIndex
    const transaction = await client.getTransaction({ blockHash: block.hash, index })
    assert.deepEqual(transaction, await client.getTransaction({ hash }))
    assert.equal(transaction.value, 7n)
    assert.equal(await client.getBalance({ address: BOB }), 7n)
    assert.equal(await client.getBlockTransactionCount({ blockHash: block.hash }), 2)
  })

  test('estimates, calls and lists accesses', async () => {
    const client = reader()
    assert.equal(await client.estimateGas({ account: alice, to: BOB, value: 1n }), 21_000n)
    const { data } = await client.call({ to: COUNTER })
    assert.equal(BigInt(data ?? '0x'), 1n)
    const overridden = await client.call({
      to: COUNTER,
      stateOverride: [
        {
          address: COUNTER,
          stateDiff: [{ slot: `0x${'0'.repeat(64)}`, value: `0x${'0'.repeat(63)}9` }],
        },
      ],
    })
    assert.equal(BigInt(overridden.data ?? '0x'), 10n)
    const { accessList } = await client.createAccessList({ account: alice, to: COUNTER })
    assert.deepEqual(accessList, [{ address: COUNTER, storageKeys: [`0x${'0'.repeat(64)}`] }])
    await assert.rejects(client.call({ to: REVERTER, data: '0x' }), /revert/)
  })

  test('reads fees that a transaction can be sent with', async () => {
    const client = reader()
    const fees = await client.estimateFeesPerGas()
    assert.ok(fees.maxFeePerGas > fees.maxPriorityFeePerGas)
    const history = await client.getFeeHistory({ blockCount: 4, rewardPercentiles: [10, 50] })
    assert.equal(history.baseFeePerGas.length, history.gasUsedRatio.length + 1)
    assert.equal(history.reward?.length, history.gasUsedRatio.length)
    assert.equal(await client.getBlobBaseFee(), 1n)
  })

  test('finds logs by address, topic and range', async () => {
    const client = reader()
    const hash = await wallet().sendTransaction({ to: TOPIC_LOGGER })
    await mine()
    const { blockNumber } = await client.getTransactionReceipt({ hash })
    const logs = await client.getLogs({ address: TOPIC_LOGGER, fromBlock: 0n })
    assert.equal(logs.length, 1)
    assert.equal(logs[0]?.transactionHash, hash)
    assert.deepEqual(logs[0]?.topics, [TOPIC])
    const { timestamp } = await client.getBlock({ blockNumber })
    assert.equal(logs[0]?.blockTimestamp, timestamp)
    assert.deepEqual(await client.getLogs({ address: BOB, fromBlock: 0n }), [])
    await assert.rejects(
      client.getLogs({ fromBlock: blockNumber + 1n }),
      /block range extends beyond current head block/,
    )
  })

  test('watches heads, logs and pending transactions over WebSocket', async () => {
    const transport = webSocket(wsUrl, { keepAlive: false, reconnect: false })
    const client = createPublicClient({ chain: network(), transport })
    const heads: bigint[] = []
    const pending: Hex[] = []
    const events: Hex[] = []
    const stops = [
      client.watchBlocks({ onBlock: ({ number }) => heads.push(number) }),
      client.watchPendingTransactions({ onTransactions: (hashes) => pending.push(...hashes) }),
      client.watchEvent({
        address: TOPIC_LOGGER,
        onLogs: (logs) => events.push(...logs.map(({ transactionHash }) => transactionHash)),
      }),
    ]
    // Nothing says when all subscriptions are there: what is sent from then on comes, each once and in order.
    const sent: Hex[] = []
    await eventually('heads, transactions and logs', async () => {
      sent.push(await wallet().sendTransaction({ to: TOPIC_LOGGER }))
      await mine()
      return heads.length > 0 && pending.length > 0 && events.length > 0
    })
    const inOrder = (seen: readonly Hex[]) => {
      const first = sent.indexOf(seen[0] as Hex)
      assert.ok(first >= 0)
      assert.deepEqual(seen, sent.slice(first, first + seen.length))
    }
    inOrder(pending)
    inOrder(events)
    for (const stop of stops) stop()
    const { socket } = (await client.transport.getRpcClient()) as { socket: { close(): void } }
    socket.close()
  })

  test('knows the latest block’s hash in the block after it', async () => {
    const head = (await result(server.port, 'eth_getBlockByNumber', ['latest', false])) as {
      number: Hex
      hash: Hex
    }
    const next = `0x${(BigInt(head.number) + 1n).toString(16)}`
    // BLOCKHASH(NUMBER - 1)
    const call = { data: '0x60014303405f5260205ff3' }
    assert.equal(
      await result(server.port, 'eth_call', [call, 'latest', {}, { number: next }]),
      head.hash,
    )
  })

  test('reads storage of several accounts at once', async () => {
    const slots = [0, 7].map((slot) => `0x${slot.toString(16).padStart(64, '0')}`)
    const values = (await result(server.port, 'eth_getStorageValues', [
      { [COUNTER]: slots, [BOB]: slots.slice(0, 1) },
      'latest',
    ])) as Record<string, Hex[]>
    const one = (account: string, slot: string) =>
      result(server.port, 'eth_getStorageAt', [account, slot, 'latest'])
    assert.deepEqual(values, {
      [COUNTER]: [await one(COUNTER, '0x0'), await one(COUNTER, '0x7')],
      [BOB]: [await one(BOB, '0x0')],
    })
    const many = Array.from({ length: 1025 }, () => slots[0])
    for (const requests of [{}, { [BOB]: [] }, { [BOB]: many }])
      assert.equal(
        (await call(server.port, 'eth_getStorageValues', [requests])).error?.code,
        -32602,
      )
  })

  test('runs the code that an override puts in a precompile’s place', async () => {
    const sha256 = `0x${'02'.padStart(40, '0')}`
    // Returns 42.
    const overrides = { [sha256]: { code: '0x602a5f5260205ff3' } }
    assert.equal(
      await result(server.port, 'eth_call', [{ to: sha256 }, 'latest', overrides]),
      `0x${'2a'.padStart(64, '0')}`,
    )
    const moved = { ...overrides, [sha256]: { movePrecompileToAddress: BOB } }
    assert.match(
      (await result(server.port, 'eth_call', [{ to: BOB }, 'latest', moved])) as string,
      /^0xe3b0c442/,
    )
    assert.equal(await result(server.port, 'eth_call', [{ to: sha256 }, 'latest', moved]), '0x')
  })

  test('simulates blocks of calls', async () => {
    const client = reader()
    const blocks = await client.simulateBlocks({
      blocks: [
        {
          calls: [
            { account: alice, to: COUNTER },
            { account: alice, to: REVERTER },
          ],
        },
        { calls: [{ account: alice, to: COUNTER }] },
      ],
    })
    assert.equal(BigInt(blocks[0]?.calls[0]?.data ?? '0x'), 1n)
    assert.equal(blocks[0]?.calls[1]?.status, 'failure')
    assert.equal(BigInt(blocks[1]?.calls[0]?.data ?? '0x'), 2n)
    assert.equal(blocks[1]?.number, (blocks[0]?.number ?? 0n) + 1n)
  })

  test('sees the open block as pending', async () => {
    const client = reader()
    const id = await openRollupBlock()
    const before = await client.getBalance({ address: BOB, blockTag: 'latest' })
    await wallet().sendTransaction({ to: BOB, value: 100n })
    while (chain.engine.pendingReceipts().length < 2)
      await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(await client.getBalance({ address: BOB, blockTag: 'pending' }), before + 100n)
    assert.equal(await client.getBalance({ address: BOB, blockTag: 'latest' }), before)
    const block = await client.getBlock({ blockTag: 'pending', includeTransactions: true })
    assert.equal(block.hash, null)
    assert.equal(block.transactions[1]?.value, 100n)
    assert.equal(block.number, (await client.getBlockNumber({ cacheTime: 0 })) + 1n)
    await settled(id)
  })

  test('without an open block, takes the latest for pending', async () => {
    const client = reader()
    const latest = await client.getBlock({ includeTransactions: true })
    const pending = await client.getBlock({ blockTag: 'pending', includeTransactions: true })
    assert.equal(pending.hash, latest.hash)
    assert.deepEqual(pending.transactions, latest.transactions)
  })

  test('reads deposits with the fields of the OP Stack', async () => {
    const client = reader()
    const deposit = encodeTransaction({
      type: TX_DEPOSIT,
      sourceHash: TOPIC,
      from: BOB,
      to: COUNTER,
      mint: 5n,
      value: 0n,
      gas: 100_000n,
      isSystemTransaction: false,
      data: '0x',
    })
    await sealBlock(chain.engine, await openBlock(chain.engine, { transactions: [deposit] }))
    const hash = keccak256Hex(deposit)
    const transaction = await client.getTransaction({ hash })
    assert.equal(transaction.type, 'deposit')
    assert.equal(transaction.typeHex, '0x7e')
    const receipt = (await result(server.port, 'eth_getTransactionReceipt', [hash])) as Record<
      string,
      unknown
    >
    assert.equal(receipt.status, '0x1')
    assert.equal(receipt.depositNonce, '0x0')
    assert.equal(receipt.depositReceiptVersion, '0x1')
    assert.equal(receipt.l1Fee, undefined)
  })
})

describe('deposits', () => {
  const deposit = (fields: object) =>
    encodeTransaction({
      type: TX_DEPOSIT,
      sourceHash: TOPIC,
      from: BOB,
      to: COUNTER,
      mint: 0n,
      value: 0n,
      gas: 100_000n,
      isSystemTransaction: false,
      data: '0x',
      ...fields,
    })

  test('that fail before any code runs are in the block and can be traced', async () => {
    const poor = deposit({ value: parseEther('1') })
    const cheap = deposit({ gas: 100n })
    const id = await openBlock(chain.engine, { transactions: [L1_ATTRIBUTES, poor, cheap] })
    await sealBlock(chain.engine, id)
    const expected = [
      [poor, 'insufficient balance for transfer', '0x186a0'],
      [cheap, 'out of gas', '0x64'],
    ] as const
    for (const [raw, error, gas] of expected) {
      const hash = keccak256Hex(raw)
      const trace = await result(server.port, 'debug_traceTransaction', [
        hash,
        { tracer: 'callTracer' },
      ])
      const frame = trace as Record<string, unknown>
      assert.deepEqual(
        [frame.type, frame.from, frame.to, frame.error, frame.gas, frame.gasUsed],
        ['CALL', BOB, COUNTER, error, gas, gas],
      )
      const receipt = await result(server.port, 'eth_getTransactionReceipt', [hash])
      assert.equal((receipt as Record<string, unknown>).status, '0x0')
    }
    const traces = await result(server.port, 'debug_traceBlockByNumber', ['latest'])
    assert.equal((traces as unknown[]).length, 3)
  })
})

test('eth_fillTransaction gives what signs, sends and succeeds', async () => {
  const filled = await result(server.port, 'eth_fillTransaction', [
    { from: alice.address, to: COUNTER },
  ])
  const { raw, tx } = filled as { raw: Hex; tx: Record<string, Hex> }
  const { chainId, nonce, gas, maxFeePerGas, maxPriorityFeePerGas, to } = parseTransaction(raw)
  assert.equal(BigInt(tx.nonce ?? '0x'), BigInt(nonce ?? 0))
  const fields = { chainId, nonce, gas, maxFeePerGas, maxPriorityFeePerGas, to }
  const signed = await alice.signTransaction({ ...fields, type: 'eip1559' } as never)
  const hash = await reader().sendRawTransaction({ serializedTransaction: signed })
  await mine()
  assert.equal((await reader().getTransactionReceipt({ hash })).status, 'success')
  const legacy = await result(server.port, 'eth_fillTransaction', [
    { from: alice.address, to: BOB, gasPrice: '0x77359400', nonce: '0x7', gas: '0x5208' },
  ])
  const { tx: legacyTx } = legacy as { tx: Record<string, Hex> }
  assert.deepEqual([legacyTx.type, legacyTx.nonce, legacyTx.gas], ['0x0', '0x7', '0x5208'])
  const { error } = await call(server.port, 'eth_fillTransaction', [
    { from: alice.address, to: REVERTER },
  ])
  assert.equal(error?.code, 3)
})

test('a transaction whose sender cannot pay for L1 is refused before it is pooled', async () => {
  const poor = privateKeyToAccount(`0x${'5'.repeat(64)}`)
  const maxFeePerGas = 2_000_000_000n
  const give = async (value: bigint) => {
    await wallet().sendTransaction({ to: poor.address, value })
    await mine()
  }
  await give(21_000n * maxFeePerGas)
  const serializedTransaction = await poor.signTransaction({
    ...{ chainId: Number(CHAIN_ID), nonce: 0, to: BOB, gas: 21_000n },
    ...{ maxFeePerGas, maxPriorityFeePerGas: 1n },
  })
  await assert.rejects(reader().sendRawTransaction({ serializedTransaction }), /insufficient funds/)
  await give(parseEther('0.001'))
  const hash = await reader().sendRawTransaction({ serializedTransaction })
  await mine()
  assert.equal((await reader().getTransactionReceipt({ hash })).status, 'success')
})

describe('errors', () => {
  const numbered = (number: number) => `0x${number.toString(16).padStart(40, '0')}`
  const error = async (method: string, params: unknown) =>
    (await call(server.port, method, params)).error

  test('for blocks that are not there speak of a header', async () => {
    for (const ref of ['0xffff', TOPIC, { blockHash: TOPIC }])
      assert.match((await error('eth_getBalance', [BOB, ref]))?.message ?? '', /^header not found/)
  })

  test('for transactions of types a rollup does not have speak of the type, however large', async () => {
    // With its blob, a blob transaction is larger than any other may be.
    for (const [type, size] of [
      ['03', 10],
      ['03', 140_000],
      ['7e', 140_000],
    ] as const) {
      const refused = await error('eth_sendRawTransaction', [`0x${type}${'c0'.repeat(size)}`])
      assert.equal(refused?.code, -32000)
      assert.match(refused?.message ?? '', /^transaction type not supported/)
    }
    const large = await error('eth_sendRawTransaction', [`0x02${'c0'.repeat(140_000)}`])
    assert.match(large?.message ?? '', /^oversized data: transaction size 140001, limit 131072/)
  })

  test('of simulations have the codes of execution-apis', async () => {
    const simulate = async (...blockStateCalls: object[]) =>
      (await error('eth_simulateV1', [{ blockStateCalls, validation: true }]))?.code
    const from = alice.address
    assert.equal(await simulate({ blockOverrides: { number: '0x1' } }), -38020)
    assert.equal(await simulate({ blockOverrides: { time: '0x1' } }), -38021)
    assert.equal(await simulate({ calls: [{ from, to: BOB, nonce: '0xfffff' }] }), -38011)
    assert.equal(await simulate({ calls: [{ from, to: BOB, nonce: '0x0' }] }), -38010)
    assert.equal(await simulate({ calls: [{ from, to: BOB, gas: '0xffffffff' }] }), -38015)
    assert.equal(await simulate(...Array.from({ length: 257 }, () => ({}))), -38026)
    assert.equal(await simulate(), -32602)
    const move = (...moves: readonly (readonly [from: number, to: number])[]) =>
      simulate({
        stateOverrides: Object.fromEntries(
          moves.map(([a, b]) => [numbered(a), { movePrecompileToAddress: numbered(b) }]),
        ),
      })
    assert.equal(await move([1, 1]), -38022)
    assert.equal(await move([1, 0x1234], [2, 0x1234]), -38023)
    assert.equal(await move([1, 2], [2, 0x1234]), -32000)
    assert.equal(await move([0x1234, 0x1235]), -32000)
    assert.equal(await move([1, 2]), undefined)
  })

  test('of eth_call say where no precompile is that an override moves', async () => {
    const overrides = { [BOB]: { movePrecompileToAddress: numbered(1) } }
    const answer = await error('eth_call', [{ to: BOB }, 'latest', overrides])
    assert.deepEqual(answer, { code: -32000, message: `account ${BOB} is not a precompile` })
  })
})

describe('ethers', () => {
  test('sends, waits and reads', async () => {
    const provider = new ethers.JsonRpcProvider(url, undefined, { cacheTimeout: -1 })
    provider.pollingInterval = 20
    const signer = new ethers.Wallet(KEY, provider)
    const response = await signer.sendTransaction({ to: BOB, value: 3n })
    await mine()
    const receipt = await response.wait()
    assert.equal(receipt?.status, 1)
    const block = await provider.getBlock(receipt?.blockNumber ?? 0, true)
    assert.equal(block?.prefetchedTransactions.at(-1)?.hash, response.hash)
    assert.equal((await provider.getTransaction(response.hash))?.from, alice.address)
    assert.equal((await provider.getNetwork()).chainId, CHAIN_ID)
    await assert.rejects(provider.call({ to: REVERTER }), { code: 'CALL_EXCEPTION' })
    provider.destroy()
  })
})

describe('raw data', () => {
  test('agrees with what it encodes', async () => {
    const { port } = server
    const head = (await result(port, 'eth_getBlockByNumber', ['latest', false])) as {
      hash: Hex
      number: Hex
      transactions: Hex[]
    }
    const raw = (await result(port, 'debug_getRawBlock', [head.number])) as Hex
    const block = decodeBlock(hexToBytes(raw))
    assert.equal(headerHash(block.header), head.hash)
    const header = (await result(port, 'debug_getRawHeader', [head.hash])) as Hex
    assert.equal(bytesToHex(keccak256(hexToBytes(header))), head.hash)
    for (const [index, hash] of head.transactions.entries()) {
      const transaction = (await result(port, 'debug_getRawTransaction', [hash])) as Hex
      assert.equal(transaction, bytesToHex(block.transactions[index] as Uint8Array))
      assert.equal(await result(port, 'eth_getRawTransactionByHash', [hash]), transaction)
      const place = `0x${index.toString(16)}`
      for (const [method, ref] of [
        ['eth_getRawTransactionByBlockHashAndIndex', head.hash],
        ['eth_getRawTransactionByBlockNumberAndIndex', head.number],
      ] as const)
        assert.equal(await result(port, method, [ref, place]), transaction)
    }
    assert.equal(
      await result(port, 'eth_getRawTransactionByBlockHashAndIndex', [head.hash, '0xfff']),
      '0x',
    )
    const receipts = (await result(port, 'debug_getRawReceipts', [head.hash])) as Hex[]
    assert.equal(receipts.length, head.transactions.length)
    for (const receipt of receipts) assert.equal(decodeReceipt(hexToBytes(receipt)).status, true)
  })

  test('a header is its block without size, transactions and what is beside them', async () => {
    const { port } = server
    const head = (await result(port, 'eth_getBlockByNumber', ['latest', false])) as {
      hash: Hex
      number: Hex
    }
    const more = ['size', 'totalDifficulty', 'uncles', 'transactions', 'withdrawals']
    const fields = Object.entries(head).filter(([name]) => !more.includes(name))
    for (const [method, ref] of [
      ['eth_getHeaderByHash', head.hash],
      ['eth_getHeaderByNumber', head.number],
    ] as const)
      assert.deepEqual(await result(port, method, [ref]), Object.fromEntries(fields))
    assert.equal(await result(port, 'eth_getHeaderByNumber', ['0xffff']), null)
  })

  test('of data and input, a call takes input; what is to be signed must not have both', async () => {
    const { port } = server
    // Returns its call data.
    const code = '0x365f5f37365ff3'
    const to = `0x${'7e'.repeat(20)}`
    const both = { to, data: '0xdada', input: '0x1234' }
    const overrides = { [to]: { code } }
    assert.equal(await result(port, 'eth_call', [both, 'latest', overrides]), '0x1234')
    const refused = await call(port, 'eth_fillTransaction', [{ from: BOB, ...both }])
    assert.equal(refused.error?.code, -32602)
    assert.match(refused.error?.message ?? '', /both "data" and "input" are set and not equal/)
  })

  test('a witness holds the parent header and every node by its hash', async () => {
    const witness = (await result(server.port, 'debug_executionWitness', ['latest'])) as {
      headers: Hex[]
      state: Hex[]
      codes: Hex[]
    }
    const block = (await result(server.port, 'eth_getBlockByNumber', ['latest', false])) as {
      parentHash: Hex
    }
    assert.ok(
      witness.headers.map((one) => keccak256Hex(hexToBytes(one))).includes(block.parentHash),
    )
    assert.ok(witness.state.length > 0)
    const node = witness.state[0] as Hex
    const key = keccak256Hex(hexToBytes(node))
    assert.equal(await result(server.port, 'debug_dbGet', [key]), node)
  })

  test("a database key that is nobody's is not found, another form is refused", async () => {
    const absent = 'ab'.repeat(32)
    for (const key of [`0x${absent}`, `0x63${absent}`])
      assert.equal((await call(server.port, 'debug_dbGet', [key])).error?.message, 'not found')
    for (const key of ['0x', `0x64${absent}`, `0x${absent}00`, 'c', 5])
      assert.equal((await call(server.port, 'debug_dbGet', [key])).error?.code, -32602)
  })
})

describe('eth_sendRawTransactionSync', () => {
  test('waits for the receipt, and says when it did not come', async () => {
    const client = reader()
    const sign = async (nonce: number) =>
      alice.signTransaction({
        chainId: Number(CHAIN_ID),
        nonce,
        to: BOB,
        value: 1n,
        gas: 21_000n,
        maxFeePerGas: 2_000_000_000n,
        maxPriorityFeePerGas: 1_000_000n,
      })
    const nonce = await client.getTransactionCount({ address: alice.address })
    const waiting = result(server.port, 'eth_sendRawTransactionSync', [await sign(nonce)])
    while (chain.engine.pool.status().pending === 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    await mine()
    assert.equal(((await waiting) as { status: string }).status, '0x1')
    const late = result(server.port, 'eth_sendRawTransactionSync', [await sign(nonce + 1), 20])
    await assert.rejects(late, /"code":4.*not processed within 20 ms/)
    await mine()
  })
})

test('txpool_content, _inspect name accounts with their checksums', async () => {
  const queued = { nonce: 1_000_000, to: alice.address, value: 1n, gas: 21_000n }
  const fees = { maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 1_000_000n }
  const raw = await alice.signTransaction({ chainId: Number(CHAIN_ID), ...queued, ...fees })
  await result(server.port, 'eth_sendRawTransaction', [raw])
  const content = (await result(server.port, 'txpool_content')) as { queued: object }
  assert.deepEqual(Object.keys(content.queued), [alice.address])
  const inspected = await result(server.port, 'txpool_inspect')
  assert.deepEqual((inspected as { queued: object }).queued, {
    [alice.address]: {
      1000000: `${alice.address}: 1 wei + 21000 gas × 2000000000 wei`,
    },
  })
})
