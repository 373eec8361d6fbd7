import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MalformedInputError } from '@altlayer/protocol'
import { ALT_SUPPLY, parseAltConfig } from '../src/index.ts'

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
