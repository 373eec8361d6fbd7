import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'

/** Peers and addresses that are not talked to: for a time (misbehaviour), or until unblocked (an operator). */
export interface Bans {
  /** Bans until `until` (milliseconds since the epoch). A later end stands. */
  banPeer(peer: string, until: number): void
  banAddress(ip: string, until: number): void
  blockPeer(peer: string): void
  blockAddress(ip: string): void
  /** `cidr` as in 10.0.0.0/8. Throws BanError. */
  blockSubnet(cidr: string): void
  unblockPeer(peer: string): void
  unblockAddress(ip: string): void
  unblockSubnet(cidr: string): void
  isPeerBanned(peer: string, now: number): boolean
  isAddressBanned(ip: string, now: number): boolean
  list(now: number): {
    readonly peers: readonly string[]
    readonly addresses: readonly string[]
    readonly subnets: readonly string[]
  }
}

/** What was to be banned cannot be, or the file of bans is damaged. */
export class BanError extends Error {
  override readonly name = 'BanError'
}

/** Bans that end; beyond it the one that ends first leaves. Operators' blocks are not counted. */
const MAX_BANS = 10_000
/** Operators' blocks of each kind. */
const MAX_BLOCKS = 10_000

interface Record {
  readonly version: 1
  /** By peer id or address, when it ends: milliseconds since the epoch, null for never. */
  readonly peers: { readonly [peer: string]: number | null }
  readonly addresses: { readonly [ip: string]: number | null }
  readonly subnets: readonly string[]
}

/**
 * Opens the bans kept in `file`, where every change is written at once; without a file they last as long as
 * the process.
 * @throws BanError where the file is damaged.
 */
export function openBans(file: string | undefined, now: number): Bans {
  const record = file === undefined ? undefined : read(file)
  const peers = load(record?.peers, now)
  const addresses = load(record?.addresses, now)
  const subnets = new Set(record?.subnets ?? [])
  let blocked = listOf(subnets)

  const save = () => {
    if (file === undefined) return
    const content: Record = {
      version: 1,
      peers: entries(peers),
      addresses: entries(addresses),
      subnets: [...subnets],
    }
    writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`)
    renameSync(`${file}.new`, file)
  }
  const changeSubnets = (change: () => void) => {
    change()
    blocked = listOf(subnets)
    save()
  }
  const set = (map: Map<string, number>, name: string, until: number) => {
    if (until <= (map.get(name) ?? 0)) return
    map.delete(name)
    map.set(name, until)
    trim(map)
    save()
  }
  const block = (map: Map<string, number>, name: string) => {
    const blocks = [...map.values()].filter((until) => until === FOREVER).length
    if (blocks >= MAX_BLOCKS)
      throw new BanError(`${MAX_BLOCKS} blocks are the most there can be: unblock some first`)
    set(map, name, FOREVER)
  }
  const remove = (map: Map<string, number>, name: string) => {
    if (map.delete(name)) save()
  }
  return {
    banPeer: (peer, until) => set(peers, peer, until),
    banAddress: (ip, until) => set(addresses, normalIp(ip), until),
    blockPeer: (peer) => block(peers, peer),
    blockAddress: (ip) => block(addresses, normalIp(ip)),
    blockSubnet: (cidr) => {
      const [address, prefix] = parseSubnet(cidr)
      if (subnets.size >= MAX_BLOCKS)
        throw new BanError(`${MAX_BLOCKS} blocks are the most there can be: unblock some first`)
      changeSubnets(() => subnets.add(`${address}/${prefix}`))
    },
    unblockPeer: (peer) => remove(peers, peer),
    unblockAddress: (ip) => remove(addresses, normalIp(ip)),
    unblockSubnet: (cidr) => {
      const [address, prefix] = parseSubnet(cidr)
      changeSubnets(() => subnets.delete(`${address}/${prefix}`))
    },
    isPeerBanned: (peer, now) => (peers.get(peer) ?? 0) > now,
    isAddressBanned: (ip, now) => {
      const family = isIP(ip)
      if (family === 0) return false
      return (addresses.get(ip) ?? 0) > now || blocked.check(ip, family === 6 ? 'ipv6' : 'ipv4')
    },
    list: (now) => ({
      peers: active(peers, now),
      addresses: active(addresses, now),
      subnets: [...subnets],
    }),
  }
}

const FOREVER = Number.POSITIVE_INFINITY

function trim(map: Map<string, number>): void {
  if (map.size <= MAX_BANS) return
  const ending = [...map].filter(([, until]) => until !== FOREVER)
  if (ending.length <= MAX_BANS) return
  const [first] = ending.reduce((a, b) => (a[1] <= b[1] ? a : b))
  map.delete(first)
}

function active(map: ReadonlyMap<string, number>, now: number): string[] {
  return [...map].filter(([, until]) => until > now).map(([name]) => name)
}

function entries(map: ReadonlyMap<string, number>): { [name: string]: number | null } {
  return Object.fromEntries(
    [...map].map(([name, until]) => [name, until === FOREVER ? null : until]),
  )
}

function load(from: Record['peers'] | undefined, now: number): Map<string, number> {
  return new Map(
    Object.entries(from ?? {})
      .map(([name, until]) => [name, until ?? FOREVER] as const)
      .filter(([, until]) => until > now),
  )
}

function listOf(subnets: ReadonlySet<string>): BlockList {
  const list = new BlockList()
  for (const cidr of subnets) {
    const [address, prefix, family] = parseSubnet(cidr)
    list.addSubnet(address, prefix, family)
  }
  return list
}

function normalIp(ip: string): string {
  if (isIP(ip) === 0) throw new BanError(`${JSON.stringify(ip)} is no IP address`)
  return ip.toLowerCase()
}

function parseSubnet(cidr: string): [address: string, prefix: number, family: 'ipv4' | 'ipv6'] {
  const [address = '', bits = '', ...more] = cidr.split('/')
  const family = isIP(address)
  const prefix = Number(bits)
  const most = family === 6 ? 128 : 32
  if (family === 0 || more.length > 0 || !/^\d{1,3}$/.test(bits) || prefix > most)
    throw new BanError(`${JSON.stringify(cidr)} is no subnet such as 10.0.0.0/8`)
  return [address.toLowerCase(), prefix, family === 6 ? 'ipv6' : 'ipv4']
}

function read(file: string): Record | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const record = JSON.parse(text) as Partial<Record>
    const ends = (of: Record['peers'] | undefined) =>
      of !== undefined && Object.values(of).every((end) => end === null || Number.isFinite(end))
    if (record.version === 1 && ends(record.peers) && ends(record.addresses)) {
      for (const cidr of record.subnets ?? []) parseSubnet(cidr)
      return { subnets: [], ...record } as Record
    }
  } catch {
    // Falls through to the same message: not JSON, or not what is written there.
  }
  throw new BanError(`${file} is damaged: repair or remove it (the peers banned are listed in it)`)
}
