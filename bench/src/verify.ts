import { createFixtureVerifier, parseFixture } from '@altlayer/verify'
import { testData } from '../../scripts/testdata.ts'
import { figure, median, printTable } from './measure.ts'

const ROUNDS = 25
/** Seconds between blocks of OP Mainnet and OP Sepolia. */
const BLOCK_TIME = 2

type Fixture = ReturnType<typeof parseFixture>

/**
 * Stateless verification of the two real OP Stack blocks in the test data, on one core. First: in a new process,
 * wasm not yet optimised by V8. Fresh: the median of later runs, each on a new instance. Empty: on one instance whose
 * caches are emptied, so that every preimage is hashed again; the figure for a stream of unrelated blocks.
 * Kept: with all that an earlier run of the same block brought; the best that neighbouring blocks can come to.
 * Whole: as empty, from the fixture's JSON text on: what a process that gets its witness from an RPC has to do.
 */
export async function run(): Promise<void> {
  const data = await testData('op-blocks.tar.xz', (path) => path.endsWith('.json'))
  if (data.absent) throw new Error(data.absent)
  const rows = [...data.files].flatMap(([path, bytes]) => {
    const fixture = parseFixture(JSON.parse(new TextDecoder().decode(bytes)))
    return measure(path.replace(/^.*\//, ''), fixture, bytes)
  })
  printTable(
    [
      'block',
      'transactions',
      'gas',
      'instance',
      'processor ms',
      'Mgas/s',
      `times real time (${BLOCK_TIME} s)`,
    ],
    rows,
  )
}

function measure(name: string, fixture: Fixture, json: Uint8Array): string[][] {
  const first = timed(name, fixture, createFixtureVerifier(fixture.config))
  const fresh = rounds(() => timed(name, fixture, createFixtureVerifier(fixture.config)))
  const one = createFixtureVerifier(fixture.config)
  const empty = rounds(() => timed(name, fixture, one))
  const kept = rounds(() => timed(name, fixture, one, true))
  const whole = rounds(() => timedWhole(json, one))
  const { gasUsed } = one.verify(fixture).header
  return Object.entries({ first, fresh, empty, kept, whole }).map(
    ([instance, milliseconds], row) => [
      row === 0 ? name : '',
      row === 0 ? `${fixture.transactions.length}` : '',
      row === 0 ? `${gasUsed}` : '',
      instance,
      figure(milliseconds),
      figure(Number(gasUsed) / 1000 / milliseconds),
      figure((BLOCK_TIME * 1000) / milliseconds),
    ],
  )
}

function rounds(once: () => number): number {
  return median(Array.from({ length: ROUNDS }, once))
}

/** Milliseconds of processor from the parsed fixture to the compared hash, an instance's making not counted. */
function timed(
  name: string,
  fixture: Fixture,
  verifier: ReturnType<typeof createFixtureVerifier>,
  keep = false,
): number {
  return processor(() => {
    const { matches, hash } = verifier.verify(fixture, keep)
    if (!matches) throw new Error(`${name}: got ${hash}, not ${fixture.expectedHash}`)
  })
}

/** The same from the JSON text on. */
function timedWhole(json: Uint8Array, verifier: ReturnType<typeof createFixtureVerifier>): number {
  return processor(() => {
    const { matches } = verifier.verify(parseFixture(JSON.parse(new TextDecoder().decode(json))))
    if (!matches) throw new Error('another hash')
  })
}

/**
 * Milliseconds that the process used, V8's own threads included: what one core can do is asked for, and a busy machine
 * shall not answer for it.
 */
function processor(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
