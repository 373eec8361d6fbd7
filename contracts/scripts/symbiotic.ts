// Compiles Symbiotic Core from its npm package, unmodified, with the compiler and settings its authors
// name, and writes what tests and the local network deploy to build/symbiotic/. Its sources ask for
// exactly solc 0.8.25 and for their own OpenZeppelin, so it is not part of the Foundry project.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import {
  SYMBIOTIC_CONTRACTS,
  SYMBIOTIC_FOLDER,
  type SymbioticArtifact,
  type SymbioticContract,
} from './artifacts.ts'

const require = createRequire(import.meta.url)

const SOURCE_ROOT = '@symbioticfi/core/src/contracts'

function inputOf() {
  const sources = Object.values(SYMBIOTIC_CONTRACTS).map((path) => `${SOURCE_ROOT}/${path}`)
  return {
    language: 'Solidity',
    sources: Object.fromEntries(sources.map((name) => [name, { content: sourceOf(name) }])),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'cancun',
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
}

/** Packages resolve from Symbiotic's own folder, so that it meets its own OpenZeppelin. */
function sourceOf(name: string): string {
  const core = dirname(require.resolve('@symbioticfi/core/package.json'))
  if (name.startsWith('@symbioticfi/core/')) {
    return readFileSync(join(core, name.slice('@symbioticfi/core/'.length)), 'utf8')
  }
  return readFileSync(createRequire(join(core, 'package.json')).resolve(name), 'utf8')
}

function compile(): Record<SymbioticContract, SymbioticArtifact> {
  const solc = require('solc-0.8.25')
  const output = JSON.parse(
    solc.compile(JSON.stringify(inputOf()), {
      import: (name: string) => ({ contents: sourceOf(name) }),
    }),
  )
  const errors = (output.errors ?? []).filter(
    (error: { severity: string }) => error.severity === 'error',
  )
  if (errors.length > 0) {
    throw new Error(`Symbiotic Core does not compile: ${errors[0].formattedMessage}`)
  }
  return Object.fromEntries(
    Object.entries(SYMBIOTIC_CONTRACTS).map(([name, path]) => {
      const { abi, evm } = output.contracts[`${SOURCE_ROOT}/${path}`][name]
      return [name, { contractName: name, abi, bytecode: { object: `0x${evm.bytecode.object}` } }]
    }),
  ) as Record<SymbioticContract, SymbioticArtifact>
}

/** Compiles on a thread of its own: the compiler recurses deeper than the main stack allows. */
function compileInWorker(): Promise<Record<SymbioticContract, SymbioticArtifact>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { resourceLimits: { stackSizeMb: 256 } })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

if (!isMainThread) parentPort?.postMessage(compile())
else if (import.meta.main) {
  const artifacts = await compileInWorker()
  mkdirSync(SYMBIOTIC_FOLDER, { recursive: true })
  for (const [name, artifact] of Object.entries(artifacts)) {
    const temporary = `${SYMBIOTIC_FOLDER}${name}.json.${process.pid}.tmp`
    writeFileSync(temporary, `${JSON.stringify(artifact)}\n`)
    renameSync(temporary, `${SYMBIOTIC_FOLDER}${name}.json`)
  }
}
