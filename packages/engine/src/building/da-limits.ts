import type { DaLimits } from '../api.ts'
import { EngineError } from '../errors.ts'

export const NO_DA_LIMITS: DaLimits = { transaction: 0, block: 0 }

/** The limits in force, for block building. */
export function createDaLimits() {
  let limits = NO_DA_LIMITS
  return {
    get: (): DaLimits => limits,
    set(next: DaLimits): void {
      for (const name of ['transaction', 'block'] as const)
        if (!Number.isSafeInteger(next[name]) || next[name] < 0)
          throw new EngineError(
            'invalid',
            `DA limit of a ${name}: expected bytes from 0 on, got ${next[name]}`,
          )
      limits = next
    },
  }
}
