import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { devAccount } from '@altlayer/launch'
import { opStackArtifact } from '@altlayer/launch/deploy'
import { type Address, hexToBytes } from '@altlayer/protocol'
import { deploymentJson, openBn254Key, openEcdsaKey, publicKeyOf } from '@altlayer/restaking'
import { encodeFunctionData, type Hex } from 'viem'
import {
  DEPLOYER,
  LAUNCHPOOL,
  LOCAL_CONFIG,
  launchServed,
  ROLLUP_OWNER,
  startChain,
} from '../../restaking/test/helpers.ts'
import { keysFolder, PASSWORD } from './helpers/keys.ts'
import { altlayer, altlayerHere } from './helpers/process.ts'

/** Seconds, of the local configuration. */
const VAULT_EPOCH = 3_600
const VOTING_DELAY = 30

/** Development account. */
const ALICE = 4

const secretOf = (index: number) => hexToBytes(devAccount(index).privateKey)

test('keys are made, listed, imported; none is printed or replaced', async (t) => {
  const { folder, keysDir, options } = keysFolder(t)
  /** Seals a development account's key under a name. */
  const importAccount = async (name: string, index: number) => {
    const file = join(folder, `${name}.secret`)
    writeFileSync(file, devAccount(index).privateKey)
    const args = ['operator', 'keys', 'import', name, '--type', 'ecdsa', '--secret-file', file]
    const { code, stdout, stderr } = await altlayer([...args, ...options])
    assert.equal(code, 0, stderr)
    assert.ok(stdout.includes(devAccount(index).address))
  }
  const made = await altlayer(['operator', 'keys', 'new', 'alice', ...options, '--json'])
  assert.equal(made.code, 0, made.stderr)
  const read = (file: string) => JSON.parse(readFileSync(join(keysDir, file), 'utf8'))
  const ecdsa = await openEcdsaKey(read('alice.ecdsa.json'), PASSWORD)
  const bn254 = await openBn254Key(read('alice.bn254.json'), PASSWORD)
  const output = made.stdout + made.stderr
  for (const secret of [ecdsa, bn254]) {
    const hex = Buffer.from(secret).toString('hex')
    assert.ok(!output.includes(hex) && !output.includes(String(BigInt(`0x${hex}`))))
  }
  for (const file of readdirSync(keysDir))
    assert.equal(statSync(join(keysDir, file)).mode & 0o777, 0o600)

  const again = await altlayer(['operator', 'keys', 'new', 'alice', ...options])
  assert.equal(again.code, 1)
  assert.match(again.stderr, /alice\.ecdsa\.json is there already/)
  assert.deepEqual(await openEcdsaKey(read('alice.ecdsa.json'), PASSWORD), ecdsa)

  await importAccount('bob', 3)
  const list = await altlayer(['operator', 'keys', 'list', '--keys-dir', keysDir, '--json'])
  const { keys } = JSON.parse(list.stdout) as {
    keys: { name: string; type: string; public: Hex }[]
  }
  assert.deepEqual(
    keys.map(({ name, type }) => [name, type]),
    [
      ['alice', 'bn254'],
      ['alice', 'ecdsa'],
      ['bob', 'ecdsa'],
    ],
  )
  const { x, y } = publicKeyOf(bn254).g1
  assert.equal(BigInt(keys[0]?.public ?? 0), (x << 256n) | y)
  assert.equal(keys[2]?.public, devAccount(3).address)

  await t.test(
    'what is no key, no name or no password is refused without being quoted',
    async () => {
      const bad = join(folder, 'bad.secret')
      const imported = (...args: string[]) =>
        altlayer(['operator', 'keys', 'import', ...args, '--secret-file', bad, ...options])
      const almost = `${'ab'.repeat(31)}zz`
      writeFileSync(bad, almost)
      const slip = await imported('eve', '--type', 'ecdsa')
      assert.equal(slip.code, 1)
      assert.match(slip.stderr, /does not hold a key/)
      assert.ok(!slip.stderr.includes(almost.slice(0, 16)))
      writeFileSync(bad, 'ff'.repeat(32))
      for (const type of ['ecdsa', 'bn254']) {
        const { code, stderr } = await imported('eve', '--type', type)
        assert.equal(code, 1)
        assert.match(stderr, /zero, or too large/)
      }
      const outside = await imported('../eve', '--type', 'ecdsa')
      assert.equal(outside.code, 1)
      assert.match(outside.stderr, /is not a name of a key/)
      const silent = await altlayer(['operator', 'keys', 'new', 'eve', '--keys-dir', keysDir])
      assert.equal(silent.code, 1)
      assert.match(silent.stderr, /give --password-file FILE/)
      assert.ok(!readdirSync(keysDir).some((file) => file.startsWith('eve')))
    },
  )
})

