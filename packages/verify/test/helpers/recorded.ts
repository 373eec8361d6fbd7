import {
  bytesToHex,
  createAddress,
  decodeReceipt,
  decodeRlp,
  decodeTransaction,
  EMPTY_ROOT,
  effectiveGasPrice,
  type Hash,
  type Header,
  type Hex,
  headerHash,
  headerToRpc,
  hexToBytes,
  listItems,
  parseL1Attributes,
  quantity,
  rlpHash,
  transactionToRpc,
} from '@altlayer/protocol'
import { RpcError, type RpcMethod } from '../../../rpc/test/support/json-rpc-server.ts'
import { createExecutor, type ExecutedTransaction } from '../../src/execute.ts'
import type { BlockFixture } from '../../src/index.ts'
import { prove } from './trie.ts'

type Json = Record<string, unknown>

/** What an honest RPC answers about one block, taken apart so that a test can change any part. */
export interface RecordedBlock {
  readonly chainId: bigint
  readonly block: Json & { transactions: Json[] }
  readonly parent: Json
  readonly receipts: (Json & { logs: Json[] })[]
  readonly witness: { state: Hex[]; codes: Hex[]; headers: unknown[]; keys: Hex[] }
  readonly fixture: BlockFixture
}

/** Executes a fixture and writes down what an RPC would say of its block. */
export function record(fixture: BlockFixture): RecordedBlock {
  const executor = createExecutor({ config: fixture.config })
  const byKey = new Map([...fixture.witness].map(([hash, bytes]) => [hash.slice(4), bytes]))
  const execution = executor.run(fixture, (key) =>
    byKey.get(Buffer.from(key.subarray(1)).toString('hex')),
  )
  if (!execution.sealed) throw execution.error
  const { header, hash, results } = execution
  const number = header.number
  const transactions = fixture.transactions.map((raw, index) => {
    const result = results[index] as ExecutedTransaction
    return transactionToRpc(decodeTransaction(raw), {
      hash: result.hash,
      from: result.from,
      block: { hash, number, index },
      ...(header.baseFeePerGas !== undefined && { baseFeePerGas: header.baseFeePerGas }),
    })
  })
  const bytes = [...fixture.witness.values()]
  const isNode = (data: Uint8Array) => (data[0] as number) >= 0xc0
  return {
    chainId: fixture.config.chainId,
    fixture,
    block: { ...headerToRpc(header), hash, uncles: [], withdrawals: [], transactions },
    parent: blockJson(fixture.parent),
    receipts: receiptsJson(fixture.transactions, header, hash, results),
    witness: {
      state: bytes.filter(isNode).map(bytesToHex),
      codes: bytes.filter((data) => !isNode(data)).map(bytesToHex),
      headers: [headerToRpc(fixture.parent)],
      keys: [],
    },
  }
}

function blockJson(header: Header): Json {
  return { ...headerToRpc(header), hash: headerHash(header), uncles: [], transactions: [] }
}

/** Receipts as an RPC shows them. */
export function receiptsJson(
  transactions: readonly Uint8Array[],
  header: Header,
  blockHash: Hash,
  results: readonly ExecutedTransaction[],
): (Json & { logs: Json[] })[] {
  const first = decodeTransaction(transactions[0] as Uint8Array)
  const l1 = parseL1Attributes(hexToBytes(first.data))
  if (l1.version === 'bedrock') throw new Error('an Ecotone block was expected')
  let logIndex = 0
  return results.map((result, index) => {
    const tx = decodeTransaction(transactions[index] as Uint8Array)
    const receipt = decodeReceipt(result.receipt)
    const place = {
      blockHash,
      blockNumber: quantity(header.number),
      transactionHash: result.hash,
      transactionIndex: quantity(index),
    }
    return {
      ...place,
      type: quantity(receipt.type),
      status: receipt.status ? '0x1' : '0x0',
      cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
      logsBloom: receipt.logsBloom,
      logs: receipt.logs.map((log) => ({
        ...log,
        ...place,
        logIndex: quantity(logIndex++),
        removed: false,
      })),
      from: result.from,
      to: tx.to ?? null,
      contractAddress: tx.to === undefined ? createAddress(result.from, result.nonce) : null,
      gasUsed: quantity(result.gasUsed),
      effectiveGasPrice: quantity(effectiveGasPrice(tx, header.baseFeePerGas ?? 0n)),
      ...(receipt.depositNonce !== undefined && {
        depositNonce: quantity(receipt.depositNonce),
        depositReceiptVersion: '0x1',
      }),
      ...(result.l1Fee !== undefined && {
        l1Fee: quantity(result.l1Fee),
        l1GasUsed: quantity(result.l1GasUsed ?? 0n),
        l1GasPrice: quantity(l1.baseFee),
        l1BaseFeeScalar: quantity(l1.baseFeeScalar),
        l1BlobBaseFee: quantity(l1.blobBaseFee),
        l1BlobBaseFeeScalar: quantity(l1.blobBaseFeeScalar),
      }),
    }
  })
}

/** An honest RPC's methods for one recorded block. */
export function recordedMethods(recorded: RecordedBlock): Record<string, RpcMethod> {
  const { fixture } = recorded
  const blocks = [recorded.block, recorded.parent]
  const without = (json: Json, whole: unknown) =>
    whole === true
      ? json
      : { ...json, transactions: (json.transactions as Json[]).map((tx) => tx.hash) }
  const find = (name: 'number' | 'hash', value: unknown, whole: unknown) => {
    const found = blocks.find((block) => block[name] === value)
    return found === undefined ? null : without(found, whole)
  }
  return {
    eth_chainId: () => quantity(recorded.chainId),
    eth_getBlockByNumber: ([value, whole]) =>
      value === 'latest' ? without(recorded.block, whole) : find('number', value, whole),
    eth_getBlockByHash: ([value, whole]) => find('hash', value, whole),
    eth_getBlockReceipts: () => recorded.receipts,
    debug_executionWitness: () => recorded.witness,
    debug_dbGet: ([key]) => databaseValue(fixture, key as Hex),
    eth_getProof: ([address, slots]) => proofOf(fixture, address as Hex, slots as Hash[]),
    eth_getCode: ([address]) => {
      const account = accountOf(fixture, address as Hex)
      const code = account && fixture.witness.get(account.codeHash)
      return code === undefined ? '0x' : bytesToHex(code)
    },
  }
}

function databaseValue(fixture: BlockFixture, key: Hex): Hex {
  const hash: Hash = key.length === 68 ? `0x${key.slice(4)}` : key
  const value = fixture.witness.get(hash)
  const code = value !== undefined && (value[0] as number) < 0xc0
  if (value === undefined || code !== (key.length === 68)) throw new RpcError(-32000, 'not found')
  return bytesToHex(value)
}

function accountOf(fixture: BlockFixture, address: Hex) {
  const { proof, value } = prove(fixture.witness, fixture.parent.stateRoot, address)
  if (value === undefined) return { proof, storageRoot: EMPTY_ROOT, codeHash: EMPTY_ROOT }
  const [, , storageRoot, codeHash] = listItems(decodeRlp(value, 'account'), 'account')
  return {
    proof,
    storageRoot: rlpHash(storageRoot, 'storageRoot'),
    codeHash: rlpHash(codeHash, 'codeHash'),
  }
}

function proofOf(fixture: BlockFixture, address: Hex, slots: readonly Hash[]): Json {
  const { proof, storageRoot } = accountOf(fixture, address)
  return {
    address,
    accountProof: proof,
    storageProof: slots.map((key) => ({
      key,
      proof: prove(fixture.witness, storageRoot, key).proof,
    })),
  }
}
