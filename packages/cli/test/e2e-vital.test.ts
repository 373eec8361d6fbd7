import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { keccak256Hex } from '@altlayer/protocol'
import { type Claim, depthOf } from '@altlayer/vital/game'
import { type Address, type Hash, type Hex, parseAbi } from 'viem'
import { eventually } from '../../launch/test/eventually.ts'
import { clientsOf } from './helpers/clients.ts'
import {
  type Court,
  openCourt,
  type Service,
  SHORT_GAME,
  shortenGames,
  startService,
} from './helpers/dispute.ts'
import { mineL1Every } from './helpers/l1.ts'
import { type Network, startNetwork } from './helpers/network.ts'
import { altlayer } from './helpers/process.ts'

// Real processes: a local network, `altlayer proposer`, `altlayer vital play`. Games are shorter than those of a
// rollup, so that a liar can go down to the last instruction.

const folder = mkdtempSync(join(tmpdir(), 'altlayer-vital-'))
let network: Network
let court: Court
const services: Service[] = []

const ANCHORS_ABI = parseAbi([
  'function anchors(uint32 gameType) view returns (bytes32 root, uint256 l2BlockNumber)',
])
const GAME_TYPE = 0x56495441

/** Disputes take minutes. */
const SLOWLY = { interval: 500, patience: 600_000 }

/** Keys of development accounts: who proposes, plays, lies. */
const key = (index: number) => network.accounts[index]?.privateKey as Hex
const address = (index: number) => network.accounts[index]?.address.toLowerCase() as Address
const PLAYER = 1
const LIAR = 2
const CLAIMANT = 3

function service(args: readonly string[], env: Readonly<Record<string, string>>): Service {
  const started = startService(args, env)
  services.push(started)
  return started
}

function play(): Service {
  return service(
    [
      ...['vital', 'play', '--l1', network.l1.url, '--rollup', network.l2.url],
      ...['--addresses', court.addressesPath, '--config', court.rollupConfigPath],
      ...['--poll-interval', '300', '--max-bonds', '9000', '--verbose'],
    ],
    { ALTLAYER_VITAL_KEY: key(PLAYER) },
  )
}

const said = () => [...services, network].map((each) => each.output()).join('\n---\n')

const outputAt = async (number: bigint) => (await court.rollup.outputAtBlock(number)).outputRoot
const lie = (what: string): Hash => keccak256Hex(new TextEncoder().encode(what))

/**
 * A game about a block far beyond, whose root claim is the output root of the last that its L1 head leads to. L1 stands
 * still until the node knows that block and the game is under way, so that none comes between.
 */
async function createBeyond(): Promise<Address> {
  const { l1 } = clientsOf(network)
  const mineEvery = (seconds: number) => mineL1Every({ l1 }, seconds)
  await mineEvery(0)
  const head = await court.client.getBlock()
  const { number: safe } = await eventually(
    'the node has read the head of L1',
    () => court.rollup.safeHeadAtL1Block(head.number),
    said,
  )
  const sent = await court.client.getTransactionCount({ address: address(CLAIMANT) })
  const creating = court.create(key(CLAIMANT), await outputAt(safe), 10_000n)
  await eventually(
    'the game waits for a block',
    async () => {
      const pending = { address: address(CLAIMANT), blockTag: 'pending' } as const
      return (await court.client.getTransactionCount(pending)) > sent
    },
    said,
  )
  await mineEvery(1)
  const created = await creating
  assert.equal((await court.game(created)).l1Head, head.hash)
  return created
}

before(async () => {
  network = await startNetwork(join(folder, 'network'), [
    ...['--l1-block-time', '1', '--proposal-interval', '0', '--no-vital'],
  ])
  court = await openCourt(network)
  await shortenGames(network, court)
})

