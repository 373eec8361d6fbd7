import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexToBytes } from '@altlayer/protocol'
import fc from 'fast-check'
import { encodeState, MissingPreimageError, stateHash, stepWitness } from '../src/index.ts'
import { referenceContractStep } from './reference/step.ts'
import { binary, ECALL, immediate, load, store } from './support/assembler.ts'
import { emulatorOf, ORIGIN } from './support/machine.ts'
import { KEY, preimages, setup } from './support/programs.ts'

test('the contract makes the next step of any program from its witness alone', () => {
  fc.assert(
    fc.property(setup, fc.nat(30), (input, before) => {
      const machine = emulatorOf(input)
      const at = (input.step ?? 0n) + BigInt(before)
      try {
        machine.run(at)
        const witness = stepWitness(machine)
        const { exited } = machine
        machine.run(at + 1n)
        const next = referenceContractStep(
          hexToBytes(witness.stateData),
          hexToBytes(witness.proof),
          preimages,
        )
        assert.equal(stateHash(next), stateHash(machine.state()))
        assert.equal(exited && witness.proof !== '0x', false)
      } catch (error) {
        if (!(error instanceof MissingPreimageError)) throw error
      }
    }),
    { numRuns: 1500 },
  )
})

test('the second proof of a store in two leaves is of memory after the first, at every height where ways meet', () => {
  for (let height = 5; height < 32; height++) {
    const border = 2 ** height
    const leaf = new Uint8Array(64).map((_, i) => 7 * i + 1)
    const machine = emulatorOf({
      code: [store.sd(1, 2, 0)],
      registers: { 1: 0x1122334455667788n, 2: BigInt(border - 3) },
      data: new Map([[border - 32, leaf]]),
      pc: 0x7f000000n,
    })
    const { stateData, proof } = stepWitness(machine)
    machine.run(1n)
    const next = referenceContractStep(hexToBytes(stateData), hexToBytes(proof), preimages)
    assert.equal(stateHash(next), stateHash(machine.state()))
    assert.deepEqual(
      machine.read(border - 3, 8),
      Uint8Array.of(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11),
    )
  }
})

/** Bytes of proof of the first step of a one-instruction program. */
function proofSize(code: number, registers: Readonly<Record<number, bigint>> = {}): number {
  const machine = emulatorOf({ code: [code], registers, preimages, preimageKey: KEY })
  return hexToBytes(stepWitness(machine).proof).length
}

test('a proof has one leaf, and one more for each where data is touched', () => {
  const at = BigInt(ORIGIN)
  assert.equal(proofSize(binary.add(1, 2, 3)), 896)
  assert.equal(proofSize(load.ld(1, 2, 8), { 2: at }), 1792)
  assert.equal(proofSize(load.lb(0, 2, -1), { 2: at }), 1792, 'a load into x0 is proven too')
  assert.equal(proofSize(store.sd(1, 2, -8), { 2: at }), 1792)
  assert.equal(proofSize(store.sd(1, 2, 23), { 2: at }), 1792, 'misaligned, in one leaf')
  assert.equal(proofSize(store.sd(1, 2, 25), { 2: at }), 2688, 'in two leaves')
  assert.equal(proofSize(load.lhu(1, 2, -1), { 2: at }), 2688, 'in two leaves')
  assert.equal(proofSize(load.lw(1, 2, 0), { 2: 1n << 32n }), 896, 'out of range')
  assert.equal(proofSize(load.lw(1, 2, -3), { 2: 1n << 32n }), 896, 'a byte out of range')
  assert.equal(proofSize(immediate.addi(1, 1, 1)), 896)
  assert.equal(proofSize(0), 896, 'not an instruction')
})

test('an ECALL proves data where it moves bytes only', () => {
  const call = (number: bigint, fd: bigint, address: bigint, length: bigint): number =>
    proofSize(ECALL, { 17: number, 10: fd, 11: address, 12: length })
  const at = BigInt(ORIGIN) + 100n
  assert.equal(call(63n, 5n, at, 40n), 1792)
  assert.equal(call(64n, 6n, at, 40n), 1792)
  assert.equal(call(63n, 5n, at, 0n), 896)
  assert.equal(call(64n, 6n, 1n << 32n, 1n), 896)
  assert.equal(call(64n, 1n, at, 40n), 896)
  assert.equal(call(64n, 4n, at, 40n), 896)
  assert.equal(call(63n, 3n, at, 40n), 896)
  assert.equal(call(93n, 0n, 0n, 0n), 896)
})

test('a read of a preimage names its key and offset', () => {
  const machine = emulatorOf({
    code: [ECALL, ECALL],
    registers: { 17: 63n, 10: 5n, 11: 0x20000n, 12: 8n },
    preimages,
    preimageKey: KEY,
  })
  machine.run(1n)
  machine.setCore({ ...machine.core(), registers: machine.core().registers.with(10, 5n) })
  const { preimage } = stepWitness(machine)
  assert.deepEqual(preimage, { key: `0x${Buffer.from(KEY).toString('hex')}`, offset: 8n })
})

test('a machine with a bad pc, or that has exited, needs no proof', () => {
  for (const pc of [2n, 1n << 32n, (1n << 64n) - 4n]) {
    const machine = emulatorOf({ pc, code: [] })
    assert.equal(stepWitness(machine).proof, '0x')
    machine.run(1n)
    assert.equal(machine.exitCode, 225)
    const after = encodeState(machine.state())
    assert.equal(stepWitness(machine).proof, '0x')
    machine.run(10n)
    assert.deepEqual(encodeState(machine.state()), after)
  }
})
