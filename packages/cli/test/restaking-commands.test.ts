import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { devAccount } from '@altlayer/launch'
import { opStackArtifact, ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hex } from '@altlayer/protocol'
import { publicKeyOf, serviceKind } from '@altlayer/restaking'
import { encodeFunctionData } from 'viem'
import { LAUNCHPOOL, ROLLUP_OWNER } from '../../restaking/test/helpers.ts'
import { openKey } from '../src/restaking/keys.ts'
import { keysFolder, PASSWORD } from './helpers/keys.ts'
import { altlayer, altlayerHere } from './helpers/process.ts'
import { serve } from './helpers/served.ts'

// Seconds, of the local configuration.
const VOTING_DELAY = 30
const VOTING_PERIOD = 300
const TIMELOCK = 2 * 86_400
const EPOCH = 300
const ROTATION_DELAY = 300

const [CURATOR, ALICE, BOB] = [1, 4, 5]
const UNIT = 10n ** 18n

test('a proposal is made, listed, voted on, queued and executed; each step too early says when', async (t) => {
  const { chain, deployment, keys, as, refused, says, seal } = await serve(t)
  const reader = await chain.client(0)
  await seal('holder', LAUNCHPOOL)
  await seal('alice', ALICE)
  const fees = deployment.contracts.ServiceFees as Address
  const { abi } = ownArtifact('ServiceFees')
  const rate = 2_500n * UNIT
  const data = encodeFunctionData({
    abi,
    functionName: 'setRate',
    args: [serviceKind('mach'), rate],
  })
  const write = (description: string) => {
    const path = join(keys.folder, 'proposal.json')
    writeFileSync(path, JSON.stringify({ description, calls: [{ to: fees, data }] }))
    return path
  }
  await as('holder', 'alt', 'claim')
  await as('holder', 'alt', 'delegate', devAccount(LAUNCHPOOL).address)
  await chain.wait(1)
  assert.match(await says('alice', 'alt', 'proposals'), /no proposals/)
  const { proposal } = await as('holder', 'alt', 'propose', write('Dearer\u001b[2J\nMACH'))
  assert.match(await refused('alice', 'alt', 'vote', '7', 'for'), /has no proposal 7/)
  assert.match(await refused('holder', 'alt', 'vote', proposal, 'for'), /voting begins at 20/)
  assert.match(await refused('alice', 'alt', 'cancel', proposal), /who alone can cancel it/)

  await chain.wait(VOTING_DELAY + 1)
  assert.match(await refused('holder', 'alt', 'cancel', proposal), /it is voted on until 20/)
  assert.match(await refused('alice', 'alt', 'queue', proposal), /it is voted on until 20/)
  const dry = await as('holder', 'alt', 'vote', proposal, 'for', '--dry-run')
  assert.equal(dry.calls.length, 1)
  await as('holder', 'alt', 'vote', proposal, 'for')
  const text = await says('alice', 'alt', 'proposal', proposal)
  assert.match(text, /, active/)
  assert.match(text, /for {7}500000000 ALT/)
  // What strangers write does not steer the terminal.
  assert.ok(!text.includes('\u001b'))

  await chain.wait(VOTING_PERIOD)
  assert.match(await refused('alice', 'alt', 'execute', proposal), /is to be queued next/)
  await as('alice', 'alt', 'queue', proposal)
  assert.match(await refused('alice', 'alt', 'execute', proposal), /can be executed from 20/)
  await chain.wait(TIMELOCK)
  assert.equal((await as('alice', 'alt', 'proposal', proposal)).state, 'queued')
  await as('alice', 'alt', 'execute', proposal)
  assert.match(await refused('alice', 'alt', 'execute', proposal), /it is executed/)
  const table = deployment.contracts.StakeTable as Address
  const epoch = await reader.read<number>(table, ownArtifact('StakeTable').abi, 'currentEpoch')
  const rateAt = (at: number) => reader.read<bigint>(fees, abi, 'rateAt', [serviceKind('mach'), at])
  // After the notice of three epochs.
  assert.deepEqual([await rateAt(epoch + 3), await rateAt(epoch + 4)], [1_000n * UNIT, rate])

  const { proposal: other } = await as('holder', 'alt', 'propose', write('Never mind'))
  await as('holder', 'alt', 'cancel', other)
  const { proposals } = await as('alice', 'alt', 'proposals')
  assert.deepEqual(
    proposals.map(({ id, state }: { id: string; state: string }) => [id, state]),
    [
      [other, 'canceled'],
      [proposal, 'executed'],
    ],
  )
})

