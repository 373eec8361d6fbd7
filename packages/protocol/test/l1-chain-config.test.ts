import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  attributesBlobBaseFee,
  type BlobFork,
  fakeExponential,
  l1BlobBaseFee,
  l1BlobForks,
  MalformedInputError,
  parseL1ChainConfig,
  ZERO_ADDRESS,
  ZERO_HASH,
} from '../src/index.ts'
import type { Header } from '../src/types.ts'

const CANCUN = { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 }
const PRAGUE = { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 }
const BPO1 = { target: 10, max: 15, baseFeeUpdateFraction: 8_346_193 }
const BPO2 = { target: 14, max: 21, baseFeeUpdateFraction: 11_684_671 }
const BPO3 = { target: 21, max: 32, baseFeeUpdateFraction: 20_609_697 }

/** As geth has mainnet's (EIP-7607's times), whose blob schedule has no entry for Osaka. */
const mainnet = {
  chainId: 1,
  shanghaiTime: 1_681_338_455,
  cancunTime: 1_710_338_135,
  pragueTime: 1_746_612_311,
  osakaTime: 1_764_798_551,
  bpo1Time: 1_765_290_071,
  bpo2Time: 1_767_747_671,
  blobSchedule: { cancun: CANCUN, prague: PRAGUE, bpo1: BPO1, bpo2: BPO2 },
}
const parse = (changes: object = {}, chainId = 1n) =>
  parseL1ChainConfig({ ...mainnet, ...changes }, chainId)
const schedule = (changes: object) => ({ blobSchedule: { ...mainnet.blobSchedule, ...changes } })
const fork = (time: number, of: typeof CANCUN): BlobFork => ({
  time: BigInt(time),
  fraction: BigInt(of.baseFeeUpdateFraction),
})

const header: Header = {
  parentHash: ZERO_HASH,
  sha3Uncles: ZERO_HASH,
  miner: ZERO_ADDRESS,
  stateRoot: ZERO_HASH,
  transactionsRoot: ZERO_HASH,
  receiptsRoot: ZERO_HASH,
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: 0n,
  number: 1n,
  gasLimit: 36_000_000n,
  gasUsed: 0n,
  timestamp: 0n,
  extraData: '0x',
  mixHash: ZERO_HASH,
  nonce: '0x0000000000000000',
  baseFeePerGas: 7n,
  blobGasUsed: 0n,
  excessBlobGas: 200_000_000n,
}
const price = (of: typeof CANCUN) =>
  fakeExponential(1n, 200_000_000n, BigInt(of.baseFeeUpdateFraction))

describe('the blob parameter forks of an L1', () => {
  it('are the same from a file as those that are known of a public L1', () => {
    assert.deepEqual(parse(), l1BlobForks({ l1ChainId: 1n }))
    assert.deepEqual(parse({ ...schedule({ osaka: PRAGUE }) }), l1BlobForks({ l1ChainId: 1n }))
    assert.deepEqual(
      parseL1ChainConfig({ config: mainnet, alloc: {} }, 1n),
      l1BlobForks({ l1ChainId: 1n }),
      'of a genesis file',
    )
  })

  it('are known of mainnet, Sepolia, Holesky and Hoodi', () => {
    for (const [l1ChainId, bpo1, bpo2] of [
      [1n, 1_765_290_071, 1_767_747_671],
      [11_155_111n, 1_761_017_184, 1_761_607_008],
      [17_000n, 1_759_800_000, 1_760_389_824],
      [560_048n, 1_762_365_720, 1_762_955_544],
    ] as const)
      assert.deepEqual(l1BlobForks({ l1ChainId }), [fork(bpo1, BPO1), fork(bpo2, BPO2)])
    assert.deepEqual(l1BlobForks({ l1ChainId: 900n }), [])
  })

  it('take in one that came after this version, in the order of their numbers', () => {
    const known = parse()
    const times = { bpo10Time: 1_990_000_000, bpo3Time: 1_800_000_000 }
    assert.deepEqual(parse({ ...times, ...schedule({ bpo10: BPO1, bpo3: BPO3 }) }), [
      ...known,
      fork(1_800_000_000, BPO3),
      fork(1_990_000_000, BPO1),
    ])
  })

  it('keep parameters of Cancun and Prague that are not the usual ones', () => {
    assert.deepEqual(parse({ ...schedule({ cancun: BPO1, prague: PRAGUE }) }).slice(0, 2), [
      fork(mainnet.cancunTime, BPO1),
      fork(mainnet.pragueTime, PRAGUE),
    ])
    assert.deepEqual(parse({ ...schedule({ prague: BPO3 }) })[0], fork(mainnet.pragueTime, BPO3))
  })

  it('leave out an entry whose fork has no time, and a fork that changes no price', () => {
    assert.deepEqual(parse(schedule({ bpo3: BPO3, amsterdam: BPO3 })), parse())
    assert.deepEqual(parse({ bpo3Time: 1_800_000_000, ...schedule({ bpo3: BPO2 }) }), parse())
  })

  it('are none of an L1 that is a rollup', () => {
    assert.deepEqual(parseL1ChainConfig({ chainId: 10, optimism: {}, cancunTime: 5 }, 10n), [])
  })
})

