// The independent implementation: EthereumJS, whose results are brought into the form that ours are compared in.

import { type Address, type Hex, ZERO_HASH } from '@altlayer/protocol'
import { createBlock } from '@ethereumjs/block'
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createTx, type TypedTransaction } from '@ethereumjs/tx'
import {
  Account,
  bigIntToBytes,
  bigIntToHex,
  bytesToHex,
  createAddressFromString,
  eoaCode7702SignAuthorization,
  hexToBytes,
  KECCAK256_RLP,
  setLengthLeft,
} from '@ethereumjs/util'
import { createVM, runTx } from '@ethereumjs/vm'
import { CHAIN_ID, COINBASE, emptyHeader } from '../program/support.ts'
import {
  type AuthorizationPlan,
  BASE_FEE,
  GAS_LIMIT,
  type Scenario,
  type TransactionPlan,
} from './scenario.ts'

/** What a transaction did, as both implementations see it. */
export interface Outcome {
  readonly status: 'success' | 'revert' | 'halt' | 'rejected'
  readonly gasUsed: bigint
  readonly gasRefunded: bigint
  readonly returnData: string
  readonly logs: readonly string[]
  readonly created: Address | undefined
  readonly root: string
}

const word = (value: bigint) => setLengthLeft(bigIntToBytes(value), 32)

/** Blob transactions want one to exist. Random input never is a proof: what asks it has failed before. */
const kzg = {
  blobToKzgCommitment: unused,
  computeBlobProof: unused,
  verifyProof: () => false,
  verifyBlobProofBatch: unused,
  computeCells: unused,
  computeCellsAndProofs: unused,
  recoverCellsAndProofs: unused,
  verifyCellKzgProofBatch: unused,
}
function unused(): never {
  throw new Error('no KZG in this test')
}

export const common = createCustomCommon({ chainId: Number(CHAIN_ID) }, Mainnet, {
  hardfork: Hardfork.Prague,
  customCrypto: { kzg },
})

/** The hash both sides give for an ancestor of the block. */
export const ancestorHash = (number: bigint): Hex =>
  `0x${(number + 1n).toString(16).padStart(64, 'a')}`

export const BLOCK_NUMBER = 300n
export const TIMESTAMP = 1_700_000_000n
export const PREV_RANDAO: Hex = `0x${'5a'.repeat(32)}`

const block = createBlock(
  {
    header: {
      coinbase: COINBASE,
      number: BLOCK_NUMBER,
      timestamp: TIMESTAMP,
      gasLimit: GAS_LIMIT,
      baseFeePerGas: BASE_FEE,
      mixHash: PREV_RANDAO,
      excessBlobGas: 0n,
      blobGasUsed: 0n,
      parentBeaconBlockRoot: ZERO_HASH,
      extraData: emptyHeader.extraData,
    },
  },
  { common, skipConsensusFormatValidation: true },
)

/** Signs the plan with the nonces its wallets have in the state. */
export function sign(plan: TransactionPlan, nonces: readonly bigint[]): TypedTransaction {
  const shifted = (nonces[plan.sender] as bigint) + plan.nonceShift
  const nonce = shifted < 0n ? 0n : shifted
  const shared = {
    type: plan.type,
    nonce,
    gasLimit: plan.gas,
    value: plan.value,
    data: plan.data,
    ...(plan.to === undefined ? {} : { to: plan.to }),
  }
  const fees = {
    maxFeePerGas: plan.maxFee,
    // EthereumJS cannot build a transaction with a tip above its fee cap.
    // biome-ignore lint/complexity/useMathMinMax: bigints
    maxPriorityFeePerGas: plan.tip < plan.maxFee ? plan.tip : plan.maxFee,
  }
  const typed = {
    chainId: CHAIN_ID,
    accessList: plan.accessList.map(({ address, storageKeys }) => ({
      address,
      storageKeys: [...storageKeys],
    })),
  }
  const fields = [
    { ...shared, gasPrice: plan.maxFee },
    { ...shared, ...typed, gasPrice: plan.maxFee },
    { ...shared, ...typed, ...fees },
    {
      ...shared,
      ...typed,
      ...fees,
      maxFeePerBlobGas: 1n,
      blobVersionedHashes: Array.from(
        { length: plan.blobs },
        (_, i): Hex => `0x01${i.toString(16).padStart(62, '0')}`,
      ),
    },
    { ...shared, ...typed, ...fees, authorizationList: authorizations(plan, nonces) },
  ][plan.type] as Parameters<typeof createTx>[0]
  return createTx(fields, { common }).sign(privateKey(plan.sender))
}