test('a delegator restakes, withdraws and claims; a curator gives the stake to an operator', async (t) => {
  const { chain, assets, args, as, refused, says, seal } = await serve(t)
  const reader = await chain.client(0)
  await seal('alice', ALICE)
  await seal('bob', BOB)
  await seal('curator', CURATOR)
  const alice = devAccount(ALICE).address
  const bob = devAccount(BOB).address
  const lst = opStackArtifact('OptimismMintableERC20').abi
  await chain.send(0, assets.lst, lst, 'mint', [alice, 100n * UNIT])
  const position = async (symbol: string) => {
    const { vaults } = await as('alice', 'vault', 'list')
    const found = vaults.find((vault: { symbol: string }) => vault.symbol === symbol)
    assert.ok(found)
    return found
  }

  assert.match(await refused('alice', 'vault', 'deposit', 'DOGE', '1'), /has no vault DOGE: it has/)
  assert.match(await refused('alice', 'vault', 'deposit', 'WETH', '1'), /has 0 WETH, not 1/)
  assert.match(await refused('alice', 'vault', 'deposit', 'LST', '0'), /expected an amount/)
  assert.match(
    await refused('alice', 'vault', 'deposit', 'LST', `0.${'0'.repeat(18)}1`),
    /18 decimals at most/,
  )
  const dry = await as('alice', 'vault', 'deposit', 'WETH', '1.5', '--wrap', '--dry-run')
  assert.equal(dry.calls.length, 3)
  assert.ok(BigInt(dry.gas) > 100_000n)
  await as('alice', 'vault', 'deposit', 'WETH', '1.5', '--wrap')
  const { address } = await position('LST')
  await as('alice', 'vault', 'deposit', address, '100')
  assert.equal((await position('WETH')).deposited, String((15n * UNIT) / 10n))
  assert.equal((await position('LST')).deposited, String(100n * UNIT))
  assert.equal((await position('LST')).balance, '0')

  await seal('operator', BOB)
  assert.match(
    await refused('curator', 'vault', 'allocate', 'LST', bob, '5'),
    /no operator has admitted vault/,
  )
  await as('operator', 'operator', 'register')
  await as('curator', 'vault', 'allocate', 'LST', bob, '5')
  assert.deepEqual((await as('curator', 'vault', 'allocate', 'LST', bob, '5')).transactions, [])
  await chain.wait(EPOCH)
  assert.equal((await as('operator', 'operator', 'stake')).eth, String(100n * UNIT))

  assert.match(await refused('alice', 'vault', 'withdraw', 'LST', '101'), /100 LST in the vault/)
  assert.match(
    await says('alice', 'vault', 'withdraw', 'LST', '40'),
    /vault claim pays it out from/,
  )
  const { deposited, withdrawals } = await position('LST')
  assert.equal(deposited, String(60n * UNIT))
  assert.equal(withdrawals.length, 1)
  assert.equal(withdrawals[0].amount, String(40n * UNIT))
  assert.deepEqual((await as('alice', 'vault', 'claim')).transactions, [])
  const { timestamp } = await reader.public.getBlock()
  await chain.wait(Number(BigInt(withdrawals[0].claimableAt) - timestamp) - 60)
  assert.equal((await position('LST')).withdrawals[0].isClaimable, false)
  await chain.wait(60)
  assert.match(await says('alice', 'vault', 'list'), /40 LST to be claimed/)
  await as('alice', 'vault', 'claim', 'LST')
  assert.equal((await position('LST')).balance, String(40n * UNIT))
  assert.deepEqual((await position('LST')).withdrawals, [])
  assert.deepEqual((await as('alice', 'vault', 'claim')).transactions, [])
  assert.match(await says('alice', 'vault', 'rewards', bob), /no rewards/)

  // As a process, without a key: the vaults alone.
  const { code, stdout } = await altlayer(['vault', 'list', ...args])
  assert.equal(code, 0)
  assert.match(stdout, /WETH {2}0x[0-9a-f]{40}, withdrawals take 1 hour to 2 hours/)
})

