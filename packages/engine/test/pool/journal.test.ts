import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { openJournal, readJournal } from '../../src/pool/journal.ts'

const directory = mkdtempSync(join(tmpdir(), 'journal-'))
after(() => rmSync(directory, { recursive: true }))
let files = 0
const newPath = () => join(directory, `${files++}.journal`)

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('pool journal', () => {
  it('gives back what was appended, whatever it was', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), fc.nat(5), (entries, split) => {
        const path = newPath()
        const journal = openJournal(path, entries.slice(0, split))
        journal.append(entries.slice(split))
        // Not closed: what is appended is with the operating system already.
        assert.deepEqual(readJournal(path), { transactions: entries, ignoredBytes: 0 })
        journal.close()
      }),
      { numRuns: 50 },
    )
  })

  it('is empty where there is no file', () => {
    assert.deepEqual(readJournal(newPath()), { transactions: [], ignoredBytes: 0 })
  })

  it('keeps the whole entries before a torn end', () => {
    const path = newPath()
    openJournal(path, [bytes(1, 2, 3), bytes(4, 5, 6)]).close()
    const size = statSync(path).size
    for (let cut = 1; cut <= 11; cut++) {
      truncateSync(path, size - cut)
      const { transactions, ignoredBytes } = readJournal(path)
      assert.deepEqual(transactions, [bytes(1, 2, 3)])
      assert.equal(ignoredBytes, 11 - cut)
    }
  })

  it('stops at an entry whose checksum is wrong', () => {
    const path = newPath()
    openJournal(path, [bytes(1), bytes(2), bytes(3)]).close()
    const file = readFileSync(path)
    file[9 + 8] = 99
    writeFileSync(path, file)
    assert.deepEqual(readJournal(path).transactions, [bytes(1)])
    appendFileSync(path, 'rubbish')
    assert.deepEqual(readJournal(path).transactions, [bytes(1)])
  })

  it('is rewritten once most of it is of transactions that left', () => {
    const path = newPath()
    const journal = openJournal(path, [])
    const many = Array.from({ length: 5000 }, (_, index) => bytes(index >> 8, index & 255))
    journal.append(many)
    journal.compact(() => many.slice(0, 3000), 3000)
    assert.equal(readJournal(path).transactions.length, 5000, 'not enough has left')
    journal.compact(() => many.slice(0, 10), 10)
    assert.deepEqual(readJournal(path).transactions, many.slice(0, 10))
    journal.append([bytes(7)])
    journal.close()
    assert.deepEqual(readJournal(path).transactions, [...many.slice(0, 10), bytes(7)])
  })
})
