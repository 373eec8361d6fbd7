import { parseArgs } from 'node:util'
import type { Block } from '../../src/api.ts'
import {
  account,
  attributesAfter,
  removeDirectory,
  setHead,
  signed,
  testEngine,
  testGenesis,
} from '../helpers/chain.ts'

// How many transfers a second go through pool and building, JSON aside:
// npm run throughput -w packages/engine -- --transactions 20000

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '20000' },
    senders: { type: 'string', default: '32' },
    blockTime: { type: 'string', default: '1000' },
  },
})
const total = Number(values.transactions)
const senderCount = Number(values.senders)
const accounts = Array.from({ length: senderCount }, (_, index) => account(index))

console.log(`signing ${total} transfers of ${senderCount} senders`)
const raws = Array.from({ length: total }, (_, index) =>
  signed(accounts[index % senderCount] as (typeof accounts)[number], {
    nonce: BigInt(Math.floor(index / senderCount)),
    to: `0x${(index + 1).toString(16).padStart(40, '0')}`,
  }),
)
const genesis = testGenesis('op', accounts, [], 1_000_000_000n)
const { engine, dataDir } = await testEngine(genesis, {
  slotTime: 200,
  pool: {
    globalSlots: 1_000_000,
    globalQueue: 1_000_000,
    accountSlots: 100_000,
    accountQueue: 100_000,
  },
})
try {
  // What the first call of anything costs is not what is asked here.
  await engine.account({ tag: 'latest' }, accounts[0]?.address ?? '0x')
  const cpu = process.cpuUsage()
  const start = performance.now()
  const adding = Promise.all(raws.map((raw) => engine.pool.add(raw))).then(() => {
    const seconds = (performance.now() - start) / 1000
    console.log(`pool: ${total} added in ${seconds.toFixed(2)} s, ${Math.round(total / seconds)}/s`)
  })
  let mined = 0
  while (mined < total) {
    const parent = engine.block({ tag: 'latest' }) as Block
    const began = performance.now()
    const id = await setHead(engine, parent.hash, attributesAfter(parent, 'op'))
    await new Promise((resolve) => setTimeout(resolve, Number(values.blockTime)))
    const sealing = performance.now()
    const payload = await engine.getPayload(id as `0x${string}`)
    const committing = performance.now()
    await engine.newPayload(payload)
    const moving = performance.now()
    await setHead(engine, payload.blockHash)
    const end = performance.now()
    mined += payload.transactions.length
    console.log(
      `block ${payload.header.number}: ${payload.transactions.length} transactions; seal ${ms(committing - sealing)}, commit ${ms(moving - committing)}, head ${ms(end - moving)}, all ${ms(end - began)}`,
    )
  }
  await adding
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  console.log(`mined ${total} in ${seconds.toFixed(2)} s: ${Math.round(total / seconds)}/s`)
  const cpuSeconds = (user + system) / 1e6
  console.log(
    `processor time ${cpuSeconds.toFixed(2)} s: ${Math.round(total / cpuSeconds)} a second of one core`,
  )
  const { rss } = process.memoryUsage()
  console.log(`resident ${Math.round(rss / 2 ** 20)} MiB`)
} finally {
  await engine.close()
  removeDirectory(dataDir)
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`
}
