import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Address, Hex } from '@altlayer/protocol'
import { eventually } from '../../../launch/test/eventually.ts'
import { CallRefusedError, FeeLimitError, LostTransactionError } from '../../src/l1/index.ts'
import { putSink, reorg, startL1, type TestL1, waitingOf } from '../support/l1.ts'

const SINK: Address = '0x00000000000000000000000000000000000051c4'
/** Runtime code that reverts: PUSH0 PUSH0 REVERT. */
const REVERTS: Hex = '0x5f5ffd'
const REVERTER: Address = '0x0000000000000000000000000000000000002e7e'

describe('sender', { concurrency: 1 }, () => {
  let l1: TestL1
  let account = 0

  before(async () => {
    l1 = await startL1()
    await l1.mineByHand()
    await l1.rpc('anvil_setCode', REVERTER, REVERTS)
  })
  beforeEach(async () => {
    account++
    await putSink(l1, SINK)
    await l1.mine(3)
  })
  after(() => l1?.stop())

  const waitFor = (sender: { address: Address }, count: number) =>
    eventually(`${count} transactions wait`, async () => {
      const waiting = await waitingOf(l1, sender.address)
      return waiting.length === count && waiting
    })

  /** Until the one transaction that waits has this input. */
  const untilWaits = (sender: { address: Address }, data: Hex) =>
    eventually(`${data} waits`, async () => {
      const [now] = await waitingOf(l1, sender.address)
      return now && (await l1.client.getTransaction({ hash: now.hash })).input === data
    })

  it('gives transactions nonces in the order in which they were sent', async () => {
    const sender = l1.sender(account)
    const data = Array.from({ length: 20 }, (_, i): Hex => `0x${(i + 16).toString(16)}`)
    const sent = data.map((each) => sender.send({ to: SINK, data: each, gas: 50_000n }))
    await waitFor(sender, 20)
    await l1.mine()
    const receipts = await Promise.all(sent)
    const found = await Promise.all(
      receipts.map(({ transactionHash: hash }) => l1.client.getTransaction({ hash })),
    )
    assert.deepEqual(
      found.map(({ nonce, input }) => [nonce, input]),
      data.map((each, nonce) => [nonce, each]),
    )
  })

  it('does not send what would revert, nor to where nothing is', async () => {
    const sender = l1.sender(account)
    await assert.rejects(sender.send({ to: REVERTER, data: '0x01' }), CallRefusedError)
    const nowhere: Address = `0x${'de'.repeat(20)}`
    await assert.rejects(sender.send({ to: nowhere, data: '0x01', value: 1n }), /no contract is at/)
    assert.equal((await waitingOf(l1, sender.address)).length, 0)
  })

  it('says when a transaction that was not tried beforehand reverts', async () => {
    const sender = l1.sender(account)
    const sent = assert.rejects(
      sender.send({ to: REVERTER, data: '0x', gas: 50_000n }),
      /transaction 0x[0-9a-f]{64} reverted/,
    )
    await waitFor(sender, 1)
    await l1.mine()
    await sent
  })

  it('raises the fees when the base fee rises a hundredfold', async () => {
    const sender = l1.sender(account)
    const sent = sender.send({ to: SINK, data: '0x01' })
    const [first] = await waitFor(sender, 1)
    const { baseFeePerGas } = await l1.client.getBlock()
    assert.ok(baseFeePerGas)
    const raised = baseFeePerGas * 100n
    await l1.rpc('anvil_setNextBlockBaseFeePerGas', `0x${raised.toString(16)}`)
    await l1.mine()
    const replaced = await eventually('it is replaced', async () => {
      const [now] = await waitingOf(l1, sender.address)
      return now !== undefined && now.hash !== first?.hash && now
    })
    assert.equal(replaced.nonce, first?.nonce)
    await l1.rpc('anvil_setNextBlockBaseFeePerGas', `0x${raised.toString(16)}`)
    await l1.mine()
    const { transactionHash, effectiveGasPrice } = await sent
    assert.equal(transactionHash, replaced.hash)
    assert.ok(effectiveGasPrice > raised)
  })

  it('sends nothing while L1 asks for more than is allowed', async () => {
    const { baseFeePerGas } = await l1.client.getBlock()
    const sender = l1.sender(account, (baseFeePerGas ?? 0n) / 2n + 1n)
    await assert.rejects(sender.send({ to: SINK, data: '0x01' }), FeeLimitError)
    assert.equal((await waitingOf(l1, sender.address)).length, 0)
  })

  it('replaces what an earlier process left behind for too low a fee', async () => {
    const before = l1.sender(account)
    const lost = assert.rejects(before.send({ to: SINK, data: '0x01' }))
    await waitFor(before, 1)
    before.close()
    await lost
    const sender = l1.sender(account)
    const sent = sender.send({ to: SINK, data: '0x02' })
    await untilWaits(sender, '0x02')
    await l1.mine()
    assert.equal((await sent).status, 'success')
  })

  it('sends again what L1 forgot', async () => {
    const sender = l1.sender(account)
    const sent = sender.send({ to: SINK, data: '0x01' })
    const [first] = await waitFor(sender, 1)
    await l1.rpc('anvil_dropAllTransactions')
    await waitFor(sender, 1)
    await l1.mine()
    assert.equal((await sent).transactionHash, first?.hash)
  })

  it('goes on after a reorganisation that takes mined transactions away', async () => {
    const sender = l1.sender(account)
    const first = [1, 2].map(() => sender.send({ to: SINK, data: '0x01' }))
    await waitFor(sender, 2)
    await l1.mine()
    await Promise.all(first)
    await reorg(l1, 1)
    assert.equal(await l1.client.getTransactionCount({ address: sender.address }), 0)
    const sent = sender.send({ to: SINK, data: '0x02' })
    await waitFor(sender, 3)
    await l1.mine()
    assert.equal((await sent).status, 'success')
    // What is gone is for its owner to decide: the nonces were filled, nothing was said twice.
    const block = await l1.client.getBlock({ includeTransactions: true })
    assert.deepEqual(
      block.transactions.map(({ to, input }) => [to, input]),
      [
        [sender.address, '0x'],
        [sender.address, '0x'],
        [SINK, '0x02'],
      ],
    )
  })

  it('goes on when the reorganisation takes what an earlier process sent', async () => {
    const before = l1.sender(account)
    const first = before.send({ to: SINK, data: '0x01' })
    await waitFor(before, 1)
    await l1.mine()
    await first
    before.close()
    const sender = l1.sender(account)
    const second = sender.send({ to: SINK, data: '0x02' })
    await waitFor(sender, 1)
    await reorg(l1, 1)
    await waitFor(sender, 2)
    await l1.mine()
    assert.equal((await second).status, 'success')
  })

  it('pays nothing to where a contract was before a reorganisation', async () => {
    const sender = l1.sender(account)
    const sent = assert.rejects(
      sender.send({ to: SINK, data: '0x01', value: 10n ** 18n }),
      (error: Error) => error instanceof LostTransactionError && /any more/.test(error.message),
    )
    await waitFor(sender, 1)
    await l1.rpc('anvil_setCode', SINK, '0x')
    await sent
    await l1.mine()
    assert.equal(await l1.client.getBalance({ address: SINK }), 0n)
    assert.equal(await l1.client.getTransactionCount({ address: sender.address }), 1)
  })

  it('says when another took the nonce', async () => {
    const sender = l1.sender(account)
    const other = l1.sender(account)
    const lost = assert.rejects(sender.send({ to: SINK, data: '0x01' }), LostTransactionError)
    await waitFor(sender, 1)
    await l1.rpc('anvil_dropAllTransactions')
    const sent = other.send({ to: SINK, data: '0x02' })
    // The first may have sent its own again before.
    await untilWaits(other, '0x02')
    await l1.mine()
    assert.equal((await sent).status, 'success')
    await lost
  })
})
