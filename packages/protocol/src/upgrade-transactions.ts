import { upgradeSourceHash } from './deposit.ts'
import { isForkActivation } from './fork-schedule.ts'
import { L1_ATTRIBUTES_DEPOSITOR, PREDEPLOYS } from './predeploys.ts'
import { type DepositTransaction, TX_DEPOSIT } from './transaction.ts'
import type { Address, ForkTimes, Hex } from './types.ts'
import {
  BEACON_ROOTS,
  BLOCK_HASHES,
  ECOTONE_GAS_PRICE_ORACLE,
  ECOTONE_L1_BLOCK,
  FJORD_GAS_PRICE_ORACLE,
  ISTHMUS_GAS_PRICE_ORACLE,
  ISTHMUS_L1_BLOCK,
  ISTHMUS_OPERATOR_FEE_VAULT,
} from './upgrade-bytecode.ts'

// Network upgrade transactions (OP Stack specs, derivation of Ecotone, Fjord and Isthmus): deposits that the first block
// of a fork carries after the L1 attributes and the users' deposits. A chain that has the fork from its genesis on has
// none. program/src/derive/upgrade-data.ts is made of these by program/scripts/upgrade-data.ts.

/** Forks whose first block carries upgrade transactions, in their order. */
export const UPGRADE_FORKS = ['ecotone', 'fjord', 'isthmus'] as const
export type UpgradeFork = (typeof UPGRADE_FORKS)[number]

/** A proxy lets the zero address upgrade it: only a deposit of the protocol can come from there. */
const PROXY_ADMIN: Address = '0x0000000000000000000000000000000000000000'
const PROXY_GAS = 50_000n

/** The account that deploys contract number `n` of all upgrades: 0x4210...n. */
function deployer(n: number): Address {
  return `0x4210${n.toString(16).padStart(36, '0')}`
}

const UPGRADES: Readonly<Record<UpgradeFork, readonly DepositTransaction[]>> = {
  ecotone: [
    creation('Ecotone: L1 Block Deployment', deployer(0), 375_000n, ECOTONE_L1_BLOCK),
    creation(
      'Ecotone: Gas Price Oracle Deployment',
      deployer(1),
      1_000_000n,
      ECOTONE_GAS_PRICE_ORACLE,
    ),
    upgradeTo(
      'Ecotone: L1 Block Proxy Update',
      PREDEPLOYS.L1Block,
      '0x07dbe8500fc591d1852b76fee44d5a05e13097ff',
    ),
    upgradeTo(
      'Ecotone: Gas Price Oracle Proxy Update',
      PREDEPLOYS.GasPriceOracle,
      '0xb528d11cc114e026f138fe568744c6d45ce6da7a',
    ),
    // setEcotone()
    enable('Ecotone: Gas Price Oracle Set Ecotone', 80_000n, '0x22b90ab3'),
    creation(
      'Ecotone: beacon block roots contract deployment',
      '0x0b799c86a49deeb90402691f1041aa3af2d3c875',
      250_000n,
      BEACON_ROOTS,
    ),
  ],
  fjord: [
    creation('Fjord: Gas Price Oracle Deployment', deployer(2), 1_450_000n, FJORD_GAS_PRICE_ORACLE),
    upgradeTo(
      'Fjord: Gas Price Oracle Proxy Update',
      PREDEPLOYS.GasPriceOracle,
      '0xa919894851548179a0750865e7974da599c0fac7',
    ),
    // setFjord()
    enable('Fjord: Gas Price Oracle Set Fjord', 90_000n, '0x8e98b106'),
  ],
  isthmus: [
    creation('Isthmus: L1 Block Deployment', deployer(3), 425_000n, ISTHMUS_L1_BLOCK),
    creation(
      'Isthmus: Gas Price Oracle Deployment',
      deployer(4),
      1_625_000n,
      ISTHMUS_GAS_PRICE_ORACLE,
    ),
    creation(
      'Isthmus: Operator Fee Vault Deployment',
      deployer(5),
      500_000n,
      ISTHMUS_OPERATOR_FEE_VAULT,
    ),
    upgradeTo(
      'Isthmus: L1 Block Proxy Update',
      PREDEPLOYS.L1Block,
      '0xff256497d61dcd71a9e9ff43967c13fde1f72d12',
    ),
    upgradeTo(
      'Isthmus: Gas Price Oracle Proxy Update',
      PREDEPLOYS.GasPriceOracle,
      '0x93e57a196454cb919193fa9946f14943cf733845',
    ),
    upgradeTo(
      'Isthmus: Operator Fee Vault Proxy Update',
      PREDEPLOYS.OperatorFeeVault,
      '0x4fa2be8cd41504037f1838bce3bcc93bc68ff537',
    ),
    // setIsthmus()
    enable('Isthmus: Gas Price Oracle Set Isthmus', 90_000n, '0x291b0383'),
    creation(
      'Isthmus: EIP-2935 Contract Deployment',
      '0x3462413af4609098e1e27a490f554f260213d685',
      250_000n,
      BLOCK_HASHES,
    ),
  ],
}

/** The upgrade transactions of one fork, in order. */
export function upgradeTransactions(fork: UpgradeFork): readonly DepositTransaction[] {
  return UPGRADES[fork]
}

/**
 * The upgrade transactions of a block, given its timestamp and its parent's: those of every fork that begins with it.
 * They come after the users' deposits. Nothing for most blocks.
 */
export function upgradeTransactionsAt(
  forks: ForkTimes,
  timestamp: bigint,
  parentTimestamp: bigint,
): readonly DepositTransaction[] {
  return UPGRADE_FORKS.filter((fork) =>
    isForkActivation(forks, fork, timestamp, parentTimestamp),
  ).flatMap(upgradeTransactions)
}

function deposit(
  intent: string,
  parts: Pick<DepositTransaction, 'from' | 'to' | 'gas' | 'data'>,
): DepositTransaction {
  return {
    type: TX_DEPOSIT,
    sourceHash: upgradeSourceHash(intent),
    mint: 0n,
    value: 0n,
    isSystemTransaction: false,
    ...parts,
  }
}

function creation(intent: string, from: Address, gas: bigint, data: Hex): DepositTransaction {
  return deposit(intent, { from, gas, data })
}

/** Calls `upgradeTo(address)` of a proxy. */
function upgradeTo(intent: string, proxy: Address, implementation: Address): DepositTransaction {
  const data: Hex = `0x3659cfe6${implementation.slice(2).padStart(64, '0')}`
  return deposit(intent, { from: PROXY_ADMIN, to: proxy, gas: PROXY_GAS, data })
}

/** Calls the gas price oracle, which takes the sender of the L1 attributes' word that a fork is active. */
function enable(intent: string, gas: bigint, data: Hex): DepositTransaction {
  return deposit(intent, {
    from: L1_ATTRIBUTES_DEPOSITOR,
    to: PREDEPLOYS.GasPriceOracle,
    gas,
    data,
  })
}
