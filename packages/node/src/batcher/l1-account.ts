import {
  type Address,
  bytesToHex,
  concatBytes,
  decodeRlp,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256Hex,
  listItems,
  parseHash,
  parseObject,
  parseQuantity,
  type RollupConfig,
} from '@altlayer/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { checked, L1Error, type L1Request } from '../l1/client.ts'
import { type BlobProof, proveBlob } from '../l1/kzg.ts'
import { encodeBlob } from './blob.ts'
import { BLOB_TRANSACTION_GAS, calldataGas, type L1Prices } from './costs.ts'
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
  send(raw: Hex): Promise<string | undefined>
}

export interface SignedL1Transaction {
  readonly raw: Hex
  readonly hash: Hash
}

export function createL1Account(options: {
  readonly config: RollupConfig
  readonly privateKey: Hex
  readonly request: L1Request
}): L1Account {
  const { config, request } = options
  const account = privateKeyToAccount(options.privateKey)
  const address = account.address.toLowerCase() as Address
  /** Proofs take most of a second a blob, and a transaction may be signed many times. */
  const sidecars = new WeakMap<Content, Promise<Sidecars>>()

  async function quantity(method: string, params: readonly unknown[]): Promise<bigint> {
    const answer = await request(method, params)
    return checked(method, () => parseQuantity(answer, method))
  }

  function sidecarsFor(content: Content): Promise<Sidecars> {
    const known = sidecars.get(content) ?? sidecarsOf(blobsOf(content))
    sidecars.set(content, known)
    return known
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
      const { maxFeePerBlobGas, ...gasFees } = fees
      const cancels = content.carrier === 'cancel'
      const common = {
        chainId: Number(config.l1ChainId),
        to: cancels ? address : config.batchInboxAddress,
        nonce,
        ...gasFees,
      }
      const isBlob = content.carrier === 'blobs' || (cancels && content.pool === 'blobs')
      const data = content.carrier === 'calldata' ? content.data : new Uint8Array(0)
      const raw = isBlob
        ? await account.signTransaction({
            ...common,
            type: 'eip4844',
            gas: BLOB_TRANSACTION_GAS,
            maxFeePerBlobGas,
            ...(await sidecarsFor(content)),
          })
        : await account.signTransaction({
            ...common,
            type: 'eip1559',
            data: bytesToHex(data),
            gas: calldataGas(data, prices),
          })
      return { raw, hash: isBlob ? blobTransactionHash(raw) : keccak256Hex(hexToBytes(raw)) }
    },
    async send(raw) {
      try {
        await request('eth_sendRawTransaction', [raw])
        return undefined
      } catch (error) {
        const refusal = refusalOf(error)
        if (refusal === undefined) throw error
        return refusal
      }
    },
  }
}

/** A blob transaction's hash is that of it alone, without what travels with it (EIP-4844, "Networking"). */
function blobTransactionHash(raw: Hex): Hash {
  const bytes = hexToBytes(raw)
  const [body] = listItems(decodeRlp(bytes.subarray(1)))
  return keccak256Hex(concatBytes(bytes.subarray(0, 1), body?.encoding ?? new Uint8Array(0)))
}

interface Sidecars {
  readonly blobVersionedHashes: readonly Hash[]
  readonly sidecars: readonly {
    readonly blob: Hex
    readonly commitment: Hex
    readonly proof: Hex
  }[]
}

/** The blobs of a content; one without data where there must be one. */
function blobsOf(content: Content): readonly Uint8Array[] {
  const pieces = content.carrier === 'blobs' ? content.data : [new Uint8Array(0)]
  return pieces.map(encodeBlob)
}

/** What a blob transaction says of its blobs, and what travels with it (EIP-4844). */
async function sidecarsOf(blobs: readonly Uint8Array[]): Promise<Sidecars> {
  const proven: (BlobProof & { readonly blob: Hex })[] = []
  for (const blob of blobs) proven.push({ blob: bytesToHex(blob), ...(await proveBlob(blob)) })
  return {
    blobVersionedHashes: proven.map(({ versionedHash }) => versionedHash),
    sidecars: proven.map(({ blob, commitment, proof }) => ({ blob, commitment, proof })),
  }
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
