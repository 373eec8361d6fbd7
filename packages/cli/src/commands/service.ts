import { type Command, parseAction, parseOptions } from '../command.ts'
import {
  addressArgument,
  amountArgument,
  chainContext,
  chainOptions,
  noMore,
  required,
  serviceName,
  serviceOptions,
} from '../restaking/options.ts'

const options = { ...chainOptions, ...serviceOptions } as const

export const service: Command = {
  name: 'service',
  summary: "pay for a rollup's services in ALT; roll their stake tables; give notice",
  usage: 'ACTION [options]',
  options,
  example: 'altlayer service prepay 10000 --service mach --key alice --dry-run',
  details: [
    'status            what an epoch costs, what is prepaid and until when, whether it is served, its notice',
    'prepay AMOUNT     ALT, by anyone. The service begins with the next epoch; the first payment covers it and',
    '                  the notice period. What the owner itself ended only its own payment begins anew',
    'consume           pays who served in the epochs that have passed; by anyone',
    'roll              makes the stake table of the current epoch, which certificates need; by anyone',
    "notice            ends the service after the notice period: the rollup's owner at any time, anyone where",
    "                  too little is left. A payment in time withdraws it; the owner's own only one by the owner",
    "refund [ADDRESS]  after the end: what is left, to the rollup's owner, or to ADDRESS; by the owner",
    '',
    'AMOUNT is in ALT: 1500.25.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    const [first, ...rest] = positionals
    const action = parseAction('service', ACTIONS, first)
    const context = chainContext(values)
    const name = serviceName(values)
    noMore(rest.slice(action === 'prepay' || action === 'refund' ? 1 : 0))
    if (action !== 'status') required(context.key, 'key')
    const actions = await import('../restaking/service.ts')
    switch (action) {
      case 'status':
        return actions.status(context, name)
      case 'prepay':
        return actions.prepay(context, name, amountArgument(rest[0]))
      case 'consume':
        return actions.consume(context, name)
      case 'roll':
        return actions.roll(context, name)
      case 'notice':
        return actions.notice(context, name)
      default: {
        const to = rest[0] === undefined ? undefined : addressArgument(rest[0], 'an account')
        return actions.refund(context, name, to)
      }
    }
  },
}

const ACTIONS: ReadonlySet<string> = new Set([
  'status',
  'prepay',
  'consume',
  'roll',
  'notice',
  'refund',
])
