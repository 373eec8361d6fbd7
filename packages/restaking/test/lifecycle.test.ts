import assert from 'node:assert/strict'
import { test } from 'node:test'
import { symbioticArtifact } from '@altlayer/contracts'
import { devAccount } from '@altlayer/launch'
import { opStackArtifact, ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hash, Hex } from '@altlayer/protocol'
import {
  type Abi,
  encodeAbiParameters,
  encodeFunctionData,
  keccak256,
  stringToHex,
  zeroHash,
} from 'viem'
import {
  type AltDeployment,
  type Call,
  claimRewardsCalls,
  deregistrationCalls,
  newSecret,
  operatorStatus,
  publicKeyOf,
  registrationCalls,
  rewardsOf,
  serviceId,
  serviceKind,
} from '../src/index.ts'
import {
  LAUNCHPOOL,
  launchServed,
  ROLLUP,
  ROLLUP_OWNER,
  releaseLaunchpool,
  startChain,
  type TestChain,
} from './helpers.ts'

const DAY = 86_400
const WINDOW = 7 * DAY
const [CURATOR, OPERATOR, ALICE, BOB, REPORTER] = [1, 3, 4, 5, 6]
const ETHER = 10n ** 18n
const LST_STAKE = 100n * ETHER
const ALT_STAKE = 50_000n * ETHER
/** Wei an epoch, of the local configuration; what the rollup pays ahead. */
const RATE = 1_000n * ETHER
const PREPAID = 20n * RATE
const OFFENCE = 'mach.equivocation'
/** A tenth of the stake; of it a fifth to the reporter, three tenths to the rollup's fund. */
const RULE = {
  fraction: ETHER / 10n,
  rewardShare: ETHER / 5n,
  restitutionShare: (3n * ETHER) / 10n,
}

/** Answers `verify` with the evidence itself: what MACH's module will prove, a test claims. */
const EVIDENCE_MODULE: Hex = '0x696064358060845f375ff35f52600a6016f3'

/** Answers `participationOf` with one of one: who is in the table took part. */
const PARTICIPATION: Hex = '0x6c60015f52600160205260405ff35f52600d6013f3'

const service = serviceId(ROLLUP, 'mach')
const feesAbi = ownArtifact('ServiceFees').abi
const rewardsAbi = ownArtifact('OperatorRewards').abi
const table = ownArtifact('StakeTable').abi
const slasherAbi = ownArtifact('Slasher').abi
const erc20 = ownArtifact('AltToken').abi
const vaultAbi = symbioticArtifact('Vault').abi as Abi
const delegatorAbi = symbioticArtifact('NetworkRestakeDelegator').abi as Abi

