import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gameAt, manyGames, word } from '../support/many-games.ts'

const all = () => true

describe('game reader, of many games', () => {
  it('reads no more than the newest so many, and lists no more pages than they stand on', async () => {
    const { readerOf, reads } = manyGames(2_000)
    const reader = readerOf(150)
    const { games } = await reader.snapshot(all)
    // Every other game is of the type.
    const newest = Array.from({ length: 150 }, (_, i) => gameAt(1_998 - 2 * (149 - i)))
    assert.deepEqual(
      games.map(({ address }) => address),
      newest,
    )
    assert.equal(reads('claimDataLen'), 150)
    assert.equal(reads('gameAtIndex'), 400, 'two pages of 200')
    assert.deepEqual(
      reader.listings().map(({ address }) => address),
      newest,
    )
  })

  it('asks for a bounded number of games and claims at a time', async () => {
    const many = manyGames(1_000)
    assert.equal((await many.readerOf().snapshot(all)).games.length, 500)
    // A game is read by at most eight questions at once.
    assert.ok(many.l1.mostUnderway <= 8 * 200, `${many.l1.mostUnderway}`)
    const long = manyGames(1, 1_001)
    const [game] = (await long.readerOf().snapshot(all)).games
    assert.deepEqual(
      game?.claims.map(({ index, value }) => [index, value]),
      Array.from({ length: 1_001 }, (_, i) => [i, word(BigInt(i))]),
    )
    // A claim is read by two.
    assert.ok(long.l1.mostUnderway <= 2 * 200, `${long.l1.mostUnderway}`)
  })

  it('asks for logs of so many blocks and games as endpoints answer', async () => {
    const { l1, readerOf, reads } = manyGames(900)
    const reader = readerOf()
    await reader.snapshot(all)
    assert.deepEqual([reads('claimDataLen'), l1.logs.length], [450, 0])
    l1.number += 1_000n
    l1.spoke = [gameAt(0), gameAt(898)]
    await reader.snapshot(all)
    assert.equal(reads('claimDataLen'), 452, 'two said something, in the first and the last page')
    assert.deepEqual(
      l1.logs.map(({ address, fromBlock, toBlock }) => [address.length, fromBlock, toBlock]),
      [200, 200, 50].map((games) => [games, 101n, 1_100n]),
    )
  })

  it('reads each game again after a sleep for whose logs no endpoint can be asked', async () => {
    const { l1, readerOf, reads } = manyGames(20)
    const reader = readerOf()
    await reader.snapshot(all)
    l1.number += 1_001n
    const { games } = await reader.snapshot(all)
    assert.deepEqual([games.length, l1.logs.length], [10, 0])
    assert.equal(reads('claimDataLen'), 20)
    l1.number += 1n
    await reader.snapshot(all)
    assert.deepEqual([reads('claimDataLen'), l1.logs.length], [20, 1], 'then as ever')
  })
})