describe('a file that describes L1', () => {
  const refused = (changes: unknown, path: string) =>
    assert.throws(
      () => parseL1ChainConfig(changes, 1n),
      (error) => error instanceof MalformedInputError && error.message.includes(path),
      path,
    )

  it('is refused with the name of what is wrong', () => {
    refused([], 'l1ChainConfig')
    refused({}, 'l1ChainConfig.chainId')
    refused({ config: null }, 'l1ChainConfig.config')
    refused({ ...mainnet, chainId: 11_155_111 }, 'l1ChainConfig.chainId')
    refused({ config: { ...mainnet, chainId: 5 } }, 'l1ChainConfig.config.chainId')
    refused({ ...mainnet, blobSchedule: undefined }, 'l1ChainConfig.blobSchedule')
    refused({ ...mainnet, bpo3Time: 1_800_000_000 }, 'l1ChainConfig.blobSchedule.bpo3')
    refused({ ...mainnet, bpo2Time: 1_765_290_070 }, 'l1ChainConfig.bpo2Time')
    refused({ ...mainnet, bpo1Time: -1 }, 'l1ChainConfig.bpo1Time')
    refused({ ...mainnet, ...schedule({ prague: undefined }) }, 'blobSchedule.prague')
    for (const wrong of [
      { target: 16 },
      { max: 70_000 },
      { target: undefined },
      { baseFeeUpdateFraction: 0 },
      { baseFeeUpdateFraction: '0x10000000000000000' },
      { baseFeeUpdateFraction: undefined },
    ]) {
      const [name] = Object.keys(wrong)
      refused(
        { ...mainnet, ...schedule({ bpo1: { ...BPO1, ...wrong } }) },
        `blobSchedule.bpo1.${name}`,
      )
    }
  })

  it('may change prices as often as the program has room for, no more often', () => {
    const changes = (count: number) => {
      const forks = Array.from({ length: count }, (_, i) => [`bpo${i + 3}`, i] as const)
      return {
        ...Object.fromEntries(forks.map(([name, i]) => [`${name}Time`, 1_800_000_000 + i])),
        ...schedule(
          Object.fromEntries(
            forks.map(([name, i]) => [name, { ...BPO3, baseFeeUpdateFraction: 30_000_000 + i }]),
          ),
        ),
      }
    }
    assert.equal(parse(changes(14)).length, 16)
    refused({ ...mainnet, ...changes(15) }, 'at most 16')
  })
})

describe("L1's blob base fee", () => {
  const at = (timestamp: number, rules: { readonly l1BlobForks?: readonly BlobFork[] } = {}) =>
    l1BlobBaseFee(
      { ...header, timestamp: BigInt(timestamp), requestsHash: ZERO_HASH },
      { l1ChainId: 1n, ...rules },
    )

  it('follows the schedule from the second of a fork on', () => {
    assert.equal(at(mainnet.bpo1Time - 1), price(PRAGUE))
    assert.equal(at(mainnet.bpo1Time), price(BPO1))
    assert.equal(at(mainnet.bpo2Time - 1), price(BPO1))
    assert.equal(at(mainnet.bpo2Time), price(BPO2))
  })

  it('follows the schedule that was given in the place of the known one', () => {
    const given = parse({ bpo3Time: 1_800_000_000, ...schedule({ bpo3: BPO3 }) })
    assert.equal(at(1_799_999_999, { l1BlobForks: given }), price(BPO2))
    assert.equal(at(1_800_000_000, { l1BlobForks: given }), price(BPO3))
    assert.equal(at(1_800_000_000, { l1BlobForks: [] }), price(PRAGUE))
  })

  it('is 1 before Cancun, and by the header alone where no schedule is known', () => {
    const rules = { l1ChainId: 900n }
    const { excessBlobGas: _, ...before } = header
    assert.equal(l1BlobBaseFee(before, rules), 1n)
    assert.equal(l1BlobBaseFee(header, rules), price(CANCUN))
    assert.equal(l1BlobBaseFee({ ...header, requestsHash: ZERO_HASH }, rules), price(PRAGUE))
  })

  it('is by Cancun for a rollup until its Pectra blob schedule, whatever was given', () => {
    const rules = { l1ChainId: 900n, l1BlobForks: [fork(0, BPO3)], pectraBlobScheduleTime: 50n }
    assert.equal(attributesBlobBaseFee({ ...header, timestamp: 49n }, rules), price(CANCUN))
    assert.equal(attributesBlobBaseFee({ ...header, timestamp: 50n }, rules), price(BPO3))
  })
})
