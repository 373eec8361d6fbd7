import {
  type Address,
  encodeHeader,
  type Hash,
  headerFromRpc,
  hexToBytes,
  type JsonObject,
  MalformedInputError,
  parseAddress,
  parseArray,
  parseData,
  parseHash,
  parseObject,
  quantity,
} from '@altlayer/protocol'
import {
  RpcAnswerTooLarge,
  type RpcCall,
  type RpcClient,
  type RpcOutcome,
} from '@altlayer/rpc/client'
import type { ForeignBlock } from '../block.ts'
import type { MissingPreimage } from '../execute.ts'
import type { Preimages } from '../preimages.ts'
import { addExecutionWitness } from './execution-witness.ts'

/** Which of an RPC's methods are there; found out by asking, kept between blocks. */
export interface Capabilities {
  readonly refused: Set<string>
}

/** Where a block's witness comes from. */
export interface WitnessSource {
  readonly kind: 'executionWitness' | 'proofs'
  /**
   * Fetches what execution missed, as far as it can be had. Rejects as RpcClient does, with MalformedInputError
   * and VerificationProblem `LIMIT`.
   */
  fetch(missing: readonly MissingPreimage[]): Promise<void>
  /** What the RPC said when it was asked for what it does not have; for messages. */
  readonly refusals: readonly string[]
}

const WITNESS = 'debug_executionWitness'
const DB_GET = 'debug_dbGet'
const PROOF = 'eth_getProof'
const TRACE = 'debug_traceBlockByHash'
/** Slots in one proof: servers bound the bytes of an answer, and of a batch. */
const SLOTS_PER_PROOF = 64
/** Accounts and slots taken from a trace, at most: past it they are asked for one by one. */
const MAX_TRACED_KEYS = 100_000

/**
 * Fetches the witness of a block into `preimages`, as far as it can be known before execution: all of it by
 * `debug_executionWitness`; where that is not served, proofs of every account and slot that a trace of the
 * block names (`debug_traceBlockByHash`, prestateTracer), or nothing. What is wrong or absent shows as missing
 * when the block is executed, and is then asked for by `fetch`: by hash (`debug_dbGet`, hash-keyed databases),
 * by place (`eth_getProof`, `eth_getCode`), or, an ancestor's header, by block hash.
 */
export async function openWitness(
  rpc: RpcClient,
  capabilities: Capabilities,
  block: ForeignBlock,
  preimages: Preimages,
): Promise<WitnessSource> {
  const refusals: string[] = []
  const { refused } = capabilities
  const number = quantity(block.header.number)

  const results = async (calls: readonly RpcCall[]): Promise<readonly unknown[]> => {
    const allowed = calls.filter(({ method }) => !refused.has(method))
    const outcomes = allowed.length === 0 ? [] : await rpc.batch(allowed)
    return outcomes.flatMap((outcome, i) => taken(outcome, (allowed[i] as RpcCall).method))
  }
  const taken = (outcome: RpcOutcome, method: string): readonly unknown[] => {
    if ('result' in outcome) return outcome.result === null ? [] : [outcome.result]
    if (outcome.error.unsupported) refused.add(method)
    if (refusals.length < 8) refusals.push(outcome.error.message)
    return []
  }

  const [witness] = await results([{ method: WITNESS, params: [number] }])
  if (witness !== undefined) addExecutionWitness(witness, preimages)

  const parentNumber = quantity(block.header.number - 1n)
  const proof = (address: Address, slots: readonly Hash[]): RpcCall => ({
    method: PROOF,
    params: [address, slots, parentNumber],
  })
  const asked = new Set<string>()

  if (witness === undefined) {
    const touched = await hintedKeys(results, block.hash, preimages, refusals)
    const calls = [...touched].flatMap(([address, slots]) => {
      asked.add(address)
      for (const slot of slots) asked.add(address + slot)
      return chunks([...slots], SLOTS_PER_PROOF).map((part) => proof(address, part))
    })
    // One request's answers are taken up before the next is sent.
    for (const part of chunks(calls, 64))
      for (const item of await results(part)) addProof(item, preimages)
  }

  return {
    kind: witness === undefined ? 'proofs' : 'executionWitness',
    refusals,
    async fetch(missing) {
      const wanted = [...new Map(missing.map((one) => [one.key, one])).values()].flatMap(asks)
      const allowed = wanted.filter(({ call }) => !refused.has(call.method))
      const outcomes = allowed.length === 0 ? [] : await rpc.batch(allowed.map(({ call }) => call))
      for (const [i, outcome] of outcomes.entries()) {
        const { call, add } = allowed[i] as Ask
        for (const result of taken(outcome, call.method)) add(result)
      }
    },
  }

  /** All ways to come by one preimage. */
  function asks({ key, account, slot }: MissingPreimage): readonly Ask[] {
    const bytes = (value: unknown) => addBytes(value, preimages)
    const node: Ask = { call: { method: DB_GET, params: [key] }, add: bytes }
    if (account === undefined) {
      // Not of the state: an ancestor's header, which BLOCKHASH reads.
      const add = (value: unknown) =>
        void preimages.add(encodeHeader(headerFromRpc(value, 'ancestor')))
      return [node, { call: { method: 'eth_getBlockByHash', params: [key, false] }, add }]
    }
    const list = [node]
    const place = account + (slot ?? '')
    if (!asked.has(place)) {
      asked.add(place)
      const call = proof(account, slot === undefined ? [] : [slot])
      list.push({ call, add: (value) => addProof(value, preimages) })
    }
    if (slot !== undefined) return list
    // 'c' before the hash of a code, as geth's database has it.
    list.push({ call: { method: DB_GET, params: [`0x63${key.slice(2)}`] }, add: bytes })
    list.push({ call: { method: 'eth_getCode', params: [account, parentNumber] }, add: bytes })
    return list
  }
}

