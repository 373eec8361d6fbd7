import assert from 'node:assert/strict'
import { test } from 'node:test'
import { devAccount } from '@altlayer/launch'
import { ownArtifact } from '@altlayer/launch/deploy'
import type { Address, Hash } from '@altlayer/protocol'
import { encodeFunctionData } from 'viem'
import {
  type Allocation,
  claimCalls,
  delegateCalls,
  executeCall,
  NoProposalError,
  type ProposalProgress,
  ProposalStateError,
  proposalId,
  proposalProgress,
  proposalView,
  proposeCall,
  queueCall,
  readAltConfig,
  sendCalls,
  serviceId,
  serviceKind,
  voteCall,
} from '../src/index.ts'
import {
  LAUNCHPOOL,
  LOCAL_CONFIG,
  launchServed,
  ROLLUP,
  ROLLUP_OWNER,
  startChain,
} from './helpers.ts'

const UNIT = 10n ** 18n
const service = serviceId(ROLLUP, 'mach')
const kind = serviceKind('mach')
const RATE = 1_000n * UNIT
const NEW_RATE = 2_500n * UNIT
const PREPAID = 60n * RATE
/** Epochs of notice, of the local configuration. */
const NOTICE = 3
/** Beneficiary of the treasury's allocation, which vests for years. */
const TREASURY = 20

const { allocations, governance } = readAltConfig(LOCAL_CONFIG)
const token = ownArtifact('AltToken').abi
const feesAbi = ownArtifact('ServiceFees').abi
const rewardsAbi = ownArtifact('OperatorRewards').abi

