import { parseHash, parseQuantity } from '@altlayer/protocol'
import {
  createExecutor,
  createRpcClient,
  type RpcClient,
  type Verdict,
  verdictToJson,
  verifyForeignBlock,
} from '@altlayer/verify'
import { UsageError } from '../command.ts'
import { foreseen, type RulesSources, rulesFor } from '../verify/rules.ts'

export interface RpcVerification extends RulesSources {
  readonly rpc: string
  /** Decimal or 0x-prefixed number, a hash, or a tag. */
  readonly block: string
  /** Compare the RPC's receipts too. */
  readonly receipts: boolean
  readonly json: boolean
}

/** Verifies one block of a rollup through its RPC. Returns the exit code. */
export async function verifyThroughRpc(options: RpcVerification): Promise<number> {
  const rpc = createRpcClient(options.rpc)
  try {
    const rules = await rulesFor(rpc, options)
    const wanted = await foreseen(() => blockOf(rpc, options.block))
    const rollup = {
      config: rules.config,
      rpc,
      executor: createExecutor({ config: rules.config }),
      capabilities: { refused: new Set<string>() },
    }
    const verdict = await verifyForeignBlock(rollup, wanted, { receipts: options.receipts })
    if (options.json) console.log(JSON.stringify({ rollup: rules.name, ...verdictToJson(verdict) }))
    else print(rules.name, rules.from, verdict)
    return verdict.status === 'valid' ? 0 : 1
  } finally {
    rpc.close()
  }
}

const TAGS: ReadonlySet<string> = new Set(['latest', 'safe', 'finalized'])

/** A tag becomes the hash it has now, so that all that follows is about one block. */
async function blockOf(rpc: RpcClient, text: string): Promise<bigint | `0x${string}`> {
  if (TAGS.has(text)) {
    const block = (await rpc.request('eth_getBlockByNumber', [text, false])) as { hash?: unknown }
    return parseHash(block?.hash, `${rpc.origin} ${text} block.hash`)
  }
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return parseHash(text, '--block')
  if (/^(0|[1-9][0-9]{0,18})$/.test(text)) return BigInt(text)
  if (/^0x/.test(text)) return parseQuantity(text, '--block', (1n << 63n) - 1n)
  throw new UsageError(`--block takes a number, a hash, latest, safe or finalized, not '${text}'`)
}

const HEADINGS = { valid: 'VALID', invalid: 'INVALID', unverified: 'NOT VERIFIED' } as const

function print(name: string, from: string, verdict: Verdict): void {
  const { number, hash, transactions, gasUsed, milliseconds, witness, problem } = verdict
  console.log(`${HEADINGS[verdict.status]} ${name} block ${number ?? ''} ${hash ?? ''}`)
  if (problem !== undefined) console.log(`  ${problem.code}: ${problem.message}`)
  if (verdict.stateRoot !== undefined) {
    console.log(`  state root ${verdict.stateRoot}`)
    console.log(`  receipts root ${verdict.receiptsRoot}, receipts of the RPC: ${verdict.receipts}`)
    console.log(
      `  ${transactions} transactions, ${gasUsed} gas, executed in ${milliseconds.execution.toFixed(1)} ms`,
    )
  }
  if (witness !== undefined)
    console.log(
      `  witness by ${witness.source === 'proofs' ? 'proofs' : 'debug_executionWitness'}: ${witness.items} items, ${witness.bytes} bytes, ${witness.used} used; ${witness.attempts} ${witness.attempts === 1 ? 'run' : 'runs'}`,
    )
  console.log(`  rules from ${from}; ${Math.round(milliseconds.total)} ms in all`)
}
