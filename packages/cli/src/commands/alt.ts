import { type Command, parseAction, parseOptions, UsageError } from '../command.ts'
import {
  addressArgument,
  amountArgument,
  bridgeOption,
  type ChainContext,
  chainContext,
  chainOptions,
  noMore,
  required,
  serviceName,
  serviceOptions,
} from '../restaking/options.ts'

const options = {
  ...chainOptions,
  ...serviceOptions,
  config: { summary: 'deploy: the configuration', value: 'FILE' },
  bridge: {
    summary: "bridge: the StandardBridge of the chain; default: the local network's",
    value: 'ADDRESS',
  },
} as const

export const alt: Command = {
  name: 'alt',
  summary: 'deploy ALT and restaking; hold, stake, vote with and bridge ALT',
  usage: 'ACTION [--l1 URL --deployment FILE] [--key NAME] [options]',
  options,
  example:
    'altlayer alt transfer 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 1500.25 --l1 http://127.0.0.1:8545 --deployment alt.json --key alice --dry-run',
  details: [
    'deploy --config FILE       ALT on this chain and, on its home chain, governance and restaking; writes',
    '                           --deployment and a journal beside it, which is to be kept. Run again, it goes',
    '                           on. Try it with packages/restaking/config/local.json.',
    'balance [ADDRESS]          ALT, votes and reALT of an account, or of --key',
    'transfer ADDRESS AMOUNT',
    'stake AMOUNT               ALT into reALT',
    'unstake AMOUNT             reALT into ALT, to be claimed after the cooldown',
    'claim                      what vested, and what was unstaked; says when the rest is due',
    'harvest OPERATOR           what reALT earned behind an operator of --service begins to stream in to its',
    '                           holders; by anyone',
    'delegate ADDRESS           whose vote it is, also of what still vests; without it ALT does not vote',
    'propose FILE               {"description": "...", "calls": [{"to": "0x...", "data": "0x..."}]}',
    'proposals                  the newest, with their states',
    'proposal PROPOSAL          one of them: votes, times, calls',
    'vote PROPOSAL for|against|abstain',
    'queue PROPOSAL             what has succeeded, into the timelock',
    'execute PROPOSAL           what is queued, once the delay has passed',
    'cancel PROPOSAL            before voting begins, by its proposer',
    'bridge AMOUNT              to the same account on the other side',
    '',
    'Keys are in keystores: altlayer operator keys. Amounts are in ALT or reALT.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    const [name, ...rest] = positionals
    const action = parseAction('alt', ACTIONS, name)
    const context = chainContext(values)
    const [first, second] = rest
    const takes = (count: number) => noMore(rest.slice(count))
    if (action === 'deploy') {
      takes(0)
      const config = required(values.config, 'config')
      if (context.dryRun) throw new UsageError('deploy has no --dry-run: each step needs the last')
      const { deploy } = await import('../restaking/deploy.ts')
      return deploy(context, config)
    }
    if (GOVERNANCE.has(action)) return governance(context, action, rest)
    const actions = await import('../restaking/alt.ts')
    switch (action) {
      case 'balance': {
        takes(1)
        const { accountOf } = await import('../restaking/keys.ts')
        const account =
          first === undefined
            ? accountOf(context.keysDir, required(context.key, 'key'))
            : addressArgument(first, 'an account')
        return actions.balance(context, account)
      }
      case 'transfer':
        takes(2)
        return actions.transfer(
          context,
          addressArgument(first, 'an account'),
          amountArgument(second),
        )
      case 'delegate':
        takes(1)
        return actions.delegate(context, addressArgument(first, 'an account'))
      case 'stake':
        takes(1)
        return actions.stake(context, amountArgument(first))
      case 'unstake':
        takes(1)
        return actions.unstake(context, amountArgument(first))
      case 'claim':
        takes(0)
        return actions.claim(context)
      case 'harvest': {
        takes(1)
        const operator = addressArgument(first, 'an operator')
        return actions.harvest(context, serviceName(values), operator)
      }
      default: {
        takes(1)
        const through = bridgeOption(values.bridge, values)
        return actions.bridge(context, through, amountArgument(first))
      }
    }
  },
}

const GOVERNANCE: ReadonlySet<string> = new Set([
  'propose',
  'proposals',
  'proposal',
  'vote',
  'queue',
  'execute',
  'cancel',
])

const ACTIONS: ReadonlySet<string> = new Set([
  'deploy',
  'balance',
  'transfer',
  'stake',
  'unstake',
  'claim',
  'harvest',
  'delegate',
  ...GOVERNANCE,
  'bridge',
])

async function governance(
  context: ChainContext,
  action: string,
  [first, second, ...more]: readonly string[],
): Promise<number> {
  const actions = await import('../restaking/governance.ts')
  noMore(more)
  if (action === 'vote')
    return actions.vote(context, proposalArgument(first), supportArgument(second))
  noMore(second === undefined ? [] : [second])
  switch (action) {
    case 'propose':
      if (first === undefined) throw new UsageError('propose takes the file of a proposal')
      return actions.propose(context, first)
    case 'proposals':
      noMore(first === undefined ? [] : [first])
      return actions.list(context)
    case 'proposal':
      return actions.show(context, proposalArgument(first))
    case 'queue':
      return actions.queue(context, proposalArgument(first))
    case 'execute':
      return actions.execute(context, proposalArgument(first))
    default:
      return actions.cancel(context, proposalArgument(first))
  }
}

function proposalArgument(text: string | undefined): bigint {
  if (text !== undefined && /^\d{1,78}$/.test(text)) return BigInt(text)
  throw new UsageError(`expected the number of a proposal, not '${text ?? ''}'`)
}

function supportArgument(text: string | undefined): 'for' | 'against' | 'abstain' {
  if (text === 'for' || text === 'against' || text === 'abstain') return text
  throw new UsageError(`vote for, against or abstain, not '${text ?? ''}'`)
}
