import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MissingPreimageError, stateHash, stepWitness } from '../../src/index.ts'
import { emulatorOf } from '../support/machine.ts'
import { setup } from '../support/programs.ts'
import { deployRiscV } from './contract.ts'

/** Steps of one random program that are compared. */
const STEPS_A_PROGRAM = 40
/** Hex digits of a proof with two leaves of data. */
const PROOF_ACROSS = 2 + 2 * 3 * 896
const STORE = 0x23
/** Programs in a batch: fast-check's own bookkeeping is per run. */
const BATCH = 50

export interface Comparison {
  readonly steps: number
  /** Those among them that read a preimage. */
  readonly reads: number
  /** Those that load or store in two leaves. */
  readonly loadsAcross: number
  readonly storesAcross: number
  /** Most execution gas of a step, preimage reads aside. */
  readonly gas: number
}

/**
 * Runs random programs on the emulator, and each of their steps on the contract from its witness: the state hashes are
 * the same after every one, and so is what cannot be done. Goes on until `steps` steps are compared.
 *
 * @param seed fast-check's, so that a failure can be repeated
 */
export function compareSteps(steps: number, seed: number): Comparison {
  const { step: call } = deployRiscV()
  let [done, reads, loadsAcross, storesAcross, gas] = [0, 0, 0, 0, 0]
  for (let batch = 0; done < steps; batch++) {
    fc.assert(
      fc.property(setup, (input) => {
        const machine = emulatorOf(input)
        for (let step = 0; step < STEPS_A_PROGRAM; step++) {
          const witness = stepWitness(machine)
          const { exited } = machine
          const code = machine.read(Number(machine.core().pc), 1)
          const next = call(witness)
          try {
            machine.run(machine.step + 1n)
          } catch (error) {
            if (!(error instanceof MissingPreimageError)) throw error
            assert.equal(next.stateHash, undefined, 'the oracle has no such preimage')
            return
          }
          assert.equal(next.stateHash, stateHash(machine.state()), `step ${witness.step}`)
          if (witness.proof.length === PROOF_ACROSS) {
            const [opcode] = code
            if (opcode === undefined) throw new Error('a proof of data without an instruction')
            if ((opcode & 0x7f) === STORE) storesAcross++
            else loadsAcross++
          }
          if (witness.preimage === undefined) gas = Math.max(gas, next.gas)
          else reads++
          done++
          if (exited) return
        }
      }),
      { numRuns: BATCH, seed: seed + batch, endOnFailure: true },
    )
  }
  return { steps: done, reads, loadsAcross, storesAcross, gas }
}
