import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { bytesToHex } from '@altlayer/protocol'
import {
  createMachine,
  ElfError,
  EmulatorMemoryError,
  encodeState,
  exitReason,
  type Machine,
  MissingPreimageError,
  parseElf,
  type StepWitness,
  stateHash,
  stepWitness,
} from '@altlayer/vital'
import { CommandError } from '../command.ts'
import { ensureEmulator } from '../ensure-program.ts'
import { readPreimages } from './preimages.ts'

/** The options of `altlayer riscv run`. */
export interface RunRequest {
  readonly file: string
  readonly steps: bigint | undefined
  readonly stateAt: bigint | undefined
  readonly witnessAt: bigint | undefined
  readonly preimages: string | undefined
  readonly output: string | undefined
  readonly json: boolean
}

const NO_LIMIT = (1n << 64n) - 1n
/** Steps between looks at the clock, well below a second. */
const SLICE = 50_000_000n
const PROGRESS_MILLISECONDS = 2_000
const MEMORY_SIZE = 1n << 32n
const STDOUT = 1
const HINT = 4

/** What `--json` prints; steps as decimal strings. */
interface Report {
  readonly steps: string
  readonly exited: boolean
  readonly exitCode?: number
  readonly reason?: string
  readonly pc: string
  readonly stateHash: string
  readonly seconds: number
  readonly stateAt?: {
    readonly step: string
    readonly stateHash: string
    readonly stateData: string
  }
  readonly witnessAt?: Readonly<Record<string, unknown>>
}

/** Runs an ELF as asked; resolves to the exit code of the command. Throws CommandError. */
export async function runElf(request: RunRequest): Promise<number> {
  await ensureEmulator()
  const preimages = request.preimages ? await readPreimages(request.preimages) : new Map()
  const sink = request.output === undefined ? undefined : openOutput(request.output)
  try {
    const machine = createMachine(await load(request.file), {
      preimage: (key) => preimages.get(key),
      output(descriptor, bytes) {
        if (descriptor === HINT) return
        if (sink !== undefined && descriptor === STDOUT) writeSync(sink, bytes)
        else process.stderr.write(printable(bytes))
      },
    })
    const report = run(machine, request)
    if (request.json) console.log(JSON.stringify(report))
    else print(report)
    return report.exitCode ?? 0
  } catch (error) {
    if (error instanceof MissingPreimageError)
      throw new CommandError(`${error.message}; --preimages gives preimages`)
    if (error instanceof EmulatorMemoryError) throw new CommandError(error.message)
    throw error
  } finally {
    if (sink !== undefined) closeSync(sink)
  }
}

async function load(file: string) {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`cannot read ${file}: ${error.code ?? error.message}`)
  })
  try {
    return parseElf(bytes)
  } catch (error) {
    if (error instanceof ElfError) throw new CommandError(`${file}: ${error.message}`)
    throw error
  }
}

function openOutput(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new CommandError(`cannot write ${path}: ${code ?? message}`)
  }
}

function run(machine: Machine, { steps, stateAt, witnessAt }: RunRequest): Report {
  const started = performance.now()
  let state: Report['stateAt']
  let witness: StepWitness | undefined
  const stops = [
    {
      step: stateAt,
      visit: () => {
        state = describeState(machine)
      },
    },
    {
      step: witnessAt,
      visit: () => {
        witness = stepWitness(machine)
      },
    },
  ].flatMap(({ step, visit }) => (step === undefined ? [] : [{ step, visit }]))
  stops.sort((a, b) => (a.step < b.step ? -1 : a.step > b.step ? 1 : 0))
  for (const { step, visit } of stops) {
    runTo(machine, step)
    visit()
  }
  const last = steps ?? (stops.length > 0 ? machine.step : NO_LIMIT)
  runTo(machine, last)
  const end = machine.state()
  const reason = end.exited ? exitReason(end.exitCode, wordAt(machine, end.pc)) : undefined
  return {
    steps: end.step.toString(),
    exited: end.exited,
    ...(end.exited && { exitCode: end.exitCode }),
    ...(reason !== undefined && { reason }),
    pc: `0x${end.pc.toString(16)}`,
    stateHash: stateHash(end),
    seconds: Math.round(performance.now() - started) / 1000,
    ...(state && { stateAt: state }),
    ...(witness && { witnessAt: describeWitness(witness) }),
  }
}

/** The instruction at a pc; undefined where there can be none. */
function wordAt(machine: Machine, pc: bigint): number | undefined {
  if (pc % 4n !== 0n || pc >= MEMORY_SIZE) return undefined
  return Buffer.from(machine.read(Number(pc), 4)).readUInt32LE()
}

/** Runs with a line of progress now and then, on a terminal. */
function runTo(machine: Machine, until: bigint): void {
  let shown = performance.now()
  while (!machine.exited && machine.step < until) {
    const next = machine.step + SLICE
    machine.run(next < until ? next : until)
    if (!process.stderr.isTTY || performance.now() - shown < PROGRESS_MILLISECONDS) continue
    shown = performance.now()
    process.stderr.write(`\r${millions(machine.step)} steps ...`)
  }
}

function describeState(machine: Machine): NonNullable<Report['stateAt']> {
  const state = machine.state()
  return {
    step: state.step.toString(),
    stateHash: stateHash(state),
    stateData: bytesToHex(encodeState(state)),
  }
}

function describeWitness({
  step,
  preimage,
  ...rest
}: StepWitness): Readonly<Record<string, unknown>> {
  return {
    step: step.toString(),
    ...rest,
    ...(preimage && { preimage: { ...preimage, offset: preimage.offset.toString() } }),
  }
}

function print(report: Report): void {
  const { exited, exitCode, reason, steps, seconds, stateAt, witnessAt } = report
  const rate = seconds > 0 ? ` (${Math.round(Number(steps) / seconds / 1e6)} million a second)` : ''
  if (stateAt)
    console.log(`state after ${stateAt.step} steps\n  ${stateAt.stateHash}\n  ${stateAt.stateData}`)
  if (witnessAt) {
    console.log(`witness of the step after ${witnessAt.step} steps`)
    for (const [name, value] of Object.entries(witnessAt)) {
      if (name !== 'step')
        console.log(`  ${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    }
  }
  console.log(exited ? `exit code ${exitCode}${reason ? `: ${reason}` : ''}` : 'not exited')
  console.log(`  ${steps} steps in ${seconds} s${rate}, pc ${report.pc}`)
  console.log(`  state ${report.stateHash}`)
}

function millions(steps: bigint): string {
  return `${Number(steps / 1_000_000n)} million`
}

/** A program may write anything: control characters do not reach the terminal. */
function printable(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^\n\t\x20-\x7e]/g, '.')
}
