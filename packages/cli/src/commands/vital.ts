import {
  type Command,
  parseAction,
  parseNumber,
  parseOptions,
  parseUrl,
  UsageError,
} from '../command.ts'
import { l1ChainConfigOption } from '../l1-chain-config.ts'
import { metricsOptions, parseMetricsOptions } from '../metrics-options.ts'

const options = {
  l1: { summary: 'JSON-RPC of L1, required', value: 'URL' },
  addresses: { summary: "the rollup's addresses.json, required", value: 'FILE' },
  rollup: { summary: "JSON-RPC of the rollup's node; required to play", value: 'URL' },
  config: { summary: "the rollup's rollup.json; required to play", value: 'FILE' },
  ...l1ChainConfigOption,
  beacon: {
    summary: 'beacon API of L1, for blobs; repeatable, asked in order; default: the L1 URL',
    value: 'URL',
    multiple: true,
  },
  'max-bonds': {
    summary: 'ether at stake at most, over all games',
    value: 'ETH',
    default: '1000',
  },
  'max-fee': { summary: 'gwei per gas at most', value: 'GWEI', default: '1000' },
  'game-allowlist': {
    summary: 'play only this game; repeatable',
    value: 'ADDRESS',
    multiple: true,
  },
  window: {
    summary: 'games that are played, or listed: at most this old, days',
    value: 'DAYS',
    default: '28',
  },
  limit: { summary: 'games: only so many, the newest', value: 'N', default: '100' },
  concurrency: { summary: 'games thought about at a time', value: 'N', default: '50' },
  traces: { summary: 'runs of the program kept in memory', value: 'N', default: '4' },
  'poll-interval': { summary: 'time between looks at L1', value: 'MS', default: '2000' },
  ...metricsOptions,
  verbose: { summary: 'print more of what is done', short: 'v' },
  json: { summary: 'games, show: print one JSON object' },
} as const

export const vital: Command = {
  name: 'vital',
  summary: "check the rollup's output roots on L1 and dispute the false ones",
  usage: 'play|games|show GAME --l1 URL --addresses FILE [options]',
  options,
  example:
    'altlayer vital games --l1 http://127.0.0.1:8545 --addresses .altlayer/rollup/addresses.json',
  details: [
    'play     watches every game, attacks false claims, defends true ones, settles games and takes bonds',
    '         back. ALTLAYER_VITAL_KEY, an environment variable, holds the key of the account that moves.',
    "         Nothing is kept: it can be killed at any time. --rollup is one's own node: what it says is true.",
    'games    lists the games, oldest first.',
    'show     draws the claims of a game as a tree.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    const required = (name: 'l1' | 'addresses' | 'rollup' | 'config') => {
      const value = values[name]
      if (value === undefined) throw new UsageError(`--${name} is required`)
      return value
    }
    const number = (name: NumberOption, min: number, max: number) =>
      parseNumber(name, values[name] ?? options[name].default, min, max)
    const [name, game, ...more] = positionals
    const action = parseAction('vital', ACTIONS, name)
    if (more.length > 0) throw new UsageError(`'${more[0]}' is one argument too many`)
    const l1Url = parseUrl('l1', required('l1'))
    const common = { l1Url, addressesPath: required('addresses'), json: values.json ?? false }
    const window = () => BigInt(number('window', 1, 3_650)) * 86_400n
    if (action === 'play') {
      const { playGames } = await import('../vital/play.ts')
      return playGames({
        ...common,
        rollupUrl: parseUrl('rollup', required('rollup')),
        rollupConfigPath: required('config'),
        l1ChainConfigPath: values['rollup.l1-chain-config'],
        l1BeaconUrls: (values.beacon ?? [l1Url]).map((value) => parseUrl('beacon', value)),
        games: values['game-allowlist']?.map(gameAddress),
        maxBonds: ether(values['max-bonds'] ?? options['max-bonds'].default),
        maxFeePerGas: BigInt(number('max-fee', 1, 1_000_000)) * 1_000_000_000n,
        window: window(),
        concurrency: number('concurrency', 1, 1_000),
        traces: number('traces', 1, 64),
        pollInterval: number('poll-interval', 10, 600_000),
        metrics: parseMetricsOptions(values),
        verbose: values.verbose ?? false,
      })
    }
    const { listGames, showGame } = await import('../vital/view.ts')
    if (action === 'games' && game === undefined)
      return listGames({ ...common, window: window(), limit: number('limit', 1, 10_000) })
    if (action === 'show') {
      return showGame({ ...common, game: gameAddress(game ?? '') })
    }
    throw new UsageError(`vital ${action} takes no argument '${game}'`)
  },
}

const ACTIONS: ReadonlySet<string> = new Set(['play', 'games', 'show'])

type NumberOption = 'max-fee' | 'window' | 'limit' | 'concurrency' | 'traces' | 'poll-interval'

function gameAddress(text: string): `0x${string}` {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase() as `0x${string}`
  throw new UsageError(`'${text}' is not the address of a game: altlayer vital games lists them`)
}

/** Wei of an amount in ether. */
function ether(text: string): bigint {
  const match = /^(\d{1,9})(?:\.(\d{1,18}))?$/.exec(text)
  if (match === null) throw new UsageError(`--max-bonds takes an amount in ether, not '${text}'`)
  return BigInt(match[1] as string) * 10n ** 18n + BigInt((match[2] ?? '').padEnd(18, '0'))
}
