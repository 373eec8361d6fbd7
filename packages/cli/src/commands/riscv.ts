import { type Command, parseOptions, UsageError } from '../command.ts'

const options = {
  steps: { summary: 'stop after N steps', value: 'N' },
  'state-at': { summary: 'the state after N steps and its hash', value: 'N' },
  'witness-at': { summary: 'what the contract needs to make the step after N steps', value: 'N' },
  preimages: {
    summary: 'preimages: a JSON object by typed key, or a folder of files named by it',
    value: 'PATH',
  },
  output: {
    summary: 'write what the program writes to stdout into FILE, byte for byte',
    value: 'FILE',
  },
  json: { summary: 'print one JSON object' },
} as const

/** Most steps an option can name: the machine's counter. */
const MAX_STEP = (1n << 64n) - 1n

export const riscv: Command = {
  name: 'riscv',
  summary: 'run a RISC-V program on the proof machine',
  usage: 'run ELF [options]',
  options,
  example: 'altlayer riscv run program/elf/program.elf --state-at 0',
  details: `ELF is a static RV64IM executable of 64 bits; the machine, its ECALLs and its exit codes are in
docs/riscv.md. The exit code is the program's own, so 0 is what passed; 0 too when the run was ended by
--steps, --state-at or --witness-at, the last of which ends it. Preimage keys are 32 bytes in hex,
type first: 02 and the rest of a keccak256, 01 and an index for local data.`,
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    const [action, file, ...more] = positionals
    if (action !== 'run') throw new UsageError(`riscv takes 'run', not '${action ?? ''}'`)
    if (file === undefined || more.length > 0) throw new UsageError('name one ELF file')
    const { runElf } = await import('../riscv/run.ts')
    return runElf({
      file,
      steps: step('steps', values.steps),
      stateAt: step('state-at', values['state-at']),
      witnessAt: step('witness-at', values['witness-at']),
      preimages: values.preimages,
      output: values.output,
      json: values.json ?? false,
    })
  },
}

function step(option: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > MAX_STEP)
    throw new UsageError(`--${option} takes a number of steps, not '${text}'`)
  return BigInt(text)
}
