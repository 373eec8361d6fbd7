import { readFileSync } from 'node:fs'
import {
  type Address,
  describe,
  type Hash,
  type JsonObject,
  MalformedInputError,
  optional,
  parseAddress,
  parseArray,
  parseHash,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'
import { parseUnits } from 'viem'

/** Wei of ALT on all chains together. */
export const ALT_SUPPLY = 10_000_000_000n * 10n ** 18n

/** Part of the supply that vests to one account. Times in seconds. */
export interface Allocation {
  readonly name: string
  readonly beneficiary: Address
  /** Wei of ALT. */
  readonly amount: bigint
  /** Unix time. */
  readonly start: bigint
  /** From start to end; 0 vests all at the start. */
  readonly duration: bigint
  /** From the start to the first release; at most `duration`. */
  readonly cliff: bigint
}

/** What a bridge may mint and burn on one chain: wei at once, refilled within a day. */
export interface BridgeLimits {
  readonly chainId: number
  readonly bridge: Address
  readonly mintCap: bigint
  readonly burnCap: bigint
}

/** AltGovernor and its timelock. Times in seconds. */
export interface GovernanceConfig {
  /** Until a decision is carried out: at least two days. */
  readonly timelockDelay: bigint
  readonly votingDelay: number
  readonly votingPeriod: number
  /** Votes needed to propose, wei of ALT. */
  readonly proposalThreshold: bigint
  readonly quorumPercent: bigint
  readonly lateQuorumExtension: number
  /** Proposes to the timelock on chains that hold no votes. */
  readonly remoteProposer: Address
}

/** A Symbiotic vault. One of an asset and a curator. */
export interface VaultConfig {
  readonly asset: Address | 'ALT'
  /** Owns the vault and divides its stake between networks and operators. */
  readonly curator: Address
  /** Seconds that a withdrawal takes, at least; at least the slashing window. */
  readonly epochDuration: number
}

/** A rollup's contracts on L1, for governance to admit. */
export interface RollupEntry {
  readonly chainId: bigint
  readonly systemConfig: Address
  readonly owner: Address
  readonly restitutionFund: Address
}

/** Contracts of Symbiotic Core that stand on the chain already. */
export type SymbioticCore = Readonly<Record<(typeof CORE_CONTRACTS)[number], Address>>

export const CORE_CONTRACTS = [
  'VaultFactory',
  'DelegatorFactory',
  'SlasherFactory',
  'VaultConfigurator',
  'NetworkRegistry',
  'OperatorRegistry',
  'OperatorVaultOptInService',
  'OperatorNetworkOptInService',
  'NetworkMiddlewareService',
] as const

/** Stake, its table and what is paid for it. Times in seconds. */
export interface RestakingConfig {
  /** Undefined: deployed too. */
  readonly symbiotic?: SymbioticCore
  /** Restaked Ethereum assets, the first quorum; ALT is the second. */
  readonly assets: readonly Address[]
  readonly vaults: readonly VaultConfig[]
  readonly rotationDelay: number
  readonly settingsDelay: number
  readonly slashingWindow: number
  readonly epochLength: number
  readonly gracePeriod: number
  readonly evidencePeriod: number
  readonly treasury: Address
  readonly participationPeriod: bigint
  readonly claimPeriod: bigint
  /** Epochs that a change of commission or participation waits. */
  readonly parameterDelayEpochs: number
  /** Epochs that the end of a service, or another rate, is announced before. */
  readonly noticeEpochs: number
  /** In which rewards of reALT flow in. */
  readonly streamPeriod: number
  readonly rollups: readonly RollupEntry[]
  /** Wei of ALT an epoch, by kind of service. */
  readonly rates: readonly { readonly kind: string; readonly rate: bigint }[]
}

/** A deployment of ALT, and of restaking on its home chain. */
export interface AltConfig {
  readonly salt: Hash
  /** Chain on which the supply is minted, governance votes and stake is. */
  readonly homeChainId: number
  readonly governance: GovernanceConfig
  readonly allocations: readonly Allocation[]
  readonly bridges: readonly BridgeLimits[]
  readonly restaking: RestakingConfig
}

/** Reads a configuration. Throws MalformedInputError with the member's place. */
export function readAltConfig(path: string): AltConfig {
  const text = readFileSync(path, 'utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw Object.assign(new MalformedInputError(path, 'JSON', describe(text)), { cause })
  }
  return parseAltConfig(json)
}

/** Parses a configuration; unknown members are refused, allocations must add up to the supply. */
export function parseAltConfig(value: unknown): AltConfig {
  const at = members(value, 'config', [
    'salt',
    'homeChainId',
    'governance',
    'allocations',
    'bridges',
    'restaking',
  ])
  const allocations = list(at.allocations, 'config.allocations', parseAllocation)
  const total = allocations.reduce((sum, { amount }) => sum + amount, 0n)
  if (total !== ALT_SUPPLY)
    throw new MalformedInputError(
      'config.allocations',
      `amounts that sum to the supply, ${ALT_SUPPLY} wei`,
      `${total} wei`,
    )
  return {
    salt: parseHash(at.salt, 'config.salt'),
    homeChainId: integer(at.homeChainId, 'config.homeChainId', MAX_CHAIN_ID, 1),
    governance: parseGovernance(at.governance, 'config.governance'),
    allocations,
    bridges: list(at.bridges, 'config.bridges', parseBridge),
    restaking: parseRestaking(at.restaking, 'config.restaking'),
  }
}

const MAX_CHAIN_ID = Number.MAX_SAFE_INTEGER
const MAX_UINT48 = 2 ** 48 - 1
/** A century: longer is a mistake of units. */
const MAX_DURATION = 100 * 365 * 86_400
/** More is a mistake of units. */
const MAX_EPOCHS = 10_000
/** Of lists in a configuration. */
const MAX_ENTRIES = 1_000

function members(value: unknown, path: string, known: readonly string[]): JsonObject {
  const object = parseObject(value, path)
  for (const name of Object.keys(object))
    if (!known.includes(name))
      throw new MalformedInputError(`${path}.${name}`, `one of ${known.join(', ')}`, name)
  return object
}

function list<T>(
  value: unknown,
  path: string,
  parse: (entry: unknown, path: string) => T,
): readonly T[] {
  const entries = parseArray(value, path)
  if (entries.length > MAX_ENTRIES)
    throw new MalformedInputError(path, `at most ${MAX_ENTRIES} entries`, String(entries.length))
  return entries.map((entry, index) => parse(entry, `${path}[${index}]`))
}

function integer(value: unknown, path: string, max: number, min = 0): number {
  const number = Number(parseInteger(value, path, BigInt(max)))
  if (number < min) throw new MalformedInputError(path, `at least ${min}`, describe(value))
  return number
}

const duration = (value: unknown, path: string, min = 0): number =>
  integer(value, path, MAX_DURATION, min)

function text(value: unknown, path: string): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > 31)
    throw new MalformedInputError(path, '1 to 31 characters', describe(value))
  return value
}

