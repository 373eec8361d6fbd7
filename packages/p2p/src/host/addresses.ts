import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_IP4, CODE_IP6, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { PeerAddressError } from './types.ts'

/** A peer and where it listens. */
export interface PeerAddress {
  readonly id: string
  readonly address: Multiaddr
}

/**
 * Reads a multiaddr such as /ip4/10.0.0.1/tcp/9222/p2p/16Uiu2HA…
 * @throws PeerAddressError
 */
export function parsePeerAddress(text: string): PeerAddress {
  const expected = `${JSON.stringify(text)} is no peer address such as /ip4/10.0.0.1/tcp/9222/p2p/16Uiu2HA…`
  try {
    const address = multiaddr(text)
    const parts = address.getComponents()
    const id = parts.findLast(({ name }) => name === 'p2p')?.value
    if (id !== undefined && parts.some(({ name }) => name === 'tcp'))
      return { id: parsePeerId(id).toString(), address }
  } catch (error) {
    throw new PeerAddressError(expected, { cause: error })
  }
  throw new PeerAddressError(expected)
}

/** @throws PeerAddressError */
export function parsePeerId(text: string): PeerId {
  try {
    return peerIdFromString(text)
  } catch (error) {
    throw new PeerAddressError(`${JSON.stringify(text)} is no peer id such as 16Uiu2HA…`, {
      cause: error,
    })
  }
}

/** The IP address in a multiaddr; undefined for a name. */
export function ipOf(address: Multiaddr): string | undefined {
  return address.getComponents().find(({ code }) => code === CODE_IP4 || code === CODE_IP6)?.value
}

/** Whether an IP address is this machine's own loopback. */
export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1'
}

/** The multiaddr to listen at. `ip` is an IPv4 or IPv6 address. */
export function listenAddress(ip: string, port: number): string {
  return `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/${port}`
}
