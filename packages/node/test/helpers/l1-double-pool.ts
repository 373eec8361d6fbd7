import { createHash } from 'node:crypto'
import {
  type Address,
  bytesToHex,
  concatBytes,
  decodeRlp,
  decodeTransaction,
  type Hash,
  hexToBytes,
  listItems,
  rlpBytes,
  type SignedTransaction,
  signatureParity,
  signingHash,
  TX_BLOB,
  TX_DEPOSIT,
  transactionHash,
} from '@altlayer/protocol'
import { recoverAddress } from 'viem'

// The transaction pool of the L1 double, with the rules that a batcher meets: nonces in order, a replacement
// only for 10 % more, one of a blob transaction for twice the fees, prices below which nothing is mined.

/** A transaction as it is in a block, with what travelled beside it. */
export interface PooledTransaction {
  /** EIP-2718, without blobs. */
  readonly raw: Uint8Array
  readonly hash: Hash
  readonly from: Address
  readonly fields: SignedTransaction
  readonly gasUsed: bigint
  readonly blobs: readonly Uint8Array[]
}

export interface BlockRoom {
  readonly baseFee: bigint
  readonly blobBaseFee: bigint
  readonly gas: bigint
  readonly blobs: number
}

/** An L1 node refuses a transaction; the message is geth's. */
export class PoolError extends Error {
  override readonly name = 'PoolError'
}

export type L1Pool = ReturnType<typeof createL1Pool>

/** What differs between L1s; a test may change it at any time. */
export interface PoolRules {
  /** Blobs proven as wholes (EIP-4844), or since Osaka by their cells (EIP-7594). */
  proofs: 'blob' | 'cells'
}

/** `confirmed`: how many transactions of a sender the chain holds. */
export function createL1Pool(confirmed: (sender: Address) => number, rules: PoolRules) {
  /** By sender and nonce. */
  const waiting = new Map<string, PooledTransaction>()
  const keyOf = ({ from, fields }: PooledTransaction) => `${from} ${fields.nonce}`

  function add(transaction: PooledTransaction): void {
    const { from, fields } = transaction
    if (fields.nonce < BigInt(confirmed(from))) throw new PoolError('nonce too low')
    const replaced = waiting.get(keyOf(transaction))
    if (replaced?.hash === transaction.hash) throw new PoolError('already known')
    if (replaced !== undefined && !outbids(fields, replaced.fields))
      throw new PoolError('replacement transaction underpriced')
    waiting.set(keyOf(transaction), transaction)
  }

  return {
    waiting: () => [...waiting.values()],
    confirmedNonce: confirmed,
    clear: () => waiting.clear(),
    /** Takes what `eth_sendRawTransaction` is given. */
    async send(bytes: Uint8Array): Promise<Hash> {
      const transaction = await read(bytes, rules)
      add(transaction)
      return transaction.hash
    },
    /** Puts transactions of dropped blocks back. */
    restore(transactions: readonly PooledTransaction[]) {
      for (const transaction of transactions) waiting.set(keyOf(transaction), transaction)
    },
    included(transactions: readonly PooledTransaction[]) {
      for (const transaction of transactions) waiting.delete(keyOf(transaction))
    },
    pendingNonce(sender: Address): number {
      let nonce = confirmed(sender)
      while (waiting.has(`${sender} ${nonce}`)) nonce += 1
      return nonce
    },
    /** The next transactions of each sender that fit into a block and pay its prices. */
    take(include: (of: PooledTransaction) => boolean, room: BlockRoom): PooledTransaction[] {
      const taken: PooledTransaction[] = []
      let { gas, blobs } = room
      for (const sender of new Set([...waiting.values()].map(({ from }) => from))) {
        for (let nonce = confirmed(sender); ; nonce++) {
          const next = waiting.get(`${sender} ${nonce}`)
          if (next === undefined || !include(next) || !pays(next.fields, room)) break
          if (next.fields.gas > gas || next.blobs.length > blobs) break
          gas -= next.gasUsed
          blobs -= next.blobs.length
          taken.push(next)
        }
      }
      return taken
    },
  }
}

