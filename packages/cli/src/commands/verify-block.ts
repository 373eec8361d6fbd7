import { type Command, parseOptions, parseUrl, UsageError } from '../command.ts'

const options = {
  rpc: { summary: 'JSON-RPC of the rollup, instead of fixtures', value: 'URL' },
  block: {
    summary: 'number, hash, latest, safe or finalized',
    value: 'BLOCK',
    default: 'latest',
  },
  config: { summary: "the rollup's rollup.json", value: 'FILE' },
  'rollup-rpc': { summary: 'its rollup node, for optimism_rollupConfig', value: 'URL' },
  'no-receipts': { summary: 'do not compare the receipts that the RPC shows' },
  json: { summary: 'print one JSON object for each block' },
} as const

export const verifyBlock: Command = {
  name: 'verify-block',
  summary: 'verify a block of any OP Stack rollup without its state',
  usage: '(--rpc URL [options] | [--json] FIXTURE.json...)',
  options,
  example: 'altlayer verify-block --rpc http://127.0.0.1:9545 --block latest',
  details: `Executes the block on its parent and compares the hash. Nothing that the RPC says is
believed, every preimage used is hashed; only the rules are: from --config, --rollup-rpc, the
chains known by name (OP Mainnet, OP Sepolia) or the RPC itself. State comes from
debug_executionWitness, else from eth_getProof, eth_getCode and debug_dbGet. Nothing is kept on disk.

A fixture has rollup_config, parent_header, executing_payload, witness (preimages by
keccak256) and expected_block_hash; with expected_header too, the first field that differs is
named. The exit code is 1 when a block is not valid or could not be verified.`,
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    const { rpc, json = false } = values
    if (rpc === undefined && positionals.length === 0)
      throw new UsageError('name a fixture, or give --rpc')
    if (rpc !== undefined && positionals.length > 0)
      throw new UsageError('give either --rpc or fixtures')
    const only = (['block', 'config', 'rollup-rpc', 'no-receipts'] as const).find(
      (name) => rpc === undefined && values[name] !== undefined,
    )
    if (only !== undefined) throw new UsageError(`--${only} goes with --rpc`)
    const { ensureProgram } = await import('../ensure-program.ts')
    await ensureProgram()
    if (rpc === undefined) {
      const { verifyFiles } = await import('../verify-block/files.ts')
      return verifyFiles(positionals, json)
    }
    const { verifyThroughRpc } = await import('../verify-block/rpc.ts')
    return verifyThroughRpc({
      rpc: parseUrl('rpc', rpc),
      block: values.block ?? options.block.default,
      configs: values.config === undefined ? [] : [values.config],
      rollupRpcs:
        values['rollup-rpc'] === undefined ? [] : [parseUrl('rollup-rpc', values['rollup-rpc'])],
      receipts: !(values['no-receipts'] ?? false),
      json,
    })
  },
}
