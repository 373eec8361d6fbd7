import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Metrics under one prefix of names, as the OP Stack's services have one each. */
export interface MetricsFactory {
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>
  /** `collect` is called before each reading. */
  gauge<L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
    collect?: (gauge: Gauge<L>) => void,
  ): Gauge<L>
  histogram(name: string, help: string, buckets: readonly number[]): Histogram
}

/** A registry with the process' own metrics in it. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

export function metricsFactory(registry: Registry, prefix: string): MetricsFactory {
  const common = (name: string, help: string) => ({
    name: `${prefix}_${name}`,
    help,
    registers: [registry],
  })
  return {
    counter: (name, help, labels = []) =>
      new Counter({ ...common(name, help), labelNames: [...labels] }),
    gauge: (name, help, labels = [], collect) =>
      new Gauge({
        ...common(name, help),
        labelNames: [...labels],
        ...(collect && {
          collect() {
            collect(this)
          },
        }),
      }),
    histogram: (name, help, buckets) =>
      new Histogram({ ...common(name, help), buckets: [...buckets] }),
  }
}
