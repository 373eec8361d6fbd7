import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Address, Hex } from '@altlayer/protocol'
import { depthOf } from '@altlayer/vital/game'
import type { GameView } from '@altlayer/vital/l1'
import { formatEther, parseAbi, parseGwei } from 'viem'
import {
  type Court,
  openCourt,
  type Service,
  shortenGames,
  startService,
} from '../../../packages/cli/test/helpers/dispute.ts'
import { type Network, startNetwork } from '../../../packages/cli/test/helpers/network.ts'
import { lieAbout } from '../../../packages/vital/test/support/liar.ts'
import { printTable } from '../measure.ts'
import { executedStep, gasRows, type Spent, spentBy, total } from './gas.ts'

// A false output root on a local network, defended by a liar who is true up to an instruction, disputed by
// `altlayer vital play` down to that instruction, and on until the winner has the bonds. There the honest side has the
// last word. With --attack the root is true and the liar disputes it: then the player ends it with a step.

const PLAYER = 1
const LIAR = 2
/** Seconds until a dispute that stands still has failed. */
const PATIENCE = 900

const GAME_ABI = parseAbi([
  'function credit(address recipient) view returns (uint256)',
  'function maxGameDepth() view returns (uint256)',
  'function splitDepth() view returns (uint256)',
])

/**
 * @param args `--attack`; `--from-step N`: instructions that the liar is true about; `--gas-price GWEI`; `--short`: a game of
 * 39 levels in place of the network's 73.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'from-step': { type: 'string', default: '1000000' },
      'gas-price': { type: 'string', default: '20' },
      attack: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
    },
  })
  const folder = await mkdtemp(join(tmpdir(), 'altlayer-bench-'))
  const network = await startNetwork(join(folder, 'network'), [
    ...['--l1-block-time', '1', '--proposal-interval', '0', '--no-vital'],
  ])
  const court = await openCourt(network)
  const services: Service[] = []
  try {
    if (values.short) await shortenGames(network, court)
    await until('blocks are safe', async () => (await court.rollup.syncStatus()).safe > 4n)
    services.push(startPlayerProcess(network, court))
    await dispute(network, court, {
      attack: values.attack,
      fromStep: BigInt(values['from-step']),
      gasPrice: parseGwei(values['gas-price']),
    })
  } catch (error) {
    for (const service of services) console.error(service.output())
    throw error
  } finally {
    await Promise.all(services.map((service) => service.stop('SIGKILL')))
    await court.close()
    await network.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function startPlayerProcess(network: Network, court: Court): Service {
  return startService(
    [
      ...['vital', 'play', '--l1', network.l1.url, '--rollup', network.l2.url],
      ...['--addresses', court.addressesPath, '--config', court.rollupConfigPath],
      ...['--poll-interval', '300', '--max-bonds', '9000'],
    ],
    { ALTLAYER_VITAL_KEY: keyOf(network, PLAYER) },
  )
}

async function dispute(
  network: Network,
  court: Court,
  {
    attack,
    fromStep,
    gasPrice,
  }: { readonly attack: boolean; readonly fromStep: bigint; readonly gasPrice: bigint },
): Promise<void> {
  const { client } = court
  const [player, liar] = [addressOf(network, PLAYER), addressOf(network, LIAR)]
  const fromBlock = await client.getBlockNumber()
  const { safe } = await court.rollup.syncStatus()
  const root = attack
    ? (await court.rollup.outputAtBlock(safe)).outputRoot
    : lieAbout(`output ${safe}`)
  const game = await court.create(keyOf(network, attack ? PLAYER : LIAR), root, safe)
  const read = { address: game, abi: GAME_ABI } as const
  const [maxDepth, splitDepth] = await Promise.all([
    client.readContract({ ...read, functionName: 'maxGameDepth' }),
    client.readContract({ ...read, functionName: 'splitDepth' }),
  ])
  const wholeTrace = 1n << (maxDepth - splitDepth - 1n)
  const lie = { fromBlock: safe, fromStep, wholeTrace } as const
  court.startLiar(keyOf(network, LIAR), lie, [game])
  await until('the last word is said', async () => isSaid(await court.game(game), player))
  await until('the game is resolved', () => court.areOver([game]))
  const credit = { ...read, functionName: 'credit', args: [player] } as const
  await until('the winner is paid', async () => (await client.readContract(credit)) === 0n)
  const end = await court.game(game)
  const right = attack ? 'defender-wins' : 'challenger-wins'
  if (end.status !== right) throw new Error(`the truth lost: ${end.status}`)
  const toBlock = await client.getBlockNumber()
  report(end, await spentBy(client, [player, liar], fromBlock, toBlock), player, gasPrice)
}

/** Whether the player has an instruction on its side, by a claim that cannot be countered or by a step. */
function isSaid({ claims, rules }: GameView, player: Address): boolean {
  return claims.some(
    ({ position, claimant, counteredBy }) =>
      depthOf(position) === rules.maxDepth && (claimant === player || counteredBy === player),
  )
}

function report(game: GameView, spent: readonly Spent[], player: Address, gasPrice: bigint): void {
  const done = spent.filter(({ reverted }) => !reverted)
  const moves = done.filter(({ name }) => name === 'move' || name === 'step')
  const steps = done.filter(({ name }) => name === 'step')
  const last = moves.at(-1)?.timestamp ?? game.createdAt
  const lie = game.claims.find(({ claimant }) => claimant !== player)
  const first = lie?.timestamp ?? game.createdAt
  const deepest = Math.max(...game.claims.map(({ position }) => depthOf(position)))
  printTable(
    ['dispute', ''],
    [
      ['seconds from the false claim to the last move', String(last - first)],
      ['claims after the root', String(game.claims.length - 1)],
      ['deepest level', `${deepest} of ${game.rules.maxDepth}`],
      ['instructions executed on L1', String(steps.length)],
      ['the one of the run, from 0', steps.map((step) => executedStep(step)).join(', ')],
    ],
  )
  console.log()
  const sides: readonly [string, boolean][] = [
    ['the false side', false],
    ['the true side', true],
  ]
  const rows = sides.map(([name, honest]) => {
    const own = spent.filter(({ from }) => (from === player) === honest)
    const bonds = game.claims.filter(({ claimant }) => (claimant === player) === honest)
    const bond = bonds.reduce((sum, each) => sum + each.bond, 0n)
    return [
      name,
      String(own.length),
      millions(total(own)),
      ether(total(own) * gasPrice),
      ether(bond),
    ]
  })
  const all = total(spent)
  rows.push(['both', String(spent.length), millions(all), ether(all * gasPrice), ''])
  const gwei = Number(gasPrice) / 1e9
  printTable(['side', 'transactions', 'Mgas', `ether at ${gwei} gwei`, 'ether bonded'], rows)
  console.log('\nthe false side loses what it bonded; the other has its own back, and that\n')
  printTable(
    ['thousand gas, whole transactions', 'number', 'least', 'median', 'most', 'OP Stack'],
    gasRows(spent),
  )
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE * 1000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${PATIENCE} s: ${what}`)
    await sleep(500)
  }
}

function keyOf(network: Network, index: number): Hex {
  const account = network.accounts[index]
  if (account === undefined) throw new Error(`the network has no account ${index}`)
  return account.privateKey
}

function addressOf(network: Network, index: number): Address {
  const account = network.accounts[index]
  if (account === undefined) throw new Error(`the network has no account ${index}`)
  return account.address.toLowerCase() as Address
}

const millions = (gas: bigint): string => (Number(gas) / 1e6).toFixed(2)
const ether = (wei: bigint): string => Number(formatEther(wei)).toFixed(3)
