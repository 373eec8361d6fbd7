import type { Command } from '../command.ts'
import { clean } from './clean.ts'
import { down } from './down.ts'
import { up } from './up.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [up, down, clean]
