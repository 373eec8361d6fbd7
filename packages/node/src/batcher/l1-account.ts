import {
  type Address,
  bytesToHex,
  encodeTransaction,
  type Hash,
  type Hex,
  hexToBytes,
  parseHash,
  parseObject,
  parseQuantity,
  type RollupConfig,
  type SignedTransaction,
  signingHash,
  TX_BLOB,
  TX_DYNAMIC_FEE,
  type TX_LEGACY,
  transactionHash,
} from '@altlayer/protocol'
import { privateKeyToAddress, sign } from 'viem/accounts'
import { checked, L1Error, type L1Request } from '../l1/client.ts'
import { BLOB_TRANSACTION_GAS, calldataGas, type L1Prices } from './costs.ts'
import { isAboutAnotherThing } from './sent.ts'
import { createSidecars, type ProofForm, wrapBlobTransaction } from './sidecar.ts'
import type { BatcherTransaction, Content, Inclusion } from './state.ts'

/** The account that posts, on L1. Every method rejects with L1Error when L1 does not answer. */
export interface L1Account {
  readonly address: Address
  nonces(): Promise<{ readonly latest: number; readonly pending: number }>
  /** What L1 suggests as a tip, wei per gas. */
  tip(): Promise<bigint>
  /** Wei. */
  balance(): Promise<bigint>
  /** Those of the transactions that are in blocks. */
  inclusions(hashes: readonly Hash[]): Promise<ReadonlyMap<Hash, Inclusion>>
  sign(transaction: BatcherTransaction, prices: L1Prices): Promise<SignedL1Transaction>
  /** undefined when L1's node took it, else its words. */
  send(transaction: SignedL1Transaction): Promise<string | undefined>
}

export interface SignedL1Transaction {
  /** EIP-2718, as it will be in a block. */
  readonly raw: Hex
  readonly hash: Hash
  /** What a blob transaction is of: its blobs travel beside it. */
  readonly blobsOf?: Content
}

export function createL1Account(options: {
  readonly config: RollupConfig
  readonly privateKey: Hex
  readonly request: L1Request
}): L1Account {
  const { config, request } = options
  const address = privateKeyToAddress(options.privateKey).toLowerCase() as Address
  const sidecars = createSidecars()
  /** Which proofs L1's pool takes: every public L1 has passed Osaka. What it refuses is tried in the other form. */
  let proofForm: ProofForm = 'cells'

  async function quantity(method: string, params: readonly unknown[]): Promise<bigint> {
    const answer = await request(method, params)
    return checked(method, () => parseQuantity(answer, method))
  }

  /** L1's words when it refuses. */
  async function submit(raw: Hex): Promise<string | undefined> {
    try {
      await request('eth_sendRawTransaction', [raw])
      return undefined
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === undefined) throw error
      return refusal
    }
  }

  async function submitWithBlobs(raw: Hex, content: Content, form: ProofForm) {
    const sidecar = await sidecars.prove(content, form)
    return submit(bytesToHex(wrapBlobTransaction(hexToBytes(raw), sidecar)))
  }

  return {
    address,
    async nonces() {
      // One after the other: between them nothing may seem to be under way that is in a block.
      const pending = Number(await quantity('eth_getTransactionCount', [address, 'pending']))
      const latest = Number(await quantity('eth_getTransactionCount', [address, 'latest']))
      return { latest, pending: Math.max(pending, latest) }
    },
    tip: () => quantity('eth_maxPriorityFeePerGas', []),
    balance: () => quantity('eth_getBalance', [address, 'latest']),
    async inclusions(hashes) {
      const found = await Promise.all(hashes.map((hash) => inclusionOf(request, hash)))
      return new Map(
        found.filter((each) => each !== undefined).map((each) => [each.transaction, each]),
      )
    },
    async sign({ nonce, content, fees }, prices) {
      const { maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas } = fees
      const cancels = content.carrier === 'cancel'
      const common = {
        chainId: config.l1ChainId,
        nonce: BigInt(nonce),
        maxPriorityFeePerGas,
        maxFeePerGas,
        to: cancels ? address : config.batchInboxAddress,
        value: 0n,
        accessList: [],
        ...UNSIGNED,
      }
      if (content.carrier === 'blobs' || (cancels && content.pool === 'blobs')) {
        const signed = await signTransaction(options.privateKey, {
          ...common,
          type: TX_BLOB,
          gas: BLOB_TRANSACTION_GAS,
          data: '0x',
          maxFeePerBlobGas,
          blobVersionedHashes: await sidecars.versionedHashes(content),
        })
        return { ...signed, blobsOf: content }
      }
      const data = content.carrier === 'calldata' ? content.data : new Uint8Array(0)
      return signTransaction(options.privateKey, {
        ...common,
        type: TX_DYNAMIC_FEE,
        gas: calldataGas(data, prices),
        data: bytesToHex(data),
      })
    },
    async send({ raw, blobsOf }) {
      if (blobsOf === undefined) return submit(raw)
      const refusal = await submitWithBlobs(raw, blobsOf, proofForm)
      if (refusal === undefined || isAboutAnotherThing(refusal)) return refusal
      const other = proofForm === 'cells' ? 'blob' : 'cells'
      const second = await submitWithBlobs(raw, blobsOf, other)
      if (second !== undefined) return isAboutAnotherThing(second) ? second : refusal
      proofForm = other
      return undefined
    },
  }
}

/** What stands in the place of a signature that is still to be made. */
const UNSIGNED = { yParity: 0, r: 0n, s: 0n } as const

/** With the project's own codec: what viem's hashes in JavaScript is 120 KB long with calldata. */
async function signTransaction(
  privateKey: Hex,
  unsigned: Exclude<SignedTransaction, { type: typeof TX_LEGACY }>,
): Promise<SignedL1Transaction> {
  const { yParity, r, s } = await sign({ hash: bytesToHex(signingHash(unsigned)), privateKey })
  const signature = { yParity: yParity as number, r: BigInt(r), s: BigInt(s) }
  const raw = encodeTransaction({ ...unsigned, ...signature })
  return { raw: bytesToHex(raw), hash: transactionHash(raw) }
}

async function inclusionOf(request: L1Request, hash: Hash): Promise<Inclusion | undefined> {
  const method = 'eth_getTransactionReceipt'
  const json = await request(method, [hash])
  if (json === null || json === undefined) return undefined
  return checked(`${method} ${hash}`, () => {
    const receipt = parseObject(json, 'receipt')
    const quantity = (name: string) => parseQuantity(receipt[name], `receipt.${name}`)
    const blobs = receipt.blobGasUsed !== undefined && receipt.blobGasUsed !== null
    return {
      transaction: hash,
      number: quantity('blockNumber'),
      hash: parseHash(receipt.blockHash, 'receipt.blockHash'),
      gasUsed: quantity('gasUsed'),
      gasPrice: quantity('effectiveGasPrice'),
      blobGasUsed: blobs ? quantity('blobGasUsed') : 0n,
      blobGasPrice: blobs ? quantity('blobGasPrice') : 0n,
    }
  })
}

/** What L1's node said when it refused; undefined when it did not answer, so that nobody knows what became of it. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof L1Error)) return undefined
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause)
    if (typeof (cause as { code?: unknown }).code === 'number') return error.message
  return undefined
}
