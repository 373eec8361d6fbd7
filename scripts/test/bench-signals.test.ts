import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'

// What benchmarks start and write is gone after a signal, as it is after their end.

const NETWORK = new URL('../../bench/src/network.ts', import.meta.url)
const UNDO = new URL('../../bench/src/undo.ts', import.meta.url)

/** A benchmark that has a directory and, in it, a process that writes when it is told to stop; then fails or waits. */
const BENCH = `
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { endProcess, temporaryDirectory } from '${NETWORK}'
import { undoAtEnd, unlessEnding } from '${UNDO}'

async function run() {
  const data = await temporaryDirectory()
  const code = "process.on('SIGINT', () => { require('fs').writeFileSync('last', ''); process.exit() }); console.log(); setInterval(() => {}, 1000)"
  const child = spawn(process.execPath, ['-e', code], { cwd: data.path, stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = undoAtEnd(async () => {
    await endProcess(child, 'SIGINT')
    if (!existsSync(data.path + '/last')) throw new Error('the directory went before the process')
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  console.log(JSON.stringify({ path: data.path, pid: child.pid }))
  if (process.argv.includes('wait')) await ended.then(() => { throw new Error('the process ended') })
  await stop()
  await data.remove()
}
await unlessEnding(run())
`

async function runBench(how: 'wait' | 'end', signal?: 'SIGINT' | 'SIGTERM') {
  const args = ['--input-type=module-typescript', '-e', BENCH, '--', how]
  const bench = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  bench.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const closed = once(bench, 'close')
  const [line] = await Promise.race([
    once(createInterface({ input: bench.stdout }), 'line'),
    closed,
  ])
  assert.equal(typeof line, 'string', errors)
  const left = JSON.parse(line as string) as { readonly path: string; readonly pid: number }
  if (signal !== undefined) bench.kill(signal)
  const [code] = await closed
  return { code, errors, left }
}

for (const [how, signal, expected] of [
  ['wait', 'SIGTERM', 143],
  ['wait', 'SIGINT', 130],
  ['end', undefined, 0],
] as const)
  test(`nothing is left of a benchmark after ${signal ?? 'its end'}`, async () => {
    const { code, errors, left } = await runBench(how, signal)
    assert.deepEqual({ code, errors }, { code: expected, errors: '' })
    assert.equal(existsSync(left.path), false)
    assert.throws(() => process.kill(left.pid, 0), { code: 'ESRCH' })
  })
