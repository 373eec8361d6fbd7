import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Address } from '@altlayer/protocol'
import { encodeFunctionData } from 'viem'
import { GAME_ABI } from '../../src/l1/abi.ts'
import { createGameReader } from '../../src/l1/index.ts'
import {
  ANCHOR,
  CLOCKS,
  type Court,
  DEPTHS,
  falseOutput,
  GAME_TYPE,
  INIT_BOND,
  lies,
  openCourt,
  trueOutput,
} from '../support/court.ts'
import { reorg, startL1, type TestL1 } from '../support/l1.ts'

describe('game reader', { concurrency: 1 }, () => {
  let l1: TestL1
  let court: Court

  before(async () => {
    l1 = await startL1()
    court = await openCourt(l1)
  })
  after(() => l1?.stop())

  const readerOf = (client = l1.client) =>
    createGameReader({ client, factory: court.factory, gameType: GAME_TYPE })
  const all = () => true

  async function attack(game: Address, account: number): Promise<void> {
    const bond = await l1.client.readContract({
      address: game,
      abi: GAME_ABI,
      functionName: 'getRequiredBond',
      args: [2n],
    })
    const { claims } = await court.game(game)
    const root = claims[0]?.value
    assert.ok(root)
    const value = await lies(await court.game(game)).output(BigInt(account))
    const data = encodeFunctionData({
      abi: GAME_ABI,
      functionName: 'move',
      args: [root, 0n, value, true],
    })
    await l1.sender(account).send({ to: game, data, value: bond })
  }

  it('reads a game with its rules and claims', async () => {
    const creator = l1.sender(1)
    const address = await court.create(creator, falseOutput(103n), 103n)
    await attack(address, 2)
    const { games, block, reorganised } = await readerOf().snapshot(all)
    const [game] = games
    assert.ok(game)
    assert.equal(games.length, 1)
    assert.equal(reorganised, false)
    const head = await l1.client.getBlock()
    assert.deepEqual([block.number, block.hash], [head.number, head.hash])
    assert.deepEqual(
      {
        maxDepth: game.rules.maxDepth,
        splitDepth: game.rules.splitDepth,
        clock: game.rules.maxClockDuration,
        prestate: game.rules.absolutePrestate.slice(0, 4),
      },
      {
        maxDepth: Number(DEPTHS.maxGameDepth),
        splitDepth: Number(DEPTHS.splitDepth),
        clock: CLOCKS.maxClockDuration,
        prestate: '0x03',
      },
    )
    assert.equal(game.address, address)
    assert.equal(game.creator, creator.address)
    assert.equal(game.status, 'in-progress')
    assert.deepEqual([game.l2BlockNumber, game.startingBlockNumber], [103n, ANCHOR])
    assert.equal(game.startingRoot, trueOutput(ANCHOR))
    const [root, counter] = game.claims
    assert.deepEqual(
      [root?.value, root?.parentIndex, root?.bond, root?.position, root?.claimant],
      [falseOutput(103n), undefined, INIT_BOND, 1n, creator.address],
    )
    assert.deepEqual([counter?.parentIndex, counter?.position], [0, 2n])
    assert.equal(counter?.counteredBy, undefined)
  })

  it('reads again only what said something', async () => {
    const address = await court.create(l1.sender(1), falseOutput(104n), 104n)
    let reads = 0
    const counting = {
      ...l1.client,
      readContract: ((args: { functionName: string }) => {
        if (args.functionName === 'claimData') reads++
        return l1.client.readContract(args as never)
      }) as typeof l1.client.readContract,
    }
    const reader = readerOf(counting)
    const first = await reader.snapshot(all)
    assert.ok(reads >= 3)
    reads = 0
    await l1.mine(3)
    assert.deepEqual((await reader.snapshot(all)).games, first.games)
    assert.equal(reads, 0)
    await attack(address, 3)
    const { games } = await reader.snapshot(all)
    assert.equal(reads, 2, 'the two claims of one game')
    assert.equal(games.find((game) => game.address === address)?.claims.length, 2)
  })

  it('reads anew what it did not look at for a while', async () => {
    const reader = readerOf()
    const { games } = await reader.snapshot(all)
    const game = games.at(-1)
    assert.ok(game)
    await attack(game.address, 4)
    await reader.snapshot(() => false)
    const again = (await reader.snapshot(all)).games.at(-1)
    assert.equal(again?.claims.length, game.claims.length + 1)
  })

  it('forgets what a reorganisation took away', async () => {
    const reader = readerOf()
    const { games } = await reader.snapshot(all)
    const [game] = games
    assert.ok(game)
    await l1.mine()
    await attack(game.address, 5)
    const gone = await court.create(l1.sender(1), falseOutput(105n), 105n)
    const before = await reader.snapshot(all)
    assert.equal(before.games.length, games.length + 1)
    await reorg(l1, 2)
    const after = await reader.snapshot(all)
    assert.equal(after.reorganised, true)
    assert.deepEqual(after.games, games)
    assert.ok(!reader.listings().some(({ address }) => address === gone))
    assert.equal((await reader.snapshot(all)).reorganised, false)
  })

  it('leaves games of other types out', async () => {
    assert.ok((await court.snapshot()).games.length > 0)
    const other = createGameReader({ client: l1.client, factory: court.factory, gameType: 1 })
    assert.deepEqual((await other.snapshot(all)).games, [])
    assert.deepEqual(other.listings(), [])
  })
})
