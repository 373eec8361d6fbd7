import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bytesToHex, type Hex, hexToBytes } from '@altlayer/protocol'
import { stateHash, stepWitness } from '../../src/index.ts'
import { ECALL, store } from '../support/assembler.ts'
import { emulatorOf } from '../support/machine.ts'
import { compareSteps } from './compare.ts'
import { deployRiscV } from './contract.ts'

const GAS_LIMIT = 60_000

describe('RiscV.sol', () => {
  it('makes each step of random programs as the emulator does, for at most 60 000 gas', () => {
    // `npm run step -w @altlayer/vital` compares 100 000 steps.
    const { steps, reads, loadsAcross, storesAcross, gas } = compareSteps(15_000, 1)
    assert.ok(steps >= 15_000)
    assert.ok(reads > 20, `${reads} reads of preimages`)
    assert.ok(loadsAcross > 200, `${loadsAcross} loads in two leaves`)
    assert.ok(storesAcross > 200, `${storesAcross} stores in two leaves`)
    assert.ok(gas > 0 && gas <= GAS_LIMIT, `${gas} gas`)
  })

  it('refuses a proof of another memory, a short one, and a malformed state', () => {
    const { step: call } = deployRiscV()
    const machine = emulatorOf({ code: [store.sd(1, 2, 0)], registers: { 1: 5n, 2: 0x20000n } })
    const witness = stepWitness(machine)
    machine.run(1n)
    assert.equal(call(witness).stateHash, stateHash(machine.state()))
    const changed = (hex: Hex, at: number, value: number): Hex => {
      const bytes = hexToBytes(hex)
      bytes[at] = value
      return `0x${Buffer.from(bytes).toString('hex')}`
    }
    const { proof, stateData } = witness
    for (const bad of [
      // A leaf, a sibling, of the instruction and of the data.
      { proof: changed(proof, 31, 1) },
      { proof: changed(proof, 895, 0xff) },
      { proof: changed(proof, 896, 1) },
      { proof: changed(proof, 1791, 0xff) },
      { proof: proof.slice(0, -2) as Hex },
      { proof: proof.slice(0, 2 + 2 * 896) as Hex },
      { proof: '0x' as const },
      { stateData: changed(stateData, 0, 0) },
      { stateData: changed(stateData, 97, 1) },
      { stateData: changed(stateData, 81, 2) },
      { stateData: stateData.slice(0, -2) as Hex },
      { stateData: `${stateData}00` as Hex },
    ])
      assert.equal(
        call({ ...witness, ...bad }).stateHash,
        undefined,
        JSON.stringify(bad).slice(0, 40),
      )
  })

  it('refuses a store in two leaves whose second proof is not of memory after the first write', () => {
    const { step: call } = deployRiscV()
    const at = 0x20ffdn
    const code = [store.sd(1, 2, 0)]
    const machine = emulatorOf({ code, registers: { 1: -1n, 2: at } })
    const witness = stepWitness(machine)
    const { proof } = witness
    const old = bytesToHex(machine.proof(0x21000))
    machine.run(1n)
    assert.equal(proof.length, 2 + 2 * 2688)
    assert.equal(call(witness).stateHash, stateHash(machine.state()))
    const one = 2 * 896
    const parts = [0, 1, 2].map((part) => proof.slice(2 + part * one, 2 + (part + 1) * one))
    const [fetched, first, second] = parts as [string, string, string]
    for (const bad of [
      [fetched, first, old.slice(2)],
      [fetched, second, first],
      [fetched, first, first],
      [fetched, first],
      [fetched, first, second.slice(0, -2)],
      [first, fetched, second],
    ])
      assert.equal(call({ ...witness, proof: `0x${bad.join('')}` }).stateHash, undefined)
  })

  it('cannot make a step whose preimage is not there', () => {
    const registers = { 17: 63n, 10: 5n, 11: 0x20000n, 12: 8n }
    const preimageKey = new Uint8Array(32).fill(2)
    const machine = emulatorOf({ code: [ECALL], registers, preimageKey })
    assert.equal(deployRiscV().step(stepWitness(machine)).stateHash, undefined)
    assert.throws(() => machine.run(1n), { name: 'MissingPreimageError' })
  })

  it('ignores what follows a whole proof', () => {
    const { step: call } = deployRiscV()
    const machine = emulatorOf({ code: [ECALL], registers: { 17: 93n, 10: 1n } })
    const witness = stepWitness(machine)
    const { stateHash } = call(witness)
    assert.equal(stateHash?.slice(0, 4), '0x01')
    assert.equal(call({ ...witness, proof: `${witness.proof}ff` as Hex }).stateHash, stateHash)
  })
})
