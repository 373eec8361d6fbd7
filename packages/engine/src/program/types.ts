import type { Address, Hash, Header, Hex } from '@altlayer/protocol'

/** What the program asks of the world. Everything is synchronous: the program never waits. */
export interface ProgramHost {
  /**
   * Bytes behind a typed 32-byte preimage key, or undefined when unknown. `key` is a view into the
   * program's memory: copy it to keep it. Precompile keys (type 6) never arrive here.
   */
  preimage(key: Uint8Array): Uint8Array | undefined
  /** A new trie node or contract code, at `commit`. Views into the program's memory: copy to keep. */
  output?(kind: 'node' | 'code', hash: Uint8Array, data: Uint8Array): void
  /** One trace event, while tracing (layout in program/README.md). A view: copy to keep. */
  trace?(event: Uint8Array): void
  /** Asked about every million gas; true stops the run with `interrupted`. */
  interrupted?(): boolean
  /** Sender already recovered for a signature, if known (20 bytes); else it is recovered natively. `v`: 27 or 28. */
  sender?(signingHash: Uint8Array, v: number, r: Uint8Array, s: Uint8Array): Uint8Array | undefined
}

/** What a block is built from; the OP Stack's payload attributes, and Ethereum's. */
export interface BlockAttributes {
  readonly timestamp: bigint
  readonly prevRandao: Hash
  readonly feeRecipient: Address
  readonly gasLimit: bigint
  readonly parentBeaconBlockRoot?: Hash
  readonly withdrawals?: readonly Withdrawal[]
  /** 8 bytes: denominator and elasticity, big-endian u32 each (Holocene). */
  readonly eip1559Params?: Hex
  /** Ethereum mode only; OP mode derives it. */
  readonly extraData?: Hex
}

export interface Withdrawal {
  readonly index: bigint
  readonly validatorIndex: bigint
  readonly address: Address
  /** Gwei. */
  readonly amount: bigint
}

/** A field left out keeps the header's value. */
export interface BlockOverrides {
  readonly number?: bigint
  readonly timestamp?: bigint
  readonly gasLimit?: bigint
  readonly feeRecipient?: Address
  readonly prevRandao?: Hash
  readonly baseFeePerGas?: bigint
  readonly blobBaseFee?: bigint
  /**
   * What BLOCKHASH gives: hashes of the blocks before the header, newest first, at most 256. Left out, they come
   * from the headers, each a preimage of its hash. For state tests, whose ancestors do not exist.
   */
  readonly ancestorHashes?: readonly Hash[]
}

/** What code in a block sees of it. */
export type BlockEnvironment = Required<Omit<BlockOverrides, 'ancestorHashes'>>

/** As in `eth_call`'s third parameter. `state` replaces all storage, `stateDiff` some slots. */
export interface AccountOverride {
  readonly address: Address
  readonly balance?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  readonly state?: readonly (readonly [slot: Hex, value: Hex])[]
  readonly stateDiff?: readonly (readonly [slot: Hex, value: Hex])[]
  readonly movePrecompileTo?: Address
  /** A precompile at this address is taken away, so that the account's code runs. Default false. */
  readonly replacesPrecompile?: boolean
}

export interface CallMessage {
  readonly from: Address
  /** undefined creates a contract. */
  readonly to?: Address
  readonly gas: bigint
  readonly gasPrice?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  readonly maxFeePerBlobGas?: bigint
  readonly blobVersionedHashes?: readonly Hash[]
  readonly value?: bigint
  readonly nonce?: bigint
  readonly data?: Uint8Array
  readonly accessList?: readonly { address: Address; storageKeys: readonly Hash[] }[]
  /** Signed EIP-7702 authorizations. */
  readonly authorizationList?: readonly Authorization[]
}

export interface Authorization {
  readonly chainId: bigint
  readonly address: Address
  readonly nonce: bigint
  readonly yParity: number
  readonly r: bigint
  readonly s: bigint
}

export interface MessageOptions {
  /** Keep the state changes for the messages that follow (simulation). Default false. */
  readonly keep?: boolean
  /** Check nonce, balance for gas and base fee as for a transaction. Default false (`eth_call`). */
  readonly validate?: boolean
  /** Report touched addresses and slots as an access list. */
  readonly accessList?: boolean
}

export interface Log {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Hex
}

