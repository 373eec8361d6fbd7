import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Address } from '@altlayer/protocol'
import { encodeFunctionData } from 'viem'
import { GAME_ABI } from '../../src/l1/abi.ts'
import { createGameReader, findGame } from '../../src/l1/index.ts'
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

  const readerOf = (client = l1.client, more: { window?: bigint; account?: Address } = {}) =>
    createGameReader({ client, factory: court.factory, gameType: GAME_TYPE, ...more })
  const all = () => true

  /** L1's client, and how often each function of a contract was read by it. */
  function counting() {
    const reads = new Map<string, number>()
    const readContract = ((args: { functionName: string }) => {
      reads.set(args.functionName, (reads.get(args.functionName) ?? 0) + 1)
      return l1.client.readContract(args as never)
    }) as typeof l1.client.readContract
    return { client: { ...l1.client, readContract }, of: (name: string) => reads.get(name) ?? 0 }
  }

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
    const { client, of } = counting()
    const reader = readerOf(client)
    const first = await reader.snapshot(all)
    const reads = of('claimData')
    assert.ok(reads >= 3)
    await l1.mine(3)
    assert.deepEqual((await reader.snapshot(all)).games, first.games)
    assert.equal(of('claimData'), reads)
    await attack(address, 3)
    const { games } = await reader.snapshot(all)
    assert.equal(of('claimData'), reads + 2, 'the two claims of one game')
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

  it('finds a game by its address, and none where the factory made none', async () => {
    const address = await court.create(l1.sender(1), falseOutput(106n), 106n)
    const { games, block } = await readerOf().snapshot(all)
    const game = games.find((each) => each.address === address)
    assert.ok(game)
    const find = (address: Address) =>
      findGame(l1.client, court.factory, address, { blockNumber: block.number })
    assert.deepEqual(await find(game.address), game)
    const nobody: Address = `0x${'12'.repeat(20)}`
    for (const other of [nobody, court.factory, court.oracle])
      assert.equal(await find(other), undefined)
    const babbler: Address = `0x${'ba'.repeat(20)}`
    const word = (digits: string, to: string) => `7f${digits.repeat(32)}60${to}52`
    for (const code of [
      '0x00',
      '0x60205ff3',
      '0x60605ff3',
      `0x${word('ff', '00')}${word('ff', '20')}${word('ff', '40')}60605ff3`,
      `0x${word('00', '00')}${word('00', '20')}${word('0f', '40')}60605ff3`,
      '0xfe',
    ]) {
      await l1.rpc('anvil_setCode', babbler, code)
      assert.equal(await find(babbler), undefined, code)
    }
    // A forger that answers whatever it is asked as the game does, but is another contract.
    const forger: Address = `0x${'f0'.repeat(20)}`
    const code = await l1.client.getCode({ address: game.address })
    await l1.rpc('anvil_setCode', forger, code)
    assert.equal(await find(forger), undefined)
  })

  it('lists and reads no more than the games of its window', async () => {
    const made: Address[] = []
    for (const number of [110n, 111n, 112n]) {
      await l1.rpc('evm_increaseTime', 1000)
      made.push(await court.create(l1.sender(1), falseOutput(number), number))
    }
    const { client, of } = counting()
    const reader = readerOf(client, { window: 1500n })
    const addresses = async () => (await reader.snapshot(all)).games.map(({ address }) => address)
    assert.deepEqual(await addresses(), made.slice(1))
    assert.equal(of('claimDataLen'), 2)
    assert.deepEqual(
      reader.listings().map(({ address }) => address),
      made.slice(1),
    )
    await l1.rpc('evm_increaseTime', 1000)
    await l1.mine()
    assert.deepEqual(await addresses(), made.slice(2), 'one became too old')
    const listed = of('gameAtIndex')
    await court.create(l1.sender(1), falseOutput(113n), 113n)
    assert.equal((await addresses()).length, 2)
    assert.equal(of('gameAtIndex'), listed + 1, 'only the new one is listed')
  })

  it('pages back from the newest game to the first that is too old', async () => {
    const now = 1_000_000n
    const games = 1_000
    let reads = 0
    // An L1 of a factory alone: game i was made i seconds after game 0.
    const client = {
      getBlock: async () => ({ number: 7n, hash: `0x${'07'.repeat(32)}`, timestamp: now }),
      readContract: async ({
        functionName,
        args,
      }: {
        functionName: string
        args?: readonly bigint[]
      }) => {
        if (functionName === 'gameCount') return BigInt(games)
        assert.equal(functionName, 'gameAtIndex')
        reads++
        const index = args?.[0] ?? 0n
        const address = `0x${index.toString(16).padStart(40, '0')}`
        return [GAME_TYPE, now - BigInt(games) + 1n + index, address]
      },
    } as never as typeof l1.client
    const reader = readerOf(client, { window: 250n })
    await reader.snapshot(() => false)
    assert.deepEqual(
      reader.listings().map(({ index }) => index),
      Array.from({ length: 251 }, (_, i) => games - 251 + i),
    )
    assert.equal(reads, 400, 'two pages of 200')
  })

  it('leaves out games that are over and owe the account nothing, for two reads each', async () => {
    const [creator, other] = [l1.sender(6), l1.sender(7)]
    const address = await court.create(creator, falseOutput(120n), 120n)
    const owing = readerOf(l1.client, { account: creator.address, window: 900n })
    const isThere = async (reader = owing) =>
      (await reader.snapshot(all)).games.some((game) => game.address === address)
    assert.equal(await isThere(), true, 'it is open')
    await l1.rpc('evm_increaseTime', Number(CLOCKS.maxClockDuration) + 1)
    for (const [functionName, args] of [
      ['resolveClaim', [0n, 0n]],
      ['resolve', []],
    ] as const) {
      const data = encodeFunctionData({ abi: GAME_ABI, functionName, args } as never)
      await other.send({ to: address, data })
    }
    assert.equal(await isThere(), true, 'its creator has the bond to take')
    const { client, of } = counting()
    const stranger = readerOf(client, { account: other.address, window: 900n })
    assert.equal(await isThere(stranger), false)
    const open = stranger.listings().length - 1
    assert.equal(of('claimDataLen'), open, 'it is not read as a whole')
    assert.equal(of('status'), 2 * open + 1)
    await l1.mine()
    assert.equal(await isThere(stranger), false)
    assert.equal(of('status'), 2 * open + 1, 'nor looked at again')
    await l1.rpc('evm_increaseTime', 100)
    const args = [creator.address] as const
    await other.send({
      to: address,
      data: encodeFunctionData({ abi: GAME_ABI, functionName: 'claimCredit', args }),
    })
    assert.equal(await isThere(), false, 'the bond is taken')
  })

  it('looks again at what was over before a reorganisation', async () => {
    const creator = l1.sender(8)
    const address = await court.create(creator, falseOutput(130n), 130n)
    const reader = readerOf(l1.client, { account: l1.sender(9).address, window: 900n })
    const isThere = async () =>
      (await reader.snapshot(all)).games.some((game) => game.address === address)
    await l1.rpc('evm_increaseTime', Number(CLOCKS.maxClockDuration) + 1)
    const send = (functionName: 'resolveClaim' | 'resolve', args: readonly bigint[]) =>
      creator.send({
        to: address,
        data: encodeFunctionData({ abi: GAME_ABI, functionName, args } as never),
      })
    await send('resolveClaim', [0n, 0n])
    await send('resolve', [])
    assert.equal(await isThere(), false)
    await reorg(l1, 1)
    assert.equal(await isThere(), true)
  })

  it('leaves games of other types out', async () => {
    assert.ok((await court.snapshot()).games.length > 0)
    const other = createGameReader({ client: l1.client, factory: court.factory, gameType: 1 })
    assert.deepEqual((await other.snapshot(all)).games, [])
    assert.deepEqual(other.listings(), [])
  })
})
