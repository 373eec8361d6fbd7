import type { LaunchedRollup, ProgressEvent } from '@altlayer/launch'
import type { Address } from '@altlayer/protocol'
import type { AltDeployment, LocalRestaking } from '@altlayer/restaking'
import { getAddress } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { keysFolder, passwordPath, restakingPaths } from '../local/files.ts'
import type { OutputRootsJob } from './output-roots-worker.ts'

/** Where `up` tells what it does: standard error when `--json` keeps standard output for machines. */
export interface Reporter {
  /** A step with the time since the start. */
  step(stage: string, message: string): void
  launch(event: ProgressEvent): void
  line(text: string): void
}

/** Prints steps with the elapsed time, as they happen. */
export function createReporter(write: (line: string) => void): Reporter {
  const started = performance.now()
  let found = 0
  const step = (stage: string, message: string) => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    write(`${`${seconds} s`.padStart(8)}  ${stage.padEnd(7)}  ${message}`)
  }
  return {
    step,
    line: write,
    launch(event) {
      if (event.found) {
        found += 1
        return
      }
      const count =
        event.done !== undefined && event.total !== undefined ? `${event.done}/${event.total} ` : ''
      if (count === '' && found > 0) {
        step(stageNames[event.stage], `${found} steps were done already`)
        found = 0
      }
      step(stageNames[event.stage], `${count}${event.message}`)
    },
  }
}

const stageNames: Readonly<Record<ProgressEvent['stage'], string>> = {
  l1: 'L1',
  deploy: 'deploy',
  genesis: 'genesis',
}

export interface Ready {
  readonly rollup: LaunchedRollup
  readonly l2Url: string
  /** undefined: none are served. */
  readonly metricsUrl: string | undefined
  /** Multiaddrs at which peers reach the node. */
  readonly peerAddresses: readonly string[]
  readonly dataDir: string
  /** undefined: output roots are neither proposed nor watched. */
  readonly job: OutputRootsJob | undefined
}

/** What a user needs once everything runs. */
export function readyLines(ready: Ready): string[] {
  const { rollup, l2Url, metricsUrl, peerAddresses, dataDir, job } = ready
  const lines = [
    '',
    'Endpoints',
    // What comes after the origin of somebody's URL is often a key.
    `  L1  ${new URL(rollup.l1Url).origin}  chain id ${rollup.l1ChainId}`,
    `  L2  ${l2Url}  chain id ${rollup.l2ChainId}`,
    `      ${webSocketUrl(l2Url)}`,
    ...peerAddresses.map((address) => `  P2P ${address}`),
    ...(metricsUrl === undefined ? [] : [`  metrics ${metricsUrl}`]),
  ]
  const { proposer, challenger } = outputRoots(job)
  lines.push(
    '',
    'Output roots on L1',
    proposer
      ? `  proposed every ${proposer.interval} s by ${proposer.address}`
      : '  not proposed: nothing can be withdrawn',
    challenger
      ? `  false ones disputed by ${challenger.address}`
      : '  not watched: a false one stands',
  )
  if (rollup.accounts.length > 0) {
    lines.push(
      '',
      'Accounts, funded on L1 and L2 (their keys are public: never use them elsewhere)',
    )
    rollup.accounts.forEach((account, index) => {
      lines.push(`  (${index})  ${getAddress(account.address)}  ${account.privateKey}`)
    })
  }
  lines.push('', 'L1 addresses')
  const names = Object.entries(rollup.addresses)
  const width = Math.max(...names.map(([name]) => name.length))
  for (const [name, address] of names) lines.push(`  ${name.padEnd(width)}  ${getAddress(address)}`)
  lines.push(
    '',
    'Files',
    `  ${rollup.addressesPath}`,
    `  ${rollup.rollupConfigPath}`,
    `  ${rollup.genesisPath}`,
    '',
    'docs/local-network.md shows wallets, cast and forge, deposits and withdrawals.',
    `Running, with its data in ${dataDir}. Ctrl-C stops it.`,
  )
  return lines
}

/** What a user needs once ALT and restaking stand. */
export function restakingLines(
  { l1, l2, operator, epoch }: LocalRestaking,
  dataDir: string,
): string[] {
  const files = restakingPaths(dataDir)
  const names = Object.entries(l1.contracts)
  const width = Math.max(...names.map(([name]) => name.length))
  return [
    '',
    `ALT and restaking: stake tables of epoch ${epoch} hold operator ${getAddress(operator)}`,
    `  on L1 and L2 at one address: ALT  ${getAddress(l2.contracts.AltToken as Address)}`,
    ...names.map(([name, address]) => `  ${name.padEnd(width)}  ${getAddress(address)}`),
    ...l1.vaults.map(
      ({ asset, address }) =>
        `  ${`Vault of ${assetName(l1, asset)}`.padEnd(width)}  ${getAddress(address)}`,
    ),
    '',
    'Files',
    `  ${files.l1}`,
    `  ${files.l2}`,
    `  ${keysFolder(dataDir)}`,
  ]
}

/** Vault assets by the names that the deployment has for them. */
function assetName({ contracts }: AltDeployment, asset: Address | 'ALT'): string {
  const found = Object.entries(contracts).find(([, address]) => address === asset)
  return found?.[0] ?? asset
}

/** The same for machines: a line of its own, after that of `readyJson`. */
export function restakingJson(
  { l1, l2, operator, epoch }: LocalRestaking,
  dataDir: string,
): string {
  const { contracts, vaults } = l1
  return JSON.stringify({
    restaking: {
      ready: true,
      epoch,
      operator,
      l1: { contracts, vaults },
      l2: { contracts: l2.contracts },
      files: {
        ...restakingPaths(dataDir),
        keys: keysFolder(dataDir),
        password: passwordPath(dataDir),
      },
    },
  })
}

/** The same for machines. */
export function readyJson(ready: Ready): string {
  const { rollup, l2Url, metricsUrl, peerAddresses, dataDir, job } = ready
  return JSON.stringify({
    ready: true,
    dataDir,
    l1: { url: rollup.l1Url, chainId: rollup.l1ChainId },
    l2: {
      url: l2Url,
      webSocketUrl: webSocketUrl(l2Url),
      chainId: rollup.l2ChainId,
      genesisHash: rollup.genesisHash,
      peerAddresses,
    },
    ...(metricsUrl !== undefined && { metricsUrl }),
    outputRoots: outputRoots(job),
    accounts: rollup.accounts,
    addresses: rollup.addresses,
    roles: rollup.roles,
    roleKeys: rollup.roleKeys,
    files: {
      addresses: rollup.addressesPath,
      rollupConfig: rollup.rollupConfigPath,
      genesis: rollup.genesisPath,
    },
  })
}

/** Who proposes and who disputes, and every how many seconds. */
function outputRoots(job: OutputRootsJob | undefined) {
  return {
    ...(job?.proposer && {
      proposer: {
        address: privateKeyToAddress(job.proposer.privateKey),
        interval: job.proposer.interval,
      },
    }),
    ...(job?.player && { challenger: { address: privateKeyToAddress(job.player.privateKey) } }),
  }
}

function webSocketUrl(url: string): string {
  return url.replace(/^http/, 'ws')
}
