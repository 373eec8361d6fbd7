import assert from 'node:assert/strict'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { EngineError } from '../../src/errors.ts'
import { openLmdbStore } from '../../src/store/lmdb.ts'
import { type Store, TABLES, type Table } from '../../src/store/store.ts'
import { removeDirectory, temporaryDirectory } from '../helpers/chain.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('store', () => {
  const directories: string[] = []
  const stores: Store[] = []
  after(async () => {
    for (const store of stores) await store.close()
    directories.forEach(removeDirectory)
  })
  const fresh = (directory?: string) => {
    const path = directory ?? temporaryDirectory()
    if (directory === undefined) directories.push(path)
    const store = openLmdbStore(path)
    stores.push(store)
    return { store, path }
  }

  it('writes all of a transaction or nothing', () => {
    const { store } = fresh()
    store.transaction((batch) => batch.put('meta', text('a'), text('1')))
    assert.throws(
      () =>
        store.transaction((batch) => {
          batch.put('meta', text('b'), text('2'))
          batch.delete('meta', text('a'))
          throw new Error('no')
        }),
      /no/,
    )
    assert.deepEqual(store.get('meta', text('a')), text('1'))
    assert.equal(store.has('meta', text('b')), false)
  })

  it('behaves as a map for each table, through transactions that fail and closing', async () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 40 })
    const write = fc.record({
      table: fc.constantFrom(...TABLES),
      key,
      value: fc.option(fc.uint8Array({ maxLength: 20_000 }), { nil: undefined }),
    })
    const transaction = fc.record({
      writes: fc.array(write, { maxLength: 8 }),
      fails: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { maxLength: 6 }), async (transactions) => {
        const { store, path } = fresh()
        const model = new Map<string, Uint8Array>()
        const place = (table: Table, at: Uint8Array) =>
          `${table}/${Buffer.from(at).toString('hex')}`
        for (const { writes, fails } of transactions) {
          const run = () =>
            store.transaction((batch) => {
              for (const { table, key: at, value } of writes)
                if (value === undefined) batch.delete(table, at)
                else batch.put(table, at, value)
              if (fails) throw new Error('fails')
            })
          if (fails) {
            assert.throws(run, /fails/)
            continue
          }
          run()
          for (const { table, key: at, value } of writes)
            if (value === undefined) model.delete(place(table, at))
            else model.set(place(table, at), value)
        }
        await store.close()
        const again = fresh(path).store
        for (const { writes } of transactions)
          for (const { table, key: at } of writes)
            assert.deepEqual(again.get(table, at), model.get(place(table, at)))
        await again.close()
      }),
      { numRuns: 10 },
    )
  })

  it('shows other threads what was committed once they refresh', async () => {
    const { store, path } = fresh()
    const module = new URL('../../src/store/lmdb.ts', import.meta.url).href
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads')
       import(${JSON.stringify(module)}).then(({ openLmdbStore }) => {
         const store = openLmdbStore(${JSON.stringify(path)})
         parentPort.on('message', async (key) => {
           if (key === 'close') { await store.close(); return parentPort.close() }
           store.refresh()
           const value = store.get('meta', Buffer.from(key))
           parentPort.postMessage(value === undefined ? 'nothing' : Buffer.from(value).toString())
         })
         parentPort.postMessage('open')
       })`,
      { eval: true },
    )
    const next = () => new Promise((resolve) => worker.once('message', resolve))
    assert.equal(await next(), 'open')
    const ask = (key: string) => {
      const answer = next()
      worker.postMessage(key)
      return answer
    }
    assert.equal(await ask('k'), 'nothing')
    for (const value of ['one', 'two']) {
      store.transaction((batch) => batch.put('meta', text('k'), text(value)))
      assert.equal(await ask('k'), value)
    }
    const exit = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage('close')
    await exit
  })

  it('refuses to be used once closed', async () => {
    const { store } = fresh()
    await store.close()
    await store.close()
    const closed = (error: unknown) => error instanceof EngineError && error.code === 'closed'
    assert.throws(() => store.get('meta', text('a')), closed)
    assert.throws(() => store.transaction(() => {}), closed)
  })

  it('refuses a file that was damaged at its head, and survives one that was cut off', async () => {
    const { store, path } = fresh()
    store.transaction((batch) => {
      for (let index = 0; index < 2000; index++)
        batch.put('nodes', text(`node ${index}`), new Uint8Array(500).fill(index))
    })
    await store.close()
    const file = join(path, 'chain.mdb')
    const whole = readFileSync(file)
    truncateSync(file, 100)
    const unusable = (error: unknown) => error instanceof EngineError && error.code === 'store'
    assert.throws(() => openLmdbStore(path), unusable)
    const scrambled = Buffer.from(whole)
    scrambled.fill(0xab, 0, 64)
    writeFileSync(file, scrambled)
    assert.throws(() => openLmdbStore(path), unusable)
    writeFileSync(file, whole.subarray(0, whole.length - 16 * 4096))
    const size = statSync(file).size
    // What is gone is an error or absent, not the end of the process.
    try {
      const cut = fresh(path).store
      for (let index = 0; index < 2000; index++) cut.get('nodes', text(`node ${index}`))
    } catch (error) {
      assert.ok(error instanceof Error)
    }
    assert.ok(statSync(file).size > size)
  })
})
