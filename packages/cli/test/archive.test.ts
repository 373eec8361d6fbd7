import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ArchiveError, readTarXz } from '../src/archive.ts'

// one.json, empty.txt, a link, and deep.txt below two folders with names of 90 letters each.
const gnu =
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AOhdADDuii8AavPSpPJnOvFYVRLMQYYYrQVwOoT54MkZwTzCVdPu3SaufKqqzbeTcqM/HYlmI9a7AqznxuiZjnsk9Gs5ftMffu+sdKKG9nsr4QXqr7PdTf60WBv7iy/AHavKjl3UXLKVOSZ0loDSN6reUXDJ6OSHEqZF7zLZcemprEI/sOngqkXBdF4U9EcQBXQG3j5IpgNRN2Oushg3eADfLsVW8uSuNCsOR5onbW40UfEDLKdxqjdUNHrMCJxQ+v8jIOoU3EvAwbAo8pV021vO/L0zAtBIvoxeikDEx4v6ZZaGJts6hueTNwAAIbrKV6bmdtkAAYQCgFAAAPhJUb2xxGf7AgAAAAAEWVo='
const pax =
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AQBdADDuii8AavPSpPJnOvFYVRLMQVxHG6HJmPUIhLSmSUjmS6j5n5vpiHAq5Nshu6uDAq1cFRu12xhmcwWXqGp7arhtPbmGgRf5J8dPR7pT0uSdVLj47rSGeLjbLZis+VWHfP2loAYex1YYAEPBWxnS1welMlJet1x9ZRLvLH8HxTPxkOjBamj3UdM7lcrLXQzjyfn140450vVdwlQyjHjAZD+Ml7AKXQTtXWBAXdQOukblTymJetVZHdJvKkAjFcFT0FrTiVPQdmNQk1QWs5y26h8AVEtVlUTWkdwl1XXAxBDjikPD+8bELn352uUbU+zyX74gxOaVioRB9GRx3ZmeOmAAqSDh5q81hTMAAZwCgFAAAA7J1FKxxGf7AgAAAAAEWVo='

const folder = mkdtempSync(join(tmpdir(), 'altlayer-archive-'))
after(() => rmSync(folder, { recursive: true }))

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

async function contents(path: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for await (const entry of readTarXz(path)) files[entry.path] = Buffer.from(entry.bytes).toString()
  return files
}

const expected = {
  [`${'a'.repeat(90)}/${'b'.repeat(90)}/deep.txt`]: 'deep',
  'empty.txt': '',
  'one.json': '{"a":1}',
}

describe('readTarXz', () => {
  it('reads files with long paths, GNU and pax, and passes links over', async () => {
    for (const [name, base64] of Object.entries({ gnu, pax })) {
      assert.deepEqual(await contents(save(name, Buffer.from(base64, 'base64'))), expected, name)
    }
  })

  it('reads an archive again after one was left half read', async () => {
    const path = save('again', Buffer.from(gnu, 'base64'))
    for await (const entry of readTarXz(path)) {
      assert.ok(entry.path.length > 0)
      break
    }
    assert.deepEqual(await contents(path), expected)
  })

  it('names the file that is no archive, is damaged, or ends early', async () => {
    const whole = Buffer.from(gnu, 'base64')
    const damaged = Buffer.from(whole)
    damaged.fill(0x55, 60, 90)
    const broken = {
      text: Buffer.from('no archive at all'),
      damaged,
      short: whole.subarray(0, 200),
    }
    for (const [name, bytes] of Object.entries(broken)) {
      const path = save(name, bytes)
      await assert.rejects(contents(path), (error) => {
        assert.ok(error instanceof ArchiveError)
        assert.ok(error.message.includes(path))
        return true
      })
    }
    assert.deepEqual(await contents(save('after', whole)), expected)
  })
})