test('an operator rotates its key and sets its commission', async (t) => {
  const { chain, deployment, keys, as, refused, says, seal } = await serve(t)
  await seal('alice', ALICE)
  assert.match(await refused('alice', 'operator', 'rotate'), /--bn254-key is required/)
  assert.match(
    await refused('alice', 'operator', 'rotate', '--bn254-key', 'alice-2'),
    /has no bn254 key 'alice-2'/,
  )
  await keys.sealBn254('alice-2')
  const rotate = ['operator', 'rotate', '--bn254-key', 'alice-2']
  assert.match(await refused('alice', ...rotate), /has no key to rotate: it registers first/)
  await as('alice', 'operator', 'register')
  const keyOf = async (name: string) =>
    publicKeyOf(await openKey(keys.keysDir, name, 'bn254', PASSWORD)).g1
  const old = await keyOf('alice')
  const next = await keyOf('alice-2')
  assert.match(
    await refused('alice', 'operator', 'rotate', '--bn254-key', 'alice'),
    /was used by 0x[0-9a-f]{40} before/i,
  )
  const planned = await as('alice', ...rotate, '--dry-run')
  assert.equal(planned.calls.length, 1)
  assert.equal((await as('alice', 'operator', 'status')).pendingKey, undefined)
  await as('alice', ...rotate)
  const { pendingKey } = await as('alice', 'operator', 'status')
  assert.equal(BigInt(pendingKey.key.x), next.x)
  assert.match(await says('alice', 'operator', 'status'), /in force from 20/)
  await keys.sealBn254('alice-3')
  assert.match(
    await refused('alice', 'operator', 'rotate', '--bn254-key', 'alice-3'),
    /is rotating already: again from 20/,
  )
  const reader = await chain.client(0)
  const inForce = async () => {
    const { timestamp } = await reader.public.getBlock()
    const at = deployment.contracts.OperatorRegistry as Address
    const args = [devAccount(ALICE).address, timestamp]
    return reader.read<unknown>(at, ownArtifact('OperatorRegistry').abi, 'keyAt', args)
  }
  assert.deepEqual(await inForce(), old)
  await chain.wait(ROTATION_DELAY + 1)
  assert.deepEqual(await inForce(), next)
  assert.equal((await as('alice', 'operator', 'status')).pendingKey, undefined)

  assert.match(await says('alice', 'operator', 'commission'), /^10 percent/)
  assert.match(await refused('alice', 'operator', 'commission', '101'), /at most 100 percent/)
  await as('alice', 'operator', 'commission', '7.5')
  await chain.wait(3 * EPOCH)
  assert.equal((await as('alice', 'operator', 'commission')).commission, String(75n * 10n ** 15n))
})

