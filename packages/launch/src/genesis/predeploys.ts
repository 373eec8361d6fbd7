import {
  type Address,
  bigintToHex,
  type GenesisAccount,
  type Hash,
  type Hex,
  PREDEPLOYS,
  predeployImplementation,
} from '@altlayer/protocol'
import { encodeAbiParameters, keccak256, stringToHex } from 'viem'
import { type Artifact, opStackArtifact, ownArtifact } from '../artifacts.ts'
import { ADMIN_SLOT, IMPLEMENTATION_SLOT } from '../l1/constants.ts'
import { PREDEPLOY_COUNT, type PredeployName, predeploy } from './addresses.ts'
import { runtimeCode } from './code.ts'
import { type Storage, storageOf } from './storage.ts'

// What the OP Stack's own genesis script leaves behind, computed instead of executed: the tests run
// constructors and initializers in a real EVM and compare.

/** What predeploys depend on. */
export interface PredeployConfig {
  readonly l1ChainId: number
  readonly l2ChainId: number
  /** L1 proxies that the bridges trust. */
  readonly l1CrossDomainMessenger: Address
  readonly l1StandardBridge: Address
  readonly l1ERC721Bridge: Address
  /** Owner of the L2 ProxyAdmin: upgrades every predeploy. */
  readonly owner: Address
  /** Receives the vaults' balances, on L2. */
  readonly feeRecipient: Address
}

/** CrossDomainMessenger's sender while no message is relayed; not zero, to save gas. */
const DEFAULT_L2_SENDER = 0xdeadn
/** FeeVault: least balance that can be withdrawn, 10 ether, as on the OP Stack's standard chains. */
const MIN_WITHDRAWAL = 10n * 10n ** 18n
/** FeeVault.WithdrawalNetwork.L2. */
const WITHDRAW_ON_L2 = 1n

interface Implementation {
  readonly artifact: Artifact
  readonly immutables?: Readonly<Record<string, bigint | Hex>>
  /** Storage of the proxy, by variable. */
  readonly storage?: Readonly<Record<string, bigint | Hash>>
  /** Storage of the implementation itself: locked against initialization. */
  readonly locked?: Readonly<Record<string, bigint | Hash>>
}

/** The predeploys: proxies over the whole namespace, and the implementations behind them. */
export function predeployAccounts(config: PredeployConfig): readonly GenesisAccount[] {
  const implementations = new Map<Address, Implementation>(
    Object.entries(implementationsOf(config)).map(([name, implementation]) => [
      PREDEPLOYS[name as PredeployName],
      implementation,
    ]),
  )
  const proxyCode = runtimeCode(opStackArtifact('Proxy'))
  const accounts: GenesisAccount[] = []
  for (let index = 0; index < PREDEPLOY_COUNT; index++) {
    const address = predeploy(index)
    // Not behind a proxy: WETH, and OP Mainnet's governance token, which only OP Mainnet has.
    if (address === PREDEPLOYS.WETH || address === PREDEPLOYS.GovernanceToken) continue
    const implementation = implementations.get(address)
    accounts.push(account(address, proxyCode, proxyStorage(address, implementation)))
    if (implementation) accounts.push(implementationAccount(address, implementation))
  }
  accounts.push(account(PREDEPLOYS.WETH, runtimeCode(opStackArtifact('WETH')), []))
  return accounts
}

function proxyStorage(address: Address, implementation: Implementation | undefined): Storage {
  const admin = [ADMIN_SLOT, word(PREDEPLOYS.ProxyAdmin)] as const
  if (!implementation) return [admin]
  return [
    admin,
    [IMPLEMENTATION_SLOT, word(predeployImplementation(address))],
    ...storageOf(implementation.artifact, implementation.storage ?? {}),
  ]
}

function implementationAccount(address: Address, implementation: Implementation): GenesisAccount {
  const { artifact, immutables, locked } = implementation
  const code = runtimeCode(artifact, immutables)
  return account(predeployImplementation(address), code, storageOf(artifact, locked ?? {}))
}

type ProxiedName = Exclude<PredeployName, 'WETH'>

