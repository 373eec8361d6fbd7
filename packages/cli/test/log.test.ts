import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pino } from 'pino'
import { BaseError } from 'viem'
import { formatLine } from '../src/up/log.ts'

/** The line of a warning with an error, without its time. */
function lineOf(error: Error): string {
  const lines: string[] = []
  const write = (line: string) =>
    lines.push(formatLine(JSON.parse(line)).replace(/^[\d:]+ {2}/, ''))
  pino({ base: null }, { write }).warn({ err: error, game: '0x01' }, 'not attended')
  assert.equal(lines.length, 1)
  return lines[0] as string
}

describe('a line of the log for a person', () => {
  it('tells an error once, whatever it was caused by', () => {
    const cause = new Error('what followed is not known: not read')
    const error = new Error(`of the node: ${cause.message}`, { cause })
    assert.equal(
      lineOf(error),
      'warn   not attended  game=0x01  (of the node: what followed is not known: not read)',
    )
    const other = new Error('the node is silent', { cause: new Error('fetch failed') })
    assert.match(lineOf(other), /\(the node is silent: fetch failed\)$/)
  })

  it('is one line, and tells of a request neither its body nor its URL', () => {
    const error = new BaseError('The call reverted with the reason:\nindex is out of bounds.', {
      details: 'panic 0x32',
      metaMessages: ['URL: https://l1.example/secret', 'Request body: {}'],
    })
    assert.equal(
      lineOf(error),
      'warn   not attended  game=0x01  (The call reverted with the reason: index is out of bounds. panic 0x32)',
    )
    assert.match(lineOf(new Error('first\nsecond')), /\(first\)$/)
  })
})
