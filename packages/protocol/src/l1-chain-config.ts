import { MalformedInputError } from './errors.ts'
import { MAX_UINT64, parseInteger } from './hex.ts'
import { type JsonObject, optional, parseObject } from './json.ts'
import { type BlobFork, CANCUN_BLOB_FRACTION, PRAGUE_BLOB_FRACTION } from './l1-blob-fee.ts'

/**
 * Blob parameter forks of an L1, oldest first, from a file that describes it, as op-node's `--rollup.l1-chain-config`
 * takes it: geth's chain config with `blobSchedule` (EIP-7840, EIP-7892), or a genesis file that has it as `config`.
 * Throws MalformedInputError with the member's path, also where the file is of another chain than `l1ChainId`.
 *
 * @example
 * const rollup = { ...config, l1BlobForks: parseL1ChainConfig(json, config.l1ChainId) }
 */
export function parseL1ChainConfig(
  value: unknown,
  l1ChainId: bigint,
  path = 'l1ChainConfig',
): readonly BlobFork[] {
  const outer = parseObject(value, path)
  const isGenesis = outer.chainId === undefined && outer.config !== undefined
  const at = isGenesis ? `${path}.config` : path
  const json = isGenesis ? parseObject(outer.config, at) : outer
  const chainId = parseInteger(json.chainId, `${at}.chainId`)
  if (chainId !== l1ChainId)
    throw new MalformedInputError(`${at}.chainId`, `that of L1, ${l1ChainId}`, `${chainId}`)
  return blobForks(json, at)
}

/** Changes of the blob parameters that the rollup program has room for. */
const MOST_FORKS = 16
const BLOB_PARAMETER_FORK = /^bpo[1-9]\d?$/
const TIME = 'Time'

/** Without what headers show anyway and what changes nothing: one schedule has one form, and a proof's config hash is over it. */
function blobForks(config: JsonObject, path: string): readonly BlobFork[] {
  // An L1 that is a rollup itself has no blob market.
  if (config.optimism !== undefined && config.optimism !== null) return []
  const forks: BlobFork[] = []
  for (const { name, time, fraction } of scheduledForks(config, path)) {
    const inForce = forks.at(-1)?.fraction ?? SHOWN_BY_HEADERS[name] ?? PRAGUE_BLOB_FRACTION
    if (fraction !== inForce) forks.push({ time, fraction })
  }
  if (forks.length > MOST_FORKS)
    throw new MalformedInputError(
      `${path}.blobSchedule`,
      `at most ${MOST_FORKS} changes of baseFeeUpdateFraction`,
      `${forks.length}`,
    )
  return forks
}

const SHOWN_BY_HEADERS: Readonly<Record<string, bigint>> = {
  cancun: CANCUN_BLOB_FRACTION,
  prague: PRAGUE_BLOB_FRACTION,
}

function scheduledForks(config: JsonObject, path: string) {
  const schedule = parseObject(config.blobSchedule, `${path}.blobSchedule`)
  const forks: (BlobFork & { readonly name: string })[] = []
  let previous: { readonly name: string; readonly time: bigint } | undefined
  for (const name of forkNames(config)) {
    const at = `${path}.${name}${TIME}`
    const time = optional(config[`${name}${TIME}`], at, (value, where) =>
      parseInteger(value, where, MAX_UINT64),
    )
    if (time === undefined) continue
    if (previous !== undefined && time < previous.time)
      throw new MalformedInputError(
        at,
        `a time not before that of ${previous.name} (${previous.time})`,
        `${time}`,
      )
    previous = { name, time }
    const fraction = updateFraction(schedule[name], `${path}.blobSchedule.${name}`)
    if (fraction !== undefined) forks.push({ name, time, fraction })
    // Osaka may leave them as they are.
    else if (name !== 'osaka')
      throw new MalformedInputError(
        `${path}.blobSchedule.${name}`,
        `the blob parameters from ${name}${TIME} on`,
        'nothing',
      )
  }
  return forks
}

/** Forks that may change blob parameters, in their order: after Osaka those of EIP-7892, as far as the config names them. */
function forkNames(config: JsonObject): readonly string[] {
  const later = Object.keys(config)
    .filter((name) => name.endsWith(TIME))
    .map((name) => name.slice(0, -TIME.length))
    .filter((name) => BLOB_PARAMETER_FORK.test(name))
  later.sort((a, b) => Number(a.slice('bpo'.length)) - Number(b.slice('bpo'.length)))
  return ['cancun', 'prague', 'osaka', ...later]
}

/** `baseFeeUpdateFraction` of an entry, which must be whole (EIP-7840). */
function updateFraction(value: unknown, path: string): bigint | undefined {
  return optional(value, path, (entry, at) => {
    const json = parseObject(entry, at)
    const max = parseInteger(json.max, `${at}.max`, 0xffffn)
    parseInteger(json.target, `${at}.target`, max)
    const name = `${at}.baseFeeUpdateFraction`
    const fraction = parseInteger(json.baseFeeUpdateFraction, name, MAX_UINT64)
    if (fraction === 0n) throw new MalformedInputError(name, 'a positive integer', '0')
    return fraction
  })
}
