import { randomBytes } from 'node:crypto'
import type { Engine } from '@altlayer/engine'
import { bytesToHex, type Hash, type RollupConfig } from '@altlayer/protocol'
import type { Logger } from 'pino'
import { createWalletClient, type Hex, http, publicActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { parentOf } from '../chain/parent.ts'
import type { Clock } from '../clock.ts'
import type { DerivedHeads } from '../derivation/verifier.ts'
import { l1BlobBaseFee } from '../l1/blob-fee.ts'
import type { L1Block, L1Client } from '../l1/client.ts'
import { proveBlob } from '../l1/kzg.ts'
import { BLOB_DATA_MAX, encodeBlob } from './blob.ts'
import { encodeChannelAside } from './channel.ts'
import { type BatchedBlock, blobsAreCheaper, calldataGas, spanOf } from './channel-plan.ts'
import { encodeFrames, splitFrames } from './frame.ts'

export interface BatcherOptions {
  readonly config: RollupConfig
  readonly engine: Engine
  readonly client: L1Client
  readonly l1Url: string
  readonly l1Genesis: L1Block
  /** Key of the account that the system config names as batcher. */
  readonly privateKey: Hex
  /** What is derived from L1: posting begins behind the safe head. */
  readonly derived: () => DerivedHeads | undefined
  /** Milliseconds that blocks wait for others before they are posted. */
  readonly interval: number
  /** `cheaper`: blobs where they cost less than calldata. */
  readonly data: 'calldata' | 'cheaper'
  readonly clock: Clock
  readonly logger: Logger
}

/** Posts the blocks that are not safe yet, until it is closed. Failures are logged and tried again. */
export interface Batcher {
  close(): Promise<void>
}

/** Bytes that a transaction's calldata may have: below the 128 KiB that L1 nodes take. */
const MAX_CALLDATA = 120_000
/** Blobs in one transaction. */
const MAX_BLOBS = 6
/** Most blocks in one channel. */
const MAX_BLOCKS = 1_000
/** Milliseconds until a transaction is sent again with higher fees, and between looks for its receipt. */
const RESEND_AFTER = 20_000
const RECEIPT_POLL = 500
/** L1 nodes take a replacement of a blob transaction only at twice the fees. */
const FEE_FACTOR = 2n
const PAUSE = 2_000

/** The L1 does not take what the batcher sends. */
export class BatcherError extends Error {
  override readonly name = 'BatcherError'
}

interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly maxFeePerBlobGas: bigint
}

