import type { Hash } from '@altlayer/protocol'
import type { ProgramImage } from './elf.ts'
import {
  createMachine,
  type Machine,
  type MachineCore,
  type MachineHost,
  PAGE_SIZE,
} from './emulator.ts'
import { stateHash } from './state.ts'
import { type StepWitness, stepWitness } from './witness.ts'

export interface TraceOptions {
  /** Steps at which to stop, if the program has not exited; default: none. */
  readonly limit?: bigint
  /** Steps between checkpoints to begin with; default 10 million. It doubles as the bounds below are met. */
  readonly interval?: bigint
  /** Most checkpoints kept at a time; default 512. */
  readonly maxCheckpoints?: number
  /** Most bytes of pages kept in checkpoints, the first aside; default 1 GiB. */
  readonly maxBytes?: number
  /** Told the steps made so far, at each checkpoint. */
  readonly onProgress?: (step: bigint) => void
}

/** A run that can be asked about any of its steps. */
export interface Trace {
  /** Steps until the exit, or the limit. */
  readonly steps: bigint
  readonly exited: boolean
  readonly exitCode: number
  /** Hash of the state after `step` steps; of the last one for steps beyond. */
  stateHashAt(step: bigint): Hash
  /** What the contract needs to make the step after `step` steps. */
  witnessAt(step: bigint): StepWitness
}

/** Where a run can be taken up again. */
interface Checkpoint {
  readonly core: MachineCore
  /** Pages written since the checkpoint before, by number. */
  readonly pages: ReadonlyMap<number, Uint8Array>
}

const DEFAULT_INTERVAL = 10_000_000n
const DEFAULT_CHECKPOINTS = 512
const DEFAULT_BYTES = 2 ** 30
const NO_LIMIT = 1n << 63n

/**
 * Runs a program to its end and keeps checkpoints on the way: memory is bounded by the options, whatever
 * the length of the run. Throws what `Machine.run` throws.
 *
 * @example
 * const trace = recordTrace(parseElf(file), host)
 * trace.stateHashAt(trace.steps / 2n)
 */
export function recordTrace(
  image: ProgramImage,
  host: MachineHost,
  options: TraceOptions = {},
): Trace {
  const limit = options.limit ?? NO_LIMIT
  let interval = options.interval ?? DEFAULT_INTERVAL
  const maxCheckpoints = options.maxCheckpoints ?? DEFAULT_CHECKPOINTS
  const maxBytes = options.maxBytes ?? DEFAULT_BYTES
  if (interval < 1n) throw new RangeError(`checkpoints are at least 1 step apart, not ${interval}`)
  // A replay asks for the same preimages and says the same things: once is enough.
  let recording = true
  const listener: MachineHost['output'] =
    host.output && ((descriptor, bytes) => host.output?.(descriptor, bytes))
  const machine = createMachine(image, {
    preimage: (key) => host.preimage(key),
    get output() {
      return recording ? listener : undefined
    },
  })
  let checkpoints: Checkpoint[] = [takeCheckpoint(machine)]
  while (!machine.exited && machine.step < limit) {
    const next = machine.step + interval
    machine.run(next < limit ? next : limit)
    options.onProgress?.(machine.step)
    checkpoints.push(takeCheckpoint(machine))
    while (checkpoints.length > 2 && !within(checkpoints, maxCheckpoints, maxBytes)) {
      checkpoints = halve(checkpoints)
      interval *= 2n
    }
  }
  recording = false
  const { steps, exited, exitCode } = { steps: machine.step, ...machine.core() }
  const seek = seeker(machine, checkpoints)
  return {
    steps,
    exited,
    exitCode,
    stateHashAt(step) {
      seek(step)
      return stateHash(machine.state())
    },
    witnessAt(step) {
      seek(step)
      return stepWitness(machine)
    },
  }
}

function takeCheckpoint(machine: Machine): Checkpoint {
  const pages = new Map<number, Uint8Array>()
  for (const page of machine.written()) pages.set(page, machine.read(page * PAGE_SIZE, PAGE_SIZE))
  machine.clearWritten()
  return { core: machine.core(), pages }
}

function within(
  checkpoints: readonly Checkpoint[],
  maxCheckpoints: number,
  maxBytes: number,
): boolean {
  if (checkpoints.length > maxCheckpoints) return false
  const pages = checkpoints.slice(1).reduce((sum, checkpoint) => sum + checkpoint.pages.size, 0)
  return pages * PAGE_SIZE <= maxBytes
}

/** Every second checkpoint, the first and the last among them, with the pages of the ones left out. */
function halve(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  const [first, ...rest] = checkpoints as [Checkpoint, ...Checkpoint[]]
  const kept = [first]
  for (let at = 0; at < rest.length; at += 2) {
    const earlier = rest[at] as Checkpoint
    const later = rest[at + 1]
    if (later === undefined) kept.push(earlier)
    else kept.push({ core: later.core, pages: new Map([...earlier.pages, ...later.pages]) })
  }
  return kept
}

/** Brings the machine, which stands at the last checkpoint, to any step of its run. */
function seeker(machine: Machine, checkpoints: readonly Checkpoint[]): (step: bigint) => void {
  let current = checkpoints.length - 1

  /** The page as it was at a checkpoint. */
  const pageAt = (page: number, index: number): Uint8Array => {
    for (let at = index; at >= 0; at--) {
      const bytes = checkpoints[at]?.pages.get(page)
      if (bytes !== undefined) return bytes
    }
    return new Uint8Array(PAGE_SIZE)
  }

  const restore = (index: number): void => {
    const changed = new Set(machine.written())
    for (let at = Math.min(index, current) + 1; at <= Math.max(index, current); at++) {
      for (const page of checkpoints[at]?.pages.keys() ?? []) changed.add(page)
    }
    for (const page of changed) machine.write(page * PAGE_SIZE, pageAt(page, index))
    machine.setCore((checkpoints[index] as Checkpoint).core)
    machine.clearWritten()
    current = index
  }

  return (step) => {
    if (step < 0n) throw new RangeError(`steps count from 0, not ${step}`)
    let index = checkpoints.length - 1
    while ((checkpoints[index] as Checkpoint).core.step > step) index--
    const ahead = machine.step <= step && index === current
    if (!ahead) restore(index)
    machine.run(step)
  }
}
