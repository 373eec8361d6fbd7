import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commands } from '../src/commands/index.ts'
import { altlayer } from './helpers/process.ts'

describe('altlayer', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await altlayer(['--help'])
    assert.equal(code, 0)
    for (const command of commands) assert.ok(stdout.includes(command.summary))
  })

  it('explains a command with its options and an example', async () => {
    for (const command of commands) {
      const { code, stdout } = await altlayer([command.name, '--help'])
      assert.equal(code, 0)
      assert.ok(stdout.includes(`altlayer ${command.name}`))
      assert.ok(stdout.includes(command.example))
      for (const option of Object.keys(command.options)) assert.ok(stdout.includes(`--${option}`))
      assert.equal((await altlayer(['help', command.name])).stdout, stdout)
    }
  })

  it('answers a wrong command with the closest one, exit code 2', async () => {
    const { code, stderr, stdout } = await altlayer(['cleam'])
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /unknown command 'cleam'; did you mean 'clean'\?/)
    assert.match(stderr, /altlayer --help/)
  })

  it('answers a wrong option with the closest one, exit code 2', async () => {
    const { code, stderr } = await altlayer(['down', '--datadir', 'x'])
    assert.equal(code, 2)
    assert.match(stderr, /Unknown option '--datadir'; did you mean '--data-dir'\?/)
    assert.match(stderr, /altlayer down --help/)
  })

  it('refuses arguments that a command does not take', async () => {
    const { code, stderr } = await altlayer(['down', 'everything'])
    assert.equal(code, 2)
    assert.match(stderr, /everything/)
  })

  it('without a command prints the help as an error', async () => {
    const { code, stderr } = await altlayer([])
    assert.equal(code, 2)
    assert.match(stderr, /Usage: altlayer COMMAND/)
  })

  it('runs on the pinned Node.js whatever the machine has', async () => {
    const machine = process.env.npm_node_execpath ?? 'node'
    const { code, stdout } = await altlayer(['--version'], machine)
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^altlayer \\d+\\.\\d+\\.\\d+ \\(node ${process.version}, `))
    assert.equal((await altlayer(['no-such-command'], machine)).code, 2)
  })
})

describe('altlayer up', () => {
  const refused: readonly (readonly [string[], RegExp])[] = [
    [['--l1-port', '70000'], /--l1-port takes a whole number from 1 to 65535, not '70000'/],
    [['--l2-port', 'abc'], /--l2-port takes a whole number/],
    [['--block-time', '0'], /--block-time takes a whole number from 1/],
    [['--l1-port', '9545'], /--l1-port and --l2-port are both 9545/],
    [['--l1-url', 'localhost:8545'], /--l1-url takes an http or https URL/],
    [['--l1-url', 'http://127.0.0.1:1', '--l1-port', '1'], /exclude each other/],
  ]
  for (const [args, message] of refused) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await altlayer(['up', ...args])
      assert.equal(code, 2)
      assert.match(stderr, message)
    })
  }
})
