import type { Command } from '../command.ts'
import { clean } from './clean.ts'
import { down } from './down.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [down, clean]