/** Nothing is kept: what is to be posted follows from the safe head, which follows from L1. */
export function startBatcher(options: BatcherOptions): Batcher {
  const { config, engine, client, clock, logger } = options
  const stop = new AbortController()
  const account = privateKeyToAccount(options.privateKey)
  const wallet = createWalletClient({ account, transport: http(options.l1Url) }).extend(
    publicActions,
  )

  /** The blocks after those that follow from L1 already, up to the unsafe head. */
  function waitingBlocks(derived: DerivedHeads): readonly BatchedBlock[] {
    const blocks: BatchedBlock[] = []
    for (
      let number = derived.pendingSafe.header.number + 1n;
      blocks.length < MAX_BLOCKS;
      number++
    ) {
      const block = engine.block({ number })
      if (block === undefined) break
      blocks.push({ block, parent: parentOf(config, block, options.l1Genesis) })
    }
    return blocks
  }

  /** Data of the transactions that carry a channel: frames that fill them. */
  function channelData(stream: Uint8Array, size: number): readonly Uint8Array[] {
    const frames = splitFrames(randomBytes(16), stream, size - 1)
    return frames.map((frame) => encodeFrames([frame]))
  }

  async function post(blocks: readonly BatchedBlock[], head: L1Block): Promise<bigint> {
    const prices = {
      baseFee: head.header.baseFeePerGas ?? 0n,
      blobBaseFee: l1BlobBaseFee(head.header, config.l1ChainId),
    }
    const stream = await encodeChannelAside([spanOf(config, blocks)])
    const blobs = channelData(stream, BLOB_DATA_MAX)
    const whole = Buffer.concat(blobs as Uint8Array[])
    const asBlobs = options.data === 'cheaper' && blobsAreCheaper(whole, blobs.length, prices)
    let included = head.header.number
    if (asBlobs) {
      for (let i = 0; i < blobs.length; i += MAX_BLOBS)
        included = await send({ blobs: blobs.slice(i, i + MAX_BLOBS).map(encodeBlob) }, prices)
    } else {
      for (const data of channelData(stream, MAX_CALLDATA)) included = await send({ data }, prices)
    }
    logger.debug(
      {
        from: Number(blocks[0]?.block.header.number),
        to: Number(blocks.at(-1)?.block.header.number),
        bytes: whole.length,
        as: asBlobs ? 'blobs' : 'calldata',
      },
      'posted a channel',
    )
    return included
  }

  /** Sends a transaction and waits until it is in a block, raising its fees while it is not. */
  async function send(
    content: { readonly data: Uint8Array } | { readonly blobs: readonly Uint8Array[] },
    prices: { readonly baseFee: bigint; readonly blobBaseFee: bigint },
  ): Promise<bigint> {
    const nonce = await wallet.getTransactionCount({ address: account.address })
    const hashes: Hash[] = []
    let fees: Fees = {
      maxFeePerGas: prices.baseFee * 2n + 1_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
      maxFeePerBlobGas: prices.blobBaseFee * 2n + 1n,
    }
    while (!stop.signal.aborted) {
      hashes.push(await sendOnce(content, nonce, fees))
      const block = await includedIn(hashes)
      if (block !== undefined) return block
      fees = {
        maxFeePerGas: fees.maxFeePerGas * FEE_FACTOR,
        maxPriorityFeePerGas: fees.maxPriorityFeePerGas * FEE_FACTOR,
        maxFeePerBlobGas: fees.maxFeePerBlobGas * FEE_FACTOR,
      }
      logger.warn({ nonce, tries: hashes.length }, 'a batcher transaction waits: raising its fees')
    }
    throw new BatcherError('stopped')
  }

  async function sendOnce(
    content: { readonly data: Uint8Array } | { readonly blobs: readonly Uint8Array[] },
    nonce: number,
    { maxFeePerBlobGas, ...fees }: Fees,
  ): Promise<Hash> {
    const common = {
      chainId: Number(config.l1ChainId),
      to: config.batchInboxAddress,
      nonce,
      ...fees,
    }
    const serializedTransaction =
      'data' in content
        ? await account.signTransaction({
            ...common,
            type: 'eip1559',
            data: bytesToHex(content.data),
            gas: calldataGas(content.data),
          })
        : await account.signTransaction({
            ...common,
            type: 'eip4844',
            gas: 21_000n,
            maxFeePerBlobGas,
            ...(await sidecarsOf(content.blobs)),
          })
    return wallet.sendRawTransaction({ serializedTransaction })
  }

  /** Number of the block that one of the transactions got into, before it is time to send another. */
  async function includedIn(hashes: readonly Hash[]): Promise<bigint | undefined> {
    for (let waited = 0; waited < RESEND_AFTER && !stop.signal.aborted; waited += RECEIPT_POLL) {
      for (const hash of hashes) {
        const receipt = await wallet.getTransactionReceipt({ hash }).catch(() => undefined)
        if (receipt !== undefined) return receipt.blockNumber
      }
      await clock.sleep(RECEIPT_POLL, stop.signal)
    }
    return undefined
  }

  /** Waits until derivation has read what was posted up to this L1 block, or has gone back. */
  async function waitUntilRead(first: bigint, last: bigint, l1: bigint): Promise<void> {
    while (!stop.signal.aborted) {
      const derived = options.derived()
      const reached = derived?.pendingSafe.header.number
      if (derived !== undefined && reached !== undefined) {
        if (reached >= last || reached + 1n < first) return
        if (derived.currentL1.header.number > l1) {
          logger.warn({ number: Number(last) }, 'posted blocks did not become safe: posting again')
          return
        }
      }
      await clock.sleep(RECEIPT_POLL, stop.signal)
    }
  }

  /** After a reorganisation of L1 the sequencer's blocks may still have origins that are gone. */
  async function standsOnL1({ parent: { origin } }: BatchedBlock): Promise<boolean> {
    return (await client.block(origin.number))?.hash === origin.hash
  }

  async function step(): Promise<void> {
    const derived = options.derived()
    const head = await client.block('latest')
    if (derived === undefined || head === undefined) return
    // Only then is it known what L1 does not hold yet.
    if (derived.currentL1.header.number + 1n < head.header.number) return
    const blocks = waitingBlocks(derived)
    const [first, last] = [blocks[0], blocks.at(-1)]
    if (first === undefined || last === undefined) return
    if (!(await standsOnL1(last))) return
    const l1 = await post(blocks, head)
    await waitUntilRead(first.block.header.number, last.block.header.number, l1)
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(options.interval, stop.signal)
      if (stop.signal.aborted) return
      try {
        await step()
      } catch (error) {
        if (stop.signal.aborted) return
        logger.error({ err: error }, 'batches could not be posted; trying again')
        await clock.sleep(PAUSE, stop.signal)
      }
    }
  }

  const running = run()
  return {
    async close() {
      stop.abort()
      await running
    },
  }
}

/** What a blob transaction says of its blobs, and what travels with it (EIP-4844). */
async function sidecarsOf(blobs: readonly Uint8Array[]) {
  const proven = await Promise.all(
    blobs.map(async (blob) => ({ blob, ...(await proveBlob(blob)) })),
  )
  return {
    blobVersionedHashes: proven.map(({ versionedHash }) => versionedHash),
    sidecars: proven.map(({ blob, commitment, proof }) => ({
      blob: bytesToHex(blob),
      commitment,
      proof,
    })),
  }
}
