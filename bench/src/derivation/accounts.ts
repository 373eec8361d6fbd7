import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  type Address,
  bytesToHex,
  encodeTransaction,
  type Hex,
  hexToBytes,
  keccak256,
  signingHash,
  type Transaction,
  TX_BLOB,
  TX_DYNAMIC_FEE,
} from '@altlayer/protocol'
import secp256k1 from 'secp256k1'

/** An account with a key of its own. */
export interface Account {
  readonly key: Uint8Array
  readonly address: Address
  /** Of the next transaction. */
  nonce: bigint
}

export function makeAccount(seed: number): Account {
  const key = new Uint8Array(32).fill(0xd7)
  new DataView(key.buffer).setUint32(28, seed)
  const publicKey = secp256k1.publicKeyCreate(key, false)
  return { key, address: bytesToHex(keccak256(publicKey.subarray(1)).subarray(12)), nonce: 0n }
}

interface Call {
  readonly chainId: bigint
  readonly to: Address
  readonly value?: bigint
  readonly data?: Hex
  readonly gas: bigint
  /** Makes it a blob transaction. */
  readonly blobVersionedHashes?: readonly Hex[]
}

/** Signs a transaction with the account's next nonce. */
export function sign(from: Account, call: Call): Uint8Array {
  const { blobVersionedHashes, ...fields } = call
  const common = {
    nonce: from.nonce++,
    maxFeePerGas: 100_000_000_000n,
    maxPriorityFeePerGas: 1_000_000n,
    accessList: [],
    value: 0n,
    data: '0x' as Hex,
    yParity: 0,
    r: 0n,
    s: 0n,
    ...fields,
  }
  const unsigned =
    blobVersionedHashes === undefined
      ? { ...common, type: TX_DYNAMIC_FEE }
      : { ...common, type: TX_BLOB, maxFeePerBlobGas: 1n, blobVersionedHashes }
  const { signature, recid } = secp256k1.ecdsaSign(
    signingHash(unsigned as Parameters<typeof signingHash>[0]),
    from.key,
  )
  const word = (bytes: Uint8Array) => BigInt(bytesToHex(bytes))
  return encodeTransaction({
    ...unsigned,
    yParity: recid,
    r: word(signature.subarray(0, 32)),
    s: word(signature.subarray(32)),
  } as Transaction)
}

/** WETH98 of the OP Stack's npm package: the token. */
export function tokenCode(): Uint8Array {
  const root = createRequire(import.meta.url).resolve(
    '@eth-optimism/contracts-bedrock/package.json',
  )
  const artifact = new URL('forge-artifacts/WETH98.sol/WETH98.json', `file://${root}`)
  return hexToBytes(JSON.parse(readFileSync(artifact, 'utf8')).deployedBytecode.object)
}

/**
 * A stand-in for an exchange's pool, by hand: hashes its input, then reads and writes six slots that the hash chooses
 * of a thousand, and logs twice with 64 bytes, as a swap does. No market, but a market's work.
 */
export function poolCode(): Uint8Array {
  // CALLDATACOPY to 0, KECCAK256.
  const hash = '36600060003736600020'
  // slot = (hash >> shift) % 1000, then slot += hash
  const touch = (shift: number) =>
    `8060${shift.toString(16).padStart(2, '0')}1c6103e89006805482019055`
  // MSTORE of the hash, LOG1 with it as the topic.
  const log = '806000528060406000a1'
  return hexToBytes(`0x${hash}${[0, 40, 80, 120, 160, 200].map(touch).join('')}${log}${log}00`)
}
