import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, before, it } from 'node:test'
import { KzgError } from '@altlayer/engine/kzg'
import { bytesToHex, encodeTransaction, type Hash, TX_BLOB } from '@altlayer/protocol'
import { encodeBlob } from '../../src/batcher/blob.ts'
import { createBlobSource } from '../../src/l1/blobs.ts'
import { L1Error } from '../../src/l1/client.ts'
import { commitToBlob, proveBlob, verifyBlobs } from '../../src/l1/kzg.ts'
import { testHash } from '../helpers/config.ts'
import { l1Block } from '../helpers/l1.ts'

// EIP-4844: the commitment to the blob of zeros is the point at infinity.
const INFINITY = `0xc0${'00'.repeat(47)}`
const blob = encodeBlob(Uint8Array.of(1, 2, 3))
const other = encodeBlob(Uint8Array.of(9))
const third = encodeBlob(Uint8Array.of(7))
const asked: string[] = []
let server: Server
let url: string
/** What the node serves, by path; undefined: nothing. */
let serve: (path: string, parameters: URLSearchParams) => unknown

const timing: Readonly<Record<string, unknown>> = {
  '/eth/v1/beacon/genesis': { genesis_time: '1000' },
  '/eth/v1/config/spec': { SECONDS_PER_SLOT: '12' },
}
const BLOBS = '/eth/v1/beacon/blobs/7'
const SIDECARS = '/eth/v1/beacon/blob_sidecars/7'

/** Serves at these paths, and the times of slots. */
function servesAt(answers: Readonly<Record<string, unknown>>): void {
  serve = (path) => ({ ...timing, ...answers })[path]
}

/** An L1 block in slot 7 whose transactions have blobs with these hashes. */
function blockWith(...hashes: readonly (readonly Hash[])[]) {
  const transactions = hashes.map((blobVersionedHashes) =>
    encodeTransaction({
      ...{ type: TX_BLOB, chainId: 1n, nonce: 0n, gas: 21_000n, value: 0n, data: '0x' },
      ...{ maxPriorityFeePerGas: 0n, maxFeePerGas: 1n, maxFeePerBlobGas: 1n, accessList: [] },
      ...{ yParity: 0, r: 1n, s: 1n },
      to: '0x00000000000000000000000000000000000000ff',
      blobVersionedHashes,
    }),
  )
  return { ...l1Block(5, 1_084), transactions }
}

