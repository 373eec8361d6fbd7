import { parseArgs } from 'node:util'
import { createDerivation, type DerivedAttributes } from '@altlayer/engine'
import { createPreimages } from '@altlayer/node/tools'
import { type Hash, hexToBytes } from '@altlayer/protocol'
import { figure, printTable } from '../measure.ts'
import {
  type BenchChain,
  createStateProgram,
  executeBlock,
  type L2Block,
  makeChain,
} from './chain.ts'

const USAGE = `npm run bench -- derivation [--blocks 10000] [--per-block 5] [--l1-transactions 150] [--json]`

interface Measured {
  readonly seconds: number
  readonly cpu: number
}

/**
 * Derives a chain from its L1 data on one core, L1 fetched already: what the node's host does (tries of L1 blocks'
 * transactions, of the L2 blocks that derivation builds on) and what the program does. Then the same with every block
 * executed by the program and compared, its state in memory. Senders of L2 transactions are recovered natively.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      blocks: { type: 'string', default: '10000' },
      'per-block': { type: 'string', default: '5' },
      'l1-transactions': { type: 'string', default: '150' },
      json: { type: 'boolean', default: false },
    },
  })
  const [blocks, perBlock, l1Transactions] = [
    values.blocks,
    values['per-block'],
    values['l1-transactions'],
  ].map(Number) as [number, number, number]
  if (
    ![blocks, perBlock, l1Transactions].every((value) => Number.isSafeInteger(value) && value >= 0)
  )
    throw new Error(`numbers expected: ${USAGE}`)
  const say = (line: string) => values.json || console.log(line)
  say(`making a chain of ${blocks} blocks`)
  const chain = makeChain({ blocks, perBlock, l1Transactions }, (done) => say(`  ${done} blocks`))
  say(
    `${chain.sequenced} transactions (${chain.bytes.transactions} bytes) in ${chain.l1.length} L1 blocks, ` +
      `${chain.bytes.posted} bytes posted in ${chain.blobs.size} blobs and in calldata`,
  )
  const alone = measure(() => derive(chain, known(chain)))
  const executed = measure(() => derive(chain, executing(chain)))
  if (values.json) {
    console.log(JSON.stringify({ blocks, transactions: chain.sequenced, alone, executed }))
    return
  }
  const row = (name: string, { seconds, cpu }: Measured) => [
    name,
    figure(blocks / seconds),
    figure(chain.sequenced / seconds),
    figure(seconds),
    figure(cpu),
    figure((1e6 * cpu) / blocks),
  ]
  printTable(
    ['', 'blocks/s', 'transactions/s', 's', 'CPU s', 'CPU µs a block'],
    [row('derivation', alone), row('derivation and execution', executed)],
  )
}

function measure(work: () => void): Measured {
  const before = process.cpuUsage()
  const start = performance.now()
  work()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  return { seconds, cpu: (user + system) / 1e6 }
}

/** The block of some attributes. */
type Build = (derived: DerivedAttributes, number: number) => L2Block

/** Takes the block that was made when the chain was. */
function known(chain: BenchChain): Build {
  return (derived, number) => {
    const block = chain.l2[number] as L2Block
    const same =
      derived.attributes.timestamp === block.header.timestamp &&
      derived.attributes.transactions.length === block.transactions.length
    if (!same) throw new Error(`block ${number} is another`)
    return block
  }
}

function executing(chain: BenchChain): Build {
  const program = createStateProgram(chain.config, new Map(chain.state), () => undefined)
  return (derived, number) => {
    const block = executeBlock(program, chain.l2[number - 1] as L2Block, derived.attributes)
    if (block.hash !== chain.l2[number]?.hash) throw new Error(`block ${number} has another hash`)
    return block
  }
}

/** As the node does it: an L1 block's preimages when it is reached, an L2 block's when it is asked for. */
function derive(chain: BenchChain, build: Build): void {
  let preimages = createPreimages()
  const blobs = createPreimages()
  for (const [hash, blob] of chain.blobs) blobs.addBlob(hash, blob)
  const recent = new Map<string, L2Block>()
  const name = (hash: Uint8Array) => Buffer.from(hash.subarray(1)).toString('latin1')
  const addL2 = (block: L2Block) => {
    recent.set(name(hexToBytes(block.hash)), block)
    if (recent.size > 512) recent.delete(recent.keys().next().value as string)
  }
  const derivation = createDerivation(
    {
      preimage(key) {
        const found = preimages.get(key) ?? blobs.get(key)
        if (found !== undefined) return found
        const block = recent.get(name(key))
        if (block === undefined) return undefined
        preimages.addHeader(block.header)
        preimages.addList(block.transactions)
        return preimages.get(key)
      },
    },
    { config: chain.config },
  )
  const addL1 = (number: bigint): Hash => {
    const block = chain.l1[Number(number - 10n)]
    if (block === undefined) throw new Error(`L1 block ${number} is missing`)
    preimages.addHeader(block.header)
    preimages.addList(block.transactions)
    return block.hash
  }
  addL1(10n)
  let head = chain.l2[0] as L2Block
  addL2(head)
  derivation.reset(head.hash)
  for (let number = 1; number < chain.l2.length; ) {
    const step = derivation.next(head.hash)
    if (step.kind === 'needs-l1') {
      preimages = createPreimages()
      derivation.advance(addL1(step.number))
      continue
    }
    head = build(step.derived, number++)
    addL2(head)
  }
}
