import {
  describe,
  encodeHeader,
  headerFromRpc,
  hexToBytes,
  MalformedInputError,
  parseObject,
} from '@altlayer/protocol'
import type { Preimages } from '../preimages.ts'

/**
 * Adds what `debug_executionWitness` answered. Clients differ, and all their forms are taken: `state` and `codes`
 * as lists of bytes or as objects whose values are bytes (the names, hashes as a rule, mean nothing here),
 * `headers` as RLP or as JSON objects, or left out; `keys` is not needed. Everything is kept under its own
 * hash. Throws MalformedInputError, and VerificationProblem `LIMIT`.
 */
export function addExecutionWitness(json: unknown, preimages: Preimages): void {
  const witness = parseObject(json, 'witness')
  // Checks that it is a string, too.
  for (const name of ['state', 'codes'] as const)
    for (const [key, item] of entries(witness[name], `witness.${name}`))
      preimages.add(hexToBytes(item as string, `witness.${name}[${key}]`))
  for (const [key, item] of entries(witness.headers, 'witness.headers')) {
    const path = `witness.headers[${key}]`
    const rlp =
      typeof item === 'string' ? hexToBytes(item, path) : encodeHeader(headerFromRpc(item, path))
    preimages.add(rlp)
  }
}

function entries(value: unknown, path: string): Iterable<readonly [string | number, unknown]> {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.entries()
  if (typeof value === 'object') return Object.entries(value)
  throw new MalformedInputError(path, 'a list or an object', describe(value))
}
