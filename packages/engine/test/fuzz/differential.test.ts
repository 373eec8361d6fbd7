import { test } from 'node:test'
import { checkProperty, createProperties } from './properties.ts'

/** Another one explores other programs: `npm run fuzz -w packages/engine -- --minutes N`. */
const SEED = 20_260_101

for (const property of await createProperties()) {
  test(property.name, () => checkProperty(property, SEED, property.runs))
}