before(async () => {
  server = createServer((request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://beacon')
    asked.push(pathname + search)
    const data = serve(pathname, searchParams)
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
  const block = blockWith([versionedHash])
  servesAt({ [BLOBS]: [bytesToHex(blob)] })
  const unreachable = 'http://127.0.0.1:1'
  const fetchBlob = createBlobSource([unreachable, url])
  asked.length = 0
  assert.deepEqual(await fetchBlob(versionedHash, block), blob)
  assert.ok(
    asked.includes(`${BLOBS}?versioned_hashes=${versionedHash}`),
    'in the slot of the block',
  )
  servesAt({ [BLOBS]: [bytesToHex(other)] })
  await assert.rejects(createBlobSource([url])(versionedHash, block), L1Error)
  await assert.rejects(createBlobSource([])(versionedHash, block), /no beacon API is configured/)
  const without = blockWith([(await commitToBlob(other)).versionedHash])
  await assert.rejects(
    createBlobSource([url])(versionedHash, without),
    /no transaction of L1 block 5/,
  )
})

it('asks for the blobs of a transaction at once, in the form that the node has', async () => {
  const hashes = await Promise.all(
    [third, blob, other].map(async (each) => (await commitToBlob(each)).versionedHash),
  )
  const [first, second, last] = hashes as [Hash, Hash, Hash]
  const block = blockWith([first], [second, last])
  const all = [third, blob, other].map((each) => bytesToHex(each))
  const filter = `versioned_hashes=${second}&versioned_hashes=${last}`

  // Since Fulu: no sidecars. What of the same transaction was sent is not asked for again.
  serve = (path, parameters) => {
    const wanted = parameters.getAll('versioned_hashes')
    if (path === BLOBS) return all.filter((_, i) => wanted.includes(hashes[i] as string))
    return timing[path]
  }
  const fetchBlob = createBlobSource([url])
  asked.length = 0
  assert.deepEqual(await fetchBlob(second, block), blob)
  assert.deepEqual(await fetchBlob(last, block), other)
  assert.deepEqual(
    asked.filter((path) => /blob/.test(path)),
    [`${SIDECARS}?indices=1&indices=2`, `${BLOBS}?${filter}`],
  )
  asked.length = 0
  assert.deepEqual(await fetchBlob(first, block), third)
  assert.deepEqual(asked, [`${BLOBS}?versioned_hashes=${first}`], 'in the form that it had last')

  // A server that takes one value of a filter, and one that refuses it: the whole block is asked for.
  const whole: readonly ((path: string, parameters: URLSearchParams) => unknown)[] = [
    (path, parameters) => {
      const hash = parameters.getAll('versioned_hashes').at(-1)
      if (path !== BLOBS) return timing[path]
      return hash === undefined ? all : all.filter((_, i) => hashes[i] === hash)
    },
    (path, parameters) => (path === BLOBS ? (parameters.size > 0 ? undefined : all) : timing[path]),
    // Knows no filter, and sends more than there is.
    (path) => (path === BLOBS ? [...all, ...all] : timing[path]),
  ]
  for (const manners of whole) {
    serve = manners
    assert.deepEqual(await createBlobSource([url])(second, block), blob)
  }
})

it('goes on with the beacon node that had the last blob', async () => {
  const { versionedHash } = await commitToBlob(blob)
  const block = blockWith([versionedHash])
  let silent = 0
  const broken = createServer((request) => {
    silent += 1
    request.socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(broken, 'listening')
  const brokenUrl = `http://127.0.0.1:${(broken.address() as { port: number }).port}`
  servesAt({ [BLOBS]: [bytesToHex(blob)] })
  const fetchBlob = createBlobSource([brokenUrl, url])
  await fetchBlob(versionedHash, block)
  const tries = silent
  assert.ok(tries > 0)
  // Another block, so that the blob is fetched again.
  await fetchBlob(versionedHash, { ...block, hash: testHash(8, 8) })
  assert.equal(silent, tries)
  broken.close()
})

it('asks an archive, which knows no slots, in the slots that another node tells', async () => {
  const { versionedHash } = await commitToBlob(blob)
  const block = blockWith([versionedHash])
  const archived: string[] = []
  const archive = createServer((request, response) => {
    archived.push(request.url ?? '')
    const { pathname } = new URL(request.url ?? '/', 'http://beacon')
    response.statusCode = pathname === BLOBS ? 200 : 404
    response.end(JSON.stringify({ data: [bytesToHex(blob)] }))
  }).listen(0, '127.0.0.1')
  await once(archive, 'listening')
  const archiveUrl = `http://127.0.0.1:${(archive.address() as { port: number }).port}`
  servesAt({})
  assert.deepEqual(await createBlobSource([url, archiveUrl])(versionedHash, block), blob)
  // Alone its slots are not known: as those of a development L1, its blocks go by their numbers.
  archived.length = 0
  await assert.rejects(createBlobSource([archiveUrl])(versionedHash, block), L1Error)
  assert.ok(archived.includes('/eth/v1/beacon/blobs/5'))
  archive.close()
})

it('keeps what its URL has, as the key of an RPC provider', async () => {
  const { versionedHash } = await commitToBlob(blob)
  serve = (path) =>
    ({ '/key/eth/v1/beacon/blobs/7': [bytesToHex(blob)] })[path] ?? timing[path.slice(4)]
  asked.length = 0
  const keyed = createBlobSource([`${url}/key/?token=abc`])
  await keyed(versionedHash, blockWith([versionedHash]))
  assert.ok(asked.every((path) => path.startsWith('/key/eth/v1/') && path.includes('token=abc')))
  serve = () => undefined
  await assert.rejects(
    keyed(versionedHash, { ...blockWith([versionedHash]), hash: testHash(8, 9) }),
    (error) => {
      assert.ok(error instanceof L1Error)
      assert.ok(!/abc/.test(error.message), error.message)
      return true
    },
  )
})

it('says what is wrong with the times of slots', async () => {
  const { versionedHash } = await commitToBlob(blob)
  for (const [spec, said] of [
    [{ SECONDS_PER_SLOT: '0' }, /SECONDS_PER_SLOT: expected at least 1, got 0/],
    [{}, /SECONDS_PER_SLOT/],
  ] as const) {
    servesAt({ '/eth/v1/config/spec': spec, [BLOBS]: [bytesToHex(blob)] })
    await assert.rejects(createBlobSource([url])(versionedHash, blockWith([versionedHash])), said)
  }
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
    createBlobSource([endlessUrl])(versionedHash, blockWith([versionedHash])),
    /more than 67108864 bytes/,
  )
  assert.ok(sent < 2 ** 28)
  endless.closeAllConnections()
  endless.close()
})

it('takes a blob with its proof where the beacon node gives one, and only the right one', async () => {
  const { commitment, versionedHash } = await commitToBlob(blob)
  const proof = await proveBlob(blob, commitment)
  const block = blockWith([versionedHash])
  const sidecar = {
    index: '0',
    blob: bytesToHex(blob),
    kzg_commitment: bytesToHex(commitment),
    kzg_proof: bytesToHex(proof),
  }
  const proven = { blob, commitment, proof }
  assert.ok(await verifyBlobs([proven, proven]))
  assert.ok(!(await verifyBlobs([proven, { ...proven, blob: other }])))
  servesAt({ [SIDECARS]: [sidecar] })
  asked.length = 0
  assert.deepEqual(await createBlobSource([url])(versionedHash, block), blob)
  assert.ok(!asked.some((path) => path.startsWith(BLOBS)))
  // The right one may be among others.
  const two = blockWith([(await commitToBlob(other)).versionedHash, versionedHash])
  servesAt({ [SIDECARS]: [{ ...sidecar, kzg_commitment: bytesToHex(proof) }, sidecar] })
  assert.deepEqual(await createBlobSource([url])(versionedHash, two), blob)
  for (const wrong of [
    { ...sidecar, blob: bytesToHex(other) },
    { ...sidecar, kzg_proof: bytesToHex(commitment) },
    { ...sidecar, kzg_commitment: '0x00' },
    { ...sidecar, blob: 7 },
    'nonsense',
  ]) {
    servesAt({ [SIDECARS]: [wrong] })
    await assert.rejects(createBlobSource([url])(versionedHash, block), L1Error)
    // Sidecars that are none hide no blobs.
    servesAt({ [SIDECARS]: [wrong], [BLOBS]: [bytesToHex(blob)] })
    assert.deepEqual(await createBlobSource([url])(versionedHash, block), blob)
  }
})