test('restake, register, table, earn, slash, loss, exit', async (t) => {
  const chain = await startChain(t, 900)
  const { deployment, assets } = await launch(chain)
  const at = (name: string) => deployment.contracts[name] as Address
  const reader = await chain.client(0)
  const operator = devAccount(OPERATOR).address
  const lstVault = vaultOf(deployment, assets.lst)
  const altVault = vaultOf(deployment, 'ALT')
  const secret = newSecret()
  const options = { chain: reader, deployment, operator, service }
  const register = async () =>
    registrationCalls({
      ...options,
      vaults: [lstVault, altVault],
      secret,
      now: (await reader.public.getBlock()).timestamp,
    })

  await t.test('an operator registers in two steps, the second once its stake counts', async () => {
    const first = await register()
    assert.equal(first.seat, 'next epoch')
    await sendAll(chain, OPERATOR, first.calls)
    await restake(chain, lstVault, ALICE, assets.lst, LST_STAKE)
    await restake(chain, altVault, BOB, at('AltToken'), ALT_STAKE)
    await openVaults(chain, deployment, operator, [lstVault, altVault])
    await chain.wait(DAY)
    const second = await register()
    assert.equal(second.seat, 'joins')
    assert.deepEqual(
      second.calls.map(({ title }) => title),
      ['Take a seat'],
    )
    await sendAll(chain, OPERATOR, second.calls)
    assert.deepEqual(await register(), { calls: [], seat: 'taken' })
  })

  await t.test('the next table holds its key and its weight', async () => {
    await chain.wait(DAY)
    await chain.send(0, at('StakeTable'), table, 'roll', [service, 10n])
    const { epoch, key, stake } = await operatorStatus(options)
    const entries = await reader.read<
      readonly { operator: Address; weights: readonly bigint[]; key: unknown }[]
    >(at('StakeTable'), table, 'entriesOf', [service, epoch])
    assert.equal(entries.length, 1)
    assert.equal(entries[0]?.operator.toLowerCase(), operator)
    assert.deepEqual(entries[0]?.weights, [LST_STAKE, ALT_STAKE])
    assert.deepEqual(entries[0]?.key, publicKeyOf(secret).g1)
    assert.deepEqual(key, publicKeyOf(secret).g1)
    assert.deepEqual(stake, [LST_STAKE, ALT_STAKE])
  })

  await t.test('an epoch that the rollup paid for earns its operator and delegators', async () => {
    const fees = at('ServiceFees')
    await chain.send(LAUNCHPOOL, at('AltToken'), erc20, 'approve', [fees, PREPAID])
    await chain.send(LAUNCHPOOL, fees, feesAbi, 'prepay', [service, PREPAID])
    const now = async () => (await reader.public.getBlock()).timestamp
    const until = async (time: bigint) => chain.wait(Number(time - (await now())))
    const nextEpoch = async () => {
      const { epoch } = await operatorStatus(options)
      const start = await reader.read<number>(at('StakeTable'), table, 'epochStart', [epoch + 1])
      // It is the current one once its start has passed.
      await until(BigInt(start) + 1n)
    }
    await nextEpoch()
    await chain.send(0, at('StakeTable'), table, 'roll', [service, 10n])
    const { epoch } = await operatorStatus(options)
    assert.equal(await reader.read(fees, feesAbi, 'isServed', [service]), true)
    await nextEpoch()
    await chain.send(0, fees, feesAbi, 'consume', [service, 10n])
    const earned = async (delegator?: number) =>
      rewardsOf(
        {
          ...options,
          ...(delegator !== undefined && { delegator: devAccount(delegator).address }),
        },
        10,
        await now(),
      )
    const early = await earned()
    assert.deepEqual(
      early.map(({ epoch, isClaimable }) => [epoch, isClaimable]),
      [[epoch, false]],
    )
    assert.deepEqual(claimRewardsCalls(options, early), [])
    await until((early[0]?.settlesAt ?? 0n) + 1n)
    // Half of the rate is for each quorum: one delegator has all of one. A tenth is the operator's.
    for (const [who, part, of] of [
      [OPERATOR, RATE / 10n, options],
      [ALICE, (RATE * 45n) / 100n, { ...options, delegator: devAccount(ALICE).address }],
      [BOB, (RATE * 45n) / 100n, { ...options, delegator: devAccount(BOB).address }],
    ] as const) {
      const due = await earned(who === OPERATOR ? undefined : who)
      assert.deepEqual(
        due.map(({ epoch, amount, isClaimable }) => [epoch, amount, isClaimable]),
        [[epoch, part, true]],
      )
      await sendAll(chain, who, claimRewardsCalls(of, due))
      const balance = [at('AltToken'), erc20, 'balanceOf', [devAccount(who).address]] as const
      assert.equal(await reader.read(...balance), part)
      assert.deepEqual(await earned(who === OPERATOR ? undefined : who), [])
    }
    const pot = await reader.read(at('OperatorRewards'), rewardsAbi, 'potOf', [service, epoch])
    assert.deepEqual(pot, [RATE, RATE])
  })

  await t.test(
    'a slash takes its part of both vaults, and its shares make up the whole',
    async () => {
      const offence = await slash(chain, deployment, operator)
      await chain.send(0, at('Slasher'), slasherAbi, 'distribute', [offence, assets.lst])
      await chain.send(0, at('Slasher'), slasherAbi, 'distribute', [offence, at('AltToken')])
      const balances = await Promise.all(
        [lstVault, altVault].map((vault, index) =>
          reader.read<bigint>(vault, vaultAbi, 'activeBalanceOf', [
            devAccount(index === 0 ? ALICE : BOB).address,
          ]),
        ),
      )
      assert.deepEqual(balances, [(LST_STAKE * 9n) / 10n, (ALT_STAKE * 9n) / 10n])
      const burn = await reader.read<Address>(at('Slasher'), slasherAbi, 'BURN_ADDRESS')
      const shares = await Promise.all(
        [devAccount(REPORTER).address, devAccount(ROLLUP_OWNER).address, burn].map((who) =>
          reader.read<bigint>(at('Slasher'), slasherAbi, 'claimable', [who, assets.lst]),
        ),
      )
      const removed = LST_STAKE / 10n
      assert.deepEqual(shares, [removed / 5n, (removed * 3n) / 10n, removed / 2n])
    },
  )

  await t.test(
    'operator and delegator leave; what is left is paid out after the cooldown',
    async () => {
      const left = (LST_STAKE * 9n) / 10n
      const alice = devAccount(ALICE).address
      const epoch = await reader.read<bigint>(lstVault, vaultAbi, 'currentEpoch')
      await chain.send(ALICE, lstVault, vaultAbi, 'withdraw', [alice, left])
      await sendAll(chain, OPERATOR, await deregistrationCalls({ ...options, key: true }))
      const status = await operatorStatus(options)
      assert.equal(status.key, undefined)
      assert.deepEqual(status.vaults, [])
      await assert.rejects(chain.send(ALICE, lstVault, vaultAbi, 'claim', [alice, epoch + 1n]))
      await chain.wait(2 * WINDOW)
      await chain.send(ALICE, lstVault, vaultAbi, 'claim', [alice, epoch + 1n])
      assert.equal(await reader.read<bigint>(assets.lst, erc20, 'balanceOf', [alice]), left)
      await chain.send(0, at('StakeTable'), table, 'roll', [service, 10n])
      const { epoch: now, seated } = await operatorStatus(options)
      assert.equal(seated, false)
      assert.deepEqual(await reader.read(at('StakeTable'), table, 'entriesOf', [service, now]), [])
    },
  )
})

