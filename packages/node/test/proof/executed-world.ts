import { createProgram } from '@altlayer/engine'
import {
  type Address,
  bytesToHex,
  type Hash,
  type Header,
  hexToBytes,
  outputRoot,
  PREDEPLOYS,
} from '@altlayer/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { createWorld, type L2Block, type World, type WorldOptions } from '../derivation/model.ts'

// A world whose L2 blocks are executed by the program.

const COUNT = 4
export const users = Array.from({ length: COUNT }, (_, i) =>
  privateKeyToAccount(`0x${(i + 0x1000).toString(16).padStart(64, '0')}`),
)

/** Counts its calls in slot 0, logs the count. */
const COUNTER_CODE = '0x6000546001018060005560006000a100'
/** Deploys it. */
const CREATE_COUNTER = `0x6010600c60003960106000f3${COUNTER_CODE.slice(2)}` as const
/** JUMPDEST PUSH1 0 JUMP: init code that ends with its gas. */
const BURN = '0x5b600056'
export const COUNTER: Address = `0x${'c0'.repeat(20)}`

export interface ExecutedWorld extends World {
  /** Nodes and code of all states, by the hash. */
  readonly state: ReadonlyMap<Hash, Uint8Array>
  /** A signed call of the counter, a transfer, a creation, by user `who`, with the user's next nonce; `burn` loops until
   * its 20 million gas are used. */
  transaction(who: number, kind: 'count' | 'transfer' | 'create' | 'burn'): Promise<Uint8Array>
  /** Storage root of the message passer in a block's state. */
  passerRoot(header: Header): Hash
  /** The output root of a block. */
  output(block: L2Block): Hash
}

export function createExecutedWorld(options: WorldOptions = {}): ExecutedWorld {
  const state = new Map<Hash, Uint8Array>()
  let passerRoot: (header: Header) => Hash = () => {
    throw new Error('no execution yet')
  }
  const world = createWorld({
    ...options,
    execution(config) {
      const typed = new Map<string, Uint8Array>()
      const program = createProgram(
        {
          preimage: (key) => typed.get(bytesToHex(key.subarray(1))),
          output(_, hash, data) {
            typed.set(bytesToHex(hash.subarray(1)), data.slice())
            state.set(bytesToHex(hash), data.slice())
          },
        },
        { config, nodeCacheBytes: 1 << 20, codeCacheBytes: 4 << 20 },
      )
      program.openAt(blank)
      program.override([
        ...users.map(({ address }) => ({
          address: address.toLowerCase() as Address,
          balance: 10n ** 20n,
        })),
        { address: COUNTER, nonce: 1n, code: hexToBytes(COUNTER_CODE) },
        {
          address: PREDEPLOYS.L2ToL1MessagePasser,
          nonce: 1n,
          code: Uint8Array.of(0),
          state: [[word(1), word(2)]],
        },
      ])
      const stateRoot = program.stateRoot()
      program.commit()
      passerRoot = (header) => {
        program.openAt(header)
        const root = program.account(PREDEPLOYS.L2ToL1MessagePasser)?.storageRoot
        program.abort()
        if (root === undefined) throw new Error('no message passer')
        return root
      }
      return {
        stateRoot,
        seal(parent, { transactions = [], noTxPool: _, ...attributes }) {
          program.open(parent, attributes)
          for (const raw of transactions) program.transaction(raw)
          const { header } = program.seal()
          program.commit()
          return header
        },
      }
    },
  })
  const nonces = users.map(() => 0)
  const output = ({ header, hash }: Pick<L2Block, 'header' | 'hash'>) =>
    outputRoot({
      stateRoot: header.stateRoot,
      messagePasserStorageRoot: passerRoot(header),
      blockHash: hash,
    })
  return {
    ...world,
    state,
    passerRoot: (header) => passerRoot(header),
    async transaction(who, kind) {
      const user = users[who] as (typeof users)[number]
      const nonce = nonces[who] as number
      nonces[who] = nonce + 1
      return hexToBytes(
        await user.signTransaction({
          type: 'eip1559',
          chainId: Number(world.config.l2ChainId),
          nonce,
          gas: kind === 'burn' ? 20_000_000n : 200_000n,
          maxFeePerGas: 10n ** 10n,
          maxPriorityFeePerGas: 1n,
          ...(kind === 'count' && { to: COUNTER }),
          ...(kind === 'transfer' && {
            to: users[(who + 1) % COUNT]?.address as Address,
            value: 7n,
          }),
          ...(kind === 'create' && { data: CREATE_COUNTER }),
          ...(kind === 'burn' && { data: BURN }),
        }),
      )
    },
    output,
  }
}

const word = (value: number): Hash => `0x${value.toString(16).padStart(64, '0')}`

const blank: Header = {
  parentHash: word(0),
  sha3Uncles: word(0),
  miner: COUNTER,
  stateRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  transactionsRoot: word(0),
  receiptsRoot: word(0),
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: 0n,
  number: 0n,
  gasLimit: 60_000_000n,
  gasUsed: 0n,
  timestamp: 0n,
  extraData: '0x',
  mixHash: word(0),
  nonce: '0x0000000000000000',
  baseFeePerGas: 1n,
  withdrawalsRoot: word(0),
  blobGasUsed: 0n,
  excessBlobGas: 0n,
  parentBeaconBlockRoot: word(0),
  requestsHash: word(0),
}
