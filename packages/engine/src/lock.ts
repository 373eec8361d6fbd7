import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError, messageOf } from './errors.ts'

/** The smallest limit of the systems we run on is 104 bytes, with the final zero. */
const MAX_SOCKET_PATH = 100

/**
 * Makes this process the only engine on a data directory until the returned function is called. The
 * lock is a listening socket: the system ends it with the process, however that ends, so that no stale
 * lock remains. Throws EngineError `store` when another engine has it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true })
  const server = await lock(directory)
  server.unref()
  return () => new Promise((resolve) => server.close(() => resolve()))
}

async function lock(directory: string): Promise<Server> {
  let failure: unknown
  for (const path of socketPaths(realpathSync(directory)))
    try {
      const server = await listenOnce(path)
      if (server !== undefined) return server
      throw new EngineError('store', `another engine uses ${directory}: stop it first`)
    } catch (error) {
      if (error instanceof EngineError) throw error
      failure = error
    }
  throw new EngineError('store', `cannot lock ${directory}: ${messageOf(failure)}`, {
    cause: failure,
  })
}

/**
 * In the directory itself; then, for paths longer than the system takes and file systems without
 * sockets, under a name of its own. Every process tries them in this order.
 */
function socketPaths(directory: string): readonly string[] {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return [`\\\\.\\pipe\\altlayer-engine-${name}`]
  const inside = join(directory, 'engine.sock')
  const outside = join(tmpdir(), `altlayer-engine-${name}.sock`)
  return Buffer.byteLength(inside) <= MAX_SOCKET_PATH ? [inside, outside] : [outside]
}

/** Undefined when another process listens there. */
async function listenOnce(path: string): Promise<Server | undefined> {
  const server = await listen(path)
  if (server !== undefined || (await answers(path))) return server
  // The file of a process that died.
  rmSync(path, { force: true })
  return listen(path)
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(path, () => resolve(server))
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
