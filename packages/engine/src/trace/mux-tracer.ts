import type { TraceOptions } from '../program/types.ts'
import type { Tracer } from './tracer.ts'

/** Several tracers over one execution, their answers by name (geth's muxTracer). */
export function createMuxTracer(tracers: ReadonlyMap<string, Tracer>): Tracer {
  const all = [...tracers.values()]
  return {
    options: union(all.flatMap(({ options }) => options ?? [])),
    event(bytes) {
      for (const tracer of all) if (tracer.options !== undefined) tracer.event(bytes)
    },
    isTooLarge: () => all.some((tracer) => tracer.isTooLarge?.()),
    result: (execution, touched, codeOf) =>
      Object.fromEntries(
        [...tracers].map(([name, tracer]) => [name, tracer.result(execution, touched, codeOf)]),
      ),
  }
}

/** What all of them need; undefined when none needs events. */
function union(options: readonly TraceOptions[]): TraceOptions | undefined {
  if (options.length === 0) return undefined
  return { steps: options.some(({ steps }) => steps) }
}
