import { type Command, parseAction, parseOptions, UsageError } from '../command.ts'
import {
  addressArgument,
  chainContext,
  chainOptions,
  decimalAmount,
  keysDirOf,
  noMore,
  required,
  serviceName,
  serviceOptions,
} from '../restaking/options.ts'

const options = {
  ...chainOptions,
  ...serviceOptions,
  vault: {
    summary: "register: a vault of the operator's; repeatable; default: the deployment's",
    value: 'ADDRESS',
    multiple: true,
  },
  'bn254-key': {
    summary: 'register, rotate: name of the BN254 keystore; default: that of --key',
    value: 'NAME',
  },
  'forget-key': { summary: 'deregister: the BN254 key too, from every service' },
  type: { summary: 'keys new, import: ecdsa or bn254; new without it makes both', value: 'TYPE' },
  'secret-file': { summary: 'keys import: file that holds the key, 64 hex digits', value: 'FILE' },
} as const

export const operator: Command = {
  name: 'operator',
  summary: "keep an operator's keys; serve a rollup with restaked stake",
  usage: 'ACTION [options]',
  options,
  example: 'altlayer operator keys new alice --password-file password.txt',
  details: [
    'keys new NAME        makes an account (JSON keystore, version 3) and a BN254 key (EIP-2335), one password;',
    '                     with --type only one of the two',
    'keys import NAME --type TYPE --secret-file FILE',
    'keys list            names and public keys; takes no password',
    'register             registries, opt-ins, vaults, key, seat: what of it is missing. --key is the account,',
    '                     and the BN254 key of the same name is the one that is registered. A new operator',
    '                     runs it again in the next epoch, to take its seat.',
    "rotate               puts --bn254-key in the place of the registered key, after the registry's delay:",
    '                     altlayer operator keys new alice-2 --type bn254, then',
    '                     altlayer operator rotate --key alice --bn254-key alice-2',
    "commission [PERCENT] what of its delegators' rewards is the operator's; sets it for later epochs",
    'deregister           leaves seat and vaults; stake stays slashable for the slashing window',
    'status [ADDRESS]     key, opt-ins, vaults, seat and stake; default: of --key',
    'stake [ADDRESS]      what counts for it at the start of this epoch',
    'rewards [ADDRESS]    what was earned and not taken; without ADDRESS claims that of --key',
    '',
    'Without --l1, --deployment and --keys-dir they are those of the local network that `altlayer up` runs, whose',
    'operator has --key operator; keys takes --keys-dir.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseOptions(options, args, true)
    const [name, ...rest] = positionals
    const action = parseAction('operator', ACTIONS, name)
    if (action === 'keys') {
      const context = {
        keysDir: keysDirOf(values['keys-dir']),
        passwordFile: values['password-file'],
        json: values.json ?? false,
      }
      return keys(context, rest, values)
    }
    const context = chainContext(values)
    const service = serviceName(values)
    const actions = await import('../restaking/operator.ts')
    if (action === 'register') {
      noMore(rest)
      required(context.key, 'key')
      const vaults = values.vault?.map((vault) => addressArgument(vault, 'a vault'))
      return actions.register(context, service, vaults, values['bn254-key'])
    }
    if (action === 'rotate') {
      noMore(rest)
      required(context.key, 'key')
      return actions.rotate(context, required(values['bn254-key'], 'bn254-key'))
    }
    if (action === 'commission') {
      noMore(rest.slice(1))
      return actions.commission(context, service, commissionArgument(rest[0]))
    }
    if (action === 'deregister') {
      noMore(rest)
      return actions.deregister(context, service, values['forget-key'] ?? false)
    }
    noMore(rest.slice(1))
    const given = rest[0] === undefined ? undefined : addressArgument(rest[0], 'an account')
    if (action === 'rewards') return actions.rewards(context, service, given)
    const { accountOf } = await import('../restaking/keys.ts')
    const account = given ?? accountOf(context.keysDir, required(context.key, 'key'))
    if (action === 'status') return actions.status(context, service, account)
    return actions.stake(context, service, account)
  },
}

const ACTIONS: ReadonlySet<string> = new Set([
  'keys',
  'register',
  'rotate',
  'deregister',
  'commission',
  'status',
  'stake',
  'rewards',
])

async function keys(
  context: { readonly keysDir: string; readonly passwordFile: string | undefined; json: boolean },
  [action, name, ...rest]: readonly string[],
  values: { readonly type?: string; readonly 'secret-file'?: string },
): Promise<number> {
  noMore(rest)
  const actions = await import('../restaking/key-actions.ts')
  if (action === 'list') {
    noMore(name === undefined ? [] : [name])
    return actions.showKeys(context)
  }
  if (action !== 'new' && action !== 'import')
    throw new UsageError(`keys takes new NAME, import NAME or list, not '${action ?? ''}'`)
  if (name === undefined) throw new UsageError(`keys ${action} takes a name`)
  const type = values.type === undefined ? undefined : keyType(values.type)
  if (action === 'new') return actions.createKeys(context, name, type)
  const file = required(values['secret-file'], 'secret-file')
  return actions.importOne(context, name, required(type, 'type'), file)
}

function keyType(text: string): 'ecdsa' | 'bn254' {
  if (text === 'ecdsa' || text === 'bn254') return text
  throw new UsageError(`--type takes ecdsa or bn254, not '${text}'`)
}

/** Percent as a part of 1e18; 0 too. */
function commissionArgument(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined
  return /^0+(\.0*)?$/.test(text) ? 0n : decimalAmount(text, 16)
}
