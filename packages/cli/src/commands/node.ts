import { batcherOptions, parseBatcherOptions } from '../batcher-options.ts'
import { type Command, parseNumber, parseOptions, parseUrl, UsageError } from '../command.ts'
import { l1ChainConfigOption } from '../l1-chain-config.ts'
import { metricsOptions, parseMetricsOptions } from '../metrics-options.ts'
import { p2pOptions, parseP2pOptions } from '../p2p-options.ts'

const options = {
  l1: { summary: 'JSON-RPC of L1, required', value: 'URL' },
  config: { summary: "the rollup's rollup.json, required", value: 'FILE' },
  genesis: { summary: 'its genesis.json; default: beside the config', value: 'FILE' },
  ...l1ChainConfigOption,
  beacon: {
    summary: 'beacon API of L1, for blobs; repeatable, asked in order; default: the L1 URL',
    value: 'URL',
    multiple: true,
  },
  'l1-poll-interval': {
    summary: "time between looks at L1's head",
    value: 'MS',
    default: '2000',
  },
  sequencer: { summary: "make the rollup's blocks; one of its nodes does" },
  confirmations: {
    summary: 'L1 blocks that a sequencer waits before it uses an L1 block',
    value: 'N',
    default: '0',
  },
  'data-dir': { summary: 'where the node keeps its data', value: 'DIR', default: '.altlayer-node' },
  host: { summary: 'address to listen on', value: 'ADDRESS', default: '127.0.0.1' },
  port: { summary: 'port, HTTP and WebSocket', value: 'PORT', default: '9547' },
  ...batcherOptions,
  ...metricsOptions,
  ...p2pOptions,
  'p2p.sequencer.key': {
    summary: "file with the unsafe block signer's key: a sequencer gossips its blocks",
    value: 'FILE',
  },
  verbose: { summary: 'print a line for every block', short: 'v' },
} as const

export const node: Command = {
  name: 'node',
  summary: 'run a node of a rollup: one that derives it from L1, or its sequencer',
  usage: '--l1 URL --config FILE [options]',
  options,
  example: 'altlayer node --l1 http://127.0.0.1:8545 --config .altlayer/rollup/rollup.json',
  details: [
    'Starts from an empty data directory with nothing but L1, or goes on where it stopped. What it',
    'serves as `safe` was derived from L1, as `finalized` from L1 blocks that are final.',
    '',
    'With --sequencer it makes blocks too. It posts them to L1 if ALTLAYER_BATCHER_KEY, an environment',
    "variable, holds the key of the batcher that the rollup's system config names.",
    '',
    'Peers pass blocks on before L1 has them. A node that has no --p2p.static and no --p2p.bootnodes waits',
    'for others to connect; those find it if --p2p.listen.ip and --p2p.listen.tcp say where.',
  ].join('\n'),
  async run(args) {
    const { values } = parseOptions(options, args)
    const required = (name: 'l1' | 'config') => {
      const value = values[name]
      if (value === undefined) throw new UsageError(`--${name} is required`)
      return value
    }
    const l1 = parseUrl('l1', required('l1'))
    const number = (name: NumberOption, min: number, max: number) =>
      parseNumber(name, values[name] ?? options[name].default, min, max)
    const sequencer = values.sequencer ?? false
    for (const name of [
      'confirmations',
      'p2p.sequencer.key',
      ...(Object.keys(batcherOptions) as (keyof typeof batcherOptions)[]),
    ] as const)
      if (values[name] !== undefined && !sequencer)
        throw new UsageError(`--${name} is for a --sequencer`)
    const { runVerifier } = await import('../verifier/run.ts')
    return runVerifier({
      l1Url: l1,
      rollupConfigPath: required('config'),
      genesisPath: values.genesis,
      l1ChainConfigPath: values['rollup.l1-chain-config'],
      l1BeaconUrls: (values.beacon ?? [l1]).map((value) => parseUrl('beacon', value)),
      l1PollInterval: number('l1-poll-interval', 10, 600_000),
      sequencer: sequencer
        ? {
            confirmations: number('confirmations', 0, 1_000),
            batcher: parseBatcherOptions(values),
          }
        : undefined,
      metrics: parseMetricsOptions(values),
      admin: values['rpc.enable-admin'] ?? false,
      p2p: parseP2pOptions(values),
      sequencerKeyPath: values['p2p.sequencer.key'],
      dataDir: values['data-dir'] ?? options['data-dir'].default,
      host: values.host ?? options.host.default,
      port: number('port', 0, 65_535),
      verbose: values.verbose ?? false,
    })
  },
}

type NumberOption = 'port' | 'l1-poll-interval' | 'confirmations'