test('a service is prepaid, served, ended by the owner, and what is left goes back', async (t) => {
  const { chain, as, refused, says, seal } = await serve(t)
  await seal('holder', LAUNCHPOOL)
  await seal('owner', ROLLUP_OWNER)
  await seal('alice', ALICE)
  await as('holder', 'alt', 'claim')
  await as('holder', 'alt', 'transfer', devAccount(ALICE).address, '20000')
  const status = () => as('alice', 'service', 'status')

  const none = await status()
  assert.equal(none.isServed, false)
  // The next epoch and three of notice, at a thousand ALT.
  assert.equal(none.missing, String(4_000n * UNIT))
  const said = await says('alice', 'service', 'status')
  assert.match(
    said,
    /notice {3}none\nbegins {3}with the epoch after a payment, of 4000 ALT or more/,
  )
  assert.match(await refused('alice', 'service', 'prepay', '3999'), /at least 4000 ALT, not 3999/)
  assert.match(await refused('owner', 'service', 'notice'), /never began/)
  assert.match(await refused('owner', 'service', 'refund'), /give notice first/)
  assert.match(await refused('alice', 'service', 'refund'), /does not own the rollup/)
  assert.equal((await as('alice', 'service', 'prepay', '10000', '--dry-run')).calls.length, 2)
  assert.equal((await status()).balance, '0')
  await as('alice', 'service', 'prepay', '10000')
  const paid = await status()
  assert.equal(paid.balance, String(10_000n * UNIT))
  assert.equal(paid.paidUntil - paid.nextEpoch + 1, 10)

  await chain.wait(EPOCH)
  assert.equal((await status()).isServed, true)
  assert.match(await refused('alice', 'service', 'notice'), /covers this epoch and the notice/)
  await as('owner', 'service', 'notice')
  const { endEpoch, byOwner } = await status()
  assert.equal(byOwner, true)
  assert.match(await refused('owner', 'service', 'notice'), /is given already: .* ends with epoch/)
  assert.match(await refused('owner', 'service', 'refund'), /at 20\d\d-.* is the owner's/)
  assert.match(await says('alice', 'service', 'status'), /given by the owner: the service ends/)

  await chain.wait(4 * EPOCH)
  assert.equal((await status()).isServed, false)
  assert.match(await refused('alice', 'service', 'prepay', '10000'), /it alone begins it anew/)
  const { transactions } = await as('owner', 'service', 'refund', devAccount(BOB).address)
  assert.deepEqual(
    transactions.map(({ title }: { title: string }) => title),
    [`Consume ${endEpoch - paid.nextEpoch + 1} epochs`, 'Take back what is left'],
  )
  const { alt } = await as('alice', 'alt', 'balance', devAccount(BOB).address)
  assert.equal(BigInt(alt), (10_000n - 1_000n * BigInt(endEpoch - paid.nextEpoch + 1)) * UNIT)
  assert.match(await refused('owner', 'service', 'refund'), /nothing is left/)
  assert.deepEqual((await as('alice', 'service', 'consume')).transactions, [])
})

test('a service that nobody pays for is given notice by anyone, and kept by a payment', async (t) => {
  const { chain, as, refused, says, seal } = await serve(t)
  await seal('holder', LAUNCHPOOL)
  await seal('alice', ALICE)
  await as('holder', 'alt', 'claim')
  await as('holder', 'service', 'prepay', '4000')
  await chain.wait(2 * EPOCH)
  assert.match(
    await says('alice', 'service', 'status'),
    /anyone can give it: [1-9]\d* ALT are missing/,
  )
  const { transactions } = await as('alice', 'service', 'notice')
  assert.equal(transactions.at(-1).title, 'Give notice')
  assert.match(await refused('alice', 'service', 'notice'), /is given already/)
  const { missing, balance } = await as('alice', 'service', 'status')
  assert.ok(BigInt(missing) > 0n && BigInt(balance) < 4_000n * UNIT)
  // An epoch may begin meanwhile: one more.
  await as('holder', 'service', 'prepay', String(BigInt(missing) / UNIT + 1_000n))
  assert.equal((await as('alice', 'service', 'status')).endEpoch, 0)

  // Nobody looks for ten epochs: what is missing is said by those who come then.
  await chain.wait(10 * EPOCH)
  const late = await as('alice', 'service', 'status')
  assert.ok(late.unconsumed >= 9)
  assert.ok(late.paidUntil < late.epoch)
  await as('alice', 'service', 'consume')
  assert.equal((await as('alice', 'service', 'status')).balance, '0')
})

test('keys new makes one key alone where a type is given', async (t) => {
  const { keysDir, options } = keysFolder(t)
  const made = await altlayerHere([
    ...['operator', 'keys', 'new', 'alice-2', '--type', 'bn254', ...options, '--json'],
  ])
  assert.equal(made.code, 0, made.stderr)
  const { keys } = JSON.parse(made.stdout) as {
    keys: { name: string; type: string; public: Hex }[]
  }
  assert.deepEqual(
    keys.map(({ name, type }) => [name, type]),
    [['alice-2', 'bn254']],
  )
  const { x, y } = publicKeyOf(await openKey(keysDir, 'alice-2', 'bn254', PASSWORD)).g1
  assert.equal(BigInt(keys[0]?.public ?? 0), (x << 256n) | y)
})

test('every command has a help with an example', async () => {
  for (const name of ['alt', 'operator', 'vault', 'rollup', 'service']) {
    const { code, stdout } = await altlayerHere([name, '--help'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`Example:\\n {2}altlayer ${name} `))
  }
  const { code, stderr } = await altlayerHere(['vault', 'steal'])
  assert.equal(code, 2)
  assert.match(stderr, /vault takes one of list, deposit/)
})
