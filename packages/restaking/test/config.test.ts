import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MalformedInputError } from '@altlayer/protocol'
import { ALT_SUPPLY, parseAltConfig, readAltConfig } from '../src/index.ts'
import { temporaryFolder } from './helpers.ts'

const LOCAL = fileURLToPath(new URL('../config/local.json', import.meta.url))

// biome-ignore lint/suspicious/noExplicitAny: damaged at will
const local = (): any => JSON.parse(readFileSync(LOCAL, 'utf8'))

/** Percent of the supply, as made public. */
const PUBLIC = {
  treasury: 215n,
  'protocol development': 200n,
  investors: 185n,
  team: 150n,
  'ecosystem and community': 150n,
  advisors: 50n,
  launchpool: 50n,
}

test('the default allocation is the public one, to the wei', () => {
  const { allocations } = parseAltConfig(local())
  assert.deepEqual(
    Object.fromEntries(allocations.map(({ name, amount }) => [name, amount])),
    Object.fromEntries(
      Object.entries(PUBLIC).map(([name, permille]) => [name, (ALT_SUPPLY * permille) / 1_000n]),
    ),
  )
})

// biome-ignore lint/suspicious/noExplicitAny: damaged at will
const refused: readonly (readonly [string, (config: any) => void, RegExp])[] = [
  [
    'a wei too much',
    (config) => {
      config.allocations[0].amount = '2150000000.000000000000000001'
    },
    /config\.allocations: expected amounts that sum to the supply/,
  ],
  [
    'a wei too little',
    (config) => {
      config.allocations[0].amount = '2149999999.999999999999999999'
    },
    /sum to the supply/,
  ],
  [
    'a fraction of a wei',
    (config) => {
      config.allocations[0].amount = '2150000000.0000000000000000001'
    },
    /config\.allocations\[0\]\.amount/,
  ],
  [
    'an amount that is a number',
    (config) => {
      config.allocations[0].amount = 2150000000
    },
    /config\.allocations\[0\]\.amount/,
  ],
  [
    'a cliff after the end',
    (config) => {
      config.allocations[1].cliff = config.allocations[1].duration + 1
    },
    /config\.allocations\[1\]\.cliff/,
  ],
  [
    'no beneficiary',
    (config) => {
      config.allocations[2].beneficiary = `0x${'00'.repeat(20)}`
    },
    /config\.allocations\[2\]\.beneficiary/,
  ],
  [
    'a timelock of less than two days',
    (config) => {
      config.governance.timelockDelay = 2 * 86_400 - 1
    },
    /config\.governance\.timelockDelay/,
  ],
  [
    'epochs of no time',
    (config) => {
      config.restaking.epochLength = 0
    },
    /config\.restaking\.epochLength/,
  ],
  [
    'keys that change within an epoch',
    (config) => {
      config.restaking.rotationDelay = config.restaking.epochLength - 1
    },
    /config\.restaking\.rotationDelay/,
  ],
  [
    'a slashing window shorter than what it covers',
    (config) => {
      config.restaking.slashingWindow -= 1
    },
    /config\.restaking\.slashingWindow/,
  ],
  [
    'a vault that stake leaves before it can be slashed',
    (config) => {
      config.restaking.vaults[0].epochDuration -= 1
    },
    /config\.restaking\.vaults\[0\]\.epochDuration/,
  ],
  [
    'two vaults that nothing tells apart',
    (config) => {
      config.restaking.vaults.push(config.restaking.vaults[0])
    },
    /config\.restaking\.vaults\[1\]/,
  ],
  [
    'no vault of ALT',
    (config) => {
      config.restaking.vaults = []
    },
    /config\.restaking\.vaults/,
  ],
  [
    'a vault of an asset that does not count',
    (config) => {
      config.restaking.vaults[0].asset = `0x${'11'.repeat(20)}`
    },
    /config\.restaking\.vaults\[0\]\.asset/,
  ],
  [
    'an allocation of nothing',
    (config) => {
      config.allocations[0].amount = '0'
    },
    /config\.allocations\[0\]\.amount/,
  ],
  [
    'an amount below nothing',
    (config) => {
      config.allocations[0].amount = '-1'
    },
    /config\.allocations\[0\]\.amount/,
  ],
  [
    'an amount with an exponent',
    (config) => {
      config.allocations[0].amount = '2.15e9'
    },
    /config\.allocations\[0\]\.amount/,
  ],
  [
    'an amount in hex',
    (config) => {
      config.allocations[0].amount = '0x80266580'
    },
    /config\.allocations\[0\]\.amount/,
  ],
  [
    'an amount above the supply',
    (config) => {
      config.allocations[0].amount = '10000000000.000000000000000001'
    },
    /config\.allocations\[0\]\.amount/,
  ],
  [
    'a schedule in milliseconds',
    (config) => {
      config.allocations[1].duration = config.allocations[1].duration * 1_000
    },
    /config\.allocations\[1\]\.duration/,
  ],
  [
    'a schedule that never began',
    (config) => {
      config.allocations[1].start = 0
    },
    /config\.allocations\[1\]\.start/,
  ],
  [
    'a start that is a date',
    (config) => {
      config.allocations[1].start = '2026-01-01'
    },
    /config\.allocations\[1\]\.start/,
  ],
  [
    'a cliff of a fraction of a second',
    (config) => {
      config.allocations[1].cliff = 0.5
    },
    /config\.allocations\[1\]\.cliff/,
  ],
  [
    'an allocation without a cliff',
    (config) => {
      delete config.allocations[1].cliff
    },
    /config\.allocations\[1\]\.cliff/,
  ],
  [
    'an allocation with a member too many',
    (config) => {
      config.allocations[1].clif = 0
    },
    /config\.allocations\[1\]\.clif/,
  ],
  [
    'no list of allocations',
    (config) => {
      config.allocations = {}
    },
    /config\.allocations/,
  ],
  [
    'one allocation too few',
    (config) => {
      config.allocations.pop()
    },
    /sum to the supply/,
  ],
  [
    'the same allocation twice',
    (config) => {
      config.allocations.push(config.allocations[6])
    },
    /sum to the supply/,
  ],
  [
    'more allocations than a mistake explains',
    (config) => {
      config.allocations = Array(1_001).fill(config.allocations[0])
    },
    /config\.allocations: expected at most 1000 entries/,
  ],
  [
    'an account with a digit too few',
    (config) => {
      config.allocations[2].beneficiary = config.allocations[2].beneficiary.slice(0, -1)
    },
    /config\.allocations\[2\]\.beneficiary/,
  ],
  [
    'a bridge that mints more than the supply',
    (config) => {
      config.bridges = [
        { chainId: 56, bridge: config.restaking.treasury, mintCap: '10000000001', burnCap: '1' },
      ]
    },
    /config\.bridges\[0\]\.mintCap/,
  ],
  [
    'a bridge on no chain',
    (config) => {
      config.bridges = [
        { chainId: 0, bridge: config.restaking.treasury, mintCap: '1', burnCap: '1' },
      ]
    },
    /config\.bridges\[0\]\.chainId/,
  ],
  [
    'a quorum of more than everybody',
    (config) => {
      config.governance.quorumPercent = 101
    },
    /config\.governance\.quorumPercent/,
  ],
  [
    'a home chain that is text',
    (config) => {
      config.homeChainId = 'ethereum'
    },
    /config\.homeChainId/,
  ],
  [
    'a salt of 31 bytes',
    (config) => {
      config.salt = config.salt.slice(0, -2)
    },
    /config\.salt/,
  ],
  [
    'a member that nobody knows',
    (config) => {
      config.governance.admin = `0x${'11'.repeat(20)}`
    },
    /config\.governance\.admin/,
  ],
  [
    'a missing member',
    (config) => {
      delete config.restaking.epochLength
    },
    /config\.restaking\.epochLength/,
  ],
]
for (const [what, damage, message] of refused) {
  test(`a configuration with ${what} is refused`, () => {
    const config = local()
    damage(config)
    assert.throws(
      () => parseAltConfig(config),
      (error: Error) => {
        assert.ok(error instanceof MalformedInputError)
        assert.match(error.message, message)
        return true
      },
    )
  })
}

test('a configuration that is no JSON is refused by its name', (t) => {
  const path = join(temporaryFolder(t), 'alt.json')
  writeFileSync(path, '{ "salt": ')
  assert.throws(() => readAltConfig(path), /alt\.json: expected JSON/)
  assert.throws(() => readAltConfig(`${path}.none`), /ENOENT.*alt\.json\.none/)
})
