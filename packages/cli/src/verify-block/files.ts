import { readFile } from 'node:fs/promises'
import { headerToRpc, MalformedInputError } from '@altlayer/protocol'
import {
  type FixtureResult,
  parseFixture,
  VerificationProblem,
  verifyFixture,
} from '@altlayer/verify'
import { CommandError } from '../command.ts'

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
  /** Witness items given, and how many of them execution asked for. */
  readonly witness?: { readonly items: number; readonly used: number }
  readonly difference?: FixtureResult['difference']
  /** The header that was computed, when its hash is another. */
  readonly header?: Readonly<Record<string, string>>
  readonly error?: string
}

/** Verifies blocks in files. Returns the exit code. */
export async function verifyFiles(paths: readonly string[], json: boolean): Promise<number> {
  let failures = 0
  for (const path of paths) {
    const report = await verifyFile(path)
    if (!report.match) failures++
    if (json) console.log(JSON.stringify(report))
    else print(report)
  }
  return failures === 0 ? 0 : 1
}

async function verifyFile(file: string): Promise<Report> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`cannot read ${file}: ${error.code ?? error.message}`)
  })
  try {
    const fixture = parseFixture(JSON.parse(text))
    const result = verifyFixture(fixture)
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
      witness: { items: fixture.witness.size, used: result.used.size },
      ...(result.difference && { difference: result.difference }),
      ...(!result.matches && { header: headerToRpc(result.header) }),
    }
  } catch (error) {
    const expected =
      error instanceof VerificationProblem ||
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
  const { gasUsed, transactions, milliseconds, mgasPerSecond, witness } = report
  console.log(
    `  ${transactions} transactions, ${gasUsed} gas, ${milliseconds} ms, ${mgasPerSecond} Mgas/s; ${witness?.used} of ${witness?.items} witness items used`,
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
