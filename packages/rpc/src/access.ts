import { isIP } from 'node:net'

// Who may talk to the server from a browser. As geth: the Host header guards against DNS rebinding (a
// page makes its own name point at this machine), the Origin header against other pages.

/** '*' allows all; IP addresses are always allowed, a rebinding page cannot use one. */
export function isHostAllowed(header: string | undefined, vhosts: ReadonlySet<string>): boolean {
  // HTTP/1.0 has no Host header, and no browser speaks it.
  if (header === undefined || header === '') return true
  if (vhosts.has('*')) return true
  const name = hostName(header).toLowerCase()
  return isIP(name) !== 0 || vhosts.has(name)
}

function hostName(header: string): string {
  if (header.startsWith('[')) return header.slice(1, Math.max(1, header.indexOf(']')))
  const colon = header.lastIndexOf(':')
  return colon === -1 ? header : header.slice(0, colon)
}

export function isOriginAllowed(origin: string, origins: ReadonlySet<string>): boolean {
  return origins.has('*') || origins.has(origin.toLowerCase())
}

export function lowerCaseSet(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()))
}
