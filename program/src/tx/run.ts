// Runs the decoded transaction or message in the EVM, and settles its gas. The sender was checked.

import { FORK_ISTHMUS, MODE_OP, SPEC_SHANGHAI } from '../../shared/abi'
import { arenaAllocUninitialized } from '../arena'
import { blockBaseFee, blockCoinbase, blockFork, blockSpec } from '../block/current'
import { mode } from '../block/rules'
import { ENV_GAS_PRICE, ENV_ORIGIN, setBlobHashes } from '../evm/env'
import { MESSAGE_CALL, MESSAGE_CREATE, executeMessage, messageContract, messageGasLeft } from '../evm/message'
import { hostError } from '../host'
import { wordCopy, wordFromAddress, wordFromBytes, wordSub } from '../num/word'
import { operatorFee } from '../op/fees'
import { BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT } from '../op/predeploys'
import { itemNext, itemStart, rlpItem, rlpList } from '../rlp/decode'
import { account, accountNonce, addBalance, setNonce, subBalance, warmAddress } from '../state/accounts'
import { refundCounter } from '../state/journal'
import { slot, warmSlot } from '../state/storage'
import { applyAuthorizations } from './authorization'
import {
  txAccessList,
  txAccessListEnd,
  txBlobCount,
  txBlobHashes,
  txData,
  txDataLen,
  txGasLimit,
  txTo,
  txValue,
} from './decode'
import { floorDataGas, intrinsicGas } from './intrinsic'
import {
  outcomeGasPrice,
  outcomeGasUsed,
  outcomeL1Fee,
  outcomeOperatorFee,
  outcomeSender,
  setOutcomeContract,
  setOutcomeGas,
  setOutcomeHalt,
} from './outcome'
import { purchase } from './validate'
import { weiMul } from './wei'

/** EIP-3529: at most a fifth of the gas used is refunded. */
const REFUND_QUOTIENT: u64 = 5

const key: usize = memory.data(32, 8)
const amount: usize = memory.data(32, 8)

/** The transaction's part of the environment, and the addresses and slots that are warm from its start. */
export function prepare(): void {
  wordFromAddress(ENV_ORIGIN, outcomeSender)
  wordCopy(ENV_GAS_PRICE, outcomeGasPrice)
  prepareBlobHashes()
  warmAddress(account(outcomeSender))
  if (txTo != 0) warmAddress(account(txTo))
  // EIP-3651
  if (blockSpec >= SPEC_SHANGHAI) warmAddress(account(blockCoinbase))
  warmAccessList()
}

// Loading state decodes RLP too: positions are kept in locals across it.
function warmAccessList(): void {
  for (let ptr = txAccessList; ptr < txAccessListEnd && hostError == 0; ) {
    rlpList(ptr, txAccessListEnd)
    const end = itemNext
    rlpItem(itemStart, end)
    const address = itemStart
    rlpList(itemNext, end)
    let entry = itemStart
    const record = account(address)
    warmAddress(record)
    while (entry < end && hostError == 0) {
      rlpItem(entry, end)
      wordFromBytes(key, itemStart)
      entry = itemNext
      warmSlot(slot(record, key))
    }
    ptr = end
  }
}

/** The hashes without their RLP prefixes. */
function prepareBlobHashes(): void {
  if (txBlobCount == 0) {
    setBlobHashes(0, 0)
    return
  }
  const hashes = arenaAllocUninitialized(<usize>txBlobCount << 5)
  if (hostError != 0) return
  for (let i: usize = 0; i < <usize>txBlobCount; i++) memory.copy(hashes + (i << 5), txBlobHashes + i * 33 + 1, 32)
  setBlobHashes(hashes, txBlobCount)
}

/** Takes the purchase from the sender, whose balance was found sufficient. */
export function buyGas(): void {
  subBalance(account(outcomeSender), purchase)
}

/** Executes call or creation with what the intrinsic gas leaves; sets the outcome's halt and gas. */
export function execute(): void {
  const sender = account(outcomeSender)
  // A creation raises the nonce itself. The sender may authorize in its own transaction, with the next nonce.
  if (txTo != 0) setNonce(sender, accountNonce(sender) + 1)
  applyAuthorizations()
  // The EVM counts in i64; no block's gas limit reaches that (geth refuses such headers).
  const available = txGasLimit - intrinsicGas
  const gas = min(available, <u64>i64.MAX_VALUE)
  const halt = executeMessage(
    txTo == 0 ? MESSAGE_CREATE : MESSAGE_CALL,
    outcomeSender,
    txTo,
    txValue,
    txData,
    txDataLen,
    gas,
    false,
  )
  setOutcomeHalt(halt)
  if (messageContract != 0) setOutcomeContract(messageContract)
  settleGas(txGasLimit - messageGasLeft - (available - gas))
}

/** Refund, then the floor (EIP-7623). */
function settleGas(used: u64): void {
  const refund = min(<u64>refundCounter, used / REFUND_QUOTIENT)
  setOutcomeGas(max(used - refund, floorDataGas), refund, max(used, floorDataGas))
}

/** Gives back what was not used, and pays the fee recipient; in OP mode the vaults. */
export function settleFees(rollupFees: bool): void {
  weiMul(amount, outcomeGasPrice, txGasLimit - outcomeGasUsed)
  const sender = account(outcomeSender)
  addBalance(sender, amount)
  // The gas price is never below the base fee here.
  wordSub(amount, outcomeGasPrice, blockBaseFee)
  weiMul(amount, amount, outcomeGasUsed)
  addBalance(account(blockCoinbase), amount)
  if (mode != MODE_OP) return
  weiMul(amount, blockBaseFee, outcomeGasUsed)
  addBalance(account(BASE_FEE_VAULT), amount)
  if (!rollupFees) return
  addBalance(account(L1_FEE_VAULT), outcomeL1Fee)
  if (blockFork < FORK_ISTHMUS) return
  settleOperatorFee(sender)
}

/** The fee for the whole gas limit was taken: the difference to what was used goes back. */
function settleOperatorFee(sender: usize): void {
  operatorFee(blockFork, outcomeGasUsed, outcomeOperatorFee)
  operatorFee(blockFork, txGasLimit, amount)
  wordSub(amount, amount, outcomeOperatorFee)
  addBalance(sender, amount)
  addBalance(account(OPERATOR_FEE_VAULT), outcomeOperatorFee)
}
