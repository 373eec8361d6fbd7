// For `node --import`: test files that import fast-check get it seeded (`./seeded.ts`). Without this hook, as when
// one file is run by hand, properties take a new seed each time.
import { registerHooks } from 'node:module'

const seeded = new URL('./seeded.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'fast-check' && context.parentURL !== seeded
      ? { url: seeded, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
