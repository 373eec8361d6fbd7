import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Address,
  bytesToHex,
  encodeTransaction,
  type Genesis,
  type GenesisAccount,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256,
  type LegacyTransaction,
  type SignedTransaction,
  signingHash,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
  ZERO_HASH,
} from '@altlayer/protocol'
import secp256k1 from 'secp256k1'
import type { Block, Engine, ExecutionPayload, PayloadAttributes } from '../../src/api.ts'
import { openEngine } from '../../src/engine.ts'
import type { EngineOptions } from '../../src/options.ts'

export interface Account {
  readonly key: Uint8Array
  readonly address: Address
}

/** An account whose key is a small number. */
export function account(index: number): Account {
  const key = new Uint8Array(32)
  new DataView(key.buffer).setUint32(28, index + 1)
  const publicKey = secp256k1.publicKeyCreate(key, false)
  return { key, address: bytesToHex(keccak256(publicKey.subarray(1)).subarray(12)) }
}

export const CHAIN_ID = 1337n
const ETHER = 10n ** 18n

type Unsigned = Partial<Omit<Extract<SignedTransaction, { type: 2 }>, 'type' | 'r' | 's'>>

/** A signed transaction of type 2; by default a plain transfer of one wei to nobody. */
export function signed(from: Account, fields: Unsigned): Uint8Array {
  return sign(from, {
    type: TX_DYNAMIC_FEE,
    chainId: CHAIN_ID,
    nonce: 0n,
    gas: 21_000n,
    maxFeePerGas: 2n * 10n ** 9n,
    maxPriorityFeePerGas: 10n ** 6n,
    value: 1n,
    data: '0x',
    accessList: [],
    to: `0x${'99'.repeat(20)}`,
    yParity: 0,
    r: 1n,
    s: 1n,
    ...fields,
  })
}

/** A creation: no recipient. */
export function signedCreation(from: Account, fields: Unsigned & { data: Hex }): Uint8Array {
  return sign(from, {
    type: TX_DYNAMIC_FEE,
    chainId: CHAIN_ID,
    nonce: 0n,
    gas: 1_000_000n,
    maxFeePerGas: 2n * 10n ** 9n,
    maxPriorityFeePerGas: 10n ** 6n,
    value: 0n,
    accessList: [],
    yParity: 0,
    r: 1n,
    s: 1n,
    ...fields,
  })
}

export function sign(from: Account, transaction: SignedTransaction): Uint8Array {
  const { r, s, recid } = signatureOf(from, transaction)
  return encodeTransaction({ ...transaction, r, s, yParity: recid } as SignedTransaction)
}

/** A legacy transaction with EIP-155's chain id. */
export function signedLegacy(
  from: Account,
  fields: Omit<LegacyTransaction, 'type' | 'v' | 'r' | 's'>,
): Uint8Array {
  const unsigned = { type: TX_LEGACY, ...fields, r: 1n, s: 1n } as const
  // The chain id is part of what is signed, the parity is not.
  const { r, s, recid } = signatureOf(from, { ...unsigned, v: CHAIN_ID * 2n + 35n })
  return encodeTransaction({ ...unsigned, r, s, v: CHAIN_ID * 2n + 35n + BigInt(recid) })
}

function signatureOf(from: Account, transaction: SignedTransaction) {
  const { signature, recid } = secp256k1.ecdsaSign(signingHash(transaction), from.key)
  return {
    r: BigInt(bytesToHex(signature.subarray(0, 32))),
    s: BigInt(bytesToHex(signature.subarray(32))),
    recid,
  }
}

export const hashOf = (raw: Uint8Array): Hash => bytesToHex(keccak256(raw))

/** Adds the deployed code's length and itself to an init code that returns it. */
export function initCode(runtime: Hex): Hex {
  const code = hexToBytes(runtime)
  const length = code.length.toString(16).padStart(4, '0')
  // PUSH2 length DUP1 PUSH1 11 PUSH0 CODECOPY PUSH0 RETURN
  return `0x61${length}80600a5f395ff3${runtime.slice(2)}`
}

