import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Address } from '@altlayer/protocol'
import { figure, median, printTable } from '../measure.ts'
import { endProcess } from '../network.ts'
import { undoAtEnd } from '../undo.ts'
import { connectRpc, nextBlock, waitMined } from './chain.ts'
import type { ClientJob, ClientReport } from './client.ts'
import { type BenchNode, GAS_LIMIT, startAnvil, startOurs } from './nodes.ts'
import { makeSenders, prepare, type Sender, sign, tokenTransfer, transfer } from './senders.ts'

const SOCKETS = 32
const BATCH = 100
/** Milliseconds. */
const BLOCK_TIME = 1_000
const MEMORY_TRANSACTIONS = 100_000
// Sent before the first run is timed, so that V8 has compiled what runs.
const WARM_UP_TRANSACTIONS = 4_000

interface Workload {
  readonly name: string
  readonly token: boolean
  readonly batch: number
}

const WORKLOADS: readonly Workload[] = [
  { name: 'transfers, single', token: false, batch: 1 },
  { name: 'transfers, batches of 100', token: false, batch: BATCH },
  { name: 'ERC-20 transfers, single', token: true, batch: 1 },
  { name: 'ERC-20 transfers, batches of 100', token: true, batch: BATCH },
]

interface Prepared {
  readonly node: BenchNode
  readonly senders: readonly Sender[]
  readonly token: Address
  /** Transactions so far; makes recipients differ. */
  sent: number
}

/**
 * Signed transactions over JSON-RPC: 32 kept-alive connections, one request at a time on each, from
 * a process of its own on the same machine. Counted is the time from the first request until the last
 * transaction is seen in a block of one second, by turns on our node (`altlayer up`) and anvil, in all
 * rounds together.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '4' },
      only: { type: 'string', default: '' },
      memory: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const count = positive('count', values.count)
  const rounds = positive('rounds', values.rounds)
  const workloads = WORKLOADS.filter(({ name }) => name.includes(values.only))
  const nodes: BenchNode[] = []
  try {
    nodes.push(await startOurs())
    nodes.push(await startAnvil())
    const prepared: Prepared[] = []
    for (const node of nodes) {
      const senders = makeSenders(SOCKETS)
      const target = { node, senders, token: await prepare(node, senders), sent: 0 }
      for (const workload of [WORKLOADS[0], WORKLOADS[3]] as const)
        await measure(target, workload as Workload, WARM_UP_TRANSACTIONS)
      prepared.push(target)
    }
    console.error(`${count} transactions a run, gas limit ${GAS_LIMIT}, ${SOCKETS} connections`)
    const results = await compare(prepared, workloads, count, rounds)
    print(results, values.json)
    if (values.memory) await reportMemory(prepared)
  } finally {
    for (const node of nodes.reverse()) await node.stop()
  }
}

interface Measured {
  readonly count: number
  /** Until the last of them was mined. */
  readonly seconds: number
  /** Processor time of the node for a transaction, microseconds. */
  readonly processor: number
  readonly client: ClientReport
}

type Results = readonly {
  readonly workload: string
  /** By node, then by round. */
  readonly nodes: readonly (readonly Measured[])[]
}[]

async function compare(
  prepared: readonly Prepared[],
  workloads: readonly Workload[],
  count: number,
  rounds: number,
): Promise<Results> {
  const results = workloads.map(({ name }) => ({
    workload: name,
    nodes: prepared.map((): Measured[] => []),
  }))
  for (let round = 0; round < rounds; round++)
    for (const [w, workload] of workloads.entries())
      for (const [n, target] of prepared.entries()) {
        const measured = await measure(target, workload, count, round / rounds)
        results[w]?.nodes[n]?.push(measured)
        const { seconds, processor, client } = measured
        const { retried, latency, milliseconds } = client
        const again = retried > 0 ? `, ${retried} sent again (pool full)` : ''
        console.error(
          `${workload.name}: ${target.node.name} ${figure(count / seconds)} tx/s, ${figure(processor)} µs of processor each; accepted in ${figure(milliseconds / 1000)} s, latency ${figure(latency.p50)} ms (99 %: ${figure(latency.p99)})${again}`,
        )
      }
  return results
}

