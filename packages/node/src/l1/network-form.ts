import {
  bytesToHex,
  concatBytes,
  decodeRlp,
  equalBytes,
  hexToBytes,
  listItems,
  MalformedInputError,
  TX_BLOB,
  transactionHash,
} from '@altlayer/protocol'
import { checked, type L1Request } from './client.ts'

// Anvil's transactions root is over what was sent to it: a blob transaction counts with its sidecar, in the form
// of EIP-4844's "Networking" section. The program takes that form too, so that a local network can post blobs and
// its blocks are still verified down to their hashes. Ethereum's blocks never hold it.

/**
 * Transactions with every blob transaction in the form that L1 got it, which must hold the very transaction. Those
 * are asked for one by one. Rejects with L1Error.
 */
export function networkForms(
  request: L1Request,
  transactions: readonly Uint8Array[],
): Promise<readonly Uint8Array[]> {
  return Promise.all(
    transactions.map((raw, i) => (raw[0] === TX_BLOB ? networkForm(request, raw, i) : raw)),
  )
}

async function networkForm(request: L1Request, raw: Uint8Array, i: number): Promise<Uint8Array> {
  const hash = transactionHash(raw)
  const answer = await request('eth_getRawTransactionByHash', [hash])
  return checked(`eth_getRawTransactionByHash ${hash}`, () => {
    const path = `transactions[${i}]`
    const sent = hexToBytes(typeof answer === 'string' ? answer : '', path)
    const [body] = sent[0] === TX_BLOB ? listItems(decodeRlp(sent.subarray(1), path), path) : []
    if (body === undefined || !equalBytes(concatBytes(Uint8Array.of(TX_BLOB), body.encoding), raw))
      throw new MalformedInputError(path, `${hash} with its sidecar`, bytesToHex(sent.slice(0, 64)))
    return sent
  })
}
