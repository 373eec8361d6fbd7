import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Address, checksumAddress, type Hash } from '@altlayer/protocol'
import { encodeFunctionData } from 'viem'
import { devAccount, devDeployer, devRoles } from '../../src/accounts.ts'
import { startAnvil } from '../../src/anvil/anvil.ts'
import { opStackArtifact } from '../../src/artifacts.ts'
import { connectL1, type L1Client, WrongChainError } from '../../src/l1/client.ts'
import type { DeployConfig } from '../../src/l1/config.ts'
import { allSteps } from '../../src/l1/op-stack.ts'
import { type AddressOf, DETERMINISTIC_DEPLOYER } from '../../src/l1/plan.ts'
import { rpc } from '../../src/l1/rpc.ts'
import { runSteps, StepFailedError } from '../../src/l1/run.ts'
import { DeploymentStateError, openStateFile } from '../../src/l1/state-file.ts'
import { VerificationError, verifyDeployment } from '../../src/l1/verify.ts'
import { TEST_DISPUTE, temporaryFolder, testConfig, ZERO_HASH } from '../helpers.ts'

const ROOT: Hash = `0x${'ab'.repeat(32)}`

/** An L1 whose blocks come only when the deployment asks for them. */
async function l1(t: TestContext) {
  const folder = temporaryFolder(t)
  const anvil = await startAnvil({ folder, port: 0, chainId: 900, blockTime: 600 })
  t.after(anvil.stop)
  const client = await connectL1({
    url: anvil.url,
    key: devDeployer().privateKey,
    chainId: 900,
    mine: anvil.mine,
  })
  return { url: anvil.url, mine: anvil.mine, client, statePath: join(folder, 'deployment.json') }
}

async function deploy(
  client: L1Client,
  config: DeployConfig,
  statePath: string,
): Promise<{ address: AddressOf; found: readonly string[]; sent: readonly string[] }> {
  const { l1ChainId, l2ChainId, deployer, salt } = config
  const state = openStateFile(statePath, { l1ChainId, l2ChainId, deployer, salt })
  const found: string[] = []
  const sent: string[] = []
  const address = await runSteps(allSteps(config, ROOT, TEST_DISPUTE), {
    client,
    state,
    progress: (event) => (event.found ? found : sent).push(event.step),
  })
  return { address, found, sent }
}

test('a deployment is complete as read back from the chain, and doing it again sends nothing', async (t) => {
  const { client, statePath } = await l1(t)
  const config = testConfig()
  const first = await deploy(client, config, statePath)
  await verifyDeployment(config, client, first.address, ROOT)
  const before = await client.nonces()

  const second = await deploy(client, config, statePath)
  assert.deepEqual(second.sent, [])
  assert.deepEqual(await client.nonces(), before)
  await verifyDeployment(config, client, second.address, ROOT)

  // The journal is a convenience: everything is found from the chain.
  rmSync(statePath)
  const third = await deploy(client, config, statePath)
  assert.deepEqual(third.sent, [])
  assert.equal(third.address('AddressManager'), first.address('AddressManager'))
})

test('implementations cannot be initialized by a stranger', async (t) => {
  const { client, statePath } = await l1(t)
  const { address } = await deploy(client, testConfig(), statePath)
  const { abi } = opStackArtifact('DisputeGameFactory')
  const data = encodeFunctionData({
    abi,
    functionName: 'initialize',
    args: [devAccount(3).address],
  })
  for (const name of ['DisputeGameFactoryImpl', 'DisputeGameFactoryProxy']) {
    const call = client.public.call({ to: address(name), data, account: devAccount(3).address })
    await assert.rejects(call, /already initialized/)
  }
})

test('verification names what was changed since', async (t) => {
  const { client, statePath, mine } = await l1(t)
  const config = testConfig()
  const { address } = await deploy(client, config, statePath)
  const { abi } = opStackArtifact('SystemConfig')
  const data = encodeFunctionData({ abi, functionName: 'setGasLimit', args: [30_000_000n] })
  const { pending } = await client.nonces()
  const hashes = await client.send(
    [{ to: address('SystemConfigProxy'), data, gas: 200_000n }],
    pending,
  )
  await mine()
  await client.receipts(hashes)
  await assert.rejects(verifyDeployment(config, client, address, ROOT), (error) => {
    assert.ok(error instanceof VerificationError)
    assert.deepEqual(error.mismatches, [
      { what: 'SystemConfigProxy.gasLimit', expected: '200000000', found: '30000000' },
    ])
    return true
  })
  await assert.rejects(verifyDeployment(config, client, address, ZERO_HASH), /AnchorStateRegistry/)
})

