import type { Command } from '../command.ts'
import { alt } from './alt.ts'
import { clean } from './clean.ts'
import { down } from './down.ts'
import { node } from './node.ts'
import { operator } from './operator.ts'
import { proposer } from './proposer.ts'
import { riscv } from './riscv.ts'
import { rollup } from './rollup.ts'
import { service } from './service.ts'
import { statetest } from './statetest.ts'
import { up } from './up.ts'
import { vault } from './vault.ts'
import { verify } from './verify.ts'
import { verifyBlock } from './verify-block.ts'
import { vital } from './vital.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  up,
  down,
  clean,
  node,
  proposer,
  vital,
  alt,
  operator,
  vault,
  rollup,
  service,
  statetest,
  riscv,
  verifyBlock,
  verify,
]
