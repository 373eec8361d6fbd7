import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createProgram } from '@altlayer/engine'
import { type ChainConfig, type Header, type Hex, ZERO_HASH } from '@altlayer/protocol'
import type { Workload } from './workloads.ts'

/** What one run of a workload took, and proof that it was the same work. */
export interface Run {
  readonly milliseconds: number
  readonly gas: bigint
  readonly output: string
}

/** An engine that can run a workload again and again. */
export interface Contestant {
  run(workload: Workload): Promise<Run>
  close(): Promise<void>
}

/** Enough for every workload; all engines are told the same. */
export const GAS_LIMIT = 20_000_000_000n

const ADDRESS = '0x00000000000000000000000000000000c0de0001'
const SENDER = '0x00000000000000000000000000000000005e0001'
const EMPTY_STATE: Hex = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`

/** The rollup program as every node runs it: `message` on an opened state, as for eth_call. */
export function ours(): Contestant {
  const config: ChainConfig = {
    mode: 'ethereum',
    chainId: 1n,
    forks: { shanghai: 0n, cancun: 0n },
  }
  const program = createProgram({ preimage: () => undefined }, { config })
  const header: Header = {
    parentHash: ZERO_HASH,
    sha3Uncles: ZERO_HASH,
    miner: SENDER,
    stateRoot: EMPTY_STATE,
    transactionsRoot: EMPTY_STATE,
    receiptsRoot: EMPTY_STATE,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: 0n,
    number: 1n,
    gasLimit: GAS_LIMIT,
    gasUsed: 0n,
    timestamp: 1_700_000_000n,
    extraData: '0x',
    mixHash: ZERO_HASH,
    nonce: '0x0000000000000000',
    baseFeePerGas: 0n,
    withdrawalsRoot: EMPTY_STATE,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: ZERO_HASH,
  }
  return {
    async run({ code, data }) {
      program.openAt(header)
      program.override([{ address: ADDRESS, code }])
      const start = performance.now()
      const result = program.message({ from: SENDER, to: ADDRESS, gas: GAS_LIMIT, data })
      const milliseconds = performance.now() - start
      if (result.status !== 'success') throw new Error(`program: ${result.status} ${result.error}`)
      return { milliseconds, gas: result.gasUsed, output: hex(result.returnData) }
    },
    close: async () => {},
  }
}

/** Anvil as a child process, through eth_call; the time includes a local HTTP request. */
export async function anvil(): Promise<Contestant> {
  const port = await freePort()
  const child = spawn(
    anvilBinary(),
    [
      ...['--port', `${port}`, '--gas-limit', `${GAS_LIMIT}`, '--hardfork', 'cancun'],
      ...['--disable-code-size-limit', '--silent', '--no-mining', '--accounts', '1'],
    ],
    { stdio: 'ignore' },
  )
  const rpc = async (method: string, params: readonly unknown[]): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = (await response.json()) as { result: string; error?: unknown }
    if (error !== undefined) throw new Error(`anvil: ${method}: ${JSON.stringify(error)}`)
    return result
  }
  await until(() => rpc('eth_chainId', []))
  return {
    async run({ code, data }) {
      await rpc('anvil_setCode', [ADDRESS, hex(code)])
      const call = {
        from: SENDER,
        to: ADDRESS,
        data: hex(data),
        gas: `0x${GAS_LIMIT.toString(16)}`,
      }
      const start = performance.now()
      const output = await rpc('eth_call', [call, 'latest'])
      return { milliseconds: performance.now() - start, gas: 0n, output }
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
    },
  }
}

/** EthereumJS's interpreter, in this process. */
export async function ethereumjs(): Promise<Contestant> {
  const { createEVM } = await import('@ethereumjs/evm')
  const { Common, Hardfork, Mainnet } = await import('@ethereumjs/common')
  const { createAddressFromString } = await import('@ethereumjs/util')
  const common = new Common({ chain: Mainnet, hardfork: Hardfork.Cancun })
  return {
    async run({ code, data }) {
      const evm = await createEVM({ common })
      const to = createAddressFromString(ADDRESS)
      await evm.stateManager.putCode(to, code)
      const caller = createAddressFromString(SENDER)
      const start = performance.now()
      const { execResult } = await evm.runCall({ to, caller, data, gasLimit: GAS_LIMIT })
      const milliseconds = performance.now() - start
      if (execResult.exceptionError !== undefined) {
        throw new Error(`EthereumJS: ${execResult.exceptionError.error}`)
      }
      return { milliseconds, gas: execResult.executionGasUsed, output: hex(execResult.returnValue) }
    },
    close: async () => {},
  }
}

/** The program itself, not its launcher: the signal that ends it must reach it. */
function anvilBinary(): string {
  const launcher = createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const manifest = `@foundry-rs/anvil-${process.platform}-${architecture}/package.json`
  return join(createRequire(launcher).resolve(manifest), '..', 'bin', 'anvil')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function until(attempt: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await attempt()
      return
    } catch (error) {
      if (tries === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
