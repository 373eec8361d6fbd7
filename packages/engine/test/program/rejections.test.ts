import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Address,
  bigintToHex,
  type ChainConfig,
  hexToBytes,
  lowerCaseAddress,
  ZERO_HASH,
} from '@altlayer/protocol'
import { isRejection, ProgramError, type ProgramErrorCode } from '../../src/program/errors.ts'
import type { AccountOverride, Program } from '../../src/program/types.ts'
import { account, signed } from '../helpers/chain.ts'
import {
  attributes,
  CHAIN_ID,
  ETHER,
  ethereumConfig,
  GWEI,
  holoceneAttributes,
  holoceneParent,
  opConfig,
  testChain,
  wallet,
} from './support.ts'

const alice = wallet(0)
const sender = lowerCaseAddress(alice.address)
const to: Address = `0x${'99'.repeat(20)}`
const MAX_NONCE = (1n << 64n) - 1n

const valid = {
  type: 'eip1559',
  chainId: Number(CHAIN_ID),
  nonce: 0,
  to,
  gas: 21_000n,
  maxFeePerGas: 2n * GWEI,
  maxPriorityFeePerGas: 1n,
} as const
const validBlob = {
  ...valid,
  type: 'eip4844',
  maxFeePerBlobGas: 1n,
  blobVersionedHashes: [`0x01${'00'.repeat(31)}`],
  sidecars: false,
} as const

type Request = Parameters<typeof alice.signTransaction>[0]

async function sign(request: unknown): Promise<Uint8Array> {
  return hexToBytes(await alice.signTransaction(request as Request))
}

function opened(config: ChainConfig, state: Partial<AccountOverride> = {}): Program {
  const chain = testChain(config)
  const genesis = chain.genesis([{ address: sender, balance: ETHER, ...state }])
  const prague = config.forks.cancun !== undefined
  if (config.mode === 'op') {
    chain.program.open({ ...genesis, ...holoceneParent }, attributes(holoceneAttributes))
  } else {
    chain.program.open(genesis, attributes(prague ? { parentBeaconBlockRoot: ZERO_HASH } : {}))
  }
  return chain.program
}

/** The transaction is refused with this code, the state is as before, and a good one still goes in. */
async function refuses(
  code: ProgramErrorCode,
  message: RegExp,
  request: unknown,
  setup: { config?: ChainConfig; account?: Partial<AccountOverride> } = {},
): Promise<void> {
  const program = opened(setup.config ?? ethereumConfig('cancun'), setup.account)
  const root = program.stateRoot()
  const raw = request instanceof Uint8Array ? request : await sign(request)
  assert.throws(
    () => program.transaction(raw),
    (error) => {
      assert.ok(error instanceof ProgramError && isRejection(error))
      assert.equal(error.code, code)
      assert.match(error.message, message)
      return true
    },
  )
  assert.equal(program.stateRoot(), root)
  assert.equal(program.gasLeft(), 30_000_000n)
  if (setup.account === undefined) {
    assert.equal(program.transaction(await sign(valid)).status, 'success')
  }
}