const privateKey = (index: number) => word(BigInt(index + 1))

/** In a list a wallet's nonce grows with each of its authorizations that holds. */
function authorizations(plan: TransactionPlan, nonces: readonly bigint[]) {
  const next = [...nonces]
  next[plan.sender] = (next[plan.sender] as bigint) + 1n
  return plan.authorizations.map((entry) => {
    const nonce = (next[entry.signer] as bigint) + entry.nonceShift
    const valid = entry.fault === 'none' && entry.nonceShift === 0n && entry.chainId !== 902n
    if (valid) next[entry.signer] = nonce + 1n
    return signAuthorization(entry, nonce)
  })
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

function signAuthorization(plan: AuthorizationPlan, nonce: bigint) {
  const unsigned = {
    chainId: bigIntToHex(plan.chainId),
    address: plan.address,
    nonce: bigIntToHex(nonce),
  }
  const [, , , parity, r, s] = eoaCode7702SignAuthorization(
    [
      ...[plan.chainId, undefined, nonce].map((value) =>
        value === undefined
          ? hexToBytes(plan.address)
          : value === 0n
            ? new Uint8Array()
            : bigIntToBytes(value),
      ),
    ] as [Uint8Array, Uint8Array, Uint8Array],
    privateKey(plan.signer),
  )
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
  const yParity = number(parity)
  const signature = {
    none: [yParity, number(r), number(s)],
    'high s': [1n - yParity, number(r), ORDER - number(s)],
    parity: [1n - yParity, number(r), number(s)],
    'zero r': [yParity, 0n, number(s)],
  }[plan.fault] as [bigint, bigint, bigint]
  return {
    ...unsigned,
    yParity: signature[0] === 0n ? ('0x' as const) : ('0x01' as const),
    r: signature[1] === 0n ? ('0x' as const) : bigIntToHex(signature[1]),
    s: bigIntToHex(signature[2]),
  }
}

/** EthereumJS with a state of its own. */
export async function createReference() {
  const stateManager = new MerkleStateManager({ common })
  const blockchain = {
    getBlock: async (number: number) => ({ hash: () => hexToBytes(ancestorHash(BigInt(number))) }),
    putBlock: async () => {},
    shallowCopy() {
      return this
    },
  }
  const vm = await createVM({ common, stateManager, blockchain: blockchain as never })

  return {
    async reset({ accounts }: Scenario): Promise<string> {
      await stateManager.setStateRoot(KECCAK256_RLP, true)
      for (const { address, balance, nonce, code, storage } of accounts) {
        const at = createAddressFromString(address)
        await stateManager.putAccount(at, new Account(nonce, balance))
        if (code.length > 0) await stateManager.putCode(at, code)
        for (const [key, value] of storage) {
          await stateManager.putStorage(at, word(key), bigIntToBytes(value))
        }
      }
      return bytesToHex(await stateManager.getStateRoot())
    },

    async transaction(tx: TypedTransaction): Promise<Outcome & { readonly reason?: string }> {
      const root = async () => bytesToHex(await stateManager.getStateRoot())
      let result: Awaited<ReturnType<typeof runTx>>
      try {
        result = await runTx(vm, { tx, block, skipHardForkValidation: true })
      } catch (error) {
        return { ...REJECTED, root: await root(), reason: (error as Error).message }
      }
      const { execResult, createdAddress } = result
      const error = execResult.exceptionError?.error
      const status = error === undefined ? 'success' : error === 'revert' ? 'revert' : 'halt'
      return {
        status,
        gasUsed: result.totalGasSpent,
        gasRefunded: result.gasRefund,
        returnData: bytesToHex(execResult.returnValue),
        logs: (execResult.logs ?? []).map(([address, topics, data]) =>
          [address, ...topics, data].map((bytes) => bytesToHex(bytes)).join(),
        ),
        created:
          status === 'success' && tx.to === undefined
            ? (createdAddress?.toString() as Address)
            : undefined,
        root: await root(),
        ...(error === undefined ? {} : { reason: error }),
      }
    },

    /** What an account is, for the report of a difference. */
    async describe(address: Address) {
      const at = createAddressFromString(address)
      const account = await stateManager.getAccount(at)
      if (account === undefined) return undefined
      return {
        nonce: account.nonce,
        balance: account.balance,
        codeHash: bytesToHex(account.codeHash),
        storageRoot: bytesToHex(account.storageRoot),
      }
    },
  }
}

/** What a transaction that was not included did. */
export const REJECTED = {
  status: 'rejected',
  gasUsed: 0n,
  gasRefunded: 0n,
  returnData: '0x',
  logs: [],
  created: undefined,
} as const