/** One run, begun `phase` (0 to 1) of a block's second after a new block. */
async function measure(
  target: Prepared,
  workload: Workload,
  count: number,
  phase = 0,
): Promise<Measured> {
  const { node } = target
  const rpc = await connectRpc(node.url)
  const client = fork(join(import.meta.dirname, 'client.ts'))
  const endClient = undoAtEnd(() => endProcess(client, 'SIGTERM'))
  try {
    const job: ClientJob = {
      url: node.url,
      sockets: signAll(target, workload, count),
      batch: workload.batch,
    }
    client.send(job)
    await message(client)
    // Runs that all began with a block would all end with one: whole seconds, whatever a node can do.
    const from = await nextBlock(rpc)
    await new Promise((resolve) => setTimeout(resolve, phase * BLOCK_TIME))
    const [start, used] = [performance.now(), node.processorTime()]
    client.send('go')
    const [report] = await Promise.all([
      message(client) as Promise<ClientReport>,
      waitMined(rpc, from, count, node.deposits),
    ])
    const seconds = (performance.now() - start) / 1000
    const processor = ((node.processorTime() - used) * 1e6) / count
    return { count, seconds, processor, client: report }
  } finally {
    await endClient()
    rpc.close()
  }
}

// Each connection has a sender of its own, so that nonces arrive in order.
function signAll(
  target: Prepared,
  workload: Workload,
  count: number,
): readonly (readonly string[])[] {
  const { node, senders, token } = target
  const sockets: string[][] = senders.map(() => [])
  for (let i = 0; i < count; i++) {
    const at = i % senders.length
    const index = target.sent++
    // Tokens go round among their holders: to new ones, the gas limit alone would set the rate.
    const holder = senders[(index + 1) % senders.length] as Sender
    const call = workload.token ? tokenTransfer(token, holder.address) : transfer(index)
    sockets[at]?.push(sign(senders[at] as Sender, node.chainId, call))
  }
  return sockets
}

async function message(client: ReturnType<typeof fork>): Promise<unknown> {
  const exited = once(client, 'exit').then(([code]) => {
    throw new Error(`the client ended with ${code}`)
  })
  const received = once(client, 'message').then(([value]) => value)
  return Promise.race([received, exited])
}

function print(results: Results, json: boolean): void {
  const rows = results.map(({ workload, nodes }) => {
    const [altlayer, anvil] = nodes.map((runs) => ({
      /** Mined per second. */
      rate: sum(runs.map((run) => run.count)) / sum(runs.map((run) => run.seconds)),
      processor: median(runs.map((run) => run.processor)),
    }))
    if (altlayer === undefined || anvil === undefined) throw new Error('two nodes are compared')
    return { workload, altlayer, anvil, ratio: altlayer.rate / anvil.rate }
  })
  if (json) {
    console.log(JSON.stringify(rows))
    return
  }
  printTable(
    ['mined per second', 'altlayer', 'anvil', 'ratio', 'altlayer µs', 'anvil µs'],
    rows.map(({ workload, altlayer, anvil, ratio }) => [
      workload,
      figure(altlayer.rate),
      figure(anvil.rate),
      ratio.toFixed(2),
      figure(altlayer.processor),
      figure(anvil.processor),
    ]),
  )
  console.log('µs: processor time of the node for a transaction')
}

async function reportMemory(prepared: readonly Prepared[]): Promise<void> {
  const rows: string[][] = []
  for (const target of prepared) {
    const rest = Math.max(0, MEMORY_TRANSACTIONS - target.sent)
    for (let left = rest; left > 0; left -= 20_000)
      await measure(target, WORKLOADS[1] as Workload, Math.min(left, 20_000))
    rows.push([
      target.node.name,
      `${target.sent}`,
      `${(target.node.memory() / 2 ** 20).toFixed(0)} MiB`,
    ])
  }
  printTable(['node', 'transactions', 'resident'], rows)
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function positive(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new Error(`--${name}: expected a positive integer, got ${JSON.stringify(text)}`)
}
