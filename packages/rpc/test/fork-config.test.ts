import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChainConfig, Hash } from '@altlayer/protocol'
import { forkConfigs } from '../src/fork-config.ts'
import { startRpcServer } from '../src/index.ts'
import { startAnvil } from './support/anvil.ts'
import { result } from './support/client.ts'
import { openTestEngine, testGenesis } from './support/engine.ts'

// eth_config (EIP-7910). Hoodi's genesis, times and fork identifiers are those of the EIP's examples.

const HOODI = {
  hash: '0xbbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b' as Hash,
  timestamp: 1_742_213_400n,
}
const PRAGUE_TIME = 1_742_999_832n
const hoodi: ChainConfig = {
  mode: 'ethereum',
  chainId: 560_048n,
  forks: { shanghai: 0n, cancun: 0n, prague: PRAGUE_TIME },
  blobSchedule: {
    cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477n },
    prague: { target: 6, max: 9, baseFeeUpdateFraction: 5007716n },
  },
  depositContract: '0x00000000219ab540356cbb839cbe05303d7705fa',
}

interface Fork {
  readonly activationTime: number
  readonly blobSchedule: unknown
  readonly forkId: string
  readonly precompiles: Readonly<Record<string, string>>
  readonly systemContracts: Readonly<Record<string, string>>
}
interface Answer {
  readonly current: Fork
  readonly next: Fork | null
  readonly last: Fork | null
}

const answer = (config: ChainConfig, head: bigint) =>
  forkConfigs(config, HOODI, head) as unknown as Answer

test('before a fork, it is the next and the last one', () => {
  const { current, next, last } = answer(hoodi, PRAGUE_TIME - 1n)
  assert.deepEqual(
    [current.activationTime, current.forkId, Object.keys(current.precompiles).length],
    [0, '0xbef71d30', 10],
  )
  assert.deepEqual(current.systemContracts, {
    BEACON_ROOTS_ADDRESS: '0x000f3df6d732807ef1319fb7b8bb8522d0beac02',
  })
  assert.deepEqual(
    [next?.activationTime, next?.forkId, Object.keys(next?.precompiles ?? {}).length],
    [Number(PRAGUE_TIME), '0x0929e24e', 17],
  )
  assert.deepEqual(next?.blobSchedule, { baseFeeUpdateFraction: 5007716, max: 9, target: 6 })
  assert.deepEqual(last, next)
})

test('from the second of a fork on, it is the current one and none is to come', () => {
  const before = answer(hoodi, PRAGUE_TIME - 1n)
  const { current, next, last } = answer(hoodi, PRAGUE_TIME)
  assert.deepEqual({ current, next, last }, { current: before.next, next: null, last: null })
})

test('on a rollup, forks of one time are one, and Delta, which changes derivation alone, is none', () => {
  const times = { regolith: 0n, canyon: 0n, delta: 1n, ecotone: 2n, fjord: 3n, granite: 3n }
  const forks = Object.fromEntries(
    Object.entries({ ...times, holocene: 4n, isthmus: 5n }).map(([fork, time]) => [
      fork,
      HOODI.timestamp + time,
    ]),
  )
  const config: ChainConfig = { mode: 'op', chainId: 901n, forks }
  const at = (time: bigint) => answer(config, HOODI.timestamp + time)
  const start = Number(HOODI.timestamp)
  const seen = [0n, 1n, 2n, 3n, 4n, 5n].map((time) => {
    const { current, next, last } = at(time)
    return [current, next, last].map(
      (fork) => fork && fork.activationTime - (fork.activationTime && start),
    )
  })
  assert.deepEqual(seen, [
    [0, 2, 5],
    [0, 2, 5],
    [2, 3, 5],
    [3, 4, 5],
    [4, 5, 5],
    [5, null, null],
  ])
  const [genesis, ecotone, fjord, isthmus] = [0n, 2n, 3n, 5n].map((time) => at(time).current)
  assert.deepEqual(
    [genesis, ecotone, fjord, isthmus].map((fork) => Object.keys(fork?.precompiles ?? {}).length),
    [9, 10, 11, 18],
  )
  assert.deepEqual(genesis?.systemContracts, {})
  assert.deepEqual(Object.keys(isthmus?.systemContracts ?? {}), [
    'BEACON_ROOTS_ADDRESS',
    'HISTORY_STORAGE_ADDRESS',
  ])
  assert.equal(isthmus?.blobSchedule, null)
  assert.equal(new Set([genesis, ecotone, fjord, isthmus].map((fork) => fork?.forkId)).size, 4)
})

test('eth_config answers as anvil does, whose genesis is another', async () => {
  const genesis = testGenesis('ethereum', [])
  const { blobSchedule, depositContract } = hoodi
  const config = { ...genesis.config, blobSchedule, depositContract } as ChainConfig
  const chain = await openTestEngine({ ...genesis, config })
  const server = await startRpcServer({ engine: chain.engine, port: 0 })
  const anvil = await startAnvil(['--hardfork', 'prague', '--chain-id', '1337'])
  try {
    const [ours, theirs] = (await Promise.all(
      [server.port, anvil.port].map((port) => result(port, 'eth_config')),
    )) as [Answer, Answer]
    const { forkId } = ours.current
    assert.match(forkId, /^0x[0-9a-f]{8}$/)
    assert.deepEqual(ours, { ...theirs, current: { ...theirs.current, forkId } })
  } finally {
    await Promise.all([server.close().then(chain.close), anvil.close()])
  }
})
