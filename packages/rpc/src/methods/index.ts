import type { Api } from '../api.ts'
import { type Method, method } from '../method.ts'
import { namespaces, openRpcDocument } from '../openrpc.ts'
import { chainMethods } from './chain.ts'
import { clientMethods } from './client.ts'
import { debugMethods } from './debug.ts'
import { executeMethods } from './execute.ts'
import { feeMethods } from './fees.ts'
import { fillMethods } from './fill.ts'
import { logMethods } from './logs.ts'
import { optimismMethods } from './optimism.ts'
import { simulateMethods } from './simulate.ts'
import { stateMethods } from './state.ts'
import { submitMethods } from './submit.ts'
import { subscribeMethods } from './subscribe.ts'
import { txpoolMethods } from './txpool.ts'

const FAMILIES = [
  clientMethods,
  chainMethods,
  stateMethods,
  executeMethods,
  simulateMethods,
  feeMethods,
  fillMethods,
  submitMethods,
  logMethods,
  subscribeMethods,
  txpoolMethods,
  debugMethods,
  optimismMethods,
]

/**
 * All methods by name: ours, then `others` (a service's own namespace). Throws Error when two have one
 * name.
 */
export function methodTable(api: Api, others: readonly Method[]): ReadonlyMap<string, Method> {
  const table = new Map<string, Method>()
  const add = (one: Method) => {
    if (table.has(one.name)) throw new Error(`method ${one.name} is defined twice`)
    table.set(one.name, one)
  }
  for (const family of FAMILIES) family(api).forEach(add)
  others.forEach(add)
  selfDescription(table, api.clientVersion).forEach(add)
  return table
}

function selfDescription(table: ReadonlyMap<string, Method>, version: string): readonly Method[] {
  return [
    method({
      name: 'rpc_modules',
      summary: 'The namespaces served.',
      result: ['Modules', { type: 'object' }],
      handler: () => namespaces(table.values()),
    }),
    method({
      name: 'rpc_discover',
      summary: 'This interface as an OpenRPC document.',
      result: ['OpenRPC document', { type: 'object' }],
      handler: () => openRpcDocument(table.values(), version),
    }),
  ]
}
