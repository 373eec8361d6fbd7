import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  type Address,
  bytesToHex,
  createAddress,
  encodeTransaction,
  type Hex,
  hexToBytes,
  keccak256,
  signingHash,
  TX_DYNAMIC_FEE,
} from '@altlayer/protocol'
import secp256k1 from 'secp256k1'
import { connectRpc, type Rpc, waitMined } from './chain.ts'
import type { BenchNode } from './nodes.ts'

/** An account of one node that sends in the benchmark. */
export interface Sender {
  readonly key: Uint8Array
  readonly address: Address
  /** Of the next transaction. */
  nonce: bigint
}

export interface Call {
  readonly to?: Address
  readonly value: bigint
  readonly data: Hex
  readonly gas: bigint
}

const ETHER = 10n ** 18n
const FEE_CAP = 1000n * 10n ** 9n
const TIP = 10n ** 9n

export function sender(key: Uint8Array): Sender {
  const publicKey = secp256k1.publicKeyCreate(key, false)
  return { key, address: bytesToHex(keccak256(publicKey.subarray(1)).subarray(12)), nonce: 0n }
}

/** `count` senders with keys of their own. */
export function makeSenders(count: number): readonly Sender[] {
  return Array.from({ length: count }, (_, i) => {
    const key = new Uint8Array(32).fill(0xb5)
    new DataView(key.buffer).setUint32(28, i)
    return sender(key)
  })
}

/** Signs a call with the sender's next nonce; raw hex. */
export function sign(from: Sender, chainId: number, call: Call): Hex {
  const unsigned = {
    type: TX_DYNAMIC_FEE,
    chainId: BigInt(chainId),
    nonce: from.nonce++,
    maxFeePerGas: FEE_CAP,
    maxPriorityFeePerGas: TIP,
    accessList: [],
    yParity: 0,
    r: 0n,
    s: 0n,
    ...call,
  } as const
  const { signature, recid } = secp256k1.ecdsaSign(signingHash(unsigned), from.key)
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((b) =>
    BigInt(bytesToHex(b)),
  )
  return bytesToHex(
    encodeTransaction({ ...unsigned, yParity: recid, r: r as bigint, s: s as bigint }),
  )
}

/** Pays every sender `amount` ether, deploys WETH98 as the token and gives each sender some of it. */
export async function prepare(node: BenchNode, senders: readonly Sender[]): Promise<Address> {
  const rpc = await connectRpc(node.url)
  const funder = sender(hexToBytes(node.fundedKey))
  funder.nonce = BigInt(
    await rpc.call<string>('eth_getTransactionCount', [funder.address, 'latest']),
  )
  const token = createAddress(funder.address, funder.nonce)
  const deploy = { value: 0n, data: tokenCode(), gas: 2_000_000n }
  const pay = senders.map(({ address }) =>
    sign.bind(undefined, funder, node.chainId, {
      to: address,
      value: 200n * ETHER,
      data: '0x' as const,
      gas: 21_000n,
    }),
  )
  await sendAll(rpc, node, [sign(funder, node.chainId, deploy), ...pay.map((make) => make())])
  // WETH's deposit(), by its fallback.
  const wrap = { to: token, value: ETHER, data: '0x' as const, gas: 100_000n }
  await sendAll(
    rpc,
    node,
    senders.map((from) => sign(from, node.chainId, wrap)),
  )
  const balance = await rpc.call<string>('eth_call', [
    { to: token, data: `0x70a08231${word(senders[0]?.address as Address)}` },
    'latest',
  ])
  if (BigInt(balance) !== ETHER) throw new Error(`${node.name}: the token gave no balance`)
  rpc.close()
  return token
}

/** A plain transfer of one wei to an account that nobody used before, every time another. */
export function transfer(index: number): Call {
  return { to: recipient(index), value: 1n, data: '0x', gas: 21_000n }
}

/** A token transfer of one unit. */
export function tokenTransfer(token: Address, to: Address): Call {
  const data: Hex = `0xa9059cbb${word(to)}${'1'.padStart(64, '0')}`
  return { to: token, value: 0n, data, gas: 100_000n }
}

function recipient(index: number): Address {
  return `0x${'be'.repeat(16)}${index.toString(16).padStart(8, '0')}`
}

const word = (address: Address) => address.slice(2).padStart(64, '0')

async function sendAll(rpc: Rpc, node: BenchNode, raws: readonly Hex[]): Promise<void> {
  const from = Number(await rpc.call<string>('eth_blockNumber'))
  for (const raw of raws) await rpc.call('eth_sendRawTransaction', [raw])
  await waitMined(rpc, from, raws.length, node.deposits)
}

function tokenCode(): Hex {
  const require = createRequire(import.meta.url)
  const root = require.resolve('@eth-optimism/contracts-bedrock/package.json')
  const artifact = new URL('forge-artifacts/WETH98.sol/WETH98.json', `file://${root}`)
  return JSON.parse(readFileSync(artifact, 'utf8')).bytecode.object
}
