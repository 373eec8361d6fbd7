import { CommandError } from '../command.ts'
import { readRecord, removeRecord } from './lock.ts'
import { isAlive, killGroup, type ProcessId, signal, waitForExit } from './process.ts'

/** Milliseconds for a clean stop: the sequencer seals its block, Anvil writes its state (a minute at most). */
const PATIENCE = 90_000
/** Milliseconds for the end of what was killed. */
const KILL_PATIENCE = 10_000

export interface StopOutcome {
  readonly stopped: readonly string[]
  readonly survivors: readonly string[]
}

/** Stops the `up` of a data directory, then whatever it left behind when it was killed. */
export async function stopRun(dataDir: string): Promise<StopOutcome> {
  const record = readRecord(dataDir)
  if (!record) return { stopped: [], survivors: [] }
  const stopped: string[] = []
  const survivors: string[] = []
  const kill = (id: ProcessId) => signal(id, 'SIGKILL')
  const targets = [
    { name: 'altlayer up', id: record.process, kill },
    ...record.children.map((id) => ({ name: id.name, id, kill: killGroup })),
  ]
  for (const { name, id, kill } of targets) {
    if (!isAlive(id)) continue
    const label = `${name} (process ${id.pid})`
    if (await stopProcess(id, kill)) stopped.push(label)
    else survivors.push(label)
  }
  if (survivors.length === 0) removeRecord(dataDir)
  return { stopped, survivors }
}

/**
 * Stops what a killed `up` left running in a data directory, so that a new one can take over. Does
 * nothing while that `up` itself runs.
 */
export async function stopLeftovers(
  dataDir: string,
  onStopped: (label: string) => void,
): Promise<void> {
  const record = readRecord(dataDir)
  if (!record || isAlive(record.process)) return
  const { stopped, survivors } = await stopRun(dataDir)
  for (const label of stopped) onStopped(label)
  if (survivors.length > 0) {
    throw new CommandError(`cannot stop ${survivors.join(', ')} of an earlier run in ${dataDir}`)
  }
}

async function stopProcess(id: ProcessId, kill: (id: ProcessId) => void): Promise<boolean> {
  signal(id, 'SIGTERM')
  if (await waitForExit(id, PATIENCE)) return true
  kill(id)
  return waitForExit(id, KILL_PATIENCE)
}
