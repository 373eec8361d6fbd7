import { existsSync, rmSync } from 'node:fs'
import { type Command, CommandError, parseOptions } from '../command.ts'
import { assertOurs, dataDirOption, dataDirPath } from '../local/data-dir.ts'
import { readRecord } from '../local/lock.ts'
import { isAlive } from '../local/process.ts'

const options = { 'data-dir': dataDirOption } as const

export const clean: Command = {
  name: 'clean',
  summary: 'remove the data of a local network that is stopped',
  usage: '[--data-dir DIR]',
  options,
  example: 'altlayer clean',
  details: 'Both chains, L1 and L2, begin anew at the next `altlayer up`.',
  async run(args) {
    const { values } = parseOptions(options, args)
    const dataDir = dataDirPath(values['data-dir'])
    if (!existsSync(dataDir)) {
      console.log(`nothing to remove: ${dataDir} does not exist`)
      return 0
    }
    assertOurs(dataDir)
    assertStopped(dataDir)
    rmSync(dataDir, { recursive: true })
    console.log(`removed ${dataDir}`)
    return 0
  },
}

function assertStopped(dataDir: string): void {
  const record = readRecord(dataDir)
  if (!record) return
  const alive = [record.process, ...record.children].find(isAlive)
  if (!alive) return
  throw new CommandError(
    `process ${alive.pid} still uses ${dataDir}; stop it first: altlayer down --data-dir ${dataDir}`,
  )
}