/** ALT as a decimal text, up to the wei: `"1500.25"`. At most the supply. */
function alt(value: unknown, path: string): bigint {
  if (typeof value !== 'string' || !/^\d{1,11}(\.\d{1,18})?$/.test(value))
    throw new MalformedInputError(path, 'ALT as decimal text such as "1500.25"', describe(value))
  const amount = parseUnits(value, 18)
  if (amount > ALT_SUPPLY)
    throw new MalformedInputError(path, 'at most the supply', describe(value))
  return amount
}

function parseAllocation(value: unknown, path: string): Allocation {
  const at = members(value, path, ['name', 'beneficiary', 'amount', 'start', 'duration', 'cliff'])
  const whole = duration(at.duration, `${path}.duration`)
  const amount = alt(at.amount, `${path}.amount`)
  if (amount === 0n)
    throw new MalformedInputError(`${path}.amount`, 'more than 0', describe(at.amount))
  return {
    name: text(at.name, `${path}.name`),
    beneficiary: nonZero(at.beneficiary, `${path}.beneficiary`),
    amount,
    start: BigInt(integer(at.start, `${path}.start`, MAX_UINT48, 1)),
    duration: BigInt(whole),
    cliff: parseInteger(at.cliff, `${path}.cliff`, BigInt(whole)),
  }
}

function nonZero(value: unknown, path: string): Address {
  const address = parseAddress(value, path)
  if (/^0x0{40}$/.test(address)) throw new MalformedInputError(path, 'an account', describe(value))
  return address
}

function parseBridge(value: unknown, path: string): BridgeLimits {
  const at = members(value, path, ['chainId', 'bridge', 'mintCap', 'burnCap'])
  return {
    chainId: integer(at.chainId, `${path}.chainId`, MAX_CHAIN_ID, 1),
    bridge: nonZero(at.bridge, `${path}.bridge`),
    mintCap: alt(at.mintCap, `${path}.mintCap`),
    burnCap: alt(at.burnCap, `${path}.burnCap`),
  }
}

/** Least delay of the timelock: what the Slasher asks of its owner. */
const MIN_TIMELOCK_DELAY = 2 * 86_400

function parseGovernance(value: unknown, path: string): GovernanceConfig {
  const at = members(value, path, [
    'timelockDelay',
    'votingDelay',
    'votingPeriod',
    'proposalThreshold',
    'quorumPercent',
    'lateQuorumExtension',
    'remoteProposer',
  ])
  return {
    timelockDelay: BigInt(duration(at.timelockDelay, `${path}.timelockDelay`, MIN_TIMELOCK_DELAY)),
    votingDelay: duration(at.votingDelay, `${path}.votingDelay`),
    votingPeriod: duration(at.votingPeriod, `${path}.votingPeriod`, 1),
    proposalThreshold: alt(at.proposalThreshold, `${path}.proposalThreshold`),
    quorumPercent: BigInt(integer(at.quorumPercent, `${path}.quorumPercent`, 100, 1)),
    lateQuorumExtension: duration(at.lateQuorumExtension, `${path}.lateQuorumExtension`),
    remoteProposer: nonZero(at.remoteProposer, `${path}.remoteProposer`),
  }
}

