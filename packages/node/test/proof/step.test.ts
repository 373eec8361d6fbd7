import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KEY_KECCAK256 } from '@altlayer/program/shared/abi.ts'
import { createMachine, createProgramHost, type Machine, recordTrace } from '@altlayer/vital'
import { deployRiscV } from '../../../vital/test/contract/contract.ts'
import { encodeFrames } from '../../src/batcher/frame.ts'
import { span } from '../derivation/model.ts'
import { gatherProof, programImage } from './prove.ts'
import { claimOf, frames, sourceOf, worldOf } from './world.ts'

/** Steps spread over the run, whose distance shares no factor with the lengths of loops. */
const SAMPLES = 150
/** First reads of keccak256 preimages that are looked at, and how many steps from each on. */
const READS = 25
const AFTER_READ = 12
/** Loads and stores in two leaves that are looked at. */
const ACROSS = 12
const LIMIT = 10_000_000_000n
const LEAF_PROOF_SIZE = 28 * 32

/** Steps, the first ones from a step on, whose load or store begins in one leaf and ends in the next. */
function stepsAcross(machine: Machine, from: bigint): readonly bigint[] {
  const found: bigint[] = []
  machine.run(from)
  while (!machine.exited && found.length < ACROSS) {
    const { pc, step, registers } = machine.core()
    const word = new DataView(machine.read(Number(pc), 4).buffer).getInt32(0, true)
    const [isLoad, isStore] = [(word & 0x7f) === 0x03, (word & 0x7f) === 0x23]
    if (isLoad || isStore) {
      const immediate = isLoad ? word >> 20 : ((word >> 25) << 5) | ((word >> 7) & 31)
      const address = (registers[(word >> 15) & 31] ?? 0n) + BigInt(immediate)
      if ((address % 32n) + (1n << BigInt((word >> 12) & 3)) > 32n) found.push(step)
    }
    machine.run(step + 1n)
  }
  return found
}

describe('a fault proof on chain', () => {
  it('comes to the same states in RiscV.sol, wherever a dispute may end', async () => {
    const world = await worldOf(3)
    world.mine([await world.post(encodeFrames(frames([span(world.config, world.l2.slice(1))])))])
    world.mine()
    const { server } = await gatherProof(sourceOf(world), claimOf(world, 1, 3), {
      config: world.config,
    })
    const image = await programImage()
    const host = createProgramHost(server)
    const reads: bigint[] = []
    const machine = createMachine(image, {
      ...host,
      preimage(key) {
        if (key.startsWith(`0${KEY_KECCAK256}`)) reads.push(machine.step)
        return host.preimage(key)
      },
    })
    machine.run(LIMIT)
    assert.deepEqual([machine.exited, machine.exitCode], [true, 0])
    assert.ok(reads.length > READS)

    const trace = recordTrace(image, host, { interval: 500_000n })
    const { step: call, load } = deployRiscV()
    const steps = Array.from(
      { length: SAMPLES },
      (_, i) => (trace.steps * BigInt(i)) / BigInt(SAMPLES) + BigInt((i * 7919) % 5003),
    )
    for (const [index, at] of reads.entries()) {
      if (index % Math.floor(reads.length / READS) !== 0) continue
      for (let after = 0; after < AFTER_READ; after++) steps.push(at + BigInt(after))
    }
    // The exit, too.
    steps.push(trace.steps - 1n)
    // Where the program itself touches two leaves at once.
    const across = stepsAcross(createMachine(image, host), reads[READS] ?? 0n)
    assert.equal(across.length, ACROSS)
    steps.push(...across)
    let loaded = 0
    for (const step of steps.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
      const witness = trace.witnessAt(step)
      if (witness.preimage !== undefined) {
        const key = Buffer.from(witness.preimage.key.slice(2), 'hex')
        // Local data come from the game, precompiles from other calls of the oracle.
        if (key[0] !== KEY_KECCAK256) continue
        load(server.get(key) as Uint8Array, Number(witness.preimage.offset))
        loaded++
      }
      if (across.includes(step)) assert.equal(witness.proof.length, 2 + 2 * 3 * LEAF_PROOF_SIZE)
      assert.equal(call(witness).stateHash, trace.stateHashAt(step + 1n), `step ${step}`)
    }
    assert.ok(loaded >= READS)
  })
})
