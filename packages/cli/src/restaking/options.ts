import { resolve } from 'node:path'
import { type Address, checksumAddress } from '@altlayer/protocol'
import { type OptionSpec, parseNumber, parseUrl, UsageError } from '../command.ts'
import { dataDirOption, dataDirPath } from '../local/data-dir.ts'
import { localBridge, localChain } from './local-network.ts'

// Options that `altlayer alt` and `altlayer operator` share.

export const keyOptions = {
  'keys-dir': { summary: 'folder of keystores', value: 'DIR', default: 'altlayer-keys' },
  'password-file': {
    summary: 'file whose first line is the password; default: it is asked for',
    value: 'FILE',
  },
  json: { summary: 'print JSON' },
} as const satisfies Record<string, OptionSpec>

export const chainOptions = {
  l1: { summary: "JSON-RPC of the chain; default: the local network's", value: 'URL' },
  deployment: {
    summary: "what `altlayer alt deploy` wrote about the chain; default: the local network's",
    value: 'FILE',
  },
  'data-dir': {
    summary: 'local network whose chain, deployment and keys are meant where --l1 is not given',
    value: 'DIR',
    default: dataDirOption.default,
  },
  chain: {
    summary: 'chain of the local network: l1, or l2, the rollup',
    value: 'NAME',
    default: 'l1',
  },
  key: { summary: 'name of the keystore that pays and signs', value: 'NAME' },
  ...keyOptions,
  'dry-run': { summary: 'print the calls and their gas, send nothing' },
} as const satisfies Record<string, OptionSpec>

export const serviceOptions = {
  rollup: { summary: 'chain id of the rollup that is served', value: 'ID', default: '901' },
  service: { summary: 'kind of service: mach, vital, squad', value: 'KIND', default: 'mach' },
} as const satisfies Record<string, OptionSpec>

/** A service, by its rollup and its kind. */
export interface ServiceName {
  readonly rollup: bigint
  readonly kind: string
}

/** @throws UsageError */
export function serviceName(values: {
  readonly rollup?: string
  readonly service?: string
}): ServiceName {
  const rollup = values.rollup ?? serviceOptions.rollup.default
  const kind = values.service ?? serviceOptions.service.default
  if (!/^[a-z][a-z0-9.-]{0,30}$/.test(kind))
    throw new UsageError(`--service takes a kind such as mach, not '${kind}'`)
  return { rollup: BigInt(parseNumber('rollup', rollup, 1, Number.MAX_SAFE_INTEGER)), kind }
}

type Values = Readonly<
  Partial<Record<Exclude<keyof typeof chainOptions, 'json' | 'dry-run'>, string>>
> & { readonly json?: boolean; readonly 'dry-run'?: boolean }

/** Who asks what of which chain. */
export interface ChainContext {
  readonly url: string
  readonly deploymentPath: string
  readonly keysDir: string
  readonly passwordFile: string | undefined
  /** Undefined where nothing is to be sent. */
  readonly key: string | undefined
  readonly dryRun: boolean
  readonly json: boolean
}

/** @throws UsageError */
export function chainContext(values: Values): ChainContext {
  const local =
    values.l1 === undefined ? localChain(localDataDir(values), chainOf(values)) : undefined
  const keysDir = values['keys-dir']
  return {
    url: local?.url ?? parseUrl('l1', required(values.l1, 'l1')),
    deploymentPath: resolve(required(values.deployment ?? local?.deploymentPath, 'deployment')),
    keysDir: local && keysDir === undefined ? local.keysDir : keysDirOf(keysDir),
    passwordFile:
      values['password-file'] ?? (keysDir === undefined ? local?.passwordFile : undefined),
    key: values.key,
    dryRun: values['dry-run'] ?? false,
    json: values.json ?? false,
  }
}

/** The StandardBridge that is named, or the local network's. @throws UsageError */
export function bridgeOption(bridge: string | undefined, values: Values): Address {
  if (bridge !== undefined || values.l1 !== undefined)
    return addressArgument(required(bridge, 'bridge'), 'a bridge')
  return localBridge(localDataDir(values), chainOf(values))
}

function localDataDir(values: Values): string {
  return dataDirPath(values['data-dir'])
}

function chainOf({ chain = chainOptions.chain.default }: Values): 'l1' | 'l2' {
  if (chain === 'l1' || chain === 'l2') return chain
  throw new UsageError(`--chain takes l1 or l2, not '${chain}'`)
}

export function keysDirOf(value: string | undefined): string {
  return resolve(value ?? keyOptions['keys-dir'].default)
}

/** @throws UsageError */
export function required<T>(value: T | undefined, option: string): T {
  if (value === undefined) throw new UsageError(`--${option} is required`)
  return value
}

/** Wei of an amount of ALT or reALT. @throws UsageError */
export function amountArgument(text: string | undefined): bigint {
  return decimalAmount(text, 18)
}

/** An amount of a token in its units, more than 0. @throws UsageError */
export function decimalAmount(text: string | undefined, decimals: number): bigint {
  const match = /^(\d{1,11})(?:\.(\d+))?$/.exec(text ?? '')
  const [, whole = '0', fraction = ''] = match ?? []
  const units = BigInt(whole) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0'))
  if (units === 0n || fraction.length > decimals)
    throw new UsageError(
      `expected an amount such as 1500.25, with ${decimals} decimals at most, not '${text ?? ''}'`,
    )
  return units
}

/** An address; with digits of both cases it must have its checksum (EIP-55). @throws UsageError */
export function addressArgument(text: string | undefined, what: string): Address {
  if (text === undefined) throw new UsageError(`expected ${what}, 0x and 40 hex digits`)
  if (!/^0x[0-9a-fA-F]{40}$/.test(text))
    throw new UsageError(`expected ${what}, 0x and 40 hex digits, not '${text}'`)
  const address = text.toLowerCase() as Address
  const isMixed = /[a-f]/.test(text) && /[A-F]/.test(text)
  if (isMixed && checksumAddress(address) !== text)
    throw new UsageError(`'${text}' has a wrong checksum: a digit of the address is mistyped`)
  return address
}

/** @throws UsageError for the first that is left. */
export function noMore(rest: readonly string[]): void {
  if (rest.length > 0) throw new UsageError(`'${rest[0]}' is one argument too many`)
}
