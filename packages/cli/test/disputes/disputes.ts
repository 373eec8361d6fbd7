import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { depthOf } from '@altlayer/vital/game'
import type { GameView } from '@altlayer/vital/l1'
import type { Address, Hex } from 'viem'
import { eventually } from '../../../launch/test/eventually.ts'
import { lieAbout } from '../../../vital/test/support/liar.ts'
import {
  type Court,
  openCourt,
  type Service,
  shortenGames,
  startService,
} from '../helpers/dispute.ts'
import { type Network, startNetwork } from '../helpers/network.ts'

// Disputes too slow for every run of the tests: all 73 levels, liars who are true up to an instruction in the middle
// of the program's run, an L1 that is reorganised and becomes dear in mid-game.

const PLAYER = 1
/** One account for each liar: nonces are no part of this. */
const LIARS = { deep: 2, short: 3 }
const CLAIMANT = 4
/** Instructions that the liars are true about. */
const FROM_STEP = 1_000_000n
/** A hundred times what the player offered: twice a base fee near nothing, and a tip of 1 gwei. */
const HIGH_BASE_FEE = 100n * 10n ** 9n

const folder = mkdtempSync(join(tmpdir(), 'altlayer-disputes-'))
let network: Network
let court: Court
let player: Service

const key = (index: number) => network.accounts[index]?.privateKey as Hex
const address = (index: number) => network.accounts[index]?.address.toLowerCase() as Address

const said = () => `${player?.output()}\n${network.output()}`
/** Disputes take minutes. */
const wait = (what: string, condition: () => Promise<boolean>) =>
  eventually(what, condition, said, { interval: 500, patience: 900_000 })

const l1 = (method: string, params: readonly unknown[]) =>
  court.client.request({ method, params } as never)
const claimsOf = async (game: Address) => (await court.game(game)).claims.length

/** Defends a false claim about a block, true up to an instruction. */
async function lieIn(game: Address, account: number): Promise<void> {
  const { rules, l2BlockNumber: fromBlock } = await court.game(game)
  const wholeTrace = 1n << BigInt(rules.maxDepth - rules.splitDepth - 1)
  const lie = { fromBlock, fromStep: FROM_STEP, wholeTrace } as const
  court.startLiar(key(account), lie, [game])
}

before(async () => {
  network = await startNetwork(join(folder, 'network'), [
    ...['--l1-block-time', '1', '--proposal-interval', '0', '--no-vital'],
  ])
  court = await openCourt(network)
})

after(async () => {
  await player?.stop('SIGKILL')
  await court?.close()
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('long disputes', { concurrency: 1 }, () => {
  let deep: Address
  let short: Address

  /** The honest side lost nothing, and what stands at the bottom is true. */
  function checkClaims({ claims, rules }: GameView): void {
    for (const { claimant, counteredBy } of claims)
      if (claimant === address(PLAYER)) assert.equal(counteredBy, undefined)
    const deepest = claims.filter(({ position }) => depthOf(position) === rules.maxDepth)
    assert.ok(deepest.length > 0, 'a claim about one instruction')
    for (const { claimant } of deepest) assert.equal(claimant, address(PLAYER))
  }

  it('begin: a false claim with 73 levels, one with fewer', async () => {
    await wait('blocks are safe', async () => (await court.rollup.syncStatus()).safe > 4n)
    const { safe } = await court.rollup.syncStatus()
    deep = await court.create(key(CLAIMANT), lieAbout(`output ${safe}`), safe)
    await shortenGames(network, court)
    short = await court.create(key(CLAIMANT), lieAbout(`output ${safe - 1n}`), safe - 1n)
    assert.equal((await court.game(deep)).rules.maxDepth, 73)
    // A reorganisation must not reach them.
    const created = await court.client.getBlockNumber()
    await wait('L1 goes on', async () => (await court.client.getBlockNumber()) > created + 5n)
    player = startService(
      [
        ...['vital', 'play', '--l1', network.l1.url, '--rollup', network.l2.url],
        ...['--addresses', court.addressesPath, '--config', court.rollupConfigPath],
        ...['--poll-interval', '300', '--max-bonds', '9000', '--verbose'],
      ],
      { ALTLAYER_VITAL_KEY: key(PLAYER) },
    )
    await lieIn(deep, LIARS.deep)
    await lieIn(short, LIARS.short)
  })

  it('survive a reorganisation of L1', async () => {
    await wait('some claims', async () => (await claimsOf(short)) > 6)
    const before = await claimsOf(short)
    await l1('anvil_reorg', [3, []])
    await wait('more claims', async () => (await claimsOf(short)) > before)
  })

  it('survive a base fee up a hundredfold', async () => {
    let before: number | undefined
    await wait('moves at that price', async () => {
      await l1('anvil_setNextBlockBaseFeePerGas', [`0x${HIGH_BASE_FEE.toString(16)}`])
      const { baseFeePerGas } = await court.client.getBlock()
      if ((baseFeePerGas ?? 0n) < HIGH_BASE_FEE) return false
      before ??= await claimsOf(deep)
      return (await claimsOf(deep)) >= before + 3
    })
  })

  // Levels of a false root are odd in number: the honest side has the last word, which no step can answer.
  it('end at a claim about one instruction, and the truth wins', async () => {
    await wait('the honest side has the last word in both', async () => {
      const games = await Promise.all([court.game(deep), court.game(short)])
      return games.every(({ claims, rules }) =>
        claims.some(
          ({ position, claimant }) =>
            depthOf(position) === rules.maxDepth && claimant === address(PLAYER),
        ),
      )
    })
    await wait('both games are over', () => court.areOver([deep, short]))
    for (const game of [deep, short]) {
      const end = await court.game(game)
      assert.equal(end.status, 'challenger-wins')
      checkClaims(end)
    }
  })
})
