import {
  type Address,
  bytesToHex,
  type ChainConfig,
  EMPTY_ROOT,
  EMPTY_UNCLES_HASH,
  type ForkTimes,
  type Header,
  type Hex,
  OP_FORKS,
  ZERO_HASH,
} from '@altlayer/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { createProgram } from '../../src/program/instance.ts'
import type {
  AccountOverride,
  BlockAttributes,
  Program,
  ProgramHost,
} from '../../src/program/types.ts'

export const CHAIN_ID = 901n
export const ETHER = 10n ** 18n
export const GWEI = 10n ** 9n
export const COINBASE: Address = `0x${'c0'.repeat(20)}`

/** An OP Stack chain whose last active fork at genesis is `fork` ('bedrock': none). */
export function opConfig(fork: 'bedrock' | (typeof OP_FORKS)[number], later: ForkTimes = {}) {
  const active = OP_FORKS.slice(0, OP_FORKS.indexOf(fork as 'isthmus') + 1)
  return {
    mode: 'op',
    chainId: CHAIN_ID,
    forks: { ...Object.fromEntries(active.map((name) => [name, 0n])), ...later },
    eip1559: { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n },
  } as const satisfies ChainConfig
}

export function ethereumConfig(fork: 'paris' | 'shanghai' | 'cancun' | 'prague'): ChainConfig {
  const names = ['shanghai', 'cancun', 'prague'] as const
  const active = names.slice(0, names.indexOf(fork as 'prague') + 1)
  return {
    mode: 'ethereum',
    chainId: CHAIN_ID,
    forks: Object.fromEntries(active.map((name) => [name, 0n])),
    depositContract: `0x${'dd'.repeat(20)}`,
  }
}

export interface TestChain {
  readonly program: Program
  /** Nodes, code and headers by the hex of their hash but its first byte. */
  readonly store: Map<string, Uint8Array>
  /** A program over the same store. */
  another(host?: Partial<ProgramHost>): Program
  /** Writes an allocation as the state of a header like `header`. */
  genesis(accounts: readonly AccountOverride[], header?: Partial<Header>): Header
}

export function testChain(config: ChainConfig, host: Partial<ProgramHost> = {}): TestChain {
  const store = new Map<string, Uint8Array>()
  const create = (more: Partial<ProgramHost>) =>
    createProgram(
      {
        preimage: (key) => store.get(bytesToHex(key).slice(4)),
        output: (_, hash, data) => void store.set(bytesToHex(hash).slice(4), data.slice()),
        ...more,
      },
      { config, nodeCacheBytes: 1 << 20, codeCacheBytes: 4 << 20 },
    )
  const program = create(host)
  return {
    program,
    store,
    another: (more = {}) => create(more),
    genesis(accounts, header = {}) {
      program.openAt(emptyHeader)
      program.override(accounts)
      const stateRoot = program.stateRoot()
      program.commit()
      return { ...emptyHeader, ...header, stateRoot }
    },
  }
}

/** A parent for blocks of any fork up to Cancun; an empty state. */
export const emptyHeader: Header = {
  parentHash: ZERO_HASH,
  sha3Uncles: EMPTY_UNCLES_HASH,
  miner: COINBASE,
  stateRoot: EMPTY_ROOT,
  transactionsRoot: EMPTY_ROOT,
  receiptsRoot: EMPTY_ROOT,
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: 0n,
  number: 0n,
  gasLimit: 30_000_000n,
  gasUsed: 0n,
  timestamp: 1_000n,
  extraData: '0x',
  mixHash: ZERO_HASH,
  nonce: '0x0000000000000000',
  baseFeePerGas: GWEI,
}

export function attributes(fields: Partial<BlockAttributes> = {}): BlockAttributes {
  return {
    timestamp: 1_002n,
    prevRandao: ZERO_HASH,
    feeRecipient: COINBASE,
    gasLimit: 30_000_000n,
    ...fields,
  }
}

/** Holocene extra data of the parent: denominator 250, elasticity 6. */
export const HOLOCENE_EXTRA_DATA: Hex = '0x00000000fa00000006'
export const HOLOCENE_PARAMS: Hex = '0x000000fa00000006'

/** Attributes and parent fields that a chain at Holocene or later needs. */
export const holoceneParent = { extraData: HOLOCENE_EXTRA_DATA } as const
export const holoceneAttributes = {
  parentBeaconBlockRoot: ZERO_HASH,
  eip1559Params: HOLOCENE_PARAMS,
} as const

/** An account whose key is a small number. */
export function wallet(index: number) {
  return privateKeyToAccount(`0x${(index + 1).toString(16).padStart(64, '0')}`)
}
