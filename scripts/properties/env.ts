/** How property tests run under `./hook.ts`; by environment variables, since it is other processes that run them. */
export interface PropertyEnv {
  /** Of fast-check's generator: 32 bits, signed. */
  readonly seed: number
  /** What multiplies the number of runs that a test asks for: 1 to 10 000. */
  readonly times: number
}

/** What `npm test` takes, so that it passes or fails for reasons of the code alone. `npm run fuzz` takes others. */
const FIXED: PropertyEnv = { seed: 1, times: 1 }

export const toVariables = ({ seed, times }: PropertyEnv): NodeJS.ProcessEnv => ({
  PROPERTY_SEED: String(seed),
  PROPERTY_TIMES: String(times),
})

/** Reads what `toVariables` writes, and takes the fixed values for what is not there. */
export const fromVariables = ({ PROPERTY_SEED, PROPERTY_TIMES }: NodeJS.ProcessEnv) => ({
  seed: integer('PROPERTY_SEED', PROPERTY_SEED, -(2 ** 31), 2 ** 31 - 1) ?? FIXED.seed,
  times: integer('PROPERTY_TIMES', PROPERTY_TIMES, 1, 10_000) ?? FIXED.times,
})

/** An integer from min to max in decimal digits; undefined where there is no text. */
export function integer(
  name: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^-?\d+$/.test(text) && value >= min && value <= max) return value
  throw new RangeError(`${name}: expected an integer from ${min} to ${max}, got '${text}'`)
}
