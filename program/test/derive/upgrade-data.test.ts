import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { upgradeDataSource } from '../../scripts/upgrade-data.ts'

test('the upgrade transactions of the program are the protocol package’s', async () => {
  const path = new URL('../../src/derive/upgrade-data.ts', import.meta.url)
  assert.equal(await readFile(path, 'utf8'), upgradeDataSource())
})
