// `npm run fuzz -w packages/engine -- --minutes N [--seed S]`: the fuzz tests with one seed after the other, from a
// random one on or from S. Ends with the first failure, which names its seed.

import { parseArgs } from 'node:util'
import { checkProperty, createProperties } from './properties.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0))
  throw new RangeError(`--minutes: expected a positive number, got ${values.minutes}`)
const first = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
if (!Number.isSafeInteger(first))
  throw new RangeError(`--seed: expected an integer, got ${values.seed}`)

const properties = await createProperties()
const end = performance.now() + minutes * 60_000
let rounds = 0
for (let seed = first; rounds === 0 || performance.now() < end; seed++, rounds++) {
  console.log(`seed ${seed}`)
  for (const property of properties) await checkProperty(property, seed, property.runs)
}
console.log(`${rounds} rounds without a difference`)
for (const { name, summary } of properties) console.log(`${name}: ${summary()}`)
