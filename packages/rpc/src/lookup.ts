import type { Block, BlockRef, Engine } from '@altlayer/engine'
import { bytesToHex, type Hash, type Header, type Hex } from '@altlayer/protocol'
import { RpcError, SERVER_ERROR } from './errors.ts'

export const LATEST: BlockRef = { tag: 'latest' }

export function isPending(ref: BlockRef): boolean {
  return 'tag' in ref && ref.tag === 'pending'
}

/** Whether `block`, found by `ref`, is the open block. Without an open one, pending is the latest. */
export function isOpenBlock(engine: Engine, ref: BlockRef, block: Block): boolean {
  return isPending(ref) && engine.header(LATEST)?.hash !== block.hash
}

/** The header that `ref` names. Throws RpcError in geth's words when there is none. */
export function requireHeader(
  engine: Engine,
  ref: BlockRef,
): { readonly header: Header; readonly hash: Hash } {
  const found = engine.header(ref)
  if (found === undefined) throw notFound(ref, 'header')
  return found
}

/** The block that `ref` names. Throws RpcError in geth's words when there is none. */
export function requireBlock(engine: Engine, ref: BlockRef): Block {
  const found = engine.block(ref)
  if (found === undefined) throw notFound(ref, 'block')
  return found
}

/** Encoding of a transaction of the chain or of the pool; empty, as in geth, when it is in neither. */
export function rawTransaction(engine: Engine, hash: Hash): Hex {
  const found = engine.transactionLocation(hash) ?? engine.pool.get(hash)
  return found === undefined ? '0x' : bytesToHex(found.raw)
}

function notFound(ref: BlockRef, what: 'header' | 'block'): RpcError {
  if ('tag' in ref) return new RpcError(SERVER_ERROR, `${ref.tag} ${what} not found`)
  if ('hash' in ref) return new RpcError(SERVER_ERROR, `${what} for hash not found`)
  return new RpcError(SERVER_ERROR, what === 'block' ? 'block not found' : 'header not found')
}
