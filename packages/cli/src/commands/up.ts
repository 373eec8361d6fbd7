import type { Command } from '../command.ts'
import { parseUpOptions, upOptions } from '../up/options.ts'

export const up: Command = {
  name: 'up',
  summary: 'run a local network: an L1 and a rollup on it',
  usage: '[options]',
  options: upOptions,
  example: 'altlayer up --l1-port 18545 --l2-port 19545 --data-dir .rollup',
  details: [
    'Starts Anvil as L1 (or uses --l1-url), deploys the OP Stack contracts, makes the L2 genesis,',
    'starts the rollup node, prints endpoints, accounts and addresses, and runs until Ctrl-C.',
    'Output roots are proposed to L1 and false ones disputed; with --l1-url only where ALTLAYER_PROPOSER_KEY and',
    'ALTLAYER_VITAL_KEY, environment variables, hold the keys of accounts that nothing else sends from.',
    'ALT and restaking follow in the background, with stake and an operator, unless --no-restaking or --l1-url.',
    'A data directory that has a chain already is continued.',
  ].join('\n'),
  run: async (args) => {
    const options = parseUpOptions(args)
    const { runUp } = await import('../up/run.ts')
    return runUp(options)
  },
}
