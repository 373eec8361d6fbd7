import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import {
  createMachine,
  createProgramHost,
  type MachineHost,
  type ProgramImage,
  parseElf,
  recordTrace,
} from '@altlayer/vital'
import { encodeFrames } from '../../packages/node/src/batcher/frame.ts'
import { singular } from '../../packages/node/test/derivation/model.ts'
import type { ExecutedWorld } from '../../packages/node/test/proof/executed-world.ts'
import { gatherProof } from '../../packages/node/test/proof/prove.ts'
import { claimOf, frames, sourceOf, worldOf } from '../../packages/node/test/proof/world.ts'
import { figure, median, printTable } from './measure.ts'

const ELF = new URL('../../program/elf/program.elf', import.meta.url)
const ROUNDS = 3
const NO_LIMIT = 1n << 60n
/** Steps of a run long enough to need checkpoints. */
const LONG_RUN = 10_000_000_000
/** What one block with a transaction that burns 20 million gas adds to a run, roughly. */
const STEPS_A_BURN = 42_300_000
/** Positions at which a long run is asked, in parts of it: the worst ones for checkpoints among them. */
const POSITIONS = [0.5, 0.25, 0.999999, 0.000001, 0.75, 0.123456, 0.876543]

const USAGE = `npm run bench -- riscv [--blocks N] [--steps N]

The committed ELF of the program on the proof machine's emulator:
  speed   the fault proof of N blocks (default 200): derivation, execution, tries
  trace   one full run of about --steps (default 10 billion) with checkpoints, then the state hash at
          single steps of it; --steps 0 leaves it out`

/**
 * Instructions a second of the proof machine's emulator on the program itself, and how long it takes to find the
 * state hash at any step of a long run. Needs no RISC-V toolchain.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      blocks: { type: 'string', default: '200' },
      steps: { type: 'string', default: String(LONG_RUN) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const image = parseElf(await readFile(ELF))
  await measureSpeed(image, Number(values.blocks))
  const steps = Number(values.steps)
  if (steps > 0) await measureTrace(image, steps)
}

async function measureSpeed(image: ProgramImage, blocks: number): Promise<void> {
  const world = await worldOf(blocks)
  const host = await proofOf(world, blocks)
  const rates: number[] = []
  const perProcessor: number[] = []
  let last = ''
  for (let round = 0; round < ROUNDS; round++) {
    const machine = createMachine(image, host)
    const started = performance.now()
    const before = process.cpuUsage()
    machine.run(NO_LIMIT)
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(before)
    if (!machine.exited || machine.exitCode !== 0)
      throw new Error(`the proof ended with exit code ${machine.exitCode}`)
    rates.push(Number(machine.step) / seconds / 1e6)
    perProcessor.push(Number(machine.step) / (user + system))
    last = `${figure(Number(machine.step) / 1e6)}`
  }
  printTable(
    ['the fault proof', 'million steps', 'million a second', 'million a second of processor'],
    [
      [
        `of ${blocks} blocks, median of ${ROUNDS}`,
        last,
        figure(median(rates)),
        figure(median(perProcessor)),
      ],
    ],
  )
}

async function measureTrace(image: ProgramImage, steps: number): Promise<void> {
  const blocks = Math.max(1, Math.round(steps / STEPS_A_BURN))
  const world = await worldOf(blocks, {}, 'burn')
  const host = await proofOf(world, blocks)
  const started = performance.now()
  const trace = recordTrace(image, host)
  const seconds = (performance.now() - started) / 1000
  console.log(
    `\nrun of ${figure(Number(trace.steps) / 1e9)} billion steps with checkpoints: ${figure(seconds)} s, ` +
      `${figure(process.memoryUsage().rss / 2 ** 20)} MiB resident\n`,
  )
  const rows = POSITIONS.map((part) => {
    const step = BigInt(Math.floor(Number(trace.steps) * part))
    const asked = performance.now()
    trace.stateHashAt(step)
    return [`${step}`, figure(performance.now() - asked)]
  })
  printTable(['state hash at step', 'milliseconds'], rows)
}

/** Posts a world's blocks to its L1 and proves the last of them once in V8; the machine can run from what that asked for. */
async function proofOf(world: ExecutedWorld, blocks: number): Promise<MachineHost> {
  const batches = world.l2.slice(1).map((block) => singular(block))
  world.mine([await world.post(encodeFrames(frames(batches)))])
  world.mine()
  const claim = claimOf(world, 0, blocks)
  const { result, server } = await gatherProof(sourceOf(world), claim, { config: world.config })
  if (!result.valid) throw new Error('the proof does not hold in V8')
  return createProgramHost(server)
}