/** An OP Stack chain with every fork active, or an Ethereum chain at Prague. */
export function testGenesis(
  mode: 'op' | 'ethereum',
  accounts: readonly Account[],
  more: readonly GenesisAccount[] = [],
  gasLimit = 60_000_000n,
): Genesis {
  const forks =
    mode === 'op'
      ? {
          regolith: 0n,
          canyon: 0n,
          delta: 0n,
          ecotone: 0n,
          fjord: 0n,
          granite: 0n,
          holocene: 0n,
          isthmus: 0n,
        }
      : { shanghai: 0n, cancun: 0n, prague: 0n }
  return {
    config: {
      mode,
      chainId: CHAIN_ID,
      forks,
      ...(mode === 'op' && {
        eip1559: { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n },
      }),
    },
    header: {
      number: 0n,
      timestamp: 1_700_000_000n,
      extraData: mode === 'op' ? '0x00000000fa00000006' : '0x',
      gasLimit,
      gasUsed: 0n,
      difficulty: 0n,
      mixHash: `0x${'00'.repeat(32)}`,
      nonce: '0x0000000000000000',
      miner: `0x${'00'.repeat(20)}`,
      parentHash: `0x${'00'.repeat(32)}`,
    },
    alloc: [
      ...accounts.map(({ address }) => ({
        address,
        balance: 1000n * ETHER,
        nonce: 0n,
        code: '0x' as const,
        storage: [],
      })),
      ...SYSTEM_CONTRACTS,
      ...more,
    ],
    otherConfig: {},
  }
}

// EIP-4788 and EIP-2935 and, for requests, EIP-7002 and EIP-7251 stand-ins that ask for nothing.
const SYSTEM_CONTRACTS: readonly GenesisAccount[] = (
  [
    '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
    '0x0000f90827f1c53a10cb7a02335b175320002935',
    '0x00000961ef480eb55e80d19ad83579a64c007002',
    '0x0000bbddc7ce488642fb579f8b00f3a590007251',
  ] as const
).map((address) => ({ address, balance: 0n, nonce: 1n, code: '0x00', storage: [] }))

export interface TestEngine {
  readonly engine: Engine
  readonly dataDir: string
  readonly genesis: Genesis
}

/** A directory of its own, removed by `cleanUp`. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'engine-'))
}

export function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true })
}

export async function testEngine(
  genesis: Genesis,
  options: Partial<EngineOptions> = {},
): Promise<TestEngine> {
  const dataDir = options.dataDir ?? temporaryDirectory()
  const engine = await openEngine({
    genesis,
    callWorkers: 1,
    senderWorkers: 1,
    slotTime: 5,
    // What a test waits for is made however slow the machine is.
    lastLook: 60_000,
    callTimeout: 60_000,
    ...options,
    dataDir,
  })
  return { engine, dataDir, genesis }
}

/** Attributes of a block one second after `parent`. */
export function attributesAfter(
  parent: Block,
  mode: 'op' | 'ethereum',
  more: Partial<PayloadAttributes> = {},
): PayloadAttributes {
  return {
    timestamp: parent.header.timestamp + 1n,
    prevRandao: `0x${'11'.repeat(32)}`,
    feeRecipient: `0x${'fe'.repeat(20)}`,
    gasLimit: parent.header.gasLimit,
    parentBeaconBlockRoot: `0x${'22'.repeat(32)}`,
    withdrawals: [],
    ...(mode === 'op' && { eip1559Params: '0x000000fa00000006' as const }),
    ...more,
  }
}

/** Moves the head; safe and finalized stay unset. */
export async function setHead(
  engine: Engine,
  head: Hash,
  attributes?: PayloadAttributes,
): Promise<Hex | undefined> {
  const state = { headBlockHash: head, safeBlockHash: ZERO_HASH, finalizedBlockHash: ZERO_HASH }
  const { payloadStatus, payloadId } = await engine.forkchoiceUpdated(state, attributes)
  if (payloadStatus.status !== 'VALID')
    throw new Error(`forkchoiceUpdated: ${JSON.stringify(payloadStatus)}`)
  return payloadId
}

/** Builds a block on `parent` (the head by default), commits it and, unless told not to, makes it the head. */
export async function buildBlock(
  engine: Engine,
  more: Partial<PayloadAttributes> & {
    parent?: Block
    keepHead?: boolean
    /** Milliseconds until it is sealed. */
    wait?: number
    /** It is sealed once it has so many transactions. */
    holds?: number
  } = {},
): Promise<ExecutionPayload> {
  const {
    parent = engine.block({ tag: 'latest' }) as Block,
    keepHead,
    wait,
    holds,
    ...attributes
  } = more
  const before = (engine.block({ tag: 'latest' }) as Block).hash
  const id = await setHead(
    engine,
    parent.hash,
    attributesAfter(parent, engine.config.mode, attributes),
  )
  if (wait !== undefined) await new Promise((resolve) => setTimeout(resolve, wait))
  while (holds !== undefined && engine.block({ tag: 'pending' })?.transactions.length !== holds)
    await new Promise((resolve) => setTimeout(resolve, 5))
  const payload = await engine.getPayload(id as Hex)
  const status = await engine.newPayload(payload)
  if (status.status !== 'VALID') throw new Error(`newPayload: ${JSON.stringify(status)}`)
  await setHead(engine, keepHead ? before : payload.blockHash)
  return payload
}
