import { encodeRequest, openSocket } from './http-socket.ts'

/** JSON-RPC to one node over one connection. */
export interface Rpc {
  call<T>(method: string, params?: readonly unknown[]): Promise<T>
  close(): void
}

export async function connectRpc(url: string): Promise<Rpc> {
  const target = new URL(url)
  const socket = await openSocket(target)
  let queue: Promise<unknown> = Promise.resolve()
  return {
    call<T>(method: string, params: readonly unknown[] = []): Promise<T> {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const answer = queue.then(async () => {
        const { result, error } = JSON.parse(
          (await socket.send(encodeRequest(target, body))).toString(),
        )
        if (error) throw new Error(`${method}: ${error.message}`)
        return result as T
      })
      queue = answer.catch(() => undefined)
      return answer
    },
    close: () => socket.close(),
  }
}

/** Milliseconds between looks for a block: what a run's time is uncertain by. */
const POLL_INTERVAL = 10
const STALL = 20_000

/** Waits for the next block; resolves to its number. */
export async function nextBlock(rpc: Rpc): Promise<number> {
  const current = Number(await rpc.call<string>('eth_blockNumber'))
  for (;;) {
    const head = Number(await rpc.call<string>('eth_blockNumber'))
    if (head > current) return head
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL))
  }
}

/**
 * Waits until `count` transactions that are no deposits stand in blocks after `from`. Rejects when no
 * more come for 20 seconds.
 */
export async function waitMined(
  rpc: Rpc,
  from: number,
  count: number,
  deposits: number,
): Promise<void> {
  let next = from + 1
  let mined = 0
  let progress = performance.now()
  while (mined < count) {
    const head = Number(await rpc.call<string>('eth_blockNumber'))
    for (; next <= head; next++) {
      const inBlock = await rpc.call<string>('eth_getBlockTransactionCountByNumber', [
        `0x${next.toString(16)}`,
      ])
      const added = Number(inBlock) - deposits
      if (added > 0) progress = performance.now()
      mined += added
    }
    if (mined >= count) return
    if (performance.now() - progress > STALL)
      throw new Error(`${mined} of ${count} transactions were mined, then none for 20 s`)
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL))
  }
}
