import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { keepOlder, restoreState, stateFiles } from '../../src/anvil/state.ts'
import { temporaryFolder } from '../helpers.ts'

const state = (head: number) => JSON.stringify({ head, accounts: {}, blocks: [] })

function files(test: TestContext) {
  const folder = temporaryFolder(test)
  return { folder, ...stateFiles(folder) }
}

describe('the older file of the state of L1', () => {
  it('is there in the first run already, for when the newer one is half', async (test) => {
    const { folder, load, dump } = files(test)
    assert.equal(await keepOlder({ load, dump }), false, 'nothing is written yet')
    writeFileSync(dump, state(7))
    assert.equal(await keepOlder({ load, dump }), true)
    writeFileSync(dump, state(8).slice(0, -9))
    const restored = restoreState({ load, dump })
    assert.equal(restored.path, load)
    assert.ok(restored.rolledBackTo)
    assert.equal(readFileSync(load, 'utf8'), state(7))
    assert.deepEqual(readdirSync(folder), ['state.json'])
  })

  it('stays where the newer one could not be written to its end', async (test) => {
    const { folder, load, dump } = files(test)
    writeFileSync(load, state(7))
    for (const half of ['', state(8).slice(0, -1), `${state(8)},`]) {
      writeFileSync(dump, half)
      assert.equal(await keepOlder({ load, dump }), false)
      assert.equal(readFileSync(load, 'utf8'), state(7))
    }
    assert.deepEqual(readdirSync(folder).sort(), ['state.json', 'state.next.json'])
  })

  it('stays where it cannot be replaced', async (test) => {
    const { load, dump } = files(test)
    writeFileSync(dump, state(8))
    mkdirSync(load)
    assert.equal(await keepOlder({ load, dump }), false)
    assert.ok(existsSync(load))
  })
})