/** A call, and what is done with its result. */
interface Ask {
  readonly call: RpcCall
  readonly add: (result: unknown) => void
}

function addBytes(value: unknown, preimages: Preimages): void {
  const bytes = hexToBytes(parseData(value, 'preimage'))
  if (bytes.length > 0) preimages.add(bytes)
}

/** The nodes of an answer of eth_getProof (EIP-1186): nothing else of it is used. */
function addProof(value: unknown, preimages: Preimages): void {
  const json = parseObject(value, 'proof')
  const add = (list: unknown, path: string) => {
    for (const [i, node] of parseArray(list, path).entries())
      preimages.add(hexToBytes(parseData(node, `${path}[${i}]`)))
  }
  add(json.accountProof, 'proof.accountProof')
  for (const [i, entry] of parseArray(json.storageProof ?? [], 'proof.storageProof').entries()) {
    const path = `proof.storageProof[${i}]`
    add(parseObject(entry, path).proof, `${path}.proof`)
  }
}

/** `tracedKeys`, or none: without the hint the same is asked for one by one. */
async function hintedKeys(
  ...args: [...Parameters<typeof tracedKeys>, refusals: string[]]
): ReturnType<typeof tracedKeys> {
  const [results, hash, preimages, refusals] = args
  try {
    return await tracedKeys(results, hash, preimages)
  } catch (error) {
    if (!(error instanceof MalformedInputError) && !(error instanceof RpcAnswerTooLarge))
      throw error
    refusals.push(error.message)
    return new Map()
  }
}

/** Accounts and slots that a trace says the block reads, and the codes it shows. A hint: nothing is believed. */
async function tracedKeys(
  results: (calls: readonly RpcCall[]) => Promise<readonly unknown[]>,
  hash: Hash,
  preimages: Preimages,
): Promise<ReadonlyMap<Address, ReadonlySet<Hash>>> {
  const touched = new Map<Address, Set<Hash>>()
  const [traces] = await results([{ method: TRACE, params: [hash, { tracer: 'prestateTracer' }] }])
  if (traces === undefined) return touched
  let keys = 0
  for (const [i, entry] of parseArray(traces, 'trace').entries()) {
    const state = parseObject(parseObject(entry, `trace[${i}]`).result, `trace[${i}].result`)
    for (const [name, fields] of Object.entries(state)) {
      const path = `trace[${i}].result.${name.slice(0, 50)}`
      const address = parseAddress(name, path)
      const slots = touched.get(address) ?? new Set()
      touched.set(address, slots)
      const account: JsonObject = parseObject(fields, path)
      if (account.code !== undefined) addBytes(account.code, preimages)
      for (const slot of Object.keys(parseObject(account.storage ?? {}, `${path}.storage`)))
        slots.add(parseHash(slot, `${path}.storage`))
    }
    keys = [...touched.values()].reduce((sum, slots) => sum + 1 + slots.size, 0)
    if (keys > MAX_TRACED_KEYS)
      throw new MalformedInputError(
        'trace',
        `at most ${MAX_TRACED_KEYS} accounts and slots`,
        `${keys}`,
      )
  }
  return touched
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = []
  for (let at = 0; at < Math.max(items.length, 1); at += size)
    parts.push(items.slice(at, at + size))
  return parts
}