function parseRestaking(value: unknown, path: string): RestakingConfig {
  const at = members(value, path, [
    'symbiotic',
    'assets',
    'vaults',
    ...DURATIONS,
    'treasury',
    'participationPeriod',
    'claimPeriod',
    'parameterDelayEpochs',
    'noticeEpochs',
    'rollups',
    'rates',
  ])
  const durations = Object.fromEntries(
    DURATIONS.map((name) => [name, duration(at[name], `${path}.${name}`)]),
  ) as Record<(typeof DURATIONS)[number], number>
  const core = optional(at.symbiotic, `${path}.symbiotic`, parseCore)
  const config: RestakingConfig = {
    ...(core && { symbiotic: core }),
    assets: list(at.assets, `${path}.assets`, nonZero),
    vaults: list(at.vaults, `${path}.vaults`, parseVault),
    ...durations,
    treasury: nonZero(at.treasury, `${path}.treasury`),
    participationPeriod: BigInt(duration(at.participationPeriod, `${path}.participationPeriod`)),
    claimPeriod: BigInt(duration(at.claimPeriod, `${path}.claimPeriod`)),
    parameterDelayEpochs: integer(
      at.parameterDelayEpochs,
      `${path}.parameterDelayEpochs`,
      MAX_EPOCHS,
    ),
    noticeEpochs: integer(at.noticeEpochs, `${path}.noticeEpochs`, MAX_EPOCHS),
    rollups: list(at.rollups, `${path}.rollups`, parseRollup),
    rates: list(at.rates, `${path}.rates`, parseRate),
  }
  checkTimes(config, path)
  checkVaults(config, path)
  return config
}

const DURATIONS = [
  'rotationDelay',
  'settingsDelay',
  'slashingWindow',
  'epochLength',
  'gracePeriod',
  'evidencePeriod',
  'streamPeriod',
] as const

/** What StakeTable's constructor asks for. */
function checkTimes(config: RestakingConfig, path: string): void {
  if (config.epochLength === 0)
    throw new MalformedInputError(`${path}.epochLength`, 'at least 1', '0')
  if (config.rotationDelay < config.epochLength)
    throw new MalformedInputError(
      `${path}.rotationDelay`,
      `at least an epoch, ${config.epochLength}`,
      String(config.rotationDelay),
    )
  const needed = config.epochLength + config.gracePeriod + config.evidencePeriod
  if (config.slashingWindow < needed)
    throw new MalformedInputError(
      `${path}.slashingWindow`,
      `at least epoch, grace and evidence period together, ${needed}`,
      String(config.slashingWindow),
    )
}

function checkVaults(config: RestakingConfig, path: string): void {
  const seen = new Set<string>()
  for (const [index, vault] of config.vaults.entries()) {
    const place = `${path}.vaults[${index}]`
    const name = `${vault.asset} ${vault.curator}`
    if (seen.has(name)) throw new MalformedInputError(place, 'one vault an asset and curator', name)
    seen.add(name)
    if (vault.asset !== 'ALT' && !config.assets.includes(vault.asset))
      throw new MalformedInputError(`${place}.asset`, 'ALT or one of the assets', vault.asset)
    if (vault.epochDuration < config.slashingWindow)
      throw new MalformedInputError(
        `${place}.epochDuration`,
        `at least the slashing window, ${config.slashingWindow}`,
        String(vault.epochDuration),
      )
  }
  if (config.vaults.filter(({ asset }) => asset === 'ALT').length === 0)
    throw new MalformedInputError(`${path}.vaults`, 'a vault of ALT, for reALT', 'none')
}

function parseCore(value: unknown, path: string): SymbioticCore {
  const at = members(value, path, CORE_CONTRACTS)
  return Object.fromEntries(
    CORE_CONTRACTS.map((name) => [name, nonZero(at[name], `${path}.${name}`)]),
  ) as SymbioticCore
}

function parseVault(value: unknown, path: string): VaultConfig {
  const at = members(value, path, ['asset', 'curator', 'epochDuration'])
  return {
    asset: at.asset === 'ALT' ? 'ALT' : nonZero(at.asset, `${path}.asset`),
    curator: nonZero(at.curator, `${path}.curator`),
    epochDuration: duration(at.epochDuration, `${path}.epochDuration`, 1),
  }
}

function parseRollup(value: unknown, path: string): RollupEntry {
  const at = members(value, path, ['chainId', 'systemConfig', 'owner', 'restitutionFund'])
  return {
    chainId: BigInt(integer(at.chainId, `${path}.chainId`, MAX_CHAIN_ID, 1)),
    systemConfig: nonZero(at.systemConfig, `${path}.systemConfig`),
    owner: nonZero(at.owner, `${path}.owner`),
    restitutionFund: nonZero(at.restitutionFund, `${path}.restitutionFund`),
  }
}

function parseRate(value: unknown, path: string): { kind: string; rate: bigint } {
  const at = members(value, path, ['kind', 'rate'])
  return { kind: text(at.kind, `${path}.kind`), rate: alt(at.rate, `${path}.rate`) }
}
