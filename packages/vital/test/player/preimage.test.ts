import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { bytesToHex, type Hash, keccak256Hex } from '@altlayer/protocol'
import type { Action } from '../../src/game/index.ts'
import { ORACLE_ABI } from '../../src/l1/abi.ts'
import type { Call, Sender } from '../../src/l1/index.ts'
import { type PlayerTruth, perform } from '../../src/services.ts'
import { type Court, falseOutput, openCourt, TRUTH } from '../support/court.ts'
import { startL1, type TestL1 } from '../support/l1.ts'

describe('preimages that a step reads', { concurrency: 1 }, () => {
  let l1: TestL1
  let court: Court

  before(async () => {
    l1 = await startL1()
    court = await openCourt(l1)
  })
  after(() => l1?.stop())

  /** A step that reads from a preimage; the step itself is refused, as the game is not that far. */
  async function loadFor(sender: Sender, data: Uint8Array, offset: bigint): Promise<void> {
    const hash = keccak256Hex(data)
    const key: Hash = `0x02${hash.slice(4)}`
    const load = { kind: 'keccak256', data: bytesToHex(data) } as const
    const truth: PlayerTruth = {
      ...TRUTH,
      witness: async () => ({
        stateData: '0x',
        proof: '0x',
        preimage: { key, offset, load },
      }),
    }
    const [game] = (await court.snapshot()).games
    assert.ok(game)
    const action: Action = {
      kind: 'step',
      claimIndex: 0,
      isAttack: true,
      context: {
        starting: hash,
        startingBlockNumber: 0n,
        disputed: hash,
        disputedBlockNumber: 1n,
      },
      steps: 0n,
    }
    const { client } = l1
    const performed = perform({ client, sender, game, oracle: court.oracle, truth, action })
    await assert.rejects(performed, /InvalidParent|reverted/)
  }

  const isLoaded = (data: Uint8Array, offset: bigint) =>
    l1.client.readContract({
      address: court.oracle,
      abi: ORACLE_ABI,
      functionName: 'preimagePartOk',
      args: [`0x02${keccak256Hex(data).slice(4)}`, offset],
    })

  it('are put into the oracle, once', async () => {
    const owner = l1.sender(1)
    await court.create(owner, falseOutput(103n), 103n)
    const data = Uint8Array.from({ length: 500 }, (_, i) => i)
    const sent: Call[] = []
    const sender = counting(l1.sender(2), sent)
    await loadFor(sender, data, 32n)
    assert.equal(await isLoaded(data, 32n), true)
    const before = sent.length
    await loadFor(sender, data, 32n)
    assert.equal(sent.length, before + 1, 'the step alone')
  })

  it('of more than a transaction carries are gone on with after an interruption', async () => {
    const data = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) & 255)
    const offset = 77_777n
    const whole: Call[] = []
    const patient = counting(l1.sender(3), whole)
    const interrupted = l1.sender(4)
    let left = 3
    const dies: Sender = {
      ...interrupted,
      async send(call) {
        if (left-- === 0) throw new Error('killed')
        return interrupted.send(call)
      },
    }
    await assert.rejects(loadFor(dies, data, offset))
    assert.equal(await isLoaded(data, offset), false)
    const rest: Call[] = []
    await loadFor(counting(l1.sender(4), rest), data, offset)
    assert.equal(await isLoaded(data, offset), true)
    const other = data.slice(1)
    await loadFor(patient, other, offset)
    assert.equal(await isLoaded(other, offset), true)
    assert.equal(rest.length, whole.length - 3, 'nothing is said twice')
  })
})

function counting(sender: Sender, calls: Call[]): Sender {
  return {
    ...sender,
    send(call) {
      calls.push(call)
      return sender.send(call)
    },
  }
}
