// `npm run bench -- NAME`: every figure that the README quotes, one command each.

import { unlessEnding } from './undo.ts'

/** A benchmark: a module that runs itself when called with its own arguments. */
interface Bench {
  run(args: readonly string[]): Promise<void>
}

interface Entry {
  readonly summary: string
  readonly load: () => Promise<Bench>
}

const benches: Readonly<Record<string, Entry>> = {
  evm: {
    summary: 'EVM workloads: the program, anvil and EthereumJS',
    load: () => import('./evm/main.ts'),
  },
  keccak: {
    summary: "the program's keccak256 beside JavaScript's",
    load: () => import('./keccak.ts'),
  },
  verify: {
    summary: 'stateless verification of the real OP blocks',
    load: () => import('./verify.ts'),
  },
  derivation: {
    summary: 'blocks per second from L1 data: derivation alone, and with execution',
    load: () => import('./derivation/main.ts'),
  },
  throughput: {
    summary: 'transactions over JSON-RPC, ours and anvil',
    load: () => import('./throughput/main.ts'),
  },
  start: {
    summary: 'time until `altlayer up` is ready',
    load: () => import('./start.ts'),
  },
  riscv: {
    summary: 'the proof machine on the program: steps a second, state hashes of a long run',
    load: () => import('./riscv.ts'),
  },
  dispute: {
    summary: 'a false output root disputed down to one instruction: time, moves, gas of both sides',
    load: () => import('./dispute/main.ts'),
  },
  games: {
    summary: 'the first look of a proposer or player at many old games',
    load: () => import('./games.ts'),
  },
  kzg: {
    summary: 'commitments and proofs of blobs: computed, verified',
    load: () => import('./kzg.ts'),
  },
  precompiles: {
    summary: 'native precompiles: time a call, nanoseconds per gas',
    load: () => import('./precompiles.ts'),
  },
}

const [name, ...args] = process.argv.slice(2)
const entry = name === undefined ? undefined : benches[name]
if (entry === undefined) {
  console.log('usage: npm run bench -- NAME [OPTIONS]\n')
  for (const [bench, { summary }] of Object.entries(benches))
    console.log(`  ${bench.padEnd(12)} ${summary}`)
  process.exitCode = name === undefined || name === '--help' ? 0 : 2
} else {
  const { run } = await entry.load()
  await unlessEnding(run(args))
}
