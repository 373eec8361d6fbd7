import { type Command, parseAction, parseOptions, UsageError } from '../command.ts'
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

const options = {
  ...chainOptions,
  ...serviceOptions,
  'min-eth': { summary: 'configure: least restaked ether of an operator', value: 'AMOUNT' },
  'min-alt': { summary: 'configure: least restaked ALT of an operator', value: 'AMOUNT' },
  disable: { summary: 'configure: no stake tables from then on' },
} as const

export const rollup: Command = {
  name: 'rollup',
  summary: "set a rollup's services, its restitution fund and its owner",
  usage: 'ACTION [options]',
  options,
  example:
    'altlayer rollup configure --rollup 901 --service mach --min-eth 32 --min-alt 10000 --key owner --dry-run',
  details: [
    'status               owner, contracts, services: least stakes, and changes that wait',
    'configure            opens --service with --min-eth and --min-alt, or changes what is given of it; with',
    '                     --disable ends it. The first settings hold at once, changes after a delay',
    'restitution ADDRESS  who gets the restitution of slashes from now on',
    'offer ADDRESS        who may take the rollup over; the zero address withdraws the offer',
    'accept               takes over a rollup that was offered to --key',
    '',
    "All but status and accept are the rollup's owner's. Governance admits rollups.",
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    const [first, ...rest] = positionals
    const action = parseAction('rollup', ACTIONS, first)
    const context = chainContext(values)
    const name = serviceName(values)
    const takesAddress = action === 'restitution' || action === 'offer'
    noMore(rest.slice(takesAddress ? 1 : 0))
    if (action !== 'status') required(context.key, 'key')
    if (action !== 'configure') refuseSettings(action, values)
    const actions = await import('../restaking/rollup.ts')
    switch (action) {
      case 'status':
        return actions.status(context, name.rollup)
      case 'configure': {
        const stakes = [values['min-eth'], values['min-alt']] as const
        if (values.disable && stakes.some((stake) => stake !== undefined))
          throw new UsageError('--disable ends the service: it takes no --min-eth and no --min-alt')
        const [eth, alt] = stakes.map((stake) =>
          stake === undefined ? undefined : amountArgument(stake),
        )
        return actions.configure(context, name, {
          enabled: !values.disable,
          minStake: [eth, alt],
        })
      }
      case 'restitution':
        return actions.restitution(context, name.rollup, addressArgument(rest[0], 'a fund'))
      case 'offer':
        return actions.offer(context, name.rollup, addressArgument(rest[0], 'an account'))
      default:
        return actions.accept(context, name.rollup)
    }
  },
}

const ACTIONS: ReadonlySet<string> = new Set([
  'status',
  'configure',
  'restitution',
  'offer',
  'accept',
])

function refuseSettings(action: string, values: Readonly<Record<string, unknown>>): void {
  for (const name of ['min-eth', 'min-alt', 'disable'])
    if (values[name] !== undefined) throw new UsageError(`${action} takes no --${name}`)
}
