import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Engine, openEngine } from '@altlayer/engine'
import { decodeBlocks, headerHash, parseGenesis } from '@altlayer/protocol'
import { testData } from '../../../../scripts/testdata.ts'

/** One request of the public cases and the answer that was recorded for it. */
export interface ApiCase {
  /** `method/case`. */
  readonly name: string
  readonly request: string
  readonly response: string
}

export interface ApiTests {
  /** Why there are none, or false. */
  readonly absent: string | false
  readonly cases: readonly ApiCase[]
  /** An engine with their chain, imported block by block as a consensus client would. */
  open(): Promise<{ readonly engine: Engine; close(): Promise<void> }>
}

/** The JSON-RPC cases of ethereum/execution-apis. */
export async function executionApiTests(): Promise<ApiTests> {
  const { absent, files } = await testData('execution-apis-tests.tar.xz')
  const text = (name: string) => Buffer.from(file(name)).toString('utf8')

  function file(name: string): Uint8Array {
    const bytes = files.get(`tests/${name}`)
    if (bytes === undefined) throw new Error(`execution-apis-tests.tar.xz: expected tests/${name}`)
    return bytes
  }

  const cases = [...files]
    .filter(([path]) => path.endsWith('.io'))
    .map(([path, bytes]) => parseCase(path, Buffer.from(bytes).toString('utf8')))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))

  async function open() {
    const dataDir = await mkdtemp(join(tmpdir(), 'altlayer-rpc-'))
    const engine = await openEngine({
      genesis: parseGenesis(JSON.parse(text('genesis.json'))),
      dataDir,
      callWorkers: 1,
      senderWorkers: 1,
    })
    const close = async () => {
      await engine.close()
      await rm(dataDir, { recursive: true, force: true })
    }
    try {
      await importChain(engine, file('chain.rlp'))
    } catch (error) {
      await close()
      throw error
    }
    return { engine, close }
  }

  return { absent, cases, open }
}

/** Imports blocks as the Engine API does; the last one becomes head, safe and finalized. */
async function importChain(engine: Engine, chain: Uint8Array): Promise<void> {
  for (const { header, transactions, withdrawals } of decodeBlocks(chain)) {
    // The file may begin with the genesis.
    if (header.number === 0n) continue
    const blockHash = headerHash(header)
    const status = await engine.newPayload({
      header,
      blockHash,
      transactions,
      ...(withdrawals === undefined ? {} : { withdrawals }),
    })
    if (status.status !== 'VALID')
      throw new Error(`block ${header.number}: ${status.status} ${status.validationError}`)
    await engine.forkchoiceUpdated({
      headBlockHash: blockHash,
      safeBlockHash: blockHash,
      finalizedBlockHash: blockHash,
    })
  }
}

function parseCase(path: string, text: string): ApiCase {
  const [request, response] = text.split('\n').filter((line) => !line.startsWith('//'))
  if (!request?.startsWith('>> ') || !response?.startsWith('<< '))
    throw new Error(`${path}: expected a request line and a response line`)
  return {
    name: path.replace(/^tests\//, '').replace(/\.io$/, ''),
    request: request.slice(3),
    response: response.slice(3),
  }
}
