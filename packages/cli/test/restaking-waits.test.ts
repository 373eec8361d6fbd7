import assert from 'node:assert/strict'
import { test } from 'node:test'
import { devAccount } from '@altlayer/launch'
import { ownArtifact } from '@altlayer/launch/deploy'
import type { Address } from '@altlayer/protocol'
import { serviceId } from '@altlayer/restaking'
import { LAUNCHPOOL, ROLLUP, ROLLUP_OWNER } from '../../restaking/test/helpers.ts'
import { durationText, waitText } from '../src/restaking/session.ts'
import { serve } from './helpers/served.ts'

const UNIT = 10n ** 18n
/** Accounts of the local configuration: one whose tokens vest for years, and a stranger. */
const [TEAM, ALICE] = [23, 4]
/** Seconds, of the local configuration. */
const [SETTINGS_DELAY, EPOCH] = [3_600, 300]

const unix = (text: string | undefined) => BigInt(Date.parse(text ?? '') / 1_000)

test('durations are said in their two largest units', () => {
  const cases = [
    [0n, '0 seconds'],
    [1n, '1 second'],
    [59n, '59 seconds'],
    [3_600n, '1 hour'],
    [3_661n, '1 hour 1 minute'],
    [86_400n + 59n, '1 day'],
    [7n * 86_400n - 1n, '6 days 23 hours'],
  ] as const
  for (const [seconds, text] of cases) assert.equal(durationText(seconds), text)
  assert.equal(waitText(100n, 40n), '1970-01-01T00:01:40.000Z, in 1 minute')
  assert.equal(waitText(40n, 40n), '1970-01-01T00:00:40.000Z')
})

test('what an account waits for is told with its time', async (t) => {
  const { chain, as, says, seal } = await serve(t)
  await seal('holder', LAUNCHPOOL)
  await seal('team', TEAM)
  const now = async () => (await (await chain.client(0)).public.getBlock()).timestamp
  await as('holder', 'alt', 'claim')
  await as('holder', 'alt', 'stake', '1000')

  const dry = await as('holder', 'alt', 'unstake', '400', '--dry-run')
  assert.ok(BigInt(dry.claimableAt) > (await now()))
  const { claimableAt, seconds } = await as('holder', 'alt', 'unstake', '400')
  // A cooldown is what is left of the vault's epoch, and a whole one.
  assert.ok(BigInt(seconds) > 3_600n - 60n && BigInt(seconds) <= 7_200n, seconds)
  const { transactions, waiting } = await as('holder', 'alt', 'claim')
  assert.deepEqual(transactions, [])
  assert.deepEqual(
    waiting.map(({ kind, amount, until }: Record<string, string>) => [kind, amount, until]),
    [['cooldown', String(400n * UNIT), claimableAt]],
  )
  const said = /400 ALT in their cooldown: to be claimed from (20\S+Z), in /.exec(
    await says('holder', 'alt', 'claim'),
  )
  assert.equal(String(unix(said?.[1])), claimableAt)

  // Not a second early, and to the wei at its time.
  const balance = async () => BigInt((await as('holder', 'alt', 'balance')).alt)
  const before = await balance()
  await chain.wait(Number(BigInt(claimableAt) - (await now())))
  const paid = await as('holder', 'alt', 'claim')
  assert.deepEqual([paid.transactions.length, paid.waiting], [1, []])
  assert.equal(await balance(), before + 400n * UNIT)

  const vests = await as('team', 'alt', 'claim', '--dry-run')
  assert.equal(vests.waiting.length, 1)
  const [{ kind, from, until, amount }] = vests.waiting
  assert.equal(kind, 'vesting')
  assert.ok(BigInt(from) < BigInt(until) && BigInt(until) > (await now()))
  assert.ok(BigInt(amount) > 0n && BigInt(amount) <= 1_500_000_000n * UNIT)
  assert.match(await says('team', 'alt', 'claim', '--dry-run'), /ALT vesting.* until 20\S+Z, in /)
})

