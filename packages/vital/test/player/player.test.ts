import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Address } from '@altlayer/protocol'
import { eventually } from '../../../launch/test/eventually.ts'
import { depthOf } from '../../src/game/index.ts'
import { GAME_ABI } from '../../src/l1/abi.ts'
import type { Sender } from '../../src/l1/index.ts'
import type { Player, PlayerEvent, PlayerOptions } from '../../src/services.ts'
import {
  ANCHOR,
  type Court,
  DEPTHS,
  falseOutput,
  lies,
  openCourt,
  TRUTH,
  trueOutput,
} from '../support/court.ts'
import { reorg, startL1, type TestL1, waitingOf } from '../support/l1.ts'

/** A player whose looks since something last moved are counted. */
interface Watched extends Player {
  idleLooks(): number
  moved(): void
}

/** Looks after which a player that had something to do would have begun it. */
const QUIET_LOOKS = 3

describe('player', { concurrency: 1 }, () => {
  let l1: TestL1
  let court: Court
  let next = 1
  /** The newest block whose true output root was claimed. */
  let block = ANCHOR
  let named = 0
  let playing: Watched[] = []
  /** Transactions that are not in a block yet. */
  let underWay = 0

  before(async () => {
    l1 = await startL1()
    court = await openCourt(l1)
    await l1.mineEvery(100)
  })
  afterEach(async () => {
    await Promise.all(playing.map((player) => player.close()))
    playing = []
  })
  after(() => l1?.stop())

  const account = (): Sender => l1.sender(next++)
  const balance = (address: Address) => l1.client.getBalance({ address })
  /** No game is like one before: the factory makes each once. */
  const createTrue = (creator: Sender) => court.create(creator, trueOutput(++block), block)
  const createFalse = (creator: Sender) =>
    court.create(creator, falseOutput(block + 3n, `${named++}`), block + 3n)
  function play(
    sender: Sender,
    truth: PlayerOptions['truthOf'],
    more: Partial<PlayerOptions> = {},
  ): Watched {
    let idleLooks = 0
    const player = court.play(counted(sender), truth, {
      ...more,
      onEvent(event) {
        if (event.kind === 'games') idleLooks++
        more.onEvent?.(event)
      },
    })
    const moved = () => {
      idleLooks = 0
    }
    const watched = { ...player, moved, idleLooks: () => idleLooks }
    playing.push(watched)
    return watched
  }
  const moved = () => {
    for (const player of playing) player.moved()
  }
  function counted(sender: Sender): Sender {
    return {
      ...sender,
      async send(call) {
        underWay++
        try {
          const receipt = await sender.send(call)
          // Not when it is refused: that may be so at each look.
          moved()
          return receipt
        } finally {
          underWay--
        }
      },
    }
  }
  const stop = async (player: Watched) => {
    await player.close()
    playing = playing.filter((each) => each !== player)
  }
  /** Nobody moves: every player has looked at what there is, and sends nothing. */
  const isQuiet = () =>
    underWay === 0 && playing.every((player) => player.idleLooks() >= QUIET_LOOKS)
  /** Until all are resolved, with clocks that run fast once nobody moves any more, however slow they are. */
  async function resolved(games: readonly Address[]) {
    let claims = 0
    return eventually('the games are resolved', async () => {
      const all = (await court.snapshot()).games.filter(({ address }) => games.includes(address))
      const now = all.reduce((sum, game) => sum + game.claims.length, 0)
      if (now !== claims) moved()
      claims = now
      if (isQuiet()) await l1.skip(3)
      return (
        all.length === games.length && all.every(({ status }) => status !== 'in-progress') && all
      )
    })
  }

  it('wins against a false claim down to the last instruction, and takes the bonds', async () => {
    const [honest, liar] = [account(), account()]
    const game = await createFalse(liar)
    const before = await balance(honest.address)
    const events: PlayerEvent[] = []
    play(honest, () => TRUTH, { games: [game], onEvent: (event) => events.push(event) })
    play(liar, lies, { games: [game] })
    const [end] = await resolved([game])
    assert.equal(end?.status, 'challenger-wins')
    const deepest = end.claims.filter(
      ({ position }) => BigInt(depthOf(position)) === DEPTHS.maxGameDepth,
    )
    assert.ok(deepest.length > 0)
    for (const { claimant, counteredBy } of deepest) {
      if (claimant === liar.address) assert.equal(counteredBy, honest.address)
    }
    const won = end.claims.filter(({ claimant }) => claimant === liar.address)
    await eventually('the bonds are taken', async () => {
      await l1.skip(5)
      return events.some(({ kind }) => kind === 'credit')
    })
    const spent = 10n ** 17n
    const gain = won.reduce((sum, { bond }) => sum + bond, 0n)
    assert.ok((await balance(honest.address)) > before + gain - spent)
    assert.ok(events.some((event) => event.kind === 'action' && event.action === 'step'))
    assert.ok(!events.some(({ kind }) => kind === 'failure'))
  })

  it('defends a true claim against a liar at every depth', async () => {
    const [honest, liar] = [account(), account()]
    const game = await createTrue(account())
    play(honest, () => TRUTH, { games: [game] })
    play(liar, lies, { games: [game] })
    const [end] = await resolved([game])
    assert.equal(end?.status, 'defender-wins')
    for (const { claimant, counteredBy } of end.claims)
      if (claimant !== liar.address) assert.equal(counteredBy, undefined)
    assert.ok(end.claims.length > 4)
  })

  it('goes on where it was killed, from L1 alone', async () => {
    const [honest, liar] = [account(), account()]
    const game = await createFalse(liar)
    play(liar, lies, { games: [game] })
    for (let claims = 2; claims <= 6; claims += 2) {
      const player = play(honest, () => TRUTH, { games: [game] })
      await eventually(
        `${claims} claims`,
        async () => (await court.game(game)).claims.length >= claims,
      )
      await stop(player)
      // The same account, nothing remembered: a sender of its own too.
    }
    play(honest, () => TRUTH, { games: [game] })
    const [end] = await resolved([game])
    assert.equal(end?.status, 'challenger-wins')
    for (const { claimant, counteredBy } of end.claims)
      if (claimant === honest.address) assert.equal(counteredBy, undefined)
  })

  it('goes on after reorganisations in mid-game and a base fee up a hundredfold', async () => {
    const [honest, liar] = [account(), account()]
    const game = await createFalse(liar)
    // The game stays, moves go.
    await l1.mine(5)
    play(honest, () => TRUTH, { games: [game] })
    play(liar, lies, { games: [game] })
    await eventually('some claims', async () => (await court.game(game)).claims.length >= 4)
    await reorg(l1, 4)
    const { baseFeePerGas } = await l1.client.getBlock()
    const raised = ((baseFeePerGas ?? 1n) + 10n ** 9n) * 100n
    await l1.rpc('anvil_setNextBlockBaseFeePerGas', `0x${raised.toString(16)}`)
    const [end] = await resolved([game])
    assert.equal(end?.status, 'challenger-wins')
    for (const { claimant, counteredBy } of end.claims)
      if (claimant === honest.address) assert.equal(counteredBy, undefined)
  })

  it('never has more at stake than it may', async () => {
    const honest = account()
    const liar = account()
    const games: Address[] = []
    for (let i = 0; i < 6; i++) games.push(await createFalse(liar))
    const [first] = games
    assert.ok(first)
    const bond = await requiredBond(l1, first)
    const events: PlayerEvent[] = []
    // Moves under way count although L1 does not show them yet.
    await l1.mineByHand()
    play(honest, () => TRUTH, {
      games,
      maxBonds: bond * 2n + 1n,
      onEvent: (event) => events.push(event),
    })
    await eventually(
      'it looked often',
      async () =>
        events.filter(({ kind }) => kind === 'games').length > 10 &&
        events.some(({ kind }) => kind === 'bond-limit'),
    )
    await eventually(
      'both moves wait',
      async () => (await waitingOf(l1, honest.address)).length > 1,
    )
    assert.equal((await waitingOf(l1, honest.address)).length, 2)
    await l1.mine()
    const looks = events.length
    await eventually('it looked again', async () => events.length > looks + 20)
    assert.equal((await waitingOf(l1, honest.address)).length, 0)
    const { games: all } = await court.snapshot()
    const moved = all.filter((g) => games.includes(g.address) && g.claims.length > 1)
    assert.equal(moved.length, 2)
    await l1.mineEvery(100)
  })

  it('plays fifty games at once', async () => {
    const [honest, liar] = [account(), account()]
    const created = Array.from({ length: 50 }, (_, i) =>
      i % 10 === 0 ? createTrue(liar) : createFalse(liar),
    )
    const games = await Promise.all(created)
    let most = 0
    play(honest, () => TRUTH, {
      games,
      onEvent: (event) => {
        if (event.kind === 'games') most = Math.max(most, event.byStatus['in-progress'])
      },
    })
    play(liar, lies, { games: games.slice(1, 4) })
    const ends = await resolved(games)
    assert.equal(most, 50)
    for (const { address, status } of ends) {
      const isTrue = games.indexOf(address) % 10 === 0
      assert.equal(status, isTrue ? 'defender-wins' : 'challenger-wins')
    }
  })
})

/** Of the first counter. */
async function requiredBond(l1: TestL1, game: Address): Promise<bigint> {
  return l1.client.readContract({
    address: game,
    abi: GAME_ABI,
    functionName: 'getRequiredBond',
    args: [2n],
  })
}
