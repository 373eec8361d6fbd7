import { readFile } from 'node:fs/promises'
import { type Command, CommandError, parseOptions, UsageError } from '../command.ts'
import type { Verification } from '../verify-block/verify.ts'

const options = {
  json: { summary: 'print one JSON object for each fixture' },
} as const

export const verifyBlock: Command = {
  name: 'verify-block',
  summary: 'execute a block from its witness alone and compare its hash',
  usage: '[--json] FIXTURE.json...',
  options,
  example: 'altlayer verify-block 10-132796000-757ee9.json',
  details: `A fixture has rollup_config, parent_header, executing_payload, witness (preimages by
keccak256) and expected_block_hash; with expected_header too, the first field that differs is
named. Nothing in the witness is trusted: every preimage used is hashed. The exit code is 1
when a block does not match or cannot be executed.`,
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    if (positionals.length === 0) throw new UsageError('name a fixture')
    const { ensureProgram } = await import('../ensure-program.ts')
    await ensureProgram()
    let failures = 0
    for (const path of positionals) {
      const report = await verifyFile(path)
      if (!report.match) failures++
      if (values.json) console.log(JSON.stringify(report))
      else print(report)
    }
    return failures === 0 ? 0 : 1
  },
}

/** One fixture's line of `--json`. */
interface Report {
  readonly file: string
  readonly match: boolean
  readonly expectedHash?: string
  readonly blockHash?: string
  readonly blockNumber?: string
  readonly transactions?: number
  readonly gasUsed?: string
  readonly milliseconds?: number
  readonly mgasPerSecond?: number
  readonly difference?: Verification['difference']
  /** The header that was computed, when its hash is another. */
  readonly header?: Readonly<Record<string, string>>
  readonly error?: string
}

async function verifyFile(file: string): Promise<Report> {
  const { MalformedInputError, headerToRpc } = await import('@altlayer/protocol')
  const { parseFixture } = await import('../verify-block/fixture.ts')
  const { VerificationError, verifyBlock: verify } = await import('../verify-block/verify.ts')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`cannot read ${file}: ${error.code ?? error.message}`)
  })
  try {
    const fixture = parseFixture(JSON.parse(text))
    const result = verify(fixture)
    const { gasUsed } = result.header
    return {
      file,
      match: result.matches,
      expectedHash: fixture.expectedHash,
      blockHash: result.hash,
      blockNumber: result.header.number.toString(),
      transactions: fixture.transactions.length,
      gasUsed: gasUsed.toString(),
      milliseconds: round(result.milliseconds),
      mgasPerSecond: round(Number(gasUsed) / 1000 / result.milliseconds),
      ...(result.difference && { difference: result.difference }),
      ...(!result.matches && { header: headerToRpc(result.header) }),
    }
  } catch (error) {
    const expected =
      error instanceof VerificationError ||
      error instanceof MalformedInputError ||
      error instanceof SyntaxError
    if (!expected) throw error
    return { file, match: false, error: error.message }
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function print(report: Report): void {
  const { file, match, blockHash, expectedHash, difference, header, error } = report
  if (error !== undefined) {
    console.log(`ERROR ${file}\n  ${error}`)
    return
  }
  console.log(`${match ? 'MATCH' : 'DIFFERS'} ${file}`)
  console.log(`  block ${report.blockNumber} hash ${blockHash}`)
  const { gasUsed, transactions, milliseconds, mgasPerSecond } = report
  console.log(
    `  ${transactions} transactions, ${gasUsed} gas, ${milliseconds} ms, ${mgasPerSecond} Mgas/s`,
  )
  if (match) return
  console.log(`  expected hash ${expectedHash}`)
  if (difference !== undefined) {
    const { field, expected, actual } = difference
    console.log(`  first difference: ${field} expected ${expected}, actual ${actual}`)
    return
  }
  console.log('  the fixture has no expected header to compare; this one was computed:')
  for (const [field, value] of Object.entries(header ?? {})) console.log(`    ${field} ${value}`)
}
