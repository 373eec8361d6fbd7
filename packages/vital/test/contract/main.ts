// `npm run step -w @altlayer/vital [STEPS [SEED]]`: compares RiscV.sol and the emulator, step by step, on random
// programs and states.
import { compareSteps } from './compare.ts'

const [steps = '100000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2)
console.log(`comparing ${steps} steps, seed ${seed}`)
const started = performance.now()
const result = compareSteps(Number(steps), Number(seed))
const seconds = Math.round((performance.now() - started) / 1000)
console.log(
  `${result.steps} steps are the same on the contract and in the emulator, ${result.reads} of them reads of a preimage, ${result.loadsAcross} loads and ${result.storesAcross} stores in two leaves; at most ${result.gas} gas a step (preimage reads aside); ${seconds} s`,
)
