import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Code to run with some call data; `name` says what it stresses. */
export interface Workload {
  readonly name: string
  readonly code: Uint8Array
  readonly data: Uint8Array
}

interface SolcOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts: Record<
    string,
    Record<
      string,
      { evm: { deployedBytecode: { object: string }; methodIdentifiers: Record<string, string> } }
    >
  >
}

/** The seven workloads: a hand-written loop and the functions of Workloads.sol. */
export function workloads(): readonly Workload[] {
  const { code, selectors } = compileContract()
  const call = (name: string, signature: string, ...args: readonly bigint[]): Workload => ({
    name,
    code,
    data: Buffer.from(
      `${selectors[signature]}${args.map((value) => value.toString(16).padStart(64, '0')).join('')}`,
      'hex',
    ),
  })
  return [
    { name: 'tight 256-bit loop', code: tightLoop(2_000_000), data: new Uint8Array() },
    call('ERC-20 transfers', 'tokenTransfers(uint256)', 20_000n),
    call('keccak chain', 'keccakChain(uint256)', 200_000n),
    call('quicksort', 'sort(uint256)', 20_000n),
    call('SHA-like', 'mix(uint256)', 100_000n),
    call('mandelbrot, SDIV', 'mandelbrot(uint256,uint256)', 48n, 64n),
    call('mulmod, addmod', 'modularSquares(uint256,uint256)', BASE, 200_000n),
  ]
}

const BASE = 0x1f2e3d4c5b6a79880123456789abcdeffedcba98765432100f1e2d3c4b5a6978n

/** acc = acc * 65537 + i for i from `count` down to 1, without Solidity's overhead. */
function tightLoop(count: number): Uint8Array {
  const start = `600163${count.toString(16).padStart(8, '0')}`
  const target = (start.length / 2).toString(16).padStart(2, '0')
  // JUMPDEST SWAP1 PUSH3 MUL DUP2 ADD SWAP1 PUSH1 SWAP1 SUB DUP1 PUSH0 LT PUSH1 JUMPI POP PUSH0 MSTORE ... RETURN
  return Buffer.from(`${start}5b90620100010281019060019003805f1060${target}57505f5260205ff3`, 'hex')
}

function compileContract(): { code: Uint8Array; selectors: Readonly<Record<string, string>> } {
  const solc: { compile(input: string): string } = createRequire(import.meta.url)('solc')
  const input = {
    language: 'Solidity',
    sources: {
      'Workloads.sol': {
        content: readFileSync(new URL('./Workloads.sol', import.meta.url), 'utf8'),
      },
    },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 1000 },
      outputSelection: { '*': { '*': ['evm.deployedBytecode.object', 'evm.methodIdentifiers'] } },
    },
  }
  const output: SolcOutput = JSON.parse(solc.compile(JSON.stringify(input)))
  const errors = output.errors?.filter((error) => error.severity === 'error') ?? []
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join('\n'))
  const contract = output.contracts['Workloads.sol']?.Workloads
  if (contract === undefined) throw new Error('solc returned no contract Workloads')
  return {
    code: Buffer.from(contract.evm.deployedBytecode.object, 'hex'),
    selectors: contract.evm.methodIdentifiers,
  }
}
