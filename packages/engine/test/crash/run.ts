import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Hash } from '@altlayer/protocol'
import type { Acknowledged } from './child.ts'

/** What one life of the process came to. */
export interface Life {
  /** Milliseconds from its start to its end. */
  readonly lived: number
  /** Whether it was open when it was killed, and had found everything in order. */
  readonly ready: boolean
  readonly blocks: number
  readonly transactions: number
}

const CHILD = new URL('./child.ts', import.meta.url).pathname
/** Share of the lives that end while the engine opens. */
const EARLY_SHARE = 0.2
const EARLY_LIMIT = 900
const LATE_LIMIT = 600

/**
 * Starts the process on `directory` again and again and kills it (SIGKILL) at a random moment. Throws
 * when the process reports that something acknowledged is gone, or cannot open.
 */
export async function* crashLives(
  directory: string,
  times: number,
  random: () => number = Math.random,
): AsyncGenerator<Life> {
  let acknowledged: Acknowledged = { committed: [], head: undefined, transactions: [] }
  for (let life = 0; life <= times; life++) {
    // The last one shows that the store opens, and that there is something to lose.
    const until = life === times ? 'working' : random() < EARLY_SHARE ? 'opening' : 'open'
    const result = await live(directory, acknowledged, until, random)
    acknowledged = result.acknowledged
    yield result.life
  }
}

/** @param until What it has come to when its last milliseconds begin: `working` has made a block and taken a transaction. */
async function live(
  directory: string,
  expected: Acknowledged,
  until: 'opening' | 'open' | 'working',
  random: () => number,
): Promise<{ readonly life: Life; readonly acknowledged: Acknowledged }> {
  const expectations = join(directory, 'acknowledged.json')
  writeFileSync(expectations, JSON.stringify(expected))
  const started = performance.now()
  const child = spawn(process.execPath, [CHILD, join(directory, 'data'), expectations], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const committed: Hash[] = []
  const transactions: Hash[] = []
  let { head } = expected
  let ready = false
  let failure: string | undefined
  let timer: NodeJS.Timeout | undefined
  const killAfter = (milliseconds: number): void => {
    timer = setTimeout(() => child.kill('SIGKILL'), milliseconds)
  }
  if (until === 'opening') killAfter(random() * EARLY_LIMIT)
  const exit = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)),
  )
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, hash] = line.split(' ') as [string, Hash]
    if (kind === 'READY') {
      ready = true
      if (until === 'open') killAfter(random() * LATE_LIMIT)
    } else if (kind === 'C') committed.push(hash)
    else if (kind === 'H') head = hash
    else if (kind === 'T') transactions.push(hash)
    else failure ??= line
    const works = committed.length > 0 && transactions.length > 0
    if (until === 'working' && works && timer === undefined) killAfter(random() * LATE_LIMIT)
  }
  const end = await exit
  clearTimeout(timer)
  if (failure !== undefined || end !== 'SIGKILL')
    throw new Error(`the process ended by ${end}: ${failure ?? 'without a word'}`)
  return {
    life: {
      lived: performance.now() - started,
      ready,
      blocks: committed.length,
      transactions: transactions.length,
    },
    acknowledged: {
      // What was not checked because the kill came first is still owed.
      committed: ready ? committed : [...expected.committed, ...committed],
      head,
      transactions: ready ? transactions : [...expected.transactions, ...transactions],
    },
  }
}
