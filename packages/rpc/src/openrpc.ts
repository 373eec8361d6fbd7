import { isOptional, type Method } from './method.ts'
import type { Json } from './rollup.ts'

const NAMESPACE_VERSION = '1.0'

/** The OpenRPC 1.3 document of a method table: the very types that parse the parameters describe them. */
export function openRpcDocument(methods: Iterable<Method>, version: string): Json {
  return {
    openrpc: '1.3.2',
    info: {
      title: 'AltLayer JSON-RPC',
      description: 'Ethereum and OP Stack JSON-RPC of an AltLayer rollup node.',
      version,
      license: { name: 'MIT' },
    },
    methods: [...methods].map((method) => ({
      name: method.name,
      summary: method.summary,
      paramStructure: 'by-position',
      params: method.params.map(({ name, type }) => ({
        name,
        required: !isOptional(type),
        schema: type.schema as Json,
      })),
      result: { name: method.result.name, schema: method.result.schema as Json },
    })),
  }
}

/** rpc_modules: the namespaces of a method table. */
export function namespaces(methods: Iterable<Method>): Json {
  const names = new Set<string>()
  for (const { name } of methods) names.add(name.slice(0, name.indexOf('_')))
  return Object.fromEntries([...names].toSorted().map((name) => [name, NAMESPACE_VERSION]))
}