async function launch(chain: TestChain) {
  const { deployment, assets } = await launchServed(chain)
  const module = await chain.create(0, [], EVIDENCE_MODULE, [])
  await asGovernance(chain, deployment, 'Slasher', slasherAbi, 'setRule', [
    serviceKind(OFFENCE),
    { module, ...RULE },
  ])
  const reports = await chain.create(0, [], PARTICIPATION, [])
  await asGovernance(chain, deployment, 'OperatorRewards', rewardsAbi, 'setParticipation', [
    serviceKind('mach'),
    reports,
  ])
  const alt = deployment.contracts.AltToken as Address
  await releaseLaunchpool(chain, alt)
  const bob = devAccount(BOB).address
  await chain.send(LAUNCHPOOL, alt, erc20, 'transfer', [bob, ALT_STAKE])
  const lst = opStackArtifact('OptimismMintableERC20').abi
  await chain.send(0, assets.lst, lst, 'mint', [devAccount(ALICE).address, LST_STAKE])
  return { deployment, assets }
}

/** As governance: how it decides is told in `governance.test.ts`. */
async function asGovernance(
  chain: TestChain,
  { contracts }: AltDeployment,
  name: string,
  abi: Abi,
  functionName: string,
  args: readonly unknown[],
): Promise<void> {
  const { public: rpc } = await chain.client(0)
  const request = (method: string, params: readonly unknown[]) =>
    rpc.request({ method, params } as never) as Promise<Hash>
  const from = contracts.TimelockController
  await request('anvil_setBalance', [from, '0xde0b6b3a7640000'])
  await request('anvil_impersonateAccount', [from])
  const data = encodeFunctionData({ abi, functionName, args })
  const hash = await request('eth_sendTransaction', [{ from, to: contracts[name], data }])
  await chain.anvil.mine()
  assert.equal((await rpc.getTransactionReceipt({ hash })).status, 'success')
}

async function restake(
  chain: TestChain,
  vault: Address,
  who: number,
  asset: Address,
  amount: bigint,
): Promise<void> {
  await chain.send(who, asset, erc20, 'approve', [vault, amount])
  await chain.send(who, vault, vaultAbi, 'deposit', [devAccount(who).address, amount])
}

/** The curator makes all stake of the vaults the operator's. */
async function openVaults(
  chain: TestChain,
  { contracts }: AltDeployment,
  operator: Address,
  vaults: readonly Address[],
): Promise<void> {
  const reader = await chain.client(0)
  const source = contracts.SymbioticStakeSource as Address
  const abi = ownArtifact('SymbioticStakeSource').abi
  const subnetwork = await reader.read<Hash>(source, abi, 'subnetworkOf', [service])
  for (const vault of vaults) {
    const delegator = await reader.read<Address>(vault, vaultAbi, 'delegator')
    const all = 2n ** 256n - 1n
    await chain.send(CURATOR, delegator, delegatorAbi, 'setNetworkLimit', [subnetwork, all])
    await chain.send(CURATOR, delegator, delegatorAbi, 'setOperatorNetworkShares', [
      subnetwork,
      operator,
      ETHER,
    ])
  }
}

/** Proves an offence at the current epoch's start; the reporter has committed to it before. */
async function slash(
  chain: TestChain,
  { contracts }: AltDeployment,
  operator: Address,
): Promise<Hash> {
  const reader = await chain.client(0)
  const [slasher, stakeTable] = [contracts.Slasher as Address, contracts.StakeTable as Address]
  const epoch = await reader.read<number>(stakeTable, table, 'currentEpoch')
  const start = await reader.read<number>(stakeTable, table, 'epochStart', [epoch])
  const key = keccak256(stringToHex('first'))
  const evidence = encodeAbiParameters(
    [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'address' }],
    [service, key, `0x${'00'.repeat(20)}`],
  )
  const kind = serviceKind(OFFENCE)
  const reporter = devAccount(REPORTER).address
  const commitment = await reader.read<Hash>(slasher, slasherAbi, 'commitmentOf', [
    reporter,
    kind,
    operator,
    evidence,
    zeroHash,
  ])
  await chain.send(REPORTER, slasher, slasherAbi, 'commit', [commitment])
  await chain.send(REPORTER, slasher, slasherAbi, 'slash', [
    kind,
    operator,
    start,
    evidence,
    zeroHash,
  ])
  return keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'address' }, { type: 'bytes32' }],
      [kind, service, operator, key],
    ),
  )
}

async function sendAll(chain: TestChain, index: number, calls: readonly Call[]): Promise<void> {
  for (const { to, data } of calls) await chain.sendData(index, to, data)
}

function vaultOf({ vaults }: AltDeployment, asset: Address | 'ALT'): Address {
  const found = vaults.find((vault) => vault.asset === asset)
  assert.ok(found)
  return found.address
}