test('ALT is claimed, moved, staked, bridged and voted with; an operator registers', async (t) => {
  const chain = await startChain(t, 900)
  const { deployment } = await launchServed(chain)
  const { public: rpc } = await chain.client(0)
  const request = (method: string, params: readonly unknown[]) =>
    rpc.request({ method, params } as never)
  await request('evm_setAutomine', [true])
  const { folder, options, sealAccount } = keysFolder(t)
  const file = join(folder, 'alt.json')
  writeFileSync(file, deploymentJson(deployment))
  await sealAccount('holder', secretOf(LAUNCHPOOL))
  const holder = devAccount(LAUNCHPOOL).address
  const other = devAccount(ROLLUP_OWNER).address
  const chainArgs = ['--l1', chain.anvil.url, '--deployment', file, ...options, '--json']
  const command = async (...args: string[]) => {
    const { code, stdout, stderr } = await altlayerHere([...args, ...chainArgs])
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
    return JSON.parse(stdout)
  }
  const asHolder = (...args: string[]) => command('alt', ...args, '--key', 'holder')
  const balance = async (account: Address) => {
    const { alt, staked, votes } = await command('alt', 'balance', account)
    return { alt: BigInt(alt), staked: BigInt(staked), votes: BigInt(votes) }
  }
  const ALT = 10n ** 18n

  await t.test('what vested is claimed', async () => {
    await asHolder('claim')
    assert.equal((await balance(holder)).alt, 500_000_000n * ALT)
    assert.deepEqual((await asHolder('claim')).transactions, [])
  })

  await t.test('a dry run prints calls and gas and sends nothing', async () => {
    const { calls, gas } = await asHolder('transfer', other, '1500.25', '--dry-run')
    assert.equal(calls.length, 1)
    assert.equal(calls[0].to, deployment.contracts.AltToken)
    assert.ok(Number(gas) > 21_000)
    assert.equal((await balance(other)).alt, 0n)
    await asHolder('transfer', other, '1500.25')
    assert.equal((await balance(other)).alt, (150_025n * ALT) / 100n)
  })

  await t.test('what would revert is not sent, and says why', async () => {
    const args = ['alt', 'transfer', other, '600000000', '--key', 'holder', ...chainArgs]
    const { code, stderr } = await altlayer(args)
    assert.equal(code, 1)
    assert.match(stderr, /ERC20InsufficientBalance/)
  })

  await t.test('ALT is staked and unstaked', async () => {
    const { transactions } = await asHolder('stake', '1000')
    assert.equal(transactions.length, 2)
    assert.equal((await balance(holder)).staked, 1_000n * ALT)
    await asHolder('unstake', '400')
    assert.equal((await balance(holder)).staked, 600n * ALT)
    await chain.wait(2 * VAULT_EPOCH)
    const before = (await balance(holder)).alt
    await asHolder('claim')
    assert.equal((await balance(holder)).alt, before + 400n * ALT)
  })

  await t.test('ALT goes into the bridge', async () => {
    const bridge: Address = `0x${'b1'.repeat(20)}`
    const refused = ['alt', 'bridge', '25', '--bridge', bridge, '--key', 'holder', ...chainArgs]
    assert.match((await altlayerHere(refused)).stderr, /there is no contract/)
    await placeBridge(bridge, request, (data) => chain.sendData(0, bridge, data))
    await asHolder('bridge', '25', '--bridge', bridge)
    assert.equal((await balance(bridge)).alt, 25n * ALT)
  })

  await t.test('a proposal is made and voted on', async () => {
    await asHolder('delegate', holder)
    assert.ok((await balance(holder)).votes > 0n)
    await chain.wait(1)
    const path = join(folder, 'proposal.json')
    const call = { to: deployment.contracts.ServiceFees, data: '0x', value: '0' }
    writeFileSync(path, JSON.stringify({ description: 'Nothing', calls: [call] }))
    const { proposal } = await asHolder('propose', path)
    await chain.wait(VOTING_DELAY + 1)
    await asHolder('vote', proposal, 'for')
    const twice = ['alt', 'vote', proposal, 'for', '--key', 'holder', ...chainArgs]
    assert.match((await altlayerHere(twice)).stderr, /GovernorAlreadyCastVote/)
  })

  await t.test('an operator registers, has a status, and leaves', async () => {
    await sealAccount('alice', secretOf(ALICE))
    const asAlice = (...args: string[]) => command('operator', ...args, '--key', 'alice')
    const planned = await asAlice('register', '--dry-run')
    assert.equal(planned.seat, 'next epoch')
    const { transactions } = await asAlice('register')
    assert.equal(transactions.length, planned.calls.length)
    const status = await asAlice('status')
    assert.equal(status.networkOptedIn, true)
    assert.equal(status.vaults.length, 3)
    assert.equal(status.seated, false)
    assert.deepEqual((await asAlice('register')).transactions, [])
    assert.equal((await asAlice('stake')).eth, '0')
    assert.deepEqual((await asAlice('rewards')).rewards, [])
    await asAlice('deregister', '--forget-key')
    assert.equal((await asAlice('status')).key, undefined)
    const unknown = ['operator', 'register', '--service', 'squad', '--key', 'alice', ...chainArgs]
    assert.match((await altlayerHere(unknown)).stderr, /no rollup runs service/)
  })
})

