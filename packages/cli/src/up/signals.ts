/** How the user asks a running command to stop. */
export interface StopRequest {
  /** Aborts at the first request: stop in order. */
  readonly graceful: AbortSignal
  /** Aborts at the second: stop at once. */
  readonly forced: AbortSignal
  /** Gives the signals back to Node.js. */
  dispose(): void
}

/**
 * A Ctrl-C in a terminal reaches every process of the group, and the launchers above us (npm, the
 * `altlayer` shim) pass it on as well: what comes within this many milliseconds is one request.
 */
const SAME_REQUEST = 700

export function listenForStop(): StopRequest {
  const graceful = new AbortController()
  const forced = new AbortController()
  let first: number | undefined
  const listener = () => {
    const now = performance.now()
    if (first === undefined) {
      first = now
      graceful.abort()
    } else if (now - first > SAME_REQUEST) {
      forced.abort()
    }
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, listener)
  // Whoever read our output is gone (`altlayer up | head`): nobody is left to stop us later.
  const outputs = [process.stdout, process.stderr]
  const onOutputError = () => graceful.abort()
  for (const output of outputs) output.on('error', onOutputError)
  return {
    graceful: graceful.signal,
    forced: forced.signal,
    dispose() {
      for (const name of names) process.off(name, listener)
      for (const output of outputs) output.off('error', onOutputError)
    },
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
