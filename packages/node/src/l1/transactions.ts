import {
  type AccessList,
  encodeTransaction,
  type JsonObject,
  MAX_UINT64,
  MalformedInputError,
  optional,
  parseAddress,
  parseArray,
  parseData,
  parseHash,
  parseObject,
  parseQuantity,
  type SignedAuthorization,
  type Transaction,
  TX_ACCESS_LIST,
  TX_BLOB,
  TX_DYNAMIC_FEE,
  TX_LEGACY,
  TX_SET_CODE,
} from '@altlayer/protocol'

/**
 * The EIP-2718 encoding of a transaction as JSON-RPC shows it in a block. The caller checks the result
 * against the block's transactions root. Throws MalformedInputError, also for types that Ethereum
 * does not have.
 */
export function transactionFromRpc(value: unknown, path: string): Uint8Array {
  return encodeTransaction(parseTransaction(parseObject(value, path), path))
}

function parseTransaction(json: JsonObject, path: string): Transaction {
  const quantity = (name: string, max?: bigint) => parseQuantity(json[name], `${path}.${name}`, max)
  const type = Number(
    optional(json.type, `${path}.type`, (v, at) => parseQuantity(v, at, 0xffn)) ?? 0n,
  )
  const to = optional(json.to, `${path}.to`, parseAddress)
  const common = {
    nonce: quantity('nonce', MAX_UINT64),
    gas: quantity('gas', MAX_UINT64),
    ...(to !== undefined && { to }),
    value: quantity('value'),
    data: parseData(json.input, `${path}.input`),
    r: quantity('r'),
    s: quantity('s'),
  }
  if (type === TX_LEGACY)
    return { type, ...common, gasPrice: quantity('gasPrice'), v: quantity('v') }
  const typed = {
    ...common,
    chainId: quantity('chainId'),
    accessList: parseAccessList(json.accessList, `${path}.accessList`),
    yParity: Number(parseQuantity(json.yParity ?? json.v, `${path}.yParity`, 1n)),
  }
  if (type === TX_ACCESS_LIST) return { type, ...typed, gasPrice: quantity('gasPrice') }
  const fees = {
    ...typed,
    maxPriorityFeePerGas: quantity('maxPriorityFeePerGas'),
    maxFeePerGas: quantity('maxFeePerGas'),
  }
  if (type === TX_DYNAMIC_FEE) return { type, ...fees }
  const recipient = parseAddress(json.to, `${path}.to`)
  if (type === TX_BLOB)
    return {
      type,
      ...fees,
      to: recipient,
      maxFeePerBlobGas: quantity('maxFeePerBlobGas'),
      blobVersionedHashes: parseArray(json.blobVersionedHashes, `${path}.blobVersionedHashes`).map(
        (hash, i) => parseHash(hash, `${path}.blobVersionedHashes[${i}]`),
      ),
    }
  if (type === TX_SET_CODE)
    return {
      type,
      ...fees,
      to: recipient,
      authorizationList: parseArray(json.authorizationList, `${path}.authorizationList`).map(
        (item, i) => parseAuthorization(item, `${path}.authorizationList[${i}]`),
      ),
    }
  throw new MalformedInputError(`${path}.type`, 'a transaction type from 0 to 4', `${type}`)
}

function parseAccessList(value: unknown, path: string): AccessList {
  return (optional(value, path, parseArray) ?? []).map((entry, i) => {
    const json = parseObject(entry, `${path}[${i}]`)
    return {
      address: parseAddress(json.address, `${path}[${i}].address`),
      storageKeys: parseArray(json.storageKeys, `${path}[${i}].storageKeys`).map((key, j) =>
        parseHash(key, `${path}[${i}].storageKeys[${j}]`),
      ),
    }
  })
}

function parseAuthorization(value: unknown, path: string): SignedAuthorization {
  const json = parseObject(value, path)
  const quantity = (name: string, max?: bigint) => parseQuantity(json[name], `${path}.${name}`, max)
  return {
    chainId: quantity('chainId'),
    address: parseAddress(json.address, `${path}.address`),
    nonce: quantity('nonce', MAX_UINT64),
    yParity: Number(parseQuantity(json.yParity ?? json.v, `${path}.yParity`, 0xffn)),
    r: quantity('r'),
    s: quantity('s'),
  }
}