describe('transactions that cannot be in a block', () => {
  test('nonce', async () => {
    await refuses(
      'TX_NONCE_TOO_LOW',
      /^nonce too low: next nonce 5, tx nonce 3$/,
      { ...valid, nonce: 3 },
      {
        account: { nonce: 5n },
      },
    )
    await refuses('TX_NONCE_TOO_HIGH', /^nonce too high: next nonce 0, tx nonce 7$/, {
      ...valid,
      nonce: 7,
    })
    await refuses(
      'TX_NONCE_MAX',
      /nonce has max value/,
      { ...valid, nonce: MAX_NONCE },
      {
        account: { nonce: MAX_NONCE },
      },
    )
  })

  test('balance: gas at the fee cap, value, blobs at their cap', async () => {
    await refuses(
      'TX_INSUFFICIENT_FUNDS',
      new RegExp(
        `^insufficient funds for gas \\* price \\+ value: address ${sender} have ${ETHER} want ${ETHER + 42_000n * GWEI}$`,
      ),
      { ...valid, value: ETHER },
    )
    await refuses('TX_INSUFFICIENT_FUNDS', new RegExp(`want ${(1n << 256n) - 1n}$`), {
      ...valid,
      value: (1n << 256n) - 1n,
    })
    await refuses(
      'TX_INSUFFICIENT_FUNDS',
      new RegExp(`want ${42_000n * GWEI + 131_072n * ETHER}$`),
      {
        ...validBlob,
        maxFeePerBlobGas: ETHER,
      },
    )
  })

  test('fee caps', async () => {
    await refuses('TX_FEE_CAP_TOO_LOW', /maxFeePerGas: 874999999, baseFee: 875000000$/, {
      ...valid,
      maxFeePerGas: 874_999_999n,
    })
    // viem does not sign this one.
    await refuses(
      'TX_TIP_ABOVE_FEE_CAP',
      /maxPriorityFeePerGas: 2000000001, maxFeePerGas: 2000000000$/,
      signed(account(0), { chainId: CHAIN_ID, maxPriorityFeePerGas: 2n * GWEI + 1n }),
    )
    await refuses('TX_BLOB_FEE_CAP_TOO_LOW', /blobGasFeeCap: 0, blobBaseFee: 1$/, {
      ...validBlob,
      maxFeePerBlobGas: 0n,
    })
  })

  test('gas: intrinsic, floor, block', async () => {
    await refuses('TX_INTRINSIC_GAS', /^intrinsic gas too low: have 20999, want 21000$/, {
      ...valid,
      gas: 20_999n,
    })
    await refuses('TX_INTRINSIC_GAS', /have 53000, want 53058$/, {
      ...valid,
      to: undefined,
      data: '0x0102030000',
      gas: 53_000n,
    })
    await refuses(
      'TX_FLOOR_DATA_GAS',
      /^insufficient gas for floor data gas cost: have 24000, want 25000$/,
      { ...valid, data: `0x${'01'.repeat(100)}`, gas: 24_000n },
      { config: ethereumConfig('prague') },
    )
    await refuses('TX_BLOCK_GAS_LIMIT', /block has 30000000 left, transaction wants 30000001$/, {
      ...valid,
      maxFeePerGas: GWEI,
      gas: 30_000_001n,
    })
    await refuses('TX_INIT_CODE_SIZE', /code size 49153, limit 49152$/, {
      ...valid,
      to: undefined,
      data: `0x${'00'.repeat(49_153)}`,
      gas: 1_000_000n,
    })
  })

  test('sender: code that is no delegation (EIP-3607), a foreign chain, a bad signature', async () => {
    const code = hexToBytes('0x00')
    await refuses('TX_SENDER_NOT_EOA', /^sender not an eoa: address 0x/, valid, {
      account: { code },
    })
    const delegated = opened(ethereumConfig('prague'), {
      code: hexToBytes(`0xef0100${'77'.repeat(20)}`),
    })
    assert.equal(delegated.transaction(await sign(valid)).status, 'success')
    await refuses('TX_CHAIN_ID', /^invalid chain id for signer: have 1 want 901$/, {
      ...valid,
      chainId: 1,
    })
    const raw = await sign(valid)
    raw[raw.length - 1] = (raw[raw.length - 1] as number) ^ 1
    const program = opened(ethereumConfig('cancun'))
    // Another key, with no funds, or no key at all.
    assert.throws(
      () => program.transaction(raw),
      (e: ProgramError) => e.code === 'TX_SIGNATURE' || e.code === 'TX_INSUFFICIENT_FUNDS',
    )
  })

  test('a high s is refused (EIP-2)', async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const raw = await sign({ type: 'legacy', nonce: 0, to, gas: 21_000n, gasPrice: 2n * GWEI })
    const s = BigInt(`0x${Buffer.from(raw.subarray(-32)).toString('hex')}`)
    raw.set(hexToBytes(bigintToHex(order - s)), raw.length - 32)
    raw[raw.length - 67] = 55 - (raw[raw.length - 67] as number)
    await refuses('TX_SIGNATURE', /invalid transaction v, r, s values/, raw)
  })

  test('blobs: at least one, version 1, room in the block, no creation; none on the OP Stack', async () => {
    const hash = (first: string, index: number) =>
      `0x${first}${index.toString(16).padStart(62, '0')}`
    await refuses('TX_BLOB_HASH_VERSION', /^blob 1 has invalid hash version$/, {
      ...validBlob,
      blobVersionedHashes: [hash('01', 0), hash('02', 1)],
    }).catch(async (error) => {
      // viem refuses to sign it: then there is nothing to test here.
      if (!/versioned hash/i.test(String(error))) throw error
    })
    await refuses('TX_BLOB_GAS_LIMIT', /have 786432, want 917504$/, {
      ...validBlob,
      blobVersionedHashes: Array.from({ length: 7 }, (_, i) => hash('01', i)),
    })
    await refuses('TX_TYPE', /^transaction type not supported: 3$/, validBlob, {
      config: opConfig('holocene'),
    })
  })

  test('types before their fork', async () => {
    await refuses('TX_TYPE', /not supported: 3$/, validBlob, { config: ethereumConfig('shanghai') })
    const authorization = await alice.signAuthorization({
      chainId: Number(CHAIN_ID),
      nonce: 1,
      contractAddress: to,
    })
    const setCode = { ...valid, type: 'eip7702', authorizationList: [authorization], gas: 100_000n }
    await refuses('TX_TYPE', /not supported: 4$/, setCode)
    const program = opened(ethereumConfig('prague'))
    assert.equal(program.transaction(await sign(setCode)).status, 'success')
    await refuses(
      'TX_NO_AUTHORIZATIONS',
      /empty auth list/,
      { ...setCode, authorizationList: [] },
      {
        config: ethereumConfig('prague'),
      },
    )
    const deposit = hexToBytes(
      `0x7ef84ba0${'11'.repeat(32)}94${'22'.repeat(20)}94${'33'.repeat(20)}80808301000080`,
    )
    await refuses('TX_MALFORMED', /malformed/, deposit.subarray(0, 60))
  })

  test('malformed bytes', async () => {
    for (const hex of [
      '0x',
      '0x00',
      '0x05c0',
      '0x02',
      '0x02c0',
      '0xc0',
      '0x7e',
      '0xff',
      '0x02f86f',
    ] as const)
      await refuses('TX_MALFORMED', /^malformed transaction$/, hexToBytes(hex))
    const raw = await sign(valid)
    await refuses('TX_MALFORMED', /malformed/, Uint8Array.of(...raw, 0))
    await refuses('TX_MALFORMED', /malformed/, raw.subarray(0, -1))
  })
})
