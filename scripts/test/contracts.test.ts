import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { BN254_VECTORS } from '../../contracts/scripts/bn254-vectors.ts'
import { forgeEnvironment, forgePath } from '../../contracts/scripts/build.ts'

const contracts = join(import.meta.dirname, '../../contracts')

/** The configuration that forge itself makes of foundry.toml and these variables. */
function configWith(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const { stdout, stderr, status } = spawnSync(forgePath(), ['config', '--json'], {
    cwd: contracts,
    env,
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout)
}

const { PATH = '' } = process.env
/** Each changes what is compiled, how, or where to. */
const hostile = {
  PATH,
  FOUNDRY_OUT: '/nowhere/artifacts',
  FOUNDRY_CACHE_PATH: '/nowhere/cache',
  FOUNDRY_SRC: 'test',
  FOUNDRY_PROFILE: 'other',
  FOUNDRY_OPTIMIZER: 'false',
  FOUNDRY_EVM_VERSION: 'cancun',
  DAPP_LIBRARIES: '["src/a.sol:A:0x0000000000000000000000000000000000000001"]',
}

test("the contracts are built as foundry.toml says, whatever a user's variables of Foundry say", () => {
  const asked = configWith(hostile)
  assert.equal(asked.out, '/nowhere/artifacts', 'forge listens to such variables')
  assert.deepEqual(configWith(forgeEnvironment(hostile)), configWith({ PATH }))
})

test('how much the tests of contracts try is for the user to say, and what a script sets holds', () => {
  const config = configWith(
    forgeEnvironment(
      { ...hostile, FOUNDRY_FUZZ_RUNS: '7', FOUNDRY_INVARIANT_DEPTH: '9' },
      { FOUNDRY_OUT: 'out/lint/artifacts' },
    ),
  )
  const { fuzz, invariant, out } = config as Record<string, { runs: number; depth: number }>
  assert.deepEqual([fuzz?.runs, invariant?.depth, out], [7, 9, 'out/lint/artifacts'])
})

test('the committed vectors of BN254 are those that the other implementation computes', () => {
  assert.equal(readFileSync(BN254_VECTORS.path, 'utf8'), BN254_VECTORS.text)
})
