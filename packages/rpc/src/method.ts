import type { Connection } from './connection.ts'
import { INVALID_PARAMS, ParamError, RpcError } from './errors.ts'
import type { JsonSchema, Optional, Type } from './params.ts'

/** One positional parameter. */
export interface Param<T> {
  readonly name: string
  readonly type: Type<T>
}

/** Who asks. Only a WebSocket has a connection that can be written to later. */
export interface Caller {
  readonly connection?: Connection
}

/** A method as the dispatcher and rpc_discover see it. */
export interface Method {
  readonly name: string
  readonly summary: string
  readonly params: readonly Param<unknown>[]
  readonly result: { readonly name: string; readonly schema: JsonSchema }
  /** Calls of this method in a row of one batch that may run at the same time. */
  readonly overlap: number
  /** The answer as a JSON value, or a promise of it. Throws or rejects with anything `toRpcError` takes. */
  call(args: readonly unknown[], caller: Caller): unknown
}

type Values<P extends readonly Param<unknown>[]> = {
  readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never
}

interface Definition<P extends readonly Param<unknown>[]> {
  readonly name: string
  readonly summary: string
  readonly params?: P
  readonly result: readonly [name: string, schema: JsonSchema]
  /** Default 8: answers may be large. */
  readonly overlap?: number
  readonly handler: (args: Values<P>, caller: Caller) => unknown
}

const DEFAULT_OVERLAP = 8

/** Defines a method: its handler gets the parameters parsed by the very types that describe them. */
export function method<const P extends readonly Param<unknown>[] = readonly []>(
  definition: Definition<P>,
): Method {
  const { name, summary, result, handler } = definition
  return {
    name,
    summary,
    params: definition.params ?? [],
    result: { name: result[0], schema: result[1] },
    overlap: definition.overlap ?? DEFAULT_OVERLAP,
    call: (args, caller) => handler(args as Values<P>, caller),
  }
}

export function param<T>(name: string, type: Type<T>): Param<T> {
  return { name, type }
}

/**
 * The parameters of a request, parsed. Throws RpcError -32602 with the index of the first wrong one,
 * in geth's words.
 */
export function parseParams(method: Method, given: unknown): readonly unknown[] {
  const { params } = method
  if (given !== undefined && given !== null && !Array.isArray(given))
    throw new RpcError(INVALID_PARAMS, 'non-array args')
  const values: readonly unknown[] = given ?? []
  if (values.length > params.length)
    throw new RpcError(INVALID_PARAMS, `too many arguments, want at most ${params.length}`)
  const parsed: unknown[] = []
  for (let i = 0; i < params.length; i++) {
    const { type } = params[i] as Param<unknown>
    const value = values[i]
    const absent = i >= values.length || value === null
    if (absent && !isOptional(type))
      throw new RpcError(INVALID_PARAMS, `missing value for required argument ${i}`)
    parsed.push(parseOne(type, value, i))
  }
  return parsed
}

function parseOne(type: Type<unknown>, value: unknown, index: number): unknown {
  try {
    return type.parse(value)
  } catch (error) {
    if (!(error instanceof ParamError)) throw error
    throw new RpcError(INVALID_PARAMS, `invalid argument ${index}: ${error.message}`)
  }
}

export function isOptional(type: Type<unknown>): type is Optional<unknown> {
  return 'optional' in type
}
