import { type Command, parseAction, parseOptions, UsageError } from '../command.ts'
import {
  addressArgument,
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
  wrap: { summary: 'deposit: makes WETH of ether first' },
} as const

export const vault: Command = {
  name: 'vault',
  summary: 'restake WETH, an LST or ALT; withdraw, claim, take rewards',
  usage: 'ACTION [options]',
  options,
  example: 'altlayer vault deposit WETH 1.5 --wrap --key alice --dry-run',
  details: [
    'list [ADDRESS]              the vaults, and what the account has in them; default: of --key, if given',
    'deposit VAULT AMOUNT        restakes; the stake can be slashed from then on',
    'withdraw VAULT AMOUNT       begins a withdrawal; until it ends the stake can be slashed',
    'claim [VAULT]               what was withdrawn and is due, of one vault or of all',
    'rewards OPERATOR [ADDRESS]  what a delegator earned behind an operator; without ADDRESS claims that of --key',
    "allocate VAULT OPERATOR SHARES  as the vault's curator: stake is divided between operators by their shares;",
    '                            0 takes it away',
    '',
    'VAULT is an address, or the symbol of its asset. altlayer alt stake bonds ALT through reALT, which',
    'compounds its rewards; here a vault is used directly.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    const [name, ...rest] = positionals
    const action = parseAction('vault', ACTIONS, name)
    const context = chainContext(values)
    const [first, second, third] = rest
    const takes = (count: number) => noMore(rest.slice(count))
    const actions = await import('../restaking/vault.ts')
    switch (action) {
      case 'list': {
        takes(1)
        const { accountOf } = await import('../restaking/keys.ts')
        const own = context.key === undefined ? undefined : accountOf(context.keysDir, context.key)
        return actions.list(
          context,
          first === undefined ? own : addressArgument(first, 'an account'),
        )
      }
      case 'deposit':
        takes(2)
        return actions.deposit(context, vaultArgument(first), second, values.wrap ?? false)
      case 'withdraw':
        takes(2)
        return actions.withdraw(context, vaultArgument(first), second)
      case 'claim':
        takes(1)
        required(context.key, 'key')
        return actions.claim(context, first)
      case 'rewards': {
        takes(2)
        const operator = addressArgument(first, 'an operator')
        const account = second === undefined ? undefined : addressArgument(second, 'an account')
        return actions.rewards(context, serviceName(values), operator, account)
      }
      default: {
        takes(3)
        const operator = addressArgument(second, 'an operator')
        return actions.allocate(
          context,
          serviceName(values),
          vaultArgument(first),
          operator,
          sharesArgument(third),
        )
      }
    }
  },
}

const ACTIONS: ReadonlySet<string> = new Set([
  'list',
  'deposit',
  'withdraw',
  'claim',
  'rewards',
  'allocate',
])

function vaultArgument(text: string | undefined): string {
  if (text !== undefined && text.length > 0) return text
  throw new UsageError('expected a vault: its address, or the symbol of its asset')
}

function sharesArgument(text: string | undefined): bigint {
  if (text !== undefined && /^\d{1,30}$/.test(text)) return BigInt(text)
  throw new UsageError(`expected a whole number of shares, not '${text ?? ''}'`)
}
