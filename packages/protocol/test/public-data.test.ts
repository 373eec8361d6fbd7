import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testData } from '../../../scripts/testdata.ts'
import {
  bytesToHex,
  chainConfigOf,
  decodeBlocks,
  decodeReceipt,
  decodeTransaction,
  encodeBlock,
  encodeReceipt,
  encodeTransaction,
  headerFromRpc,
  headerHash,
  headerToRpc,
  hexToBytes,
  logsBloom,
  parseGenesis,
  parseRollupConfig,
  TX_DEPOSIT,
  transactionHash,
  transactionToRpc,
} from '../src/index.ts'

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

interface Exchange {
  readonly request: { readonly method: string }
  readonly result: unknown
}

const apis = await testData('execution-apis-tests.tar.xz')

// A case: lines ">> request" and "<< response".
function exchanges(folder: string): readonly Exchange[] {
  return [...apis.files]
    .filter(([path]) => path.startsWith(`tests/${folder}`) && path.endsWith('.io'))
    .flatMap(([, bytes]) => {
      const lines = text(bytes).split('\n')
      const read = (mark: string) =>
        lines.filter((line) => line.startsWith(mark)).map((line) => JSON.parse(line.slice(3)))
      const responses = read('<<')
      return read('>>').map((request, i) => ({ request, result: responses[i]?.result }))
    })
}

test('a whole Ethereum chain decodes, encodes back and links by hash', {
  skip: apis.absent,
}, () => {
  const chain = apis.files.get('tests/chain.rlp') as Uint8Array
  const blocks = decodeBlocks(chain)
  assert.ok(blocks.length > 10)
  assert.equal(bytesToHex(Buffer.concat(blocks.map(encodeBlock))), bytesToHex(chain))
  blocks.forEach((block, i) => {
    const parent = blocks[i - 1]
    if (parent) assert.equal(block.header.parentHash, headerHash(parent.header))
    for (const raw of block.transactions)
      assert.equal(bytesToHex(encodeTransaction(decodeTransaction(raw))), bytesToHex(raw))
  })
  const genesis = parseGenesis(JSON.parse(text(apis.files.get('tests/genesis.json'))))
  assert.equal(genesis.config.mode, 'ethereum')
  assert.equal(genesis.config.chainId, 3503995874084926n)
})

test('transactions in their RPC form are those of execution-apis', { skip: apis.absent }, () => {
  const blocks = decodeBlocks(apis.files.get('tests/chain.rlp') as Uint8Array)
  const byHash = new Map(
    blocks.flatMap(({ header, transactions }) =>
      transactions.map((raw, index) => [transactionHash(raw), { raw, header, index }] as const),
    ),
  )
  let compared = 0
  for (const { result } of exchanges('eth_getTransactionByHash')) {
    const expected = result as { hash: `0x${string}`; from: `0x${string}` } | null
    if (expected === null) continue
    const { raw, header, index } = byHash.get(expected.hash) as NonNullable<
      ReturnType<typeof byHash.get>
    >
    const actual = transactionToRpc(decodeTransaction(raw), {
      hash: expected.hash,
      from: expected.from,
      block: { hash: headerHash(header), number: header.number, index },
      ...(header.baseFeePerGas !== undefined && { baseFeePerGas: header.baseFeePerGas }),
    })
    assert.deepEqual(actual, expected)
    compared++
  }
  assert.ok(compared >= 4)
})

test('headers and raw receipts are those of execution-apis', { skip: apis.absent }, () => {
  for (const { result } of exchanges('eth_getBlockBy')) {
    if (result === null) continue
    const header = headerFromRpc(result)
    assert.equal(headerHash(header), (result as { hash: string }).hash)
    for (const [name, value] of Object.entries(headerToRpc(header)))
      assert.equal((result as Record<string, unknown>)[name], value, name)
  }
  let receipts = 0
  for (const { result } of exchanges('debug_getRawReceipts'))
    for (const raw of (result ?? []) as string[]) {
      const receipt = decodeReceipt(hexToBytes(raw))
      assert.equal(bytesToHex(encodeReceipt(receipt)), raw)
      assert.equal(logsBloom(receipt.logs), receipt.logsBloom)
      receipts++
    }
  assert.ok(receipts > 0)
})

const op = await testData('op-blocks.tar.xz')

test("real OP Stack blocks: configuration, parent header, every transaction's codec", {
  skip: op.absent,
}, () => {
  const fixtures = [...op.files.values()].map((bytes) => JSON.parse(text(bytes)))
  assert.equal(fixtures.length, 2)
  for (const fixture of fixtures) {
    const config = parseRollupConfig(fixture.rollup_config)
    assert.deepEqual(config.eip1559, { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n })
    assert.ok(chainConfigOf(config).forks.holocene)
    assert.equal(config.channelTimeoutGranite, 50n)
    const parent = headerFromRpc(fixture.parent_header)
    assert.ok(fixture.witness[parent.stateRoot], 'the witness holds the parent state root')
    fixture.executing_payload.transactions.forEach((raw: string, i: number) => {
      const tx = decodeTransaction(hexToBytes(raw))
      assert.equal(bytesToHex(encodeTransaction(tx)), raw)
      if (i === 0) assert.equal(tx.type, TX_DEPOSIT)
    })
  }
})