export interface ExecutionResult {
  readonly status: 'success' | 'revert' | 'halt'
  /** Why a frame halted, in geth's words ("out of gas", "invalid jump destination", ...). */
  readonly error?: string
  /** After refunds and the EIP-7623 floor. */
  readonly gasUsed: bigint
  readonly gasRefunded: bigint
  /** Largest gas in use at any time, before refunds: a lower bound for estimation. */
  readonly maxGasUsed: bigint
  readonly returnData: Uint8Array
  readonly logs: readonly Log[]
  readonly contractAddress?: Address
  readonly accessList?: readonly { address: Address; storageKeys: readonly Hash[] }[]
}

/** What is known of an included transaction; enough to answer eth_getTransactionReceipt. */
export interface TransactionResult extends ExecutionResult {
  readonly hash: Hash
  readonly type: number
  readonly from: Address
  readonly to?: Address
  readonly nonce: bigint
  readonly effectiveGasPrice: bigint
  readonly cumulativeGasUsed: bigint
  /** Consensus encoding of the receipt (EIP-2718), as it goes into the receipts trie. */
  readonly receipt: Uint8Array
  readonly blobGasUsed?: bigint
  readonly depositNonce?: bigint
  readonly depositReceiptVersion?: bigint
  /** OP mode, not for deposits. */
  readonly l1Fee?: bigint
  /** The data gas behind `l1Fee`, as op-geth's receipts show it (Fjord: estimated size * 16 / 1e6). */
  readonly l1GasUsed?: bigint
  readonly operatorFee?: bigint
}

export interface SealedBlock {
  readonly header: Header
  readonly hash: Hash
  readonly headerRlp: Uint8Array
  /** Prague requests, ethereum mode. */
  readonly requests?: readonly Hex[]
}

export interface AccountState {
  readonly nonce: bigint
  readonly balance: bigint
  readonly codeHash: Hash
  readonly storageRoot: Hash
}

export interface AccountDiff {
  readonly address: Address
  readonly before?: AccountState
  readonly after?: AccountState
  /** slot, before, after; with `touched`, unchanged slots that were read too. */
  readonly storage: readonly (readonly [slot: Hash, before: Hash, after: Hash])[]
  /** Code before and after where it changed. */
  readonly codeBefore?: Uint8Array
  readonly codeAfter?: Uint8Array
}

export interface AccountProof {
  readonly account: AccountState | undefined
  readonly accountProof: readonly Uint8Array[]
  readonly storageProof: readonly { slot: Hash; value: bigint; proof: readonly Uint8Array[] }[]
}

export interface TraceOptions {
  /** Step events with stack; frames only when false. */
  readonly steps: boolean
  readonly memory?: boolean
  readonly returnData?: boolean
}

/**
 * One instance of the program: one wasm memory, one open block at a time. Not re-entrant.
 * Methods throw `ProgramError` (code, message, context) and leave the instance usable.
 */
export interface Program {
  /** Begins a block on `parent`: base fee, fork rules, system calls. */
  open(parent: Header, attributes: BlockAttributes): void
  /** Opens the environment and the post-state of `header` itself, for calls and reads. */
  openAt(header: Header, overrides?: BlockOverrides): void
  /** Applies state overrides to what is open (also how a genesis allocation is written). */
  override(accounts: readonly AccountOverride[]): void
  /** Executes a raw transaction. Throws `ProgramError` when it cannot be in the block; state is then as before. */
  transaction(raw: Uint8Array): TransactionResult
  /** Executes a message without signature. */
  message(message: CallMessage, options?: MessageOptions): ExecutionResult
  /** Ends the block: withdrawals, requests, roots, header. The block stays open until commit or abort. */
  seal(): SealedBlock
  /** State root of what is open, without sealing. */
  stateRoot(): Hash
  /** Sends the new nodes and code of the open block to `output` and closes it. */
  commit(): void
  /** Forgets the open block. */
  abort(): void
  /** Gas left for transactions in the open block. */
  gasLeft(): bigint
  /** Environment of what is open: what the parent and the rules gave it, or the overrides. */
  environment(): BlockEnvironment

  // Reads of what is open.
  account(address: Address): AccountState | undefined
  code(address: Address): Uint8Array
  storage(address: Address, slot: Hash): Hash
  /** Proof against the open state's committed root (EIP-1186). */
  proof(address: Address, slots: readonly Hash[]): AccountProof
  /** Changes since the block opened. */
  diff(): readonly AccountDiff[]
  /** Accounts and slots touched by the last transaction or message, with values before and after it. */
  touched(): readonly AccountDiff[]

  /** Trace events go to `ProgramHost.trace` from now on; undefined stops. */
  trace(options: TraceOptions | undefined): void
  /** Drops what is cached of the state, so that a witness records every preimage. */
  clearCache(): void
}
