import { type Command, parseNumber, parseOptions, parseUrl, UsageError } from '../command.ts'
import { metricsOptions, parseMetricsOptions } from '../metrics-options.ts'

const options = {
  rpc: {
    summary: 'JSON-RPC of a rollup, required; repeatable, one for each rollup',
    value: 'URL',
    multiple: true,
  },
  follow: {
    summary: 'go on with new blocks; without it the command ends at the heads of its start',
  },
  from: { summary: 'first block, of every rollup; default: the head', value: 'NUMBER' },
  config: {
    summary: 'rollup.json; repeatable, each counts for the rollup with its chain id',
    value: 'FILE',
    multiple: true,
  },
  'rollup-rpc': {
    summary: 'a rollup node, for optimism_rollupConfig; repeatable, likewise',
    value: 'URL',
    multiple: true,
  },
  workers: { summary: 'threads; default: one for each core, at most 8', value: 'NUMBER' },
  'no-receipts': { summary: 'do not compare the receipts that the RPCs show' },
  ...metricsOptions,
  json: { summary: 'print JSON lines: blocks, events, every 10 seconds the status' },
} as const

export const verify: Command = {
  name: 'verify',
  summary: 'verify every new block of rollups that others run',
  usage: '--rpc URL [--rpc URL...] --follow [options]',
  options,
  example: 'altlayer verify --rpc http://127.0.0.1:9545 --follow',
  details: `Executes each block on its parent, from a witness or proofs of the RPC, holding no state and
keeping nothing on disk, and says how far behind real time it is. See verify-block --help for what is
believed. Reorganisations are followed; an RPC that is silent is asked again until it answers. Ends on
Ctrl-C; the exit code is 1 when a block was not valid or could not be verified.`,
  async run(args) {
    const { values } = parseOptions(options, args)
    const rpcs = (values.rpc ?? []).map((url) => parseUrl('rpc', url))
    if (rpcs.length === 0) throw new UsageError('--rpc is required')
    if (rpcs.length > 64) throw new UsageError('at most 64 rollups in one process')
    const { availableParallelism } = await import('node:os')
    const { ensureProgram } = await import('../ensure-program.ts')
    await ensureProgram()
    const { runVerify } = await import('../verify/run.ts')
    return runVerify({
      rpcs,
      follow: values.follow ?? false,
      from: values.from === undefined ? undefined : blockNumber(values.from),
      configs: values.config ?? [],
      rollupRpcs: (values['rollup-rpc'] ?? []).map((url) => parseUrl('rollup-rpc', url)),
      workers:
        values.workers === undefined
          ? Math.min(availableParallelism(), 8)
          : parseNumber('workers', values.workers, 1, 64),
      receipts: !(values['no-receipts'] ?? false),
      json: values.json ?? false,
      metrics: parseMetricsOptions(values),
    })
  },
}

function blockNumber(text: string): bigint {
  return BigInt(parseNumber('from', text, 1, Number.MAX_SAFE_INTEGER))
}
