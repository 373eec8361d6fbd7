import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeTransaction,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  type ForkTimes,
  type Header,
  hexToBytes,
} from '@altlayer/protocol'
import { testData } from '../../../../scripts/testdata.ts'
import { isRejection, ProgramError, type ProgramErrorCode } from '../../src/program/errors.ts'
import { createProgram } from '../../src/program/instance.ts'
import type { Program } from '../../src/program/types.ts'

const forks: Readonly<Record<string, ForkTimes>> = {
  Paris: {},
  Shanghai: { shanghai: 0n },
  Cancun: { shanghai: 0n, cancun: 0n },
}

// What the program answers, by the suite's exceptions.
const codes: readonly (readonly [RegExp, readonly ProgramErrorCode[]])[] = [
  [/RLP_|ADDRESS_TOO_|(GASLIMIT|GASPRICE|NONCE|PRIORITY|VALUE)_OVERFLOW/, ['TX_MALFORMED']],
  [/TYPE_NOT_SUPPORTED/, ['TX_MALFORMED', 'TX_TYPE']],
  [/EC_RECOVERY_FAIL|INVALID_SIGNATURE_VRS/, ['TX_SIGNATURE', 'TX_MALFORMED']],
  // A v that is neither 27, 28 nor EIP-155's names no chain at all.
  [/INVALID_CHAINID/, ['TX_CHAIN_ID', 'TX_SIGNATURE']],
  [/GASLIMIT_PRICE_PRODUCT_OVERFLOW/, ['TX_INSUFFICIENT_FUNDS']],
  [/INTRINSIC_GAS_TOO_LOW/, ['TX_INTRINSIC_GAS']],
  [/INITCODE_SIZE_EXCEEDED/, ['TX_INIT_CODE_SIZE']],
  [/NONCE_TOO_BIG/, ['TX_NONCE_MAX']],
  [/PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS/, ['TX_TIP_ABOVE_FEE_CAP']],
]

const header: Header = {
  parentHash: `0x${'00'.repeat(32)}`,
  sha3Uncles: EMPTY_UNCLES_HASH,
  miner: `0x${'00'.repeat(20)}`,
  stateRoot: EMPTY_ROOT,
  transactionsRoot: EMPTY_ROOT,
  receiptsRoot: EMPTY_ROOT,
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: 0n,
  number: 1n,
  gasLimit: (1n << 64n) - 1n,
  gasUsed: 0n,
  timestamp: 1n,
  extraData: '0x',
  mixHash: `0x${'00'.repeat(32)}`,
  nonce: '0x0000000000000000',
  baseFeePerGas: 0n,
}

interface Vector {
  readonly txbytes: string
  readonly result: Readonly<
    Record<string, { exception?: string; hash?: string; sender?: string; intrinsicGas: string }>
  >
}

const vectors = await testData('ethereum-tests.tar.xz', (path) =>
  path.startsWith('TransactionTests/'),
)

/** Runs a transaction whose sender has the nonce it names and as much as can be; the rejection if it is refused. */
function outcome(program: Program, raw: Uint8Array) {
  const first = attempt(program, raw)
  const sender = first instanceof ProgramError ? first.context.sender : undefined
  if (sender === undefined) return first
  const { nonce } = decodeTransaction(raw) as { readonly nonce: bigint }
  return attempt(program, raw, { address: sender, balance: (1n << 256n) - 1n, nonce })
}

function attempt(
  program: Program,
  raw: Uint8Array,
  ...accounts: Parameters<Program['override']>[0]
) {
  program.openAt(header)
  try {
    program.override(accounts)
    return program.transaction(raw)
  } catch (error) {
    if (!isRejection(error)) throw error
    return error
  } finally {
    program.abort()
  }
}

test('the public transaction vectors are taken or refused for the reason they give', {
  skip: vectors.absent,
}, () => {
  let taken = 0
  let refused = 0
  for (const [fork, times] of Object.entries(forks)) {
    const program = createProgram(
      { preimage: () => undefined },
      { config: { mode: 'ethereum', chainId: 1n, forks: times } },
    )
    for (const [path, file] of vectors.files) {
      const cases: Record<string, Vector> = JSON.parse(Buffer.from(file).toString())
      for (const [name, { txbytes, result }] of Object.entries(cases)) {
        const expected = result[fork]
        if (expected === undefined) continue
        const place = `${path} ${name} ${fork} ${expected.exception ?? ''}`
        const actual = outcome(program, hexToBytes(txbytes))
        if (expected.exception === undefined) {
          if (actual instanceof ProgramError) {
            // The suite knows no balances: some of its transactions cost more than there can be.
            assert.equal(actual.code, 'TX_INSUFFICIENT_FUNDS', place)
            assert.equal(actual.context.sender, expected.sender, place)
            taken++
            continue
          }
          assert.equal(actual.from, expected.sender, place)
          assert.equal(actual.hash, expected.hash, place)
          taken++
        } else {
          if (!(actual instanceof ProgramError)) assert.fail(`${place} taken`)
          const allowed = codes.find(([pattern]) => pattern.test(expected.exception as string))?.[1]
          assert.ok(allowed?.includes(actual.code), `${place} refused: ${actual.code}`)
          refused++
        }
      }
    }
  }
  assert.ok(taken > 100 && refused > 200, `${taken} taken, ${refused} refused`)
})
