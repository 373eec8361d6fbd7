import fc, { type IProperty, type Parameters } from 'fast-check'
import { fromVariables } from './env.ts'

// fast-check as it is, but for properties that give no seed of their own: they take the environment's, and their
// number of runs is multiplied.

export * from 'fast-check'

/** fast-check's own number of runs. */
const RUNS = 100

const { seed, times } = fromVariables(process.env)
fc.configureGlobal({ seed })

const many = ({ numRuns = RUNS, ...rest }: Parameters<unknown> = {}) => ({
  ...rest,
  numRuns: rest.seed === undefined ? numRuns * times : numRuns,
})

export const assert = ((property: IProperty<unknown>, parameters?: Parameters<unknown>) =>
  fc.assert(property, many(parameters))) as typeof fc.assert

export default { ...fc, assert }
