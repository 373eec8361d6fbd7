import { pbkdf2Sync } from 'node:crypto'
import { type Address, bytesToHex, type Hex, lowerCaseAddress } from '@altlayer/protocol'
import { HDKey, privateKeyToAddress } from 'viem/accounts'
import type { DevAccount, Roles } from './api.ts'

/** The mnemonic of development networks: its keys are public knowledge. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk'

/** Accounts of the mnemonic that a local network funds, on L1 and L2. */
export const FUNDED_ACCOUNTS = 30

/** Of these, the first are shown to users; the others are the rollup's own. */
const USER_ACCOUNTS = 10

/** 10 000 ether: what anvil and the OP Stack's genesis give. */
export const DEV_BALANCE = 10_000n * 10n ** 18n

// Above the user accounts, so that a user's transaction never takes a nonce from the rollup's own.
const ROLE_INDEX = {
  owner: 10,
  batcher: 11,
  proposer: 12,
  sequencer: 13,
  guardian: 14,
  feeRecipient: 15,
  challenger: 16,
} as const satisfies Record<keyof Roles, number>

const ROLE_NAMES = Object.keys(ROLE_INDEX) as (keyof Roles)[]

/** Account `index` of the development mnemonic, path m/44'/60'/0'/0/index. */
export function devAccount(index: number): DevAccount {
  const known = derived.get(index)
  if (known) return known
  const key = parentKey().deriveChild(index).privateKey
  if (!key) throw new Error(`no private key for development account ${index}`)
  const privateKey = bytesToHex(key)
  const account: DevAccount = {
    address: lowerCaseAddress(privateKeyToAddress(privateKey)),
    privateKey,
  }
  derived.set(index, account)
  return account
}

const derived = new Map<number, DevAccount>()
let parent: HDKey | undefined

// BIP-39's seed of the mnemonic (no passphrase), then BIP-44's path; slow, so once.
function parentKey(): HDKey {
  parent ??= HDKey.fromMasterSeed(pbkdf2Sync(DEV_MNEMONIC, 'mnemonic', 2_048, 64, 'sha512')).derive(
    "m/44'/60'/0'/0",
  )
  return parent
}

/** The accounts of a local network that are the user's to play with. */
export function userAccounts(): readonly DevAccount[] {
  return Array.from({ length: USER_ACCOUNTS }, (_, index) => devAccount(index))
}

/** Every account that a local network funds. */
export function fundedAddresses(): readonly Address[] {
  return Array.from({ length: FUNDED_ACCOUNTS }, (_, index) => devAccount(index).address)
}

/** Roles of a local network. */
export function devRoles(): Roles {
  return Object.fromEntries(
    ROLE_NAMES.map((role) => [role, devAccount(ROLE_INDEX[role]).address]),
  ) as unknown as Roles
}

/** Keys of the roles that are held by their development accounts. */
export function devRoleKeys(roles: Roles): Partial<Record<keyof Roles, Hex>> {
  return Object.fromEntries(
    ROLE_NAMES.flatMap((role) => {
      const { address, privateKey } = devAccount(ROLE_INDEX[role])
      return roles[role] === address ? [[role, privateKey]] : []
    }),
  )
}

/** Deploys the contracts of a local network; owns them too. */
export function devDeployer(): DevAccount {
  return devAccount(ROLE_INDEX.owner)
}
