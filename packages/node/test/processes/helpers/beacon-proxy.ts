import { createServer } from 'node:http'
import { freePort } from '../../../../launch/test/free-port.ts'

/** How a beacon node behaves. */
export type BeaconManners =
  | 'honest'
  /** Ends the connection. */
  | 'hang-up'
  /** Answers 503 to everything. */
  | 'busy'
  /** Answers with what is no JSON. */
  | 'garbage'
  /** Has no blobs, as one that pruned them. */
  | 'empty'
  /** Gives blobs that are not those that L1 names. */
  | 'wrong'

export interface BeaconProxy {
  readonly url: string
  /** Questions for blobs since the manners were set. */
  readonly requests: number
  behave(manners: BeaconManners): void
  close(): Promise<void>
}

/** A beacon node that has the blobs of another and behaves as a test wants. */
export async function startBeaconProxy(target: string): Promise<BeaconProxy> {
  let manners: BeaconManners = 'honest'
  let requests = 0

  async function answer(path: string): Promise<readonly [status: number, body: string]> {
    if (/blob/.test(path)) requests += 1
    if (manners === 'busy') return [503, '{"code":503,"message":"busy"}']
    if (manners === 'garbage') return [200, '<html>welcome</html>']
    const response = await fetch(`${target}${path}`)
    const body = await response.text()
    if (!response.ok || !/blob/.test(path)) return [response.status, body]
    if (manners === 'empty') return [200, '{"data":[]}']
    return [200, manners === 'wrong' ? withOtherBlobs(body) : body]
  }

  const server = createServer((request, response) => {
    if (manners === 'hang-up') {
      request.socket.destroy()
      return
    }
    answer(request.url ?? '/').then(
      ([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(body)
      },
      () => response.destroy(),
    )
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests
    },
    behave(next) {
      manners = next
      requests = 0
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The same with a byte of every blob's beginning changed: still field elements. */
function withOtherBlobs(body: string): string {
  return body.replaceAll(/0x[0-9a-f]{262144}/g, (blob) => {
    const at = 2 + 2 * 20
    return `${blob.slice(0, at)}${blob[at] === '0' ? '1' : '0'}${blob.slice(at + 1)}`
  })
}
