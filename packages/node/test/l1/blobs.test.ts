import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, before, it } from 'node:test'
import { KzgError } from '@altlayer/engine/kzg'
import { bytesToHex } from '@altlayer/protocol'
import { encodeBlob } from '../../src/batcher/blob.ts'
import { createBlobSource } from '../../src/l1/beacon.ts'
import { L1Error } from '../../src/l1/client.ts'
import { commitToBlob, proveBlob, verifyBlobs } from '../../src/l1/kzg.ts'
import { l1Block } from '../helpers/l1.ts'

// EIP-4844: the commitment to the blob of zeros is the point at infinity.
const INFINITY = `0xc0${'00'.repeat(47)}`
const blob = encodeBlob(Uint8Array.of(1, 2, 3))
const block = { ...l1Block(7, 1_084), transactions: [] }
const asked: string[] = []
let server: Server
let url: string
let served: readonly Uint8Array[] = []
/** What the node has as sidecars; undefined: it does not serve them. */
let sidecars: readonly unknown[] | undefined

before(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const answers: Record<string, unknown> = {
      '/eth/v1/beacon/genesis': { genesis_time: '1000' },
      '/eth/v1/config/spec': { SECONDS_PER_SLOT: '12' },
      '/eth/v1/beacon/blob_sidecars/7': sidecars,
      '/eth/v1/beacon/blobs/7': served.map((bytes) => bytesToHex(bytes)),
    }
    const data = answers[request.url ?? '']
    response.statusCode = data === undefined ? 404 : 200
    response.end(JSON.stringify({ data }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
})

after(() => server.close())

it('commits to blobs as EIP-4844 says', async () => {
  assert.equal(bytesToHex((await commitToBlob(new Uint8Array(131_072))).commitment), INFINITY)
  const { commitment, versionedHash } = await commitToBlob(blob)
  assert.match(versionedHash, /^0x01/)
  assert.equal((await proveBlob(blob, commitment)).length, 48)
  await assert.rejects(commitToBlob(new Uint8Array(131_072).fill(0xff)), KzgError)
})

it('takes a blob only from a beacon node that has it, by its own commitment', async () => {
  const { versionedHash } = await commitToBlob(blob)
  served = [encodeBlob(Uint8Array.of(9)), blob]
  const unreachable = 'http://127.0.0.1:1'
  const fetchBlob = createBlobSource([unreachable, url])
  assert.deepEqual(await fetchBlob(versionedHash, block), blob)
  assert.ok(asked.includes('/eth/v1/beacon/blobs/7'), 'the slot of the block')
  served = [encodeBlob(Uint8Array.of(9))]
  await assert.rejects(createBlobSource([url])(versionedHash, block), L1Error)
  await assert.rejects(createBlobSource([])(versionedHash, block), /no beacon API is configured/)
})

it('does not keep what a beacon node sends without end', async () => {
  const { versionedHash } = await commitToBlob(blob)
  let sent = 0
  const endless = createServer((_, response) => {
    const more = () => {
      sent += 1 << 20
      while (sent < 2 ** 32 && response.write(' '.repeat(1 << 20))) sent += 1 << 20
    }
    response.on('drain', more).on('error', () => {})
    more()
  }).listen(0, '127.0.0.1')
  await once(endless, 'listening')
  const endlessUrl = `http://127.0.0.1:${(endless.address() as { port: number }).port}`
  await assert.rejects(
    createBlobSource([endlessUrl])(versionedHash, block),
    /more than 67108864 bytes/,
  )
  assert.ok(sent < 2 ** 28)
  endless.closeAllConnections()
  endless.close()
})

it('takes a blob with its proof where the beacon node gives one, and only the right one', async () => {
  const { commitment, versionedHash } = await commitToBlob(blob)
  const proof = await proveBlob(blob, commitment)
  const other = encodeBlob(Uint8Array.of(9))
  const sidecar = {
    index: '0',
    blob: bytesToHex(blob),
    kzg_commitment: bytesToHex(commitment),
    kzg_proof: bytesToHex(proof),
  }
  const proven = { blob, commitment, proof }
  assert.ok(await verifyBlobs([proven, proven]))
  assert.ok(!(await verifyBlobs([proven, { ...proven, blob: other }])))
  served = []
  sidecars = [{ ...sidecar, kzg_commitment: bytesToHex(proof) }, sidecar]
  asked.length = 0
  assert.deepEqual(await createBlobSource([url])(versionedHash, block), blob)
  assert.ok(!asked.includes('/eth/v1/beacon/blobs/7'))
  for (const wrong of [
    { ...sidecar, blob: bytesToHex(other) },
    { ...sidecar, kzg_proof: bytesToHex(commitment) },
    { ...sidecar, kzg_commitment: '0x00' },
    { ...sidecar, blob: 7 },
    'nonsense',
  ]) {
    sidecars = [wrong]
    await assert.rejects(createBlobSource([url])(versionedHash, block), L1Error)
  }
  sidecars = undefined
})
