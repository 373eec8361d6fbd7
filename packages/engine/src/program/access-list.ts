import type { Address, Hash } from '@altlayer/protocol'
import type { AccountDiff, CallMessage, ExecutionResult } from './types.ts'

/**
 * What a message touched as an EIP-2930 access list. Addresses that are warm anyway (sender, recipient or new
 * contract, fee recipient, precompiles) are in it only for their slots.
 */
export function accessListOf(
  touched: readonly AccountDiff[],
  message: CallMessage,
  execution: ExecutionResult,
  feeRecipient: Address,
): readonly { address: Address; storageKeys: readonly Hash[] }[] {
  const warm = new Set<Address | undefined>([
    message.from,
    message.to,
    execution.contractAddress,
    feeRecipient,
  ])
  return touched
    .filter(
      ({ address, storage }) => storage.length > 0 || !(warm.has(address) || isPrecompile(address)),
    )
    .map(({ address, storage }) => ({ address, storageKeys: storage.map(([slot]) => slot).sort() }))
    .sort((a, b) => (a.address < b.address ? -1 : 1))
}

const PRECOMPILE_LIMIT = 0x11n
const P256_VERIFY = 0x100n

function isPrecompile(address: Address): boolean {
  const number = BigInt(address)
  return (number >= 1n && number <= PRECOMPILE_LIMIT) || number === P256_VERIFY
}
