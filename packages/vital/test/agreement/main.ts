// `npm run agreement -w @altlayer/vital`: the two real OP Stack blocks of the test data, executed from their
// witnesses in V8 and on the proof machine, outputs and status compared.
import { initPrecompiles, precompile } from '@altlayer/engine/precompiles'
import { keccak256 } from '@altlayer/protocol'
import { parseFixture } from '@altlayer/verify'
import { testData } from '../../../../scripts/testdata.ts'
import { encodeConfig, encodeOpen } from '../../../engine/src/program/encode.ts'
import type { ProgramServer } from '../../src/index.ts'
import { buildBoth, runInV8, runOnMachine } from './both.ts'

const KEY_PRECOMPILE = 6
const REQUEST_ADDRESS = 19
const REQUEST_INPUT = 29

/** Serves what program/test/entries/stateless.ts asks for. */
function serverOf(fixture: ReturnType<typeof parseFixture>): ProgramServer {
  const known = new Map<string, Uint8Array>()
  const inputs = [
    encodeConfig(fixture.config),
    encodeOpen(fixture.parent, fixture.attributes),
    ...fixture.transactions,
    new Uint8Array(),
  ]
  for (const [index, bytes] of inputs.entries())
    known.set(`01${(index + 1).toString(16).padStart(62, '0')}`, bytes)
  for (const [hash, bytes] of fixture.witness) known.set(`02${hash.slice(4)}`, bytes)
  return {
    get: (key) => known.get(Buffer.from(key).toString('hex')),
    hint(bytes) {
      if (bytes[0] !== KEY_PRECOMPILE) return
      const key = keccak256(bytes.subarray(1))
      key[0] = KEY_PRECOMPILE
      const address = new DataView(bytes.buffer, bytes.byteOffset).getUint16(REQUEST_ADDRESS)
      const output = precompile(address, bytes.subarray(REQUEST_INPUT))
      const answer = output === undefined ? [0] : [1, ...output]
      known.set(Buffer.from(key).toString('hex'), Uint8Array.from(answer))
    },
  }
}

const data = await testData('op-blocks.tar.xz', (path) => path.endsWith('.json'))
if (data.absent) throw new Error(data.absent)
await initPrecompiles()
const { module, image } = await buildBoth('stateless')
for (const [path, bytes] of data.files) {
  const fixture = parseFixture(JSON.parse(new TextDecoder().decode(bytes)))
  const expected = runInV8(module, serverOf(fixture))
  const machine = runOnMachine(image, serverOf(fixture))
  const name = path.replace(/^.*\//, '')
  const found = machine.records.at(-1)?.includes(fixture.expectedHash.slice(2)) === true
  const same =
    expected.exitCode === machine.exitCode &&
    expected.records.join() === machine.records.join() &&
    machine.exitCode === 0 &&
    found
  console.log(
    `${name}: ${machine.steps} steps, status ${machine.exitCode}, ${machine.records.length} records: ${same ? 'the same in V8 and on the proof machine, the block hash as expected' : 'DIFFERENT'}`,
  )
  if (!same) process.exitCode = 1
}
