import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CompileError, compile, defaultFlags } from '../scripts/compile.ts'

const folder = await mkdtemp(join(tmpdir(), 'altlayer-compile-'))
after(() => rm(folder, { recursive: true }))
const entry = join(folder, 'entry.ts')
const output = join(folder, 'out', 'module.wasm')

async function answer(): Promise<unknown> {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(await readFile(output)))
  return (instance.exports as { answer(): number }).answer()
}

test('a module is compiled when sources or flags change, and only then', async () => {
  await writeFile(entry, 'export function answer(): i32 { return 42 }\n')
  assert.equal((await compile(entry, output)).built, true)
  assert.equal(await answer(), 42)
  assert.equal((await compile(entry, output)).built, false)
  assert.equal((await compile(entry, output, [...defaultFlags, '--debug'])).built, true)
  await writeFile(entry, 'export function answer(): i32 { return 43 }\n')
  assert.equal((await compile(entry, output)).built, true)
  assert.equal(await answer(), 43)
  await rm(output)
  assert.equal((await compile(entry, output)).built, true)
})

test('what does not compile is an error with its place, and leaves the last module alone', async () => {
  await writeFile(entry, 'export function answer(): i32 { return 44 }\n')
  await compile(entry, output)
  await writeFile(entry, 'export function answer(): i32 { return nothing }\n')
  await assert.rejects(compile(entry, output), (error) => {
    assert.ok(error instanceof CompileError)
    assert.match(error.message, /Cannot find name 'nothing'/)
    assert.match(error.message, /entry\.ts\(1,\d+\)/)
    return true
  })
  assert.equal(await answer(), 44)
})