after(async () => {
  await Promise.all(services.map((each) => each.stop('SIGKILL')))
  await court?.close()
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('VITAL', { concurrency: 1 }, () => {
  const games: Record<string, Address> = {}

  /** The liar came down to an instruction, which was executed; the player answered it and whoever claimed. */
  async function isAllSaid(): Promise<boolean> {
    const { claims } = await court.game(games.proposed as Address)
    const answered = ({ index, counteredBy }: Claim, of = claims) =>
      counteredBy !== undefined ||
      of.some(({ parentIndex, claimant }) => parentIndex === index && claimant === address(PLAYER))
    const executed = claims.some(
      ({ position, counteredBy }) =>
        BigInt(depthOf(position)) === SHORT_GAME.maxGameDepth && counteredBy !== undefined,
    )
    const lies = claims.filter(({ claimant }) => claimant === address(LIAR))
    if (!executed || !lies.every((claim) => answered(claim))) return false
    for (const name of ['false', 'old']) {
      const { claims: theirs } = await court.game(games[name] as Address)
      if (!answered(theirs[0] as Claim, theirs)) return false
    }
    return (await court.game(games.beyond as Address)).l2BlockNumberChallenged
  }

  it('proposes an output root', async () => {
    await eventually(
      'blocks are safe',
      async () => (await court.rollup.syncStatus()).safe > 4n,
      said,
    )
    service(
      [
        ...['proposer', '--l1', network.l1.url, '--addresses', court.addressesPath],
        ...['--rollup', network.l2.url, '--allow-non-finalized'],
        ...['--proposal-interval', '86400', '--poll-interval', '300'],
      ],
      { ALTLAYER_PROPOSER_KEY: network.roleKeys.proposer as Hex },
    )
    await eventually('a game', async () => (await court.games()).games.length === 1, said)
    const [game] = (await court.games()).games
    assert.ok(game)
    assert.equal(game.claims[0]?.value, await outputAt(game.l2BlockNumber))
    games.proposed = game.address
  })

  it('wins every dispute, killed and started again on the way', async () => {
    const proposed = await court.game(games.proposed as Address)
    const safe = (await court.rollup.syncStatus()).safe
    const number = safe < 60n ? safe : 60n
    // False, about a block that L1 holds.
    games.false = await court.create(key(CLAIMANT), lie('output'), number)
    // The root of an older block.
    games.old = await court.create(key(CLAIMANT), await outputAt(1n), number)
    // The root of the last block that L1 leads to, said to be of one far beyond.
    games.beyond = await createBeyond()
    // A liar against the true one, down to the last instruction.
    const { maxDepth, splitDepth } = proposed.rules
    const wholeTrace = 1n << BigInt(maxDepth - splitDepth - 1)
    const lies = { fromBlock: 0n, fromStep: 0n, wholeTrace } as const
    court.startLiar(key(LIAR), lies, [proposed.address])

    let player = play()
    await eventually(
      'the liar is some claims down',
      async () => {
        const { claims } = await court.game(proposed.address)
        return claims.length > 4
      },
      said,
    )
    await player.stop('SIGKILL')
    player = play()

    await eventually('every lie is answered', isAllSaid, said, SLOWLY)
    await eventually('all games are over', () => court.areOver(Object.values(games)), said, SLOWLY)
    const beyond = await court.game(games.beyond as Address)
    assert.equal(beyond.l2BlockNumberChallenged, true)
    assert.equal(beyond.claims.length, 1)
    const statusOf = async (name: string) => (await court.game(games[name] as Address)).status
    assert.equal(await statusOf('proposed'), 'defender-wins')
    assert.equal(await statusOf('false'), 'challenger-wins')
    assert.equal(await statusOf('old'), 'challenger-wins')
    assert.equal(await statusOf('beyond'), 'challenger-wins')
  })

  it('ended in an instruction that the contract executed', async () => {
    const { claims } = await court.game(games.proposed as Address)
    const deepest = claims.filter(
      ({ position }) => BigInt(depthOf(position)) === SHORT_GAME.maxGameDepth,
    )
    assert.ok(deepest.length > 0, 'a claim about one instruction')
    for (const claim of deepest) assert.equal(claim.counteredBy, address(PLAYER))
  })

  it('takes no bond from an honest player, and pays it those of liars', async () => {
    for (const game of Object.values(games)) {
      const { claims } = await court.game(game)
      for (const claim of claims)
        if (claim.claimant === address(PLAYER)) assert.equal(claim.counteredBy, undefined)
      if (game === games.proposed) continue
      assert.equal(claims[0]?.counteredBy, address(PLAYER))
    }
  })

  it('moves the anchor to what was proven, and to nothing else', async () => {
    const { l2BlockNumber } = await court.game(games.proposed as Address)
    const [root, number] = await court.client.readContract({
      address: network.addresses.AnchorStateRegistryProxy as Address,
      abi: ANCHORS_ABI,
      functionName: 'anchors',
      args: [GAME_TYPE],
    })
    assert.equal(number, l2BlockNumber)
    assert.equal(root, await outputAt(l2BlockNumber))
  })

  it('draws the games in a terminal', async () => {
    const common = ['--l1', network.l1.url, '--addresses', court.addressesPath]
    const list = await altlayer(['vital', 'games', ...common])
    for (const game of Object.values(games)) assert.match(list.stdout, new RegExp(game))
    const json = await altlayer(['vital', 'games', ...common, '--json'])
    const { games: listed, more } = JSON.parse(json.stdout)
    assert.ok(listed.length >= Object.keys(games).length)
    assert.equal(more, false)
    const one = await altlayer(['vital', 'games', ...common, '--json', '--limit', '1'])
    const newest = JSON.parse(one.stdout)
    assert.deepEqual(
      newest.games.map(({ address }: { address: string }) => address),
      [listed.at(-1).address],
    )
    assert.equal(newest.more, true)
    const told = await altlayer(['vital', 'games', ...common, '--limit', '1'])
    assert.match(told.stdout, /there are older ones: --limit, 1 now, shows more\n$/)
    const tree = await altlayer(['vital', 'show', games.false as string, ...common])
    assert.match(tree.stdout, /challenger-wins/)
    assert.match(tree.stdout, /↳ #1 attacks #0 +output 0x/)
    const unknown = await altlayer(['vital', 'show', `0x${'12'.repeat(20)}`, ...common])
    assert.equal(unknown.code, 1)
    assert.match(unknown.stderr, /knows no game/)
  })
})
