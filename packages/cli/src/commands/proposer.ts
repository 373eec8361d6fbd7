import { type Command, parseNumber, parseOptions, parseUrl, UsageError } from '../command.ts'
import { metricsOptions, parseMetricsOptions } from '../metrics-options.ts'

const options = {
  l1: { summary: 'JSON-RPC of L1, required', value: 'URL' },
  addresses: { summary: "the rollup's addresses.json, required", value: 'FILE' },
  rollup: { summary: "JSON-RPC of the rollup's node, required", value: 'URL' },
  'proposal-interval': { summary: 'time between proposals', value: 'SECONDS', default: '3600' },
  'allow-non-finalized': { summary: 'propose safe blocks, not only finalized ones' },
  window: {
    summary: 'own games that are looked after: at most this old, days',
    value: 'DAYS',
    default: '28',
  },
  'max-fee': { summary: 'gwei per gas at most', value: 'GWEI', default: '1000' },
  'poll-interval': { summary: 'time between looks', value: 'MS', default: '2000' },
  ...metricsOptions,
  verbose: { summary: 'print more of what is done', short: 'v' },
} as const

export const proposer: Command = {
  name: 'proposer',
  summary: "propose the rollup's output roots to L1",
  usage: '--l1 URL --addresses FILE --rollup URL [options]',
  options,
  example:
    'altlayer proposer --l1 http://127.0.0.1:8545 --addresses .altlayer/rollup/addresses.json --rollup http://127.0.0.1:9545',
  details: [
    'Each proposal is a dispute game with a bond. The proposer ends its games when their time is up, and',
    'takes its bonds back. ALTLAYER_PROPOSER_KEY, an environment variable, holds its key. When it last',
    'proposed stands on L1: it can be killed at any time.',
  ].join('\n'),
  async run(args) {
    const { values } = parseOptions(options, args)
    const required = (name: 'l1' | 'addresses' | 'rollup') => {
      const value = values[name]
      if (value === undefined) throw new UsageError(`--${name} is required`)
      return value
    }
    const number = (
      name: 'proposal-interval' | 'window' | 'max-fee' | 'poll-interval',
      max: number,
    ) => parseNumber(name, values[name] ?? options[name].default, 1, max)
    const { propose } = await import('../vital/propose.ts')
    return propose({
      l1Url: parseUrl('l1', required('l1')),
      addressesPath: required('addresses'),
      rollupUrl: parseUrl('rollup', required('rollup')),
      proposalInterval: BigInt(number('proposal-interval', 31_536_000)),
      window: BigInt(number('window', 3_650)) * 86_400n,
      allowNonFinalized: values['allow-non-finalized'] ?? false,
      maxFeePerGas: BigInt(number('max-fee', 1_000_000)) * 1_000_000_000n,
      pollInterval: number('poll-interval', 600_000),
      metrics: parseMetricsOptions(values),
      verbose: values.verbose ?? false,
    })
  },
}
