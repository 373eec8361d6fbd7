import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mnemonicToAccount } from 'viem/accounts'
import { DEV_MNEMONIC, devAccount, devRoleKeys, devRoles, userAccounts } from '../src/accounts.ts'

test('development accounts are those of the mnemonic, as every tool derives them', () => {
  for (const index of [0, 1, 9, 10, 29]) {
    const expected = mnemonicToAccount(DEV_MNEMONIC, { addressIndex: index }).address
    assert.equal(devAccount(index).address, expected.toLowerCase())
  }
  assert.deepEqual(devAccount(0), {
    address: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    privateKey: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  })
})

test('roles have accounts of their own, apart from the users', () => {
  const users = new Set(userAccounts().map(({ address }) => address))
  const roles = Object.values(devRoles())
  assert.equal(new Set(roles).size, roles.length)
  assert.ok(roles.every((role) => !users.has(role)))
})

test('a role that was given away has no development key', () => {
  const batcher = '0x00000000000000000000000000000000000000b1'
  const keys = devRoleKeys({ ...devRoles(), batcher })
  assert.equal(keys.batcher, undefined)
  assert.ok(keys.proposer)
})
