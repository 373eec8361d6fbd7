import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { BaseError } from 'viem'
import { type Command, parseOptions } from '../src/command.ts'
import { commands } from '../src/commands/index.ts'
import { run } from '../src/run.ts'

// What the command line says to slips: which argument, what it takes, what was probably meant.

const folder = mkdtempSync(join(tmpdir(), 'altlayer-usage-'))
const file = join(folder, 'file')
writeFileSync(file, 'no chain')
after(() => rmSync(folder, { recursive: true }))

async function said(argv: readonly string[], known: readonly Command[] = commands) {
  const out: string[] = []
  const error: string[] = []
  const code = await run(known, argv, {
    out: (line) => out.push(line),
    error: (line) => error.push(line),
  })
  return { code, out: out.join('\n'), error: error.join('\n') }
}

const ADDRESS = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const CHAIN = ['--l1', 'http://127.0.0.1:1', '--deployment', file]

describe('a slip on the command line', () => {
  const slips: readonly (readonly [readonly string[], RegExp])[] = [
    [['--hepl'], /unknown option '--hepl'; did you mean '--help'\?/],
    [['up', '--l1prot', '1'], /Unknown option '--l1prot'; did you mean '--l1-port'\?/],
    [['up', '--l1-port'], /--l1-port takes a value: --l1-port PORT$/m],
    [['up', '--l1-port', '-1'], /--l1-port takes a value; one that begins with '-' is written/],
    [['up', '--l1-port', ''], /--l1-port takes a whole number from 1 to 65535, not ''/],
    [['up', '--l1-port', '0x10'], /--l1-port takes a whole number from 1 to 65535, not '0x10'/],
    [['up', '--l1-port', '1e3'], /--l1-port takes a whole number from 1 to 65535, not '1e3'/],
    [['up', '--l1-port', 'NaN'], /--l1-port takes a whole number/],
    [['up', '--rollup.l1-chain-config', file], /is for an L1 given by --l1-url/],
    [['up', '--json=1'], /'--json' does not take an argument/],
    [['up', '--data-dir', ''], /--data-dir takes the name of a directory/],
    [['alt'], /alt takes one of deploy, balance, .*bridge first/],
    [['alt', 'transfr'], /not 'transfr'; did you mean 'transfer'\?/],
    [['operator', 'statsu'], /takes one of keys, .*; did you mean 'status'\?/],
    [['vault', 'Deposit'], /did you mean 'deposit'\?/],
    [['vital', 'gmaes'], /did you mean 'games'\?/],
    [['alt', 'transfer', ADDRESS, '-5', ...CHAIN], /'-5'; an argument that begins with '-' comes/],
    [['alt', 'transfer', ADDRESS, '1e30', ...CHAIN], /an amount such as 1500.25.*, not '1e30'/],
    [['alt', 'balance', ADDRESS.slice(0, 10), ...CHAIN], /an account, 0x and 40 hex digits/],
  ]
  for (const [argv, message] of slips) {
    it(`is told: altlayer ${argv.join(' ')}`.replaceAll(folder, ''), async () => {
      const { code, out, error } = await said(argv)
      assert.equal(code, 2)
      assert.equal(out, '')
      assert.match(error, message)
      assert.match(error, /--help/)
    })
  }

  it('in an address with a checksum is found, exit code 2', async () => {
    const slip = ADDRESS.replace('f3', 'f4')
    const { code, error } = await said(['alt', 'balance', slip, ...CHAIN])
    assert.equal(code, 2)
    assert.match(error, /wrong checksum/)
    for (const right of [ADDRESS, slip.toLowerCase()])
      assert.doesNotMatch((await said(['alt', 'balance', right, ...CHAIN])).error, /checksum/)
  })

  it('in a path is told with the path, exit code 1', async () => {
    const { code, error } = await said(['up', '--data-dir', file])
    assert.equal(code, 1)
    assert.equal(error, `altlayer up: ${file} is a file; --data-dir takes a directory`)
    const below = await said(['up', '--data-dir', join(file, 'deep', 'down')])
    assert.match(below.error, /file.deep cannot be made: ENOTDIR/)
    assert.equal(below.code, 1)
  })
})

describe('the example of a command', () => {
  for (const { name, example, options } of commands) {
    it(`has options that ${name} takes`, () => {
      const [program, command, ...args] = example.split(' ')
      assert.deepEqual([program, command], ['altlayer', name])
      parseOptions(options, args, true)
    })
  }
})

describe('the documents', () => {
  const root = join(import.meta.dirname, '../../..')
  const pages = ['README.md', ...globSync('{docs/*,*/README,packages/*/README}.md', { cwd: root })]
  /** Command lines of a page, in blocks and in the text, those of several lines as one. */
  const linesOf = (page: string) =>
    readFileSync(join(root, page), 'utf8')
      .replaceAll(/\\\n\s*/g, '')
      .matchAll(/(?:^|`)(?:[A-Z_]+=\S+ )?(?:npx )?altlayer ([a-z][^`\n]*)/gm)
      .map(([, line = '']) => line.split(/\s(?:#|\.\.\.)/, 1)[0] as string)
      .toArray()

  for (const page of pages) {
    it(`name commands and options that exist: ${page}`, () => {
      for (const line of linesOf(page)) {
        const [name = '', ...args] = line.trim().split(/\s+/)
        const command = commands.find((known) => known.name === name)
        assert.ok(command, `altlayer ${line}: there is no command '${name}'`)
        const named = args.flatMap((arg) => /^\[?--([a-z0-9.-]*[a-z0-9])/.exec(arg)?.[1] ?? [])
        for (const option of named)
          assert.ok(
            ['help', ...Object.keys(command.options)].includes(option),
            `altlayer ${line}: ${name} has no --${option}`,
          )
      }
    })
  }

  it('show command lines', () => {
    assert.ok(pages.flatMap(linesOf).length > 60)
  })
})

describe('an error of viem', () => {
  it('is told by what it says, without the request and the URL', async () => {
    const failing: Command = {
      ...(commands[0] as Command),
      name: 'failing',
      run: async () => {
        throw new BaseError('The call failed.', {
          details: 'no such block',
          metaMessages: ['URL: https://l1.example/secret'],
        })
      },
    }
    const { code, error } = await said(['failing'], [failing])
    assert.equal(code, 1)
    assert.equal(error, 'altlayer failing: The call failed. no such block')
  })
})
