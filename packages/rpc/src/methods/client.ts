import { bytesToHex, keccak256, quantity } from '@altlayer/protocol'
import type { Api } from '../api.ts'
import { signableArgs } from '../call-params.ts'
import { RpcError, SERVER_ERROR } from '../errors.ts'
import { forkConfigs } from '../fork-config.ts'
import { LATEST, requireHeader } from '../lookup.ts'
import { type Method, method, param } from '../method.ts'
import { address, bytes } from '../params.ts'
import type { Json, SyncProgress } from '../rollup.ts'
import {
  addressSchema,
  arrayOf,
  booleanSchema,
  dataSchema,
  hashSchema,
  quantitySchema,
  stringSchema,
  transactionSchema,
} from '../schemas.ts'

/** What the node is: `net`, `web3` and the like of `eth`. */
export function clientMethods({ engine, rollup, clientVersion }: Api): readonly Method[] {
  const { chainId } = engine.config
  // This node holds no keys of users.
  const unknownAccount = () => {
    throw new RpcError(SERVER_ERROR, 'unknown account')
  }
  return [
    method({
      name: 'eth_chainId',
      summary: 'Chain id.',
      result: ['Chain id', quantitySchema],
      handler: () => quantity(chainId),
    }),
    method({
      name: 'eth_syncing',
      summary: 'Progress of synchronisation, or false.',
      result: ['Progress', { oneOf: [{ type: 'object' }, { type: 'boolean' }] }],
      handler: () => formatSyncing(rollup?.syncing?.()),
    }),
    method({
      name: 'eth_capabilities',
      summary: 'From which block on the node has what: everything since the genesis.',
      result: ['Capabilities', { type: 'object' }],
      handler: () => {
        const { header, hash } = requireHeader(engine, LATEST)
        const kept = { disabled: false, oldestBlock: quantity(engine.genesis.header.number) }
        return {
          head: { number: quantity(header.number), hash },
          state: kept,
          tx: kept,
          logs: kept,
          receipts: kept,
          blocks: kept,
          stateproofs: kept,
        }
      },
    }),
    method({
      name: 'eth_config',
      summary: 'What the fork in effect, the next and the last one are made of (EIP-7910).',
      result: ['Configurations', { type: 'object' }],
      handler: () => {
        const { header, hash } = engine.genesis
        const genesis = { hash, timestamp: header.timestamp }
        return forkConfigs(engine.config, genesis, requireHeader(engine, LATEST).header.timestamp)
      },
    }),
    method({
      name: 'eth_coinbase',
      summary: 'Account that blocks built here pay to.',
      result: ['Address', addressSchema],
      handler: () => {
        if (rollup?.coinbase !== undefined) return rollup.coinbase
        throw new RpcError(SERVER_ERROR, 'no coinbase: this node does not build blocks')
      },
    }),
    method({
      name: 'eth_accounts',
      summary: 'Accounts the node can sign for: none.',
      result: ['Accounts', arrayOf(addressSchema)],
      handler: () => [],
    }),
    method({
      name: 'eth_pendingTransactions',
      summary: 'Transactions that wait, of accounts the node can sign for: none.',
      result: ['Transactions', arrayOf(transactionSchema)],
      handler: () => [],
    }),
    method({
      name: 'eth_sign',
      summary: 'Signs a message: the node has no keys.',
      params: [param('Address', address), param('Message', bytes)],
      result: ['Signature', dataSchema],
      handler: unknownAccount,
    }),
    method({
      name: 'eth_signTransaction',
      summary: 'Signs a transaction: the node has no keys.',
      params: [param('Transaction', signableArgs)],
      result: ['Raw transaction', dataSchema],
      handler: unknownAccount,
    }),
    method({
      name: 'eth_sendTransaction',
      summary: 'Signs and sends a transaction: the node has no keys.',
      params: [param('Transaction', signableArgs)],
      result: ['Transaction hash', hashSchema],
      handler: unknownAccount,
    }),
    method({
      name: 'net_version',
      summary: 'Chain id in decimal.',
      result: ['Network id', stringSchema],
      handler: () => chainId.toString(),
    }),
    method({
      name: 'net_listening',
      summary: 'Whether the node takes connections.',
      result: ['Listening', booleanSchema],
      handler: () => true,
    }),
    method({
      name: 'net_peerCount',
      summary: 'Number of connected peers.',
      result: ['Peers', quantitySchema],
      handler: () => quantity(rollup?.peerCount?.() ?? 0),
    }),
    method({
      name: 'web3_clientVersion',
      summary: 'Name and version of the node.',
      result: ['Version', stringSchema],
      handler: () => clientVersion,
    }),
    method({
      name: 'web3_sha3',
      summary: 'keccak256 of bytes.',
      params: [param('Data', bytes)],
      result: ['Hash', hashSchema],
      handler: ([data]) => bytesToHex(keccak256(data)),
    }),
  ]
}

/** eth_syncing's answer. */
export function formatSyncing(progress: SyncProgress | undefined): Json {
  if (progress === undefined) return false
  return {
    startingBlock: quantity(progress.startingBlock),
    currentBlock: quantity(progress.currentBlock),
    highestBlock: quantity(progress.highestBlock),
  }
}
