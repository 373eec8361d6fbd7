/** 0x-prefixed lower-case hex bytes. */
export type Hex = `0x${string}`
/** 32 bytes. */
export type Hash = Hex
/** 20 bytes, lower case in storage and comparisons. */
export type Address = Hex

/** A block header, every field of the RLP in its order; later fields undefined before their fork. */
export interface Header {
  readonly parentHash: Hash
  readonly sha3Uncles: Hash
  readonly miner: Address
  readonly stateRoot: Hash
  readonly transactionsRoot: Hash
  readonly receiptsRoot: Hash
  readonly logsBloom: Hex
  readonly difficulty: bigint
  readonly number: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  readonly timestamp: bigint
  readonly extraData: Hex
  readonly mixHash: Hash
  readonly nonce: Hex
  readonly baseFeePerGas?: bigint
  readonly withdrawalsRoot?: Hash
  readonly blobGasUsed?: bigint
  readonly excessBlobGas?: bigint
  readonly parentBeaconBlockRoot?: Hash
  readonly requestsHash?: Hash
}

/** Activation times in seconds; undefined: never. Ethereum mode uses the first block of names. */
export interface ForkTimes {
  readonly shanghai?: bigint
  readonly cancun?: bigint
  readonly prague?: bigint
  readonly regolith?: bigint
  readonly canyon?: bigint
  readonly delta?: bigint
  readonly ecotone?: bigint
  readonly fjord?: bigint
  readonly granite?: bigint
  readonly holocene?: bigint
  readonly isthmus?: bigint
}

/** EIP-7840: blobs of a block, and how fast their price changes. */
export interface BlobSchedule {
  readonly target: number
  readonly max: number
  readonly baseFeeUpdateFraction: bigint
}

/** What execution needs to know of a chain: from `rollup.json`, or from a genesis file's `config`. */
export interface ChainConfig {
  readonly mode: 'op' | 'ethereum'
  readonly chainId: bigint
  readonly forks: ForkTimes
  /** OP Stack EIP-1559 parameters before Holocene. */
  readonly eip1559?: {
    readonly denominator: bigint
    readonly denominatorCanyon: bigint
    readonly elasticity: bigint
  }
  /** Ethereum mode, by fork. */
  readonly blobSchedule?: Readonly<Record<'cancun' | 'prague', BlobSchedule>>
  /** Ethereum mode, for EIP-6110 requests. */
  readonly depositContract?: Address
  /**
   * The first fork that the configuration names and the program does not know, with its activation time
   * (seconds). Blocks at or after it cannot be executed: refuse them.
   */
  readonly unsupportedFrom?: { readonly fork: string; readonly time: bigint }
}

/** An EVM log. */
export interface Log {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Hex
}
