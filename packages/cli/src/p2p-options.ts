import { isIP } from 'node:net'
import type { P2pOptions } from '@altlayer/node'
import { type OptionTable, type OptionValues, parseNumber, UsageError } from './command.ts'

/** Options of the rollup's network, under the names that the OP Stack's node gives them. */
export const p2pOptions = {
  'p2p.disable': { summary: 'take no part in the peer-to-peer network' },
  'p2p.listen.ip': {
    summary: 'IP address to listen on for peers',
    value: 'ADDRESS',
    default: '127.0.0.1',
  },
  'p2p.listen.tcp': {
    summary: 'TCP port for peers; 0 picks a free one, another at each start',
    value: 'PORT',
    default: '0',
  },
  'p2p.static': {
    summary: 'multiaddrs of trusted peers to stay connected to, separated by commas',
    value: 'ADDRESSES',
  },
  'p2p.bootnodes': {
    summary: 'multiaddrs of peers to connect to while there are few, separated by commas',
    value: 'ADDRESSES',
  },
  'p2p.priv.path': {
    summary:
      "file with the network identity's key, made if missing; default: in the data directory",
    value: 'FILE',
  },
  'p2p.peers.lo': { summary: 'peers below which others are looked for', value: 'N', default: '20' },
  'p2p.peers.hi': { summary: 'peers above which some are pruned', value: 'N', default: '30' },
  'p2p.peers.grace': {
    summary: 'seconds for which a new peer is not pruned',
    value: 'S',
    default: '30',
  },
  'p2p.ban.threshold': {
    summary: 'score, below zero, under which a peer is banned',
    value: 'SCORE',
    default: '-100',
  },
  'p2p.ban.duration': { summary: 'seconds that a ban lasts', value: 'S', default: '3600' },
  'p2p.sync.req-resp': {
    summary: "ask peers for missing blocks and answer theirs, 'true' or 'false'",
    value: 'BOOL',
    default: 'true',
  },
  'rpc.enable-admin': {
    summary: 'serve methods that change how the node works: of opp2p_, and miner_setMaxDASize',
  },
} as const satisfies OptionTable

/**
 * The network's options; undefined: no network.
 * @throws UsageError
 */
export function parseP2pOptions(values: OptionValues<typeof p2pOptions>): P2pOptions | undefined {
  if (values['p2p.disable']) return undefined
  const text = (name: DefaultedOption) => values[name] ?? p2pOptions[name].default
  const number = (name: DefaultedOption, max: number) => parseNumber(name, text(name), 0, max)
  const listenIp = text('p2p.listen.ip')
  if (isIP(listenIp) === 0)
    throw new UsageError(`--p2p.listen.ip takes an IP address, not '${listenIp}'`)
  const [peersLow, peersHigh] = [number('p2p.peers.lo', 1_000), number('p2p.peers.hi', 1_000)]
  if (peersLow > peersHigh || peersHigh === 0)
    throw new UsageError(
      `--p2p.peers.lo is ${peersLow} and --p2p.peers.hi is ${peersHigh}: the first must not be above the second, which must not be 0`,
    )
  const privateKeyPath = values['p2p.priv.path']
  return {
    listenIp,
    listenPort: number('p2p.listen.tcp', 65_535),
    staticPeers: addresses(values['p2p.static']),
    bootPeers: addresses(values['p2p.bootnodes']),
    ...(privateKeyPath !== undefined && { privateKeyPath }),
    peersLow,
    peersHigh,
    peersGrace: number('p2p.peers.grace', MAX_SECONDS) * 1_000,
    banThreshold: threshold(text('p2p.ban.threshold')),
    banDuration: number('p2p.ban.duration', MAX_SECONDS) * 1_000,
    syncReqResp: boolean('p2p.sync.req-resp', text('p2p.sync.req-resp')),
    adminRpc: values['rpc.enable-admin'] ?? false,
  }
}

/** Ten years. */
const MAX_SECONDS = 315_360_000

type DefaultedOption = {
  [K in keyof typeof p2pOptions]: (typeof p2pOptions)[K] extends { readonly default: string }
    ? K
    : never
}[keyof typeof p2pOptions]

/** The node reads them; a wrong one is its to name. */
function addresses(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '')
}

function threshold(text: string): number {
  const value = Number(text)
  if (/^-\d+(\.\d+)?$/.test(text) && value < 0) return value
  throw new UsageError(`--p2p.ban.threshold takes a number below zero, not '${text}'`)
}

function boolean(option: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw new UsageError(`--${option} takes true or false, not '${text}'`)
}