const maxFee = (fields: SignedTransaction) =>
  'gasPrice' in fields ? fields.gasPrice : fields.maxFeePerGas
const tip = (fields: SignedTransaction) =>
  'gasPrice' in fields ? fields.gasPrice : fields.maxPriorityFeePerGas

function pays(fields: SignedTransaction, { baseFee, blobBaseFee }: BlockRoom): boolean {
  if (maxFee(fields) < baseFee) return false
  return fields.type !== TX_BLOB || fields.maxFeePerBlobGas >= blobBaseFee
}

function outbids(by: SignedTransaction, before: SignedTransaction): boolean {
  if ((by.type === TX_BLOB) !== (before.type === TX_BLOB))
    throw new PoolError('address already reserved')
  const percent = by.type === TX_BLOB ? 200n : 110n
  const more = (a: bigint, b: bigint) => a * 100n >= b * percent
  if (by.type === TX_BLOB && before.type === TX_BLOB)
    if (!more(by.maxFeePerBlobGas, before.maxFeePerBlobGas)) return false
  return more(maxFee(by), maxFee(before)) && more(tip(by), tip(before))
}

async function read(bytes: Uint8Array, rules: PoolRules): Promise<PooledTransaction> {
  const { raw, blobs } =
    bytes[0] === TX_BLOB ? withoutSidecar(bytes, rules) : { raw: bytes, blobs: [] }
  const fields = decodeTransaction(raw)
  if (fields.type === TX_DEPOSIT) throw new PoolError('transaction type not supported')
  const word = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}` as const
  const from = await recoverAddress({
    hash: bytesToHex(signingHash(fields)),
    signature: { r: word(fields.r), s: word(fields.s), yParity: signatureParity(fields) },
  })
  const gasUsed = floorGas(hexToBytes(fields.data))
  if (fields.gas < gasUsed) throw new PoolError('intrinsic gas too low')
  return {
    raw,
    hash: transactionHash(raw),
    from: from.toLowerCase() as Address,
    fields,
    gasUsed,
    blobs,
  }
}

/** EIP-7623, for a transaction that executes nothing. */
function floorGas(data: Uint8Array): bigint {
  return 21_000n + 10n * data.reduce((tokens, byte) => tokens + (byte === 0 ? 1n : 4n), 0n)
}

/** Points of a proof list. */
const PROOFS_PER_BLOB = { blob: 1, cells: 128 }

/** The networking form of EIP-4844 or EIP-7594; commitments must be those that the transaction names. */
function withoutSidecar(bytes: Uint8Array, rules: PoolRules) {
  const [fields, ...sidecar] = listItems(decodeRlp(bytes.subarray(1)))
  const [version] = sidecar.length === 4 ? sidecar.splice(0, 1) : []
  const [blobs, commitments, proofs] = sidecar
  if (!fields || !blobs || !commitments || !proofs)
    throw new PoolError('missing sidecar in blob transaction')
  const form = version === undefined ? 'blob' : 'cells'
  if (version !== undefined && rlpBytes(version, 'version', 1)[0] !== 1)
    throw new PoolError('invalid sidecar version')
  if (form !== rules.proofs) throw new PoolError(`unexpected sidecar: ${form} proofs`)
  const raw = concatBytes(Uint8Array.of(TX_BLOB), fields.encoding)
  const transaction = decodeTransaction(raw)
  const named = transaction.type === TX_BLOB ? transaction.blobVersionedHashes : []
  const hashes = listItems(commitments).map((item) => {
    const digest = createHash('sha256')
      .update(rlpBytes(item, 'commitment', 48))
      .digest()
    digest[0] = 1
    return bytesToHex(digest)
  })
  const list = listItems(blobs).map((item) => Uint8Array.from(rlpBytes(item, 'blob', 131_072)))
  const points = listItems(proofs).map((item) => rlpBytes(item, 'proof', 48))
  if (points.length !== list.length * PROOFS_PER_BLOB[form])
    throw new PoolError('invalid number of proofs')
  if (list.length === 0 || hashes.join() !== named.join() || list.length !== named.length)
    throw new PoolError('blob commitments and hashes mismatch')
  return { raw, blobs: list }
}