test("a rollup's owner sets its services, its fund, and hands it over", async (t) => {
  const { chain, deployment, as, refused, says, seal } = await serve(t)
  await seal('owner', ROLLUP_OWNER)
  await seal('alice', ALICE)
  const alice = devAccount(ALICE).address
  const set = (...more: string[]) => ['rollup', 'configure', ...more] as const
  const status = () => as('alice', 'rollup', 'status')
  const stakes = (eth: bigint, alt: bigint) => [String(eth * UNIT), String(alt * UNIT)]

  const [mach] = (await status()).services
  assert.deepEqual([mach.kind, mach.now.minStake, mach.pending], ['mach', stakes(32n, 10_000n), []])
  assert.match(await refused('alice', ...set('--min-eth', '1')), /is 0x.*'s, not 0x/)
  assert.match(
    await refused('owner', ...set('--service', 'squad', '--min-eth', '5')),
    /least stake in ALT between 1 and/,
  )
  assert.match(
    await refused('owner', ...set('--min-eth', '99999999999')),
    /least stake in restaked ether/,
  )
  assert.match(
    await refused('owner', ...set('--service', 'squad', '--disable')),
    /no service squad/,
  )
  assert.match(await refused('owner', ...set('--disable', '--min-alt', '5')), /takes no --min-eth/)
  assert.match(await refused('owner', 'rollup', 'status', '--disable'), /status takes no --disable/)

  // The first settings hold at once, a change of what was left out later.
  assert.match(
    await says('owner', ...set('--service', 'squad', '--min-eth', '5', '--min-alt', '7')),
    /holds at once/,
  )
  assert.deepEqual((await as('owner', ...set('--min-eth', '32'))).transactions, [])
  assert.equal((await as('owner', ...set('--min-eth', '40', '--dry-run'))).calls.length, 1)
  const changed = await as('owner', ...set('--min-eth', '40'))
  assert.equal(changed.seconds, String(SETTINGS_DELAY))
  const [waiting, squad] = (await status()).services
  assert.deepEqual(waiting.now.minStake, stakes(32n, 10_000n))
  assert.deepEqual(waiting.pending[0].minStake, stakes(40n, 10_000n))
  assert.deepEqual([squad.kind, squad.now.minStake], ['squad', stakes(5n, 7n)])
  assert.match(await says('alice', 'rollup', 'status'), /40 of restaked ether .*: from 20\S+Z, in /)
  await as('owner', ...set('--service', 'squad', '--disable'))
  await chain.wait(SETTINGS_DELAY + 60)
  const [held, ended] = (await status()).services
  assert.deepEqual([held.now.minStake, held.pending], [stakes(40n, 10_000n), []])
  assert.equal(ended.now.enabled, false)

  await as('owner', 'rollup', 'restitution', alice)
  assert.equal((await status()).restitutionFund.toLowerCase(), alice.toLowerCase())
  assert.match(await refused('alice', 'rollup', 'accept'), /NotProposedOwner/)
  await as('owner', 'rollup', 'offer', alice)
  await as('alice', 'rollup', 'accept')
  assert.equal((await status()).owner.toLowerCase(), alice.toLowerCase())
  assert.match(await refused('owner', 'rollup', 'restitution', alice), /is 0x.*'s, not 0x/)

  // Anyone rolls a table, once an epoch; without seats it is empty.
  await chain.wait(EPOCH)
  const rolled = await as('alice', 'service', 'roll')
  const reader = await chain.client(0)
  const table = deployment.contracts.StakeTable as Address
  const args = [serviceId(ROLLUP, 'mach'), rolled.epoch]
  assert.equal(await reader.read(table, ownArtifact('StakeTable').abi, 'isUsable', args), true)
  assert.deepEqual((await as('alice', 'service', 'roll')).transactions, [])
  // reALT has earned nothing behind anyone.
  const { transactions, rewards } = await as('alice', 'alt', 'harvest', alice)
  assert.deepEqual([transactions, rewards], [[], []])
})
