import type { P2pOptions } from '@altlayer/node'
import {
  batcherOptions,
  type ParsedBatcherOptions,
  parseBatcherOptions,
} from '../batcher-options.ts'
import { type OptionTable, parseNumber, parseOptions, parseUrl, UsageError } from '../command.ts'
import { l1ChainConfigOption } from '../l1-chain-config.ts'
import { dataDirOption, dataDirPath } from '../local/data-dir.ts'
import { type MetricsAddress, metricsOptions, parseMetricsOptions } from '../metrics-options.ts'
import { p2pOptions, parseP2pOptions } from '../p2p-options.ts'

/** Options of the batcher as `up` has them: what it sets itself is in `network.ts`. */
function withDefaults<K extends keyof typeof batcherOptions>(
  defaults: Readonly<Record<K, string>>,
) {
  const entries = Object.entries(defaults) as [K, string][]
  const changed = entries.map(([name, text]) => [name, { ...batcherOptions[name], default: text }])
  return Object.fromEntries(changed) as Readonly<
    Record<K, { readonly summary: string; readonly value: string; readonly default: string }>
  >
}

export const upOptions = {
  'data-dir': dataDirOption,
  'l1-port': { summary: 'port of the local L1', value: 'PORT', default: '8545' },
  'l2-port': {
    summary: 'port of the rollup, HTTP and WebSocket',
    value: 'PORT',
    default: '9545',
  },
  host: { summary: 'address that the rollup listens on', value: 'ADDRESS', default: '127.0.0.1' },
  cors: {
    summary: 'origin whose pages may use the rollup, repeatable',
    value: 'ORIGIN',
    multiple: true,
    default: '*',
  },
  vhost: {
    summary: 'name by which the rollup may be addressed, repeatable',
    value: 'NAME',
    multiple: true,
    default: 'localhost',
  },
  'l1-url': { summary: 'use this L1 instead of starting one', value: 'URL' },
  ...l1ChainConfigOption,
  'l1-block-time': { summary: 'seconds between blocks of the local L1', value: 'S', default: '2' },
  'chain-id': { summary: 'chain id of the rollup', value: 'ID', default: '901' },
  'block-time': { summary: 'seconds between L2 blocks', value: 'S', default: '1' },
  confirmations: {
    summary: 'L1 blocks to wait before an L1 block is used',
    value: 'N',
    default: '0',
  },
  'proposal-interval': {
    summary: 'seconds between output roots proposed to L1, 0 for none; with --l1-url: 3600',
    value: 'S',
    default: '30',
  },
  'no-restaking': {
    summary: 'leave out ALT and restaking; with --l1-url: always, see altlayer alt deploy',
  },
  'no-vital': { summary: 'do not dispute false output roots' },
  ...batcherOptions,
  ...withDefaults({
    'data-availability-type': 'calldata; with --l1-url: auto',
    'max-channel-duration': '2',
    'poll-interval': '500',
    'resubmission-timeout': '20',
    'throttle.unsafe-da-bytes-lower-threshold': '0',
  }),
  ...metricsOptions,
  ...p2pOptions,
  verbose: { summary: 'print a line for every block', short: 'v' },
  json: { summary: 'print one JSON line when ready, nothing else on standard output' },
} as const satisfies OptionTable

/** What `altlayer up` was asked for. Times in seconds. */
export interface UpOptions {
  readonly dataDir: string
  readonly l1Port: number
  readonly l2Port: number
  readonly host: string
  readonly cors: readonly string[]
  readonly vhosts: readonly string[]
  /** undefined: an L1 of our own. */
  readonly l1Url?: string
  /** Describes L1; undefined: what is known of public L1s. */
  readonly l1ChainConfigPath?: string
  /** undefined: as the data directory has it, or the default. */
  readonly l1BlockTime?: number
  readonly l2BlockTime?: number
  readonly l2ChainId?: number
  readonly confirmations: number
  readonly batcher: ParsedBatcherOptions
  /** undefined: no output roots are proposed. */
  readonly proposalInterval?: number
  /** False output roots are disputed. */
  readonly vital: boolean
  /** ALT and restaking are deployed too. */
  readonly restaking: boolean
  /** undefined: no metrics. */
  readonly metrics?: MetricsAddress
  /** undefined: no network. */
  readonly p2p?: P2pOptions
  /** Methods that change how the node works are served. */
  readonly admin: boolean
  readonly verbose: boolean
  readonly json: boolean
}

/** @throws UsageError */
export function parseUpOptions(args: readonly string[]): UpOptions {
  const { values } = parseOptions(upOptions, args)
  const number = (name: NumberOption, min: number, max: number) =>
    parseNumber(name, values[name] ?? upOptions[name].default, min, max)
  const l1Url = values['l1-url']
  if (l1Url !== undefined) {
    parseUrl('l1-url', l1Url)
    for (const name of ['l1-port', 'l1-block-time'] as const) {
      if (values[name] !== undefined)
        throw new UsageError(`--${name} and --l1-url exclude each other`)
    }
  }
  const l1ChainConfig = values['rollup.l1-chain-config']
  if (l1ChainConfig !== undefined && l1Url === undefined)
    throw new UsageError('--rollup.l1-chain-config is for an L1 given by --l1-url')
  const l1Port = number('l1-port', 1, 65_535)
  const l2Port = number('l2-port', 1, 65_535)
  if (l1Url === undefined && l1Port === l2Port) {
    throw new UsageError(`--l1-port and --l2-port are both ${l1Port}; they must differ`)
  }
  const p2p = parseP2pOptions(values)
  const metrics = parseMetricsOptions(values)
  const proposals = values['proposal-interval'] ?? (l1Url === undefined ? undefined : '3600')
  const interval = upOptions['proposal-interval'].default
  const proposalInterval = parseNumber('proposal-interval', proposals ?? interval, 0, 31_536_000)
  return {
    dataDir: dataDirPath(values['data-dir']),
    l1Port,
    l2Port,
    host: values.host ?? upOptions.host.default,
    cors: values.cors ?? [upOptions.cors.default],
    vhosts: values.vhost ?? [upOptions.vhost.default],
    ...(l1Url !== undefined && { l1Url }),
    ...(l1ChainConfig !== undefined && { l1ChainConfigPath: l1ChainConfig }),
    ...(values['l1-block-time'] !== undefined && {
      l1BlockTime: number('l1-block-time', 1, 3_600),
    }),
    ...(values['block-time'] !== undefined && { l2BlockTime: number('block-time', 1, 3_600) }),
    ...(values['chain-id'] !== undefined && {
      l2ChainId: number('chain-id', 1, Number.MAX_SAFE_INTEGER),
    }),
    confirmations: number('confirmations', 0, 1_000),
    batcher: parseBatcherOptions(values),
    ...(proposalInterval > 0 && { proposalInterval }),
    vital: !values['no-vital'],
    // ALT of an L1 that others share is for its people to configure: `altlayer alt deploy`.
    restaking: l1Url === undefined && values['no-restaking'] !== true,
    ...(metrics && { metrics }),
    ...(p2p && { p2p }),
    admin: values['rpc.enable-admin'] ?? false,
    verbose: values.verbose ?? false,
    json: values.json ?? false,
  }
}

type NumberOption =
  | 'l1-port'
  | 'l2-port'
  | 'l1-block-time'
  | 'block-time'
  | 'chain-id'
  | 'confirmations'
