import { readFileSync } from 'node:fs'
import {
  type Address,
  bytesToHex,
  type GenesisAccount,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256Hex,
} from '@altlayer/protocol'
import { encodeAbiParameters, keccak256, stringToHex } from 'viem'
import { ArtifactError, opStackSource } from '../artifacts.ts'

// Contracts that the OP Stack puts into every genesis though they are not its own: factories, Safe,
// Permit2, account abstraction, system contracts of Ethereum (specs, "Preinstalls").

/** From the OP Stack's library, which has their code as constants. */
const FROM_LIBRARY = [
  'MultiCall3',
  'Create2Deployer',
  'Safe_v130',
  'SafeL2_v130',
  'MultiSendCallOnly_v130',
  'SafeSingletonFactory',
  'DeterministicDeploymentProxy',
  'MultiSend_v130',
  'Permit2',
  'SenderCreator',
  'EntryPoint',
  'BeaconBlockRoots',
] as const

/** Code hashes that are known from elsewhere: mainnet's, EIP-4788's, the Canyon specification's. */
const CODE_HASHES: Readonly<Partial<Record<(typeof FROM_LIBRARY)[number], Hash>>> = {
  Create2Deployer: '0xb0550b5b431e30d38000efb7107aaa0ade03d48a7198a140edda9d27134468b2',
  BeaconBlockRoots: '0xf57acd40259872606d76197ef052f3d35588dadf919ee1f0e3cb9b62d3f4b02c',
  DeterministicDeploymentProxy:
    '0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989',
}

/**
 * Accounts that once sent Ethereum's system contracts. Their nonce is spent, so that the upgrade
 * transactions that create the contracts on older chains cannot make a second copy.
 */
const SYSTEM_CONTRACT_SENDERS: readonly Address[] = [
  // EIP-4788
  '0x0b799c86a49deeb90402691f1041aa3af2d3c875',
  // EIP-2935
  '0x3462413af4609098e1e27a490f554f260213d685',
]

/** Where Permit2's template takes the chain id and the domain separator. */
const PERMIT2_CHAIN_ID_OFFSET = 6_945
const PERMIT2_SEPARATOR_OFFSET = 6_983

const LIBRARY = 'src/libraries/Preinstalls.sol'

interface Preinstall {
  readonly name: string
  readonly address: Address
  readonly code: Hex
}

/** Preinstalls by name. Throws ArtifactError when a code is not the one that is known. */
export function preinstalls(l2ChainId: number): readonly Preinstall[] {
  const library = opStackSource(LIBRARY)
  const fromLibrary = FROM_LIBRARY.map((name): Preinstall => {
    const address = libraryAddress(library, name)
    const code =
      name === 'Permit2'
        ? permit2Code(libraryCode(library, 'Permit2Template'), address, l2ChainId)
        : libraryCode(library, name)
    const expected = CODE_HASHES[name]
    if (expected) checkCodeHash(name, code, expected)
    return { name, address, code }
  })
  return [...fromLibrary, ...ownPreinstalls()]
}

/** Multicall3 as it stands on public chains: viem batches its reads through it. Throws ArtifactError. */
export function multicall3(): Preinstall {
  const library = opStackSource(LIBRARY)
  const name = 'MultiCall3'
  return { name, address: libraryAddress(library, name), code: libraryCode(library, name) }
}

/** Accounts of the preinstalls, with nonce 1 as after their creation on other chains. */
export function preinstallAccounts(l2ChainId: number): readonly GenesisAccount[] {
  const contracts = preinstalls(l2ChainId).map(({ address, code }) => ({ address, code }))
  const senders = SYSTEM_CONTRACT_SENDERS.map((address) => ({ address, code: '0x' as Hex }))
  return [...contracts, ...senders].map((account) => ({
    ...account,
    balance: 0n,
    nonce: 1n,
    storage: [],
  }))
}

function ownPreinstalls(): readonly Preinstall[] {
  const path = new URL('../../data/preinstalls.json', import.meta.url)
  const { contracts } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly contracts: readonly (Preinstall & { readonly codeHash: Hash })[]
  }
  return contracts.map(({ name, address, code, codeHash }) => {
    checkCodeHash(name, code, codeHash)
    return { name, address, code }
  })
}

function checkCodeHash(name: string, code: Hex, expected: Hash): void {
  const hash = keccak256Hex(hexToBytes(code))
  if (hash !== expected)
    throw new ArtifactError(`code of ${name} has hash ${hash}, expected ${expected}`)
}

function libraryAddress(library: string, name: string): Address {
  const match = new RegExp(`address internal constant ${name} = (0x[0-9a-fA-F]{40});`).exec(library)
  if (!match?.[1]) throw new ArtifactError(`${LIBRARY} has no address ${name}`)
  return match[1].toLowerCase() as Address
}

function libraryCode(library: string, name: string): Hex {
  const match = new RegExp(`bytes internal constant ${name}Code =\\s*hex"([0-9a-f]+)";`).exec(
    library,
  )
  if (!match?.[1]) throw new ArtifactError(`${LIBRARY} has no code ${name}Code`)
  return `0x${match[1]}`
}

function permit2Code(template: Hex, address: Address, chainId: number): Hex {
  const code = hexToBytes(template)
  const separator = keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'uint256' }, { type: 'address' }],
      [
        keccak256(
          stringToHex('EIP712Domain(string name,uint256 chainId,address verifyingContract)'),
        ),
        keccak256(stringToHex('Permit2')),
        BigInt(chainId),
        address,
      ],
    ),
  )
  code.set(hexToBytes(`0x${chainId.toString(16).padStart(64, '0')}`), PERMIT2_CHAIN_ID_OFFSET)
  code.set(hexToBytes(separator), PERMIT2_SEPARATOR_OFFSET)
  return bytesToHex(code)
}
