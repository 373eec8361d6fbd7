import { parseArgs } from 'node:util'
import { removeDirectory, temporaryDirectory } from '../helpers/chain.ts'
import { crashLives } from './run.ts'

// npm run crash -w packages/engine -- --times 1000

const { values } = parseArgs({ options: { times: { type: 'string', default: '1000' } } })
const times = Number(values.times)
if (!Number.isInteger(times) || times < 1) {
  console.error(`--times: expected a positive integer, got ${values.times}`)
  process.exit(2)
}
const directory = temporaryDirectory()
let lives = 0
let opened = 0
let blocks = 0
let transactions = 0
try {
  for await (const life of crashLives(directory, times)) {
    lives++
    if (life.ready) opened++
    blocks += life.blocks
    transactions += life.transactions
    if (lives % 10 === 0 || lives > times)
      console.log(
        `killed ${lives} times, opened ${opened} times: ${blocks} blocks and ${transactions} transactions acknowledged, none lost`,
      )
  }
} finally {
  removeDirectory(directory)
}
