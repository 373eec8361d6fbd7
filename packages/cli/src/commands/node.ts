import { type Command, parseNumber, parseOptions, UsageError } from '../command.ts'

const options = {
  l1: { summary: 'JSON-RPC of L1, required', value: 'URL' },
  config: { summary: "the rollup's rollup.json, required", value: 'FILE' },
  genesis: { summary: 'its genesis.json; default: beside the config', value: 'FILE' },
  beacon: {
    summary: 'beacon API of L1, for blobs; repeatable, asked in order; default: the L1 URL',
    value: 'URL',
    multiple: true,
  },
  'data-dir': { summary: 'where the node keeps its data', value: 'DIR', default: '.altlayer-node' },
  host: { summary: 'address to listen on', value: 'ADDRESS', default: '127.0.0.1' },
  port: { summary: 'port, HTTP and WebSocket', value: 'PORT', default: '9547' },
  verbose: { summary: 'print a line for every block', short: 'v' },
} as const

export const node: Command = {
  name: 'node',
  summary: 'run a node that derives a rollup from its L1',
  usage: '--l1 URL --config FILE [options]',
  options,
  example: 'altlayer node --l1 http://127.0.0.1:8545 --config .altlayer/rollup.json',
  details: [
    'Starts from an empty data directory with nothing but L1, or goes on where it stopped. What it',
    'serves as `safe` was derived from L1, as `finalized` from L1 blocks that are final.',
  ].join('\n'),
  async run(args) {
    const { values } = parseOptions(options, args)
    const required = (name: 'l1' | 'config') => {
      const value = values[name]
      if (value === undefined) throw new UsageError(`--${name} is required`)
      return value
    }
    const l1 = url('l1', required('l1'))
    const { runVerifier } = await import('../verifier/run.ts')
    return runVerifier({
      l1Url: l1,
      rollupConfigPath: required('config'),
      genesisPath: values.genesis,
      l1BeaconUrls: (values.beacon ?? [l1]).map((value) => url('beacon', value)),
      dataDir: values['data-dir'] ?? options['data-dir'].default,
      host: values.host ?? options.host.default,
      port: parseNumber('port', values.port ?? options.port.default, 0, 65_535),
      verbose: values.verbose ?? false,
    })
  },
}

function url(option: string, text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return text
  throw new UsageError(`--${option} takes an http or https URL, not '${text}'`)
}
