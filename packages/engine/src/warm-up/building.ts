import {
  type Address,
  EMPTY_ROOT,
  type Genesis,
  genesisHeader,
  headerHash,
  hexToBytes,
} from '@altlayer/protocol'
import { attributesOf } from '../building/attributes.ts'
import { overrideOf } from '../building/genesis.ts'
import { recordOf } from '../building/import.ts'
import { createSenderHint, openBlock } from '../building/open-block.ts'
import { createProgram } from '../program/instance.ts'
import type { BlockRecord } from '../store/chain-store.ts'
import { preimageKey } from '../store/keys.ts'
import { nextTurn, ROUND, TOKEN, TOKEN_CODE, warmUpTransactions } from './transactions.ts'

const SENDER: Address = `0x${'5e'.repeat(20)}`
const MIB = 2 ** 20

/**
 * Builds a block of a chain that is thrown away, on a program of its own and in memory: what a builder's
 * thread runs is then compiled before it is needed. The program's code is that of every instance in the
 * process. In small steps: other work of the thread goes on between them. Resolves to what would be stored.
 */
export async function warmUpBuilding(genesis: Genesis): Promise<BlockRecord> {
  const { config } = genesis
  const known = new Map<string, Uint8Array>()
  const hint = createSenderHint()
  const program = createProgram(
    {
      preimage: (key) => known.get(Buffer.from(key).toString('latin1')),
      output: (_kind, hash, data) =>
        known.set(Buffer.from(preimageKey(hash)).toString('latin1'), data.slice()),
      sender: hint.answer,
    },
    { config, nodeCacheBytes: 8 * MIB, codeCacheBytes: 4 * MIB },
  )
  program.openAt(genesisHeader(genesis, EMPTY_ROOT, EMPTY_ROOT))
  program.override([
    ...systemContracts(genesis).map(overrideOf),
    { address: SENDER, balance: 10n ** 24n, nonce: 0n },
    { address: TOKEN, balance: 0n, nonce: 1n, code: hexToBytes(TOKEN_CODE) },
  ])
  const stateRoot = program.stateRoot()
  program.commit()

  const header = genesisHeader(genesis, stateRoot, EMPTY_ROOT)
  const child = { ...header, timestamp: header.timestamp + 1n, gasLimit: 60_000_000n }
  const parent = { header: { ...header, gasLimit: child.gasLimit }, hash: headerHash(header) }
  const block = openBlock(program, hint, parent, attributesOf(config, child, []))
  const transactions = [...warmUpTransactions(config.chainId)].map((raw) => ({
    raw,
    sender: SENDER,
  }))
  for (let at = 0; at < transactions.length; at += ROUND) {
    block.execute(transactions.slice(at, at + ROUND), Number.POSITIVE_INFINITY)
    await nextTurn()
  }
  const record = recordOf(block, block.seal())
  program.commit()
  return record
}

/** An Ethereum block since Prague ends with calls of contracts (EIP-7002, EIP-7251) that must be there. */
function systemContracts({ alloc, config }: Genesis): Genesis['alloc'] {
  return config.mode === 'ethereum' ? alloc.filter(({ code }) => code !== '0x') : []
}
