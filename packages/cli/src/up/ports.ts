import { createServer } from 'node:net'
import { CommandError } from '../command.ts'

/** A port that `up` is going to listen on, and the option that chooses another one. */
export interface WantedPort {
  readonly port: number
  readonly host: string
  readonly purpose: string
  readonly option: string
}

/**
 * Checks that a port can be listened on, before anything is started.
 * @throws CommandError naming the port and what to do.
 */
export async function assertFree(wanted: WantedPort): Promise<void> {
  const { port, host, purpose, option } = wanted
  const server = createServer()
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve)
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
  if (!failure) return
  throw new CommandError(
    explain(failure, wanted) ??
      `cannot listen on ${host}:${port} (${purpose}): ${failure.message}; choose another port with ${option}`,
  )
}

function explain(failure: NodeJS.ErrnoException, wanted: WantedPort): string | undefined {
  const { port, host, purpose, option } = wanted
  switch (failure.code) {
    case 'EADDRINUSE':
      return `port ${port} for ${purpose} is in use by another program; stop that program or choose another port with ${option}`
    case 'EACCES':
      return `port ${port} for ${purpose} needs privileges; choose one above 1023 with ${option}`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `this machine has no address ${host} for ${purpose}; choose another with --host`
    default:
      return undefined
  }
}
