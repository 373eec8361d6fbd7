import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readTarXz } from '../packages/cli/src/archive.ts'

const folder = join(import.meta.dirname, '..', '..', 'shared', 'testdata')

/** Files of one archive of public test data. */
export interface TestData {
  /** Why there are none, as node:test's `skip` option takes it; false when they are there. */
  readonly absent: string | false
  /** Bytes by path inside the archive. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/**
 * Reads the files of `../shared/testdata/<archive>` whose path `wanted` accepts. The data is no part of
 * the repository: where it is not, tests pass `absent` on as their reason to skip.
 */
export async function testData(
  archive: string,
  wanted: (path: string) => boolean = () => true,
): Promise<TestData> {
  const path = testDataPath(archive)
  const files = new Map<string, Uint8Array>()
  if (path === undefined) return { absent: `../shared/testdata/${archive} is not here`, files }
  for await (const entry of readTarXz(path)) {
    if (wanted(entry.path)) files.set(entry.path, entry.bytes)
  }
  return { absent: false, files }
}

/** Path of a file of the public test data, undefined where it is absent. */
export function testDataPath(name: string): string | undefined {
  const path = join(folder, name)
  return existsSync(path) ? path : undefined
}
