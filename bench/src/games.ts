import { parseArgs } from 'node:util'
import { createPublicClient, encodeFunctionData, http, type PublicClient } from 'viem'
import { GAME_ABI } from '../../packages/vital/src/l1/abi.ts'
import { createGameReader, type GameView } from '../../packages/vital/src/l1/index.ts'
import {
  ANCHOR,
  BOND_DELAY,
  CLOCKS,
  type Court,
  GAME_TYPE,
  openCourt,
  trueOutput,
} from '../../packages/vital/test/support/court.ts'
import { startL1, type TestL1 } from '../../packages/vital/test/support/l1.ts'
import { figure, printTable } from './measure.ts'

const USAGE = `npm run bench -- games [--games N] [--open N]

The first look of a proposer or player that starts: N games (default 200) that are settled and whose bonds were
taken, and some (default 20) that are open, on anvil: time, calls, and the same look a second time.`

const PROPOSER = 1
/** Transactions under way at a time. */
const TOGETHER = 200
/** Calls in one request at most, as `altlayer vital` and `altlayer proposer` ask. */
const BATCH = 200
const GAS = 400_000n

/** How long a restart takes at many old games. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      games: { type: 'string', default: '200' },
      open: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(USAGE)
  const [old, open] = [Number(values.games), Number(values.open)]
  const l1 = await startL1()
  try {
    const court = await openCourt(l1)
    await settleAll(l1, await createGames(l1, court, ANCHOR + 1n, old))
    await createGames(l1, court, ANCHOR + BigInt(old) + 1n, open)
    await measure(l1, court, old, open)
  } finally {
    await l1.stop()
  }
}

async function measure(l1: TestL1, court: Court, old: number, open: number): Promise<void> {
  const { client, calls } = countingClient(l1.url)
  const { address } = l1.sender(PROPOSER)
  const reader = (account?: GameView['address']) =>
    createGameReader({
      client,
      factory: court.factory,
      gameType: GAME_TYPE,
      ...(account && { account }),
    })
  const rows: (readonly string[])[] = []
  const look = async (what: string, read: ReturnType<typeof reader>, expected: number) => {
    const [before, started] = [calls(), performance.now()]
    const { games } = await read.snapshot(() => true)
    if (games.length !== expected) throw new Error(`${games.length} games, not ${expected}`)
    rows.push([what, figure(performance.now() - started), String(calls() - before)])
  }
  const own = reader(address)
  await look('the first', own, open)
  await look('the second', own, open)
  await look('each game as a whole', reader(), old + open)
  printTable([`look at ${old} settled games and ${open} open ones`, 'milliseconds', 'calls'], rows)
}

/** A client that says how many calls of L1 it made. */
function countingClient(url: string) {
  let count = 0
  const transport = http(url, {
    batch: { batchSize: BATCH, wait: 5 },
    onFetchRequest: async (request) => {
      const body: unknown = await request.clone().json()
      count += Array.isArray(body) ? body.length : 1
    },
  })
  const client = createPublicClient({ transport, cacheTime: 0 }) as PublicClient
  return { client, calls: () => count }
}

async function createGames(l1: TestL1, court: Court, first: bigint, count: number) {
  const sender = l1.sender(PROPOSER)
  const games: GameView['address'][] = []
  for (let begin = 0; begin < count; begin += TOGETHER) {
    const numbers = Array.from({ length: Math.min(TOGETHER, count - begin) }, (_, i) =>
      BigInt(begin + i),
    )
    const created = await Promise.all(
      numbers.map((i) => court.create(sender, trueOutput(first + i), first + i)),
    )
    games.push(...created)
  }
  return games
}

/** Resolves games and takes their bonds back. */
async function settleAll(l1: TestL1, games: readonly GameView['address'][]) {
  const sender = l1.sender(PROPOSER)
  const call = async (
    functionName: 'resolveClaim' | 'resolve' | 'claimCredit',
    args: unknown[],
  ) => {
    const data = encodeFunctionData({ abi: GAME_ABI, functionName, args } as never)
    for (let begin = 0; begin < games.length; begin += TOGETHER)
      await Promise.all(
        games.slice(begin, begin + TOGETHER).map((to) => sender.send({ to, data, gas: GAS })),
      )
  }
  await l1.rpc('evm_increaseTime', Number(CLOCKS.maxClockDuration))
  await call('resolveClaim', [0n, 0n])
  await call('resolve', [])
  await l1.rpc('evm_increaseTime', Number(BOND_DELAY) + 1)
  await call('claimCredit', [sender.address])
}
