import { type Command, CommandError, parseOptions } from '../command.ts'
import { dataDirOption, dataDirPath } from '../local/data-dir.ts'
import { stopRun } from '../local/stop.ts'

const options = { 'data-dir': dataDirOption } as const

export const down: Command = {
  name: 'down',
  summary: 'stop the local network of a data directory',
  usage: '[--data-dir DIR]',
  options,
  example: 'altlayer down',
  details: 'Stops the `altlayer up` that runs there and what it started, and nothing else.',
  async run(args) {
    const { values } = parseOptions(options, args)
    const dataDir = dataDirPath(values['data-dir'])
    const outcome = await stopRun(dataDir)
    if (outcome.survivors.length > 0) {
      throw new CommandError(`still running: ${outcome.survivors.join(', ')}`)
    }
    console.log(
      outcome.stopped.length > 0
        ? `stopped ${outcome.stopped.join(', ')}`
        : `nothing runs in ${dataDir}`,
    )
    return 0
  },
}
