import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import pino from 'pino'
import { keepThread } from '../src/up/kept-thread.ts'
import type { MortalHandlers } from './helpers/mortal-worker.ts'

test('a thread that dies is started anew until it is closed', async () => {
  const log = new PassThrough()
  const births = new PassThrough({ objectMode: true })
  let restarts = 0
  const thread = keepThread<MortalHandlers>({
    file: new URL('./helpers/mortal-worker.ts', import.meta.url),
    workerData: 'work',
    name: 'mortal',
    logger: pino(log),
    onMessage(message) {
      if ('kind' in message) births.write(message)
    },
    onRestart: () => {
      restarts++
    },
    restartAfter: 1,
  })
  const born = async () => (await once(births, 'data'))[0]
  assert.deepEqual(await born(), { kind: 'born', of: 'work' })

  for (const [death, argument] of [
    ['exit', 1],
    ['fail', undefined],
    // Not even a clean exit is an end: who wants one closes.
    ['exit', 0],
  ] as const) {
    const first = thread.connection
    const reborn = born()
    first.remote[death](argument as never).catch(() => undefined)
    assert.deepEqual(await reborn, { kind: 'born', of: 'work' })
    assert.notEqual(thread.connection, first)
    assert.equal(first.ended, true)
  }
  assert.equal(restarts, 3)

  await thread.close()
  assert.equal(thread.connection.ended, true)
  const said = String(log.read())
  assert.equal(said.match(/the thread died; starting again/g)?.length, 3)
  assert.match(said, /out of luck/)
})

test('a thread that is closed while it is dead stays so', async () => {
  const log = new PassThrough()
  const thread = keepThread<MortalHandlers>({
    file: new URL('./helpers/mortal-worker.ts', import.meta.url),
    workerData: 'work',
    name: 'mortal',
    logger: pino(log),
    onMessage: () => undefined,
    onRestart: () => assert.fail('started again'),
    restartAfter: 1_000_000,
  })
  const { connection } = thread
  await connection.remote.exit(1).catch(() => undefined)
  await thread.close()
  assert.equal(thread.connection, connection)
  assert.equal(connection.ended, true)
})
