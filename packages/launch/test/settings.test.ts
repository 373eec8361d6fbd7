import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { devRoles } from '../src/accounts.ts'
import type { LaunchOptions } from '../src/api.ts'
import {
  LaunchOptionsError,
  readSettings,
  resolveSettings,
  writeSettings,
} from '../src/settings.ts'
import { temporaryFolder } from './helpers.ts'

const DEPLOYER = '0x00000000000000000000000000000000000000d1'
const local = (options: Partial<LaunchOptions> = {}, saved?: ReturnType<typeof resolveSettings>) =>
  resolveSettings({ dataDir: 'data', ...options }, saved, { deployer: DEPLOYER })

test('a local network has the usual chain ids and development roles', () => {
  const settings = local()
  assert.equal(settings.l1ChainId, 900)
  assert.equal(settings.l2ChainId, 901)
  assert.equal(settings.l2BlockTime, 1)
  assert.deepEqual(settings.roles, devRoles())
  assert.equal(settings.fundDevAccounts, true)
})

test('on an external L1 no development account has a role or ETH', () => {
  const l1 = { url: 'http://127.0.0.1:1', deployerKey: `0x${'11'.repeat(32)}` } as const
  const settings = resolveSettings({ dataDir: 'data', l1 }, undefined, {
    chainId: 11_155_111,
    deployer: DEPLOYER,
  })
  assert.equal(settings.l1ChainId, 11_155_111)
  assert.ok(Object.values(settings.roles).every((role) => role === DEPLOYER))
  assert.equal(settings.fundDevAccounts, false)
})

test('a later start takes what is saved, and may change only the L1 block time', () => {
  const saved = local({ l2ChainId: 777, l2BlockTime: 2 })
  assert.deepEqual(local({}, saved), saved)
  assert.equal(local({ l1: { blockTime: 12 } }, saved).l1BlockTime, 12)
  assert.throws(
    () => local({ l2ChainId: 778 }, saved),
    (error) =>
      error instanceof LaunchOptionsError &&
      /data holds a rollup with l2ChainId 777, 778 was asked for/.test(error.message),
  )
  assert.throws(() => local({ l2BlockTime: 3 }, saved), /l2BlockTime/)
  assert.throws(() => local({ l1: { chainId: 1 } }, saved), /l1ChainId/)
  assert.throws(() => local({ fundDevAccounts: false }, saved), /fundDevAccounts/)
  assert.throws(() => local({ roles: { batcher: DEPLOYER } }, saved), /batcher/)
  assert.throws(
    () => resolveSettings({ dataDir: 'data' }, saved, { deployer: `0x${'22'.repeat(20)}` }),
    /deployer/,
  )
})

test('impossible values are named', () => {
  assert.throws(() => local({ l2ChainId: 0 }), /l2ChainId: expected an integer of 1 to/)
  assert.throws(() => local({ l2BlockTime: 0.5 }), /l2BlockTime/)
  assert.throws(() => local({ l1: { blockTime: 4_000 } }), /l1BlockTime/)
  assert.throws(() => local({ l2ChainId: 900 }), /another id than the L1's/)
  const zero = `0x${'00'.repeat(20)}` as const
  assert.throws(() => local({ roles: { batcher: zero } }), /roles.batcher/)
})

test('settings survive the file; a damaged file is an error', (t) => {
  const path = join(temporaryFolder(t), 'rollup', 'launch.json')
  assert.equal(readSettings(path), undefined)
  const settings = local()
  writeSettings(path, settings)
  assert.deepEqual(readSettings(path), settings)
  writeFileSync(path, '{"version":')
  assert.throws(() => readSettings(path), LaunchOptionsError)
  writeFileSync(path, '{"version":2}')
  assert.throws(() => readSettings(path), /expected version 1, found 2/)
})
