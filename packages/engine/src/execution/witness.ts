import { bytesToHex, encodeHeader, type Hex } from '@altlayer/protocol'
import type { ExecutionWitness } from '../api.ts'
import { attributesOf } from '../building/attributes.ts'
import { EngineError } from '../errors.ts'
import { abandon, type ExecutionContext } from './context.ts'
import type { ReplayBlock } from './replay.ts'

/**
 * Everything that executing a block reads: trie nodes, codes, headers (the parent's first, then those
 * BLOCKHASH asked for), and the addresses and slots behind the hashed keys. With it and the block, anyone
 * can execute it.
 */
export function executionWitness(context: ExecutionContext, block: ReplayBlock): ExecutionWitness {
  const { program, hint } = context
  const seen = {
    node: new Set<Hex>(),
    code: new Set<Hex>(),
    header: new Set<Hex>([bytesToHex(encodeHeader(block.parent))]),
  }
  const keys = new Set<Hex>()
  program.clearCache()
  context.setRecorder((kind, data) => {
    seen[kind].add(bytesToHex(data))
  })
  try {
    program.open(block.parent, attributesOf(context.config, block.header, block.withdrawals))
    for (const [index, raw] of block.transactions.entries()) {
      hint.during({ raw, sender: block.senders[index] }, () => program.transaction(raw))
      for (const account of program.touched()) {
        keys.add(account.address)
        for (const [slot] of account.storage) keys.add(slot)
      }
    }
    const { header } = program.seal()
    if (header.stateRoot !== block.header.stateRoot)
      throw new EngineError(
        'internal',
        `re-execution of block ${block.header.number} gave state root ${header.stateRoot}, expected ${block.header.stateRoot}`,
      )
    for (const account of program.diff()) {
      keys.add(account.address)
      for (const [slot] of account.storage) keys.add(slot)
    }
  } finally {
    context.setRecorder(undefined)
    abandon(program)
  }
  return {
    headers: [...seen.header],
    state: [...seen.node],
    codes: [...seen.code],
    keys: [...keys],
  }
}