test('what vested votes for another rate; a rollup pays both, gives notice, and is served no more', async (t) => {
  const chain = await startChain(t, 900)
  const { deployment } = await launchServed(chain)
  const at = (name: string) => deployment.contracts[name] as Address
  const reader = await chain.client(0)
  const holder = await chain.client(LAUNCHPOOL)
  const read = <T>(name: string, functionName: string, args: readonly unknown[] = []) =>
    reader.read<T>(at(name), ownArtifact(name as 'AltToken').abi, functionName, args)
  const balanceOf = (index: number) =>
    read<bigint>('AltToken', 'balanceOf', [devAccount(index).address])
  const now = async () => (await reader.public.getBlock()).timestamp
  const account = () =>
    read<{ readonly balance: bigint; readonly endEpoch: number }>('ServiceFees', 'accountOf', [
      service,
    ])
  const currentEpoch = () => read<number>('StakeTable', 'currentEpoch')
  /** To the start of an epoch, counted from the current one. */
  const wait = async (epochs: number) => {
    const start = await read<number>('StakeTable', 'epochStart', [(await currentEpoch()) + epochs])
    // It is the current one once its start has passed.
    await chain.wait(start + 1 - Number(await now()))
  }

  await t.test('a beneficiary claims what has vested by then, to the wei', async () => {
    const account = devAccount(TREASURY).address
    const allocation = allocations.find(({ beneficiary }) => beneficiary === account)
    assert.ok(allocation)
    const treasury = await chain.client(TREASURY)
    for (let claims = 0; claims < 2; claims++) {
      const calls = await claimCalls(treasury.public, treasury, deployment, account)
      assert.equal(calls.length, 1)
      const [hash] = await sendCalls(treasury, calls)
      const { blockNumber } = await reader.public.getTransactionReceipt({ hash: hash as Hash })
      const { timestamp } = await reader.public.getBlock({ blockNumber })
      const vested: bigint =
        (allocation.amount * (timestamp - allocation.start)) / allocation.duration
      assert.equal(await balanceOf(TREASURY), vested)
      await chain.wait(86_400)
    }
    await sendCalls(holder, await claimCalls(holder.public, holder, deployment, holder.account))
    assert.equal(await balanceOf(LAUNCHPOOL), 500_000_000n * UNIT)
  })

  const data = encodeFunctionData({ abi: feesAbi, functionName: 'setRate', args: [kind, NEW_RATE] })
  const proposal = {
    description: 'A rate that operators can live from',
    calls: [{ to: at('ServiceFees'), value: 0n, data }],
  }
  const state = async (id: bigint) => (await proposalProgress(reader, deployment, id)).state
  const view = (id: bigint) => proposalView(reader.public, reader, deployment, id)

  await t.test('its votes count once delegated, and decide', async () => {
    assert.equal(await read('AltToken', 'getVotes', [holder.account]), 0n)
    const delegation = async (index: number, to: Address) => {
      const client = await chain.client(index)
      return delegateCalls(client.public, client, deployment, client.account, to)
    }
    await sendCalls(holder, await delegation(LAUNCHPOOL, holder.account))
    assert.deepEqual(await delegation(LAUNCHPOOL, holder.account), [])
    assert.equal(await read('AltToken', 'getVotes', [holder.account]), await balanceOf(LAUNCHPOOL))
    // What is locked votes too, from its wallet.
    const other = devAccount(TREASURY).address
    const both = await delegation(TREASURY, other)
    assert.equal(both.length, 2)
    await sendCalls(await chain.client(TREASURY), both)
    const { amount } = allocations.find(({ beneficiary }) => beneficiary === other) as Allocation
    assert.equal(await read('AltToken', 'getVotes', [other]), amount)
    await chain.wait(1)
    const id = await proposalId(reader, deployment, proposal)
    await assert.rejects(proposalProgress(reader, deployment, id), NoProposalError)
    await sendCalls(holder, [proposeCall(deployment, proposal)])
    assert.equal(await state(id), 'pending')
    const voting = async (): Promise<ProposalProgress> => proposalProgress(reader, deployment, id)
    const pending = await voting()
    assert.throws(() => voteCall(deployment, pending, 'for'), ProposalStateError)
    await chain.wait(governance.votingDelay + 1)
    await sendCalls(holder, [voteCall(deployment, await voting(), 'for')])
    const { votes, quorum, state: active } = await view(id)
    assert.equal(active, 'active')
    assert.deepEqual(votes, { for: 500_000_000n * UNIT, against: 0n, abstain: 0n })
    assert.equal(quorum, 400_000_000n * UNIT)
    await chain.wait(governance.votingPeriod)
    assert.equal(await state(id), 'succeeded')
    await sendCalls(holder, [queueCall(deployment, await view(id))])
    assert.equal(await state(id), 'queued')
    const queued = await view(id)
    const early = await now()
    assert.throws(() => executeCall(deployment, queued, early), /can be executed from/)
    await chain.wait(Number(governance.timelockDelay))
  })

  await t.test('the rollup pays the old rate until the notice of the new one is over', async () => {
    const id = await proposalId(reader, deployment, proposal)
    await chain.send(LAUNCHPOOL, at('AltToken'), token, 'transfer', [
      devAccount(ROLLUP_OWNER).address,
      PREPAID,
    ])
    await chain.send(ROLLUP_OWNER, at('AltToken'), token, 'approve', [at('ServiceFees'), PREPAID])
    await chain.send(ROLLUP_OWNER, at('ServiceFees'), feesAbi, 'prepay', [service, PREPAID])
    assert.equal(await read('ServiceFees', 'isServed', [service]), false)
    await wait(1)
    assert.equal(await read('ServiceFees', 'isServed', [service]), true)
    await sendCalls(holder, [executeCall(deployment, await view(id), await now())])
    assert.equal(await state(id), 'executed')
    const executed = await currentEpoch()
    await wait(NOTICE + 3)
    await chain.send(0, at('ServiceFees'), feesAbi, 'consume', [service, 100n])
    const funded = async (epoch: number) =>
      (
        await reader.read<readonly [bigint, bigint]>(at('OperatorRewards'), rewardsAbi, 'potOf', [
          service,
          epoch,
        ])
      )[0]
    const epochs = Array.from({ length: NOTICE + 3 }, (_, index) => executed + index)
    assert.deepEqual(
      await Promise.all(epochs.map(funded)),
      epochs.map((epoch) => (epoch <= executed + NOTICE ? RATE : NEW_RATE)),
    )
    // The epoch that runs is not over, and not paid.
    assert.equal(await funded(executed + NOTICE + 3), 0n)
    const { balance } = await account()
    const paid = BigInt(NOTICE + 1) * RATE + 2n * NEW_RATE
    assert.equal(balance, PREPAID - paid)
    assert.equal(await read('AltToken', 'balanceOf', [at('OperatorRewards')]), paid)
  })

  await t.test(
    'it gives notice, is served until the notice is over, and gets back the rest',
    async () => {
      await chain.send(ROLLUP_OWNER, at('ServiceFees'), feesAbi, 'giveNotice', [service])
      const { endEpoch, balance } = await account()
      const given = await currentEpoch()
      assert.equal(endEpoch, given + NOTICE)
      const refund = [service, devAccount(ROLLUP_OWNER).address]
      await wait(NOTICE)
      assert.equal(await read('ServiceFees', 'isServed', [service]), true)
      await assert.rejects(chain.send(ROLLUP_OWNER, at('ServiceFees'), feesAbi, 'refund', refund))
      await wait(1)
      assert.equal(await read('ServiceFees', 'isServed', [service]), false)
      await chain.send(0, at('ServiceFees'), feesAbi, 'consume', [service, 100n])
      const left = balance - BigInt(NOTICE + 1) * NEW_RATE
      assert.equal((await account()).balance, left)
      await chain.send(ROLLUP_OWNER, at('ServiceFees'), feesAbi, 'refund', refund)
      assert.equal(await balanceOf(ROLLUP_OWNER), left)
      assert.equal(await read('AltToken', 'balanceOf', [at('ServiceFees')]), 0n)
      await wait(5)
      await assert.rejects(chain.send(0, at('ServiceFees'), feesAbi, 'consume', [service, 100n]))
    },
  )
})
