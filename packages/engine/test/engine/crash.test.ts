import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crashLives, type Life } from '../crash/run.ts'
import { removeDirectory, temporaryDirectory } from '../helpers/chain.ts'

const TIMES = 10

describe('kill -9', () => {
  it(`at any moment, ${TIMES} times: no acknowledged block or transaction is lost`, async () => {
    const directory = temporaryDirectory()
    const lives: Life[] = []
    try {
      // Throws when a later life does not find what an earlier one had acknowledged.
      for await (const life of crashLives(directory, TIMES)) lives.push(life)
    } finally {
      removeDirectory(directory)
    }
    assert.equal(lives.length, TIMES + 1)
    assert.ok(lives.at(-1)?.ready, 'the store opens after all of them')
    assert.ok(lives.some(({ blocks, transactions }) => blocks > 0 && transactions > 0))
  })
})