test('alt deploy deploys from a configuration, and again finds all', async (t) => {
  const chain = await startChain(t, 900)
  const { public: rpc } = await chain.client(0)
  await rpc.request({ method: 'evm_setAutomine', params: [true] } as never)
  const { folder, options, sealAccount } = keysFolder(t)
  await sealAccount('deployer', secretOf(DEPLOYER))
  const file = join(folder, 'alt.json')
  const deploy = async () => {
    const args = ['alt', 'deploy', '--config', LOCAL_CONFIG, '--l1', chain.anvil.url]
    const more = ['--deployment', file, '--key', 'deployer', ...options, '--json']
    const { code, stdout, stderr } = await altlayer([...args, ...more])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }
  const first = await deploy()
  const nonce = await rpc.getTransactionCount({ address: devAccount(DEPLOYER).address })
  assert.deepEqual(await deploy(), first)
  assert.equal(await rpc.getTransactionCount({ address: devAccount(DEPLOYER).address }), nonce)
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).contracts, first.contracts)
})

/** The OP Stack's L1StandardBridge, whose messenger takes every message. */
async function placeBridge(
  bridge: Address,
  request: (method: string, params: readonly unknown[]) => Promise<unknown>,
  send: (data: Hex) => Promise<void>,
): Promise<void> {
  const { abi, deployedBytecode } = opStackArtifact('L1StandardBridge')
  const messenger: Address = `0x${'b2'.repeat(20)}`
  await request('anvil_setCode', [bridge, deployedBytecode])
  // Returns 32 zero bytes: not paused, and nothing to say.
  await request('anvil_setCode', [messenger, '0x60205ff3'])
  await send(
    encodeFunctionData({
      abi,
      functionName: 'initialize',
      args: [messenger, messenger, messenger],
    }),
  )
}
