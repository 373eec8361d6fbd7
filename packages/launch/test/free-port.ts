import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Tests start programs at ports that they choose, and stop and start them again there. A port that the kernel gives
// (port 0) may meanwhile be the near end of anyone's connection, so these are below the range of those
// (net.ipv4.ip_local_port_range begins at 32768). Tests that run at the same time do not get the same port: the one
// who has it holds the UDP port of that number, until its process ends.

const [FIRST, END] = [12_000, 32_768]
const ATTEMPTS = 100

/** A TCP port of 127.0.0.1 for this process and its children, as long as it runs. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, END)
    if ((await lease(port)) && (await isFree(port))) return port
  }
  throw new Error(`found no free port from ${FIRST} to ${END - 1} in ${ATTEMPTS} attempts`)
}

async function lease(port: number): Promise<boolean> {
  const socket = createSocket({ type: 'udp4' })
  socket.bind({ port, address: '127.0.0.1', exclusive: true })
  const bound = await once(socket, 'listening').then(
    () => true,
    () => false,
  )
  socket.unref()
  return bound
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen({ port, host: '127.0.0.1', exclusive: true })
  const listens = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (listens) await new Promise((resolve) => server.close(resolve))
  return listens
}
