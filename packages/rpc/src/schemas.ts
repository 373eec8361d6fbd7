import type { JsonSchema } from './params.ts'

// JSON schemas of results, for the OpenRPC document.

export const quantitySchema: JsonSchema = {
  title: 'quantity',
  type: 'string',
  pattern: '^0x(0|[1-9a-f][0-9a-f]*)$',
}
export const dataSchema: JsonSchema = {
  title: 'data',
  type: 'string',
  pattern: '^0x([0-9a-f]{2})*$',
}
export const hashSchema: JsonSchema = { title: 'hash', type: 'string', pattern: '^0x[0-9a-f]{64}$' }
export const addressSchema: JsonSchema = {
  title: 'address',
  type: 'string',
  pattern: '^0x[0-9a-f]{40}$',
}
export const booleanSchema: JsonSchema = { type: 'boolean' }
export const stringSchema: JsonSchema = { type: 'string' }
export const anySchema: JsonSchema = {}

export function arrayOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

export function nullable(schema: JsonSchema): JsonSchema {
  return { oneOf: [schema, { type: 'null' }] }
}

/** An object whose members are all quantities, except those given. */
function fields(
  title: string,
  names: { readonly [type in 'quantity' | 'hash' | 'address' | 'data']?: readonly string[] },
  others: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const types = {
    quantity: quantitySchema,
    hash: hashSchema,
    address: addressSchema,
    data: dataSchema,
  }
  const properties: Record<string, JsonSchema> = {}
  for (const [type, list] of Object.entries(names))
    for (const name of list) properties[name] = types[type as keyof typeof types]
  return { title, type: 'object', properties: { ...properties, ...others } }
}

const accessListSchema = arrayOf(
  fields('access list entry', { address: ['address'] }, { storageKeys: arrayOf(hashSchema) }),
)

export const logSchema = fields(
  'log',
  {
    address: ['address'],
    data: ['data'],
    hash: ['blockHash', 'transactionHash'],
    quantity: ['blockNumber', 'blockTimestamp', 'transactionIndex', 'logIndex'],
  },
  { topics: arrayOf(hashSchema), removed: booleanSchema },
)

export const transactionSchema = fields(
  'transaction',
  {
    quantity: [
      'type',
      'chainId',
      'nonce',
      'gas',
      'gasPrice',
      'maxFeePerGas',
      'maxPriorityFeePerGas',
      'maxFeePerBlobGas',
      'value',
      'v',
      'r',
      's',
      'yParity',
      'mint',
      'depositReceiptVersion',
    ],
    hash: ['hash', 'sourceHash'],
    address: ['from'],
    data: ['input'],
  },
  {
    to: nullable(addressSchema),
    blockHash: nullable(hashSchema),
    blockNumber: nullable(quantitySchema),
    transactionIndex: nullable(quantitySchema),
    accessList: accessListSchema,
    blobVersionedHashes: arrayOf(hashSchema),
    authorizationList: arrayOf({ type: 'object' }),
    isSystemTx: booleanSchema,
  },
)

export const receiptSchema = fields(
  'receipt',
  {
    quantity: [
      'type',
      'status',
      'cumulativeGasUsed',
      'transactionIndex',
      'blockNumber',
      'gasUsed',
      'effectiveGasPrice',
      'blobGasUsed',
      'blobGasPrice',
      'depositNonce',
      'depositReceiptVersion',
      'l1Fee',
      'l1GasPrice',
      'l1GasUsed',
      'l1BaseFeeScalar',
      'l1BlobBaseFee',
      'l1BlobBaseFeeScalar',
      'operatorFeeScalar',
      'operatorFeeConstant',
    ],
    hash: ['transactionHash', 'blockHash'],
    address: ['from'],
    data: ['logsBloom'],
  },
  {
    to: nullable(addressSchema),
    contractAddress: nullable(addressSchema),
    logs: arrayOf(logSchema),
    l1FeeScalar: stringSchema,
  },
)

export const headerSchema = fields('header', {
  quantity: [
    'number',
    'timestamp',
    'difficulty',
    'gasLimit',
    'gasUsed',
    'baseFeePerGas',
    'blobGasUsed',
    'excessBlobGas',
  ],
  hash: [
    'hash',
    'parentHash',
    'sha3Uncles',
    'stateRoot',
    'transactionsRoot',
    'receiptsRoot',
    'mixHash',
    'withdrawalsRoot',
    'parentBeaconBlockRoot',
    'requestsHash',
  ],
  address: ['miner'],
  data: ['logsBloom', 'extraData', 'nonce'],
})

export const blockSchema: JsonSchema = {
  title: 'block',
  type: 'object',
  properties: {
    ...(headerSchema.properties as Readonly<Record<string, JsonSchema>>),
    hash: nullable(hashSchema),
    nonce: nullable(dataSchema),
    size: quantitySchema,
    totalDifficulty: quantitySchema,
    uncles: arrayOf(hashSchema),
    transactions: { oneOf: [arrayOf(hashSchema), arrayOf(transactionSchema)] },
    withdrawals: arrayOf(
      fields('withdrawal', {
        quantity: ['index', 'validatorIndex', 'amount'],
        address: ['address'],
      }),
    ),
  },
}

export const accessListResultSchema: JsonSchema = {
  type: 'object',
  properties: { accessList: accessListSchema, gasUsed: quantitySchema, error: stringSchema },
}

export const proofSchema: JsonSchema = fields(
  'account proof',
  { address: ['address'], hash: ['codeHash', 'storageHash'], quantity: ['balance', 'nonce'] },
  {
    accountProof: arrayOf(dataSchema),
    storageProof: arrayOf(
      fields(
        'storage proof',
        { quantity: ['value'] },
        { key: dataSchema, proof: arrayOf(dataSchema) },
      ),
    ),
  },
)

export const feeHistorySchema: JsonSchema = fields(
  'fee history',
  { quantity: ['oldestBlock'] },
  {
    baseFeePerGas: arrayOf(quantitySchema),
    gasUsedRatio: arrayOf({ type: 'number' }),
    baseFeePerBlobGas: arrayOf(quantitySchema),
    blobGasUsedRatio: arrayOf({ type: 'number' }),
    reward: arrayOf(arrayOf(quantitySchema)),
  },
)
