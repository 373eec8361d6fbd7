// For `node --test-reporter`: which files took longest, so that it is seen where the time of `npm test` goes.

import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

const SHOWN = 10

export default async function* slowest(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files: { readonly file: string; readonly seconds: number }[] = []
  for await (const { type, data } of events)
    if (type === 'test:summary' && data.file !== undefined)
      files.push({ file: relative('.', data.file), seconds: Math.round(data.duration_ms / 1_000) })
  const order = files.sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN)
  yield `slowest files, seconds:\n`
  for (const { file, seconds } of order) yield `${String(seconds).padStart(5)} ${file}\n`
}
