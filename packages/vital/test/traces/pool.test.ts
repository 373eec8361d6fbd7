import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPool, PoolClosedError } from '../../src/traces/pool.ts'

interface Thing {
  readonly name: string
  broken: boolean
}

/** A pool, and what it made and ended. */
function open(capacity: number, keep?: number) {
  const made: string[] = []
  const alive = new Set<Thing>()
  let most = 0
  const pool = createPool<Thing>({
    capacity,
    linger: 20,
    ...(keep !== undefined && { keep }),
    async end(thing) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      alive.delete(thing)
    },
    isBroken: async ({ broken }) => broken,
  })
  const ask = <R>(name: string, question: (thing: Thing) => Promise<R>) =>
    pool.use(
      name,
      () => {
        const thing = { name, broken: false }
        made.push(name)
        alive.add(thing)
        most = Math.max(most, alive.size)
        return thing
      },
      question,
    )
  return { pool, ask, made, alive, most: () => most }
}

const answer = (text: string) => async (thing: Thing) => {
  await new Promise((resolve) => setTimeout(resolve, 2))
  return `${thing.name} ${text}`
}

describe('a pool', () => {
  it('never holds more than it has places for, and answers everybody', async () => {
    const { pool, ask, most } = open(3)
    const names = Array.from({ length: 12 }, (_, i) => `game ${i}`)
    const answers = await Promise.all(
      names.flatMap((name) => [ask(name, answer('first')), ask(name, answer('second'))]),
    )
    assert.deepEqual(
      answers,
      names.flatMap((name) => [`${name} first`, `${name} second`]),
    )
    assert.ok(most() <= 3, `${most()} at a time`)
    await pool.close()
  })

  it('keeps what is asked again although others wait', async () => {
    const { pool, ask, made } = open(1)
    const patient = (async () => {
      for (const text of ['1', '2', '3']) await ask('a', answer(text))
    })()
    await Promise.all([patient, ask('b', answer('1')), ask('c', answer('1'))])
    assert.deepEqual(made, ['a', 'b', 'c'])
    await pool.close()
  })

  it('ends what nobody asks for in a while', async () => {
    const { pool, ask, alive } = open(2, 20)
    await ask('a', answer('1'))
    assert.equal(alive.size, 1)
    while (alive.size > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await pool.close()
  })

  it('makes what broke anew, and keeps what only could not answer', async () => {
    const { pool, ask, made } = open(2)
    const refusal = async () => Promise.reject(new Error('no'))
    await assert.rejects(ask('a', refusal), /no/)
    await ask('a', answer('1'))
    assert.deepEqual(made, ['a'])
    await assert.rejects(
      ask('a', async (thing) => {
        thing.broken = true
        throw new Error('broken')
      }),
      /broken/,
    )
    await ask('a', answer('1'))
    assert.deepEqual(made, ['a', 'a'])
    await pool.close()
  })

  it('lets nobody wait for ever when it is closed', async () => {
    const { pool, ask, alive } = open(1)
    const asking = ask('a', answer('1'))
    const waiting = assert.rejects(ask('b', answer('1')), PoolClosedError)
    await pool.close()
    await Promise.all([asking, waiting])
    assert.equal(alive.size, 0)
  })
})