function implementationsOf(config: PredeployConfig): Readonly<Record<ProxiedName, Implementation>> {
  const plain = (name: string): Implementation => ({ artifact: opStackArtifact(name) })
  return {
    LegacyMessagePasser: plain('LegacyMessagePasser'),
    DeployerWhitelist: plain('DeployerWhitelist'),
    L1BlockNumber: plain('L1BlockNumber'),
    L2ToL1MessagePasser: plain('L2ToL1MessagePasser'),
    SchemaRegistry: plain('SchemaRegistry'),
    L2CrossDomainMessenger: {
      artifact: opStackArtifact('L2CrossDomainMessenger'),
      storage: {
        _initialized: 1n,
        xDomainMsgSender: DEFAULT_L2_SENDER,
        otherMessenger: config.l1CrossDomainMessenger,
      },
      locked: { _initialized: 1n, xDomainMsgSender: DEFAULT_L2_SENDER },
    },
    L2StandardBridge: bridge('L2StandardBridge', config.l1StandardBridge),
    L2ERC721Bridge: bridge('L2ERC721Bridge', config.l1ERC721Bridge),
    OptimismMintableERC20Factory: {
      artifact: opStackArtifact('OptimismMintableERC20Factory'),
      storage: { _initialized: 1n, bridge: PREDEPLOYS.L2StandardBridge },
      locked: { _initialized: 1n },
    },
    OptimismMintableERC721Factory: {
      artifact: opStackArtifact('OptimismMintableERC721Factory'),
      immutables: { BRIDGE: PREDEPLOYS.L2ERC721Bridge, REMOTE_CHAIN_ID: BigInt(config.l1ChainId) },
    },
    ProxyAdmin: {
      artifact: opStackArtifact('ProxyAdmin'),
      storage: { _owner: config.owner },
      locked: { _owner: config.owner },
    },
    SequencerFeeVault: vault('SequencerFeeVault', config.feeRecipient),
    BaseFeeVault: vault('BaseFeeVault', config.feeRecipient),
    L1FeeVault: vault('L1FeeVault', config.feeRecipient),
    // Isthmus: the vault has no logic of its own and pays into BaseFeeVault; the package, which ends
    // before Isthmus, has it under the other vaults' names.
    OperatorFeeVault: vault('BaseFeeVault', PREDEPLOYS.BaseFeeVault, 0n),
    EAS: eas(config.l2ChainId),
    L1Block: { artifact: ownArtifact('L1Block') },
    GasPriceOracle: {
      artifact: { ...ownArtifact('GasPriceOracle'), storage: ORACLE_FLAGS },
      storage: { isEcotone: 1n, isFjord: 1n, isIsthmus: 1n },
    },
  }
}

/** GasPriceOracle's flags as its tests fix them: three bools from the start of slot 0. */
const ORACLE_FLAGS = ['isEcotone', 'isFjord', 'isIsthmus'].map((label, offset) => ({
  label,
  slot: '0',
  offset,
  type: 't_bool',
}))

function bridge(name: string, otherBridge: Address): Implementation {
  const messenger = PREDEPLOYS.L2CrossDomainMessenger
  return {
    artifact: opStackArtifact(name),
    storage: { _initialized: 1n, messenger, otherBridge },
    locked: { _initialized: 1n, messenger },
  }
}

function vault(name: string, recipient: Address, minimum = MIN_WITHDRAWAL): Implementation {
  return {
    artifact: opStackArtifact(name, ['FeeVault.sol/FeeVault.json']),
    immutables: {
      RECIPIENT: recipient,
      MIN_WITHDRAWAL_AMOUNT: minimum,
      WITHDRAWAL_NETWORK: WITHDRAW_ON_L2,
    },
  }
}

/** The EIP-712 domain of EAS, as its constructor computes it at the implementation's address. */
function eas(l2ChainId: number): Implementation {
  const typeHash = hashOf(
    'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)',
  )
  const nameHash = hashOf('EAS')
  const versionHash = hashOf('1.3.0')
  const self = predeployImplementation(PREDEPLOYS.EAS)
  return {
    artifact: opStackArtifact('EAS', [
      'draft-EIP712.sol/EIP712.0.8.19.json',
      'EIP1271Verifier.sol/EIP1271Verifier.json',
    ]),
    immutables: {
      _CACHED_DOMAIN_SEPARATOR: keccak256(
        encodeAbiParameters(
          [
            { type: 'bytes32' },
            { type: 'bytes32' },
            { type: 'bytes32' },
            { type: 'uint256' },
            { type: 'address' },
          ],
          [typeHash, nameHash, versionHash, BigInt(l2ChainId), self],
        ),
      ),
      _CACHED_CHAIN_ID: BigInt(l2ChainId),
      _CACHED_THIS: self,
      _HASHED_NAME: nameHash,
      _HASHED_VERSION: versionHash,
      _TYPE_HASH: typeHash,
      _name: stringToHex('EAS', { size: 32 }),
    },
  }
}

function account(address: Address, code: Hex, storage: Storage): GenesisAccount {
  // Nonce 0 as in the OP Stack's genesis, though EIP-161 gives contracts nonce 1.
  return { address, balance: 0n, nonce: 0n, code, storage }
}

function word(address: Address): Hash {
  return bigintToHex(BigInt(address))
}

function hashOf(text: string): Hash {
  return keccak256(stringToHex(text))
}
