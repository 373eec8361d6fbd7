import { describe, MalformedInputError } from './errors.ts'

/** A JSON object, as parsed. */
export type JsonObject = Readonly<Record<string, unknown>>

/** `value` as a JSON object. Throws MalformedInputError naming `path`. */
export function parseObject(value: unknown, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedInputError(path, 'a JSON object', describe(value))
  return value as JsonObject
}

/** `value` as a JSON array. Throws MalformedInputError naming `path`. */
export function parseArray(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedInputError(path, 'a JSON array', describe(value))
  return value
}

/** Applies `parse` unless the value is absent (undefined or null). */
export function optional<T>(
  value: unknown,
  path: string,
  parse: (value: unknown, path: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : parse(value, path)
}

/** The members of `object` whose name is not in `known`. */
export function unknownMembers(object: JsonObject, known: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !known.has(name)))
}

/** An integer as a JSON number. Throws MalformedInputError past 2^53-1, where a number would not hold it. */
export function jsonNumber(value: bigint | undefined, path: string): number {
  if (value === undefined || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new MalformedInputError(path, 'an integer from 0 to 2^53-1', describe(value))
  return Number(value)
}