test('ownership goes to the owner at the end, and the deployment stays complete', async (t) => {
  const { client, statePath } = await l1(t)
  const owner: Address = '0x0000000000000000000000000000000000000123'
  const config = testConfig({ roles: { ...devRoles(), owner } })
  const { address } = await deploy(client, config, statePath)
  await verifyDeployment(config, client, address, ROOT)
  assert.deepEqual((await deploy(client, config, statePath)).sent, [])
})

test('two rollups share implementations and nothing else', async (t) => {
  const { client, statePath } = await l1(t)
  await deploy(client, testConfig(), statePath)
  const config = testConfig({ l2ChainId: 902 })
  const second = await deploy(client, config, `${statePath}.2`)
  await verifyDeployment(config, client, second.address, ROOT)
  const implementations = second.sent.filter((name) => name.endsWith('Impl'))
  // AnchorStateRegistry's holds its factory's address.
  assert.deepEqual(implementations, ['AnchorStateRegistryImpl'])
})

test('a chain without the deterministic deployer gets it', async (t) => {
  const { client, statePath, url, mine } = await l1(t)
  await rpc(url, 'anvil_setCode', [DETERMINISTIC_DEPLOYER, '0x'])
  await rpc(url, 'anvil_setNonce', [DETERMINISTIC_DEPLOYER, '0x0'])
  await mine()
  const config = testConfig()
  const { address } = await deploy(client, config, statePath)
  await verifyDeployment(config, client, address, ROOT)
})

test('an account without ETH is an error that names the step and the account', async (t) => {
  const { client, statePath, url } = await l1(t)
  await rpc(url, 'anvil_setBalance', [devDeployer().address, '0x0'])
  await assert.rejects(deploy(client, testConfig(), statePath), (error) => {
    assert.ok(error instanceof StepFailedError)
    assert.match(error.message, /^deployment step "AddressManager": refused: Insufficient funds/)
    const account = checksumAddress(devDeployer().address)
    assert.ok(error.message.endsWith(`; ${account} pays for it and has 0 ETH`), error.message)
    return true
  })
})

test('a journal of another deployment, and another chain, are refused', async (t) => {
  const { statePath, url } = await l1(t)
  const { l1ChainId, deployer, salt } = testConfig()
  openStateFile(statePath, { l1ChainId, l2ChainId: 901, deployer, salt }).update({})
  assert.throws(
    () => openStateFile(statePath, { l1ChainId, l2ChainId: 902, deployer, salt }),
    DeploymentStateError,
  )
  await assert.rejects(
    connectL1({ url, key: devDeployer().privateKey, chainId: 1 }),
    WrongChainError,
  )
})

test('a deployment that is killed again and again ends as if it had not been', async (t) => {
  const folder = temporaryFolder(t)
  const statePath = join(folder, 'deployment.json')
  // Real blocks, so that kills leave transactions in the pool and waves half done.
  const anvil = await startAnvil({ folder, port: 0, chainId: 900, blockTime: 1 })
  t.after(anvil.stop)
  let finished = false
  let kills = 0
  // From before the first transaction on, later each time.
  for (let delay = 0; !finished && kills < 10; delay += 110) {
    finished = await runAndKill(t, anvil.url, statePath, delay)
    if (!finished) kills++
  }
  assert.ok(kills > 0, 'no run was killed before it finished')
  if (!finished) assert.equal(await runAndKill(t, anvil.url, statePath, undefined), true)

  const config = testConfig()
  const client = await connectL1({ url: anvil.url, key: devDeployer().privateKey, chainId: 900 })
  const journal = JSON.parse(readFileSync(statePath, 'utf8'))
  const { l1ChainId, l2ChainId, deployer, salt } = config
  const before = await client.nonces()
  const address = await runSteps(allSteps(config, ZERO_HASH, TEST_DISPUTE), {
    client,
    state: openStateFile(statePath, { l1ChainId, l2ChainId, deployer, salt }),
  })
  assert.deepEqual(await client.nonces(), before, 'nothing was left to send')
  await verifyDeployment(config, client, address, ZERO_HASH)
  assert.deepEqual(
    Object.keys(journal.steps).sort(),
    allSteps(config, ZERO_HASH, TEST_DISPUTE)
      .map(({ name }) => name)
      .sort(),
  )
})

/** Runs the deployment; with a delay, kills it that many ms after it began to work. */
async function runAndKill(
  t: TestContext,
  url: string,
  statePath: string,
  delay: number | undefined,
): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('fixture.ts', import.meta.url)), url, statePath],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.after(() => child.kill('SIGKILL'))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  if (delay !== undefined) {
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), delay))
  } else child.stdout.resume()
  return (await ended) === 0
}
