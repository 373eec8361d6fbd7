import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError } from './errors.ts'

/**
 * Makes this process the only engine on a data directory until the returned function is called. The
 * lock is a listening socket: the system ends it with the process, however that ends, so that no stale
 * lock remains. Throws EngineError `store` when another engine has it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true })
  const name = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 24)
  // Not in the directory itself: a socket's path is limited to about 100 bytes.
  const path =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\altlayer-engine-${name}`
      : join(tmpdir(), `altlayer-engine-${name}.sock`)
  let server = await listen(path)
  if (server === undefined) {
    if (await answers(path))
      throw new EngineError('store', `another engine uses ${directory}: stop it first`)
    // The file of a process that died.
    rmSync(path, { force: true })
    server = await listen(path)
    if (server === undefined)
      throw new EngineError('store', `another engine uses ${directory}: stop it first`)
  }
  server.unref()
  const held = server
  return () => new Promise((resolve) => held.close(() => resolve()))
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
