import { constants } from 'node:os'

// What a benchmark leaves on the machine while it runs (processes, data directories) goes away with it, also
// when a signal ends it.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const pending = new Set<() => Promise<void>>()
let ending: Promise<never> | undefined

/**
 * Has `undo` run when a signal ends the process: what was registered last comes first, one after the other.
 * Returns what runs it at once; however often that is called, `undo` runs once.
 */
export function undoAtEnd(undo: () => Promise<void>): () => Promise<void> {
  if (pending.size === 0) for (const name of SIGNALS) process.on(name, onSignal)
  let done: Promise<void> | undefined
  const once = () => {
    done ??= undo().finally(() => {
      pending.delete(once)
      if (pending.size === 0) for (const name of SIGNALS) process.off(name, onSignal)
    })
    return done
  }
  pending.add(once)
  return once
}

/** Never resolves once a signal ends the process, whatever `work` then fails with. */
export async function unlessEnding(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (ending === undefined) throw error
  }
  await ending
}

function onSignal(name: NodeJS.Signals): void {
  ending ??= end(name)
}

async function end(name: NodeJS.Signals): Promise<never> {
  for (const undo of [...pending].reverse())
    await undo().catch((error: unknown) => console.error(error))
  process.exit(128 + constants.signals[name])
}
