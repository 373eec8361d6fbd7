/**
 * Input that is not in the form its specification demands. `path` names the offending part
 * ("rollup.genesis.l1.hash", "transaction.accessList[0].storageKeys[3]").
 */
export class MalformedInputError extends Error {
  override readonly name = 'MalformedInputError'
  readonly path: string
  readonly expected: string
  readonly got: string

  constructor(path: string, expected: string, got: string) {
    super(`${path}: expected ${expected}, got ${got}`)
    this.path = path
    this.expected = expected
    this.got = got
  }
}

const PREVIEW_LENGTH = 80

/** A short rendering of any value for an error message; never throws, never long. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return preview(JSON.stringify(value.slice(0, PREVIEW_LENGTH + 1)))
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return preview(String(value))
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function preview(text: string): string {
  return text.length > PREVIEW_LENGTH ? `${text.slice(0, PREVIEW_LENGTH)}…` : text
}
